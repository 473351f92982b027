package egisso

import "regexp"

// Format tells what is wrong with a text that is not empty, in Russian, or
// returns "". It never shows the text.
type Format func(s string) string

// Digits is the type digits-N: exactly n digits. demand is what the format returns of
// other texts.
func Digits(n int, demand string) Format {
	return func(s string) string {
		if isDigits(s, n) {
			return ""
		}
		return demand
	}
}

// The types digits-N of the schemas that several elements have.
var (
	Digits2  = Digits(2, "должно быть две цифры")
	Digits3  = Digits(3, "должно быть три цифры")
	Digits4  = Digits(4, "должно быть четыре цифры")
	Digits6  = Digits(6, "должно быть шесть цифр")
	Digits7  = Digits(7, "должно быть семь цифр")
	Digits8  = Digits(8, "должно быть восемь цифр")
	Digits9  = Digits(9, "должно быть девять цифр")
	Digits10 = Digits(10, "должно быть десять цифр")
	Digits12 = Digits(12, "должно быть двенадцать цифр")
)

// Pattern is an XSD pattern, written as a regular expression of package regexp: it must
// match the whole text. demand is what the format returns of other texts.
func Pattern(expr, demand string) Format {
	re := regexp.MustCompile(`^(?:` + expr + `)$`)
	return func(s string) string {
		if re.MatchString(s) {
			return ""
		}
		return demand
	}
}

// Formats that several registers, or records and answers, have.
var (
	// ParticipantCodeFormat is tParticipantCode; see Version.ParticipantCode.
	ParticipantCodeFormat = Pattern(`[A-HJ-NP-Z0-9]{4}\.[0-9]{6}`,
		"должно быть вида «NNNN.NNNNNN»: четыре цифры или латинские заглавные буквы (кроме I и O), точка, шесть цифр")
	// OKEIFormat is tOKEICode, the code of a unit in ОКЕИ.
	OKEIFormat = Pattern(`[0-9]{3,4}`, "должно быть три или четыре цифры")
	// OGRNFormat is OGRNCompanyType, the ОГРН of a legal person; see OGRNValid.
	OGRNFormat = Pattern(`[125][0-9]{12}`, "должно быть 13 цифр, первая из них 1, 2 или 5")
	// EmailFormat is EmailAddressType.
	EmailFormat = Pattern(`[0-9a-zA-Z_.\-]{2,50}@[0-9a-zA-Z_./-]{2,50}\.[a-zA-Z]{2,5}`,
		"должно быть вида имя@домен латинскими буквами, без пробелов, один адрес")
)

// participantDigits is tParticipantCode before basic/1.0.8.
var participantDigits = Pattern(`[0-9]{4}\.[0-9]{6}`,
	"должно быть вида «NNNN.NNNNNN»: четыре цифры, точка, шесть цифр")

// ParticipantCode is the Format of a participant's code as the version writes it.
func (v *Version) ParticipantCode(code string) string {
	if v.Letters {
		return ParticipantCodeFormat(code)
	}
	return participantDigits(code)
}
