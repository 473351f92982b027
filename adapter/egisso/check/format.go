package check

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Formats that only the checks look at; the readers take what is of the right type.
var (
	snils         = egisso.Digits(11, "должно быть 11 цифр без разделителей")
	criterionCode = egisso.Pattern(`[0-9]{1,10}`, "должно быть от одной до десяти цифр")
	frgu          = egisso.Pattern(`[0-9]{9,30}`, "должно быть от 9 до 30 цифр")
	kbk           = egisso.Pattern(`[^ \t\n\r]{20}`, "указан некорректный код КБК: должно быть 20 знаков без пробелов")
	ogrnip        = egisso.Pattern(`3[0-9]{14}`, "должно быть 15 цифр, первая из них 3") // OGRNSoleProprietorType
)

// exactly is a text of n characters.
func exactly(n int) egisso.Format {
	return func(s string) string {
		if utf8.RuneCountInString(s) == n {
			return ""
		}
		return fmt.Sprintf("должно быть ровно %d знаков", n)
	}
}

func oneOf(demand string, values ...string) egisso.Format {
	return func(s string) string {
		if slices.Contains(values, s) {
			return ""
		}
		return demand
	}
}

// numberProblem refuses numbers that are too long to be told exactly.
func numberProblem(d decimal.Decimal) string {
	if !egisso.NumberFits(d) {
		return "число длиннее 18 цифр"
	}
	return ""
}

// reportDate returns the date as ЕГИССО's reports write it, "DD-MM-YYYY".
func reportDate(d egisso.Date) string { return d.Time().Format("02-01-2006") }
