package egisso

import "github.com/shopspring/decimal"

// MaxDigits is how many digits of an xsd:decimal every processor must
// understand (XML Schema part 2, 5.2).
const MaxDigits = 18

// NumberFits reports whether a number has at most MaxDigits digits, so that it can be
// told exactly. It looks at the exponent first: printing 1e1000000 would be work for
// nothing.
func NumberFits(d decimal.Decimal) bool {
	if d.Exponent() > MaxDigits || d.Exponent() < -4*MaxDigits || d.NumDigits() > 5*MaxDigits {
		return false
	}
	n := 0
	for _, r := range d.String() {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n <= MaxDigits
}

// WholeKopecks reports whether a sum in roubles has no more than two decimals.
func WholeKopecks(d decimal.Decimal) bool { return d.Equal(d.Round(2)) }
