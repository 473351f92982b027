package egisso

import (
	"github.com/shopspring/decimal"
)

// maxDigits is how many digits of an xsd:decimal every processor must
// understand (XML Schema part 2, 5.2).
const maxDigits = 18

// numberProblem refuses numbers that are too long to be told exactly. It looks
// at the exponent first: printing 1e1000000 would be work for nothing.
func numberProblem(d decimal.Decimal) string {
	const demand = "число длиннее 18 цифр"
	if d.Exponent() > maxDigits || d.Exponent() < -4*maxDigits || d.NumDigits() > 5*maxDigits {
		return demand
	}
	n := 0
	for _, r := range d.String() {
		if isDigit(r) {
			n++
		}
	}
	if n > maxDigits {
		return demand
	}
	return ""
}

// wholeKopecks reports whether the sum has no more than two decimals.
func wholeKopecks(d decimal.Decimal) bool { return d.Equal(d.Round(2)) }

// money writes a sum with exactly two decimals and a dot, as tMoney demands.
func money(d decimal.Decimal) string { return d.StringFixed(2) }

// percent writes a share with at least two decimals.
func percent(d decimal.Decimal) string {
	if wholeKopecks(d) {
		return d.StringFixed(2)
	}
	return d.String()
}
