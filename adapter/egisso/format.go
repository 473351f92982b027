package egisso

import (
	"fmt"
	"regexp"
	"unicode/utf8"
)

// A format tells what is wrong with a text that is not empty, in Russian, or
// returns "". It never shows the text.
type format func(s string) string

// digits is the type digits-N: exactly n digits.
func digits(n int, demand string) format {
	return func(s string) string {
		if isDigits(s, n) {
			return ""
		}
		return demand
	}
}

var (
	digits2  = digits(2, "должно быть две цифры")
	digits3  = digits(3, "должно быть три цифры")
	digits4  = digits(4, "должно быть четыре цифры")
	digits6  = digits(6, "должно быть шесть цифр")
	digits7  = digits(7, "должно быть семь цифр")
	digits8  = digits(8, "должно быть восемь цифр")
	digits9  = digits(9, "должно быть девять цифр")
	digits10 = digits(10, "должно быть десять цифр")
	digits12 = digits(12, "должно быть двенадцать цифр")
	snils    = digits(11, "должно быть 11 цифр без разделителей")
)

// pattern is an XSD pattern: it must match the whole text.
func pattern(expr, demand string) format {
	re := regexp.MustCompile(`^(?:` + expr + `)$`)
	return func(s string) string {
		if re.MatchString(s) {
			return ""
		}
		return demand
	}
}

var (
	participantDigits = pattern(`[0-9]{4}\.[0-9]{6}`,
		"должно быть вида «NNNN.NNNNNN»: четыре цифры, точка, шесть цифр") // tParticipantCode before basic/1.0.8
	participantCode = pattern(`[A-HJ-NP-Z0-9]{4}\.[0-9]{6}`,
		"должно быть вида «NNNN.NNNNNN»: четыре цифры или латинские заглавные буквы (кроме I и O), точка, шесть цифр") // tParticipantCode
	okei          = pattern(`[0-9]{3,4}`, "должно быть три или четыре цифры") // tOKEICode
	criterionCode = pattern(`[0-9]{1,10}`, "должно быть от одной до десяти цифр")
	frgu          = pattern(`[0-9]{9,30}`, "должно быть от 9 до 30 цифр")
	kbk           = pattern(`[^ \t\n\r]{20}`, "указан некорректный код КБК: должно быть 20 знаков без пробелов")

	ogrn   = pattern(`[125][0-9]{12}`, "должно быть 13 цифр, первая из них 1, 2 или 5") // OGRNCompanyType
	ogrnip = pattern(`3[0-9]{14}`, "должно быть 15 цифр, первая из них 3")              // OGRNSoleProprietorType
	email  = pattern(`[0-9a-zA-Z_.\-]{2,50}@[0-9a-zA-Z_./-]{2,50}\.[a-zA-Z]{2,5}`,
		"должно быть вида имя@домен латинскими буквами, без пробелов, один адрес") // EmailAddressType

	militarySeries = pattern(`[А-Я]{2}`, "должно быть две русские заглавные буквы")
	birthSeries    = pattern(`[IVXLCDM]{1,10}-[А-Я]{2}`,
		"должно быть римское число латинскими буквами, дефис и две русские заглавные буквы") // SovietStyleDocumentSeriesType
	anyNumber = pattern(`[0-9а-яА-ЯA-Za-z]{1,25}`, "должно быть от 1 до 25 букв и цифр без пробелов") // NotRestrictedDocumentType
)

// exactly is a text of n characters.
func exactly(n int) format {
	return func(s string) string {
		if utf8.RuneCountInString(s) == n {
			return ""
		}
		return fmt.Sprintf("должно быть ровно %d знаков", n)
	}
}

// participant checks a participant code as the version writes it.
func (v *Version) participant(code string) string {
	if v.letters {
		return participantCode(code)
	}
	return participantDigits(code)
}

func oneOf(demand string, values ...string) format {
	return func(s string) string {
		for _, v := range values {
			if s == v {
				return ""
			}
		}
		return demand
	}
}
