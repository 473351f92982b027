package check

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// allowedInXML reports whether the character may stand in an XML 1.0 document
// (production Char).
func allowedInXML(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' ||
		r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// badCharacter describes the first character of s that must not be sent, or
// returns "". Line breaks and tabs are allowed only where multiline is set.
func badCharacter(s string, multiline bool) string {
	position := 0
	for i, r := range s {
		position++
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			return fmt.Sprintf("текст не в кодировке UTF-8 (позиция %d)", position)
		case (r == '\t' || r == '\n') && multiline:
		case (r == '\t' || r == '\n' || r == '\r'):
			return fmt.Sprintf("перевод строки или табуляция в позиции %d", position)
		case !allowedInXML(r):
			return fmt.Sprintf("знак с кодом U+%04X в позиции %d недопустим в XML", r, position)
		case unicode.IsControl(r):
			return fmt.Sprintf("управляющий знак с кодом U+%04X в позиции %d", r, position)
		}
	}
	return ""
}

// lookAlikes are the Latin letters that look like Cyrillic ones.
const lookAlikes = "ABCEHKMOPTXYaceopxyëË"

// wrongLetter describes the first character of s that ok does not accept,
// naming what it is but not showing the text.
func wrongLetter(s string, ok func(position int, r rune) bool) string {
	position := 0
	mixed := strings.ContainsFunc(s, isCyrillic)
	for _, r := range s {
		position++
		if ok(position, r) {
			continue
		}
		switch {
		case mixed && strings.ContainsRune(lookAlikes, r):
			return fmt.Sprintf("латинская буква, похожая на русскую, в позиции %d", position)
		case unicode.Is(unicode.Latin, r):
			return fmt.Sprintf("латинская буква в позиции %d", position)
		case unicode.IsDigit(r):
			return fmt.Sprintf("цифра в позиции %d", position)
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return fmt.Sprintf("невидимый знак с кодом U+%04X в позиции %d", r, position)
		default:
			return fmt.Sprintf("недопустимый знак в позиции %d", position)
		}
	}
	return ""
}

// isCyrillic is the class [а-яА-ЯёЁ] of the schema.
func isCyrillic(r rune) bool {
	return r >= 'а' && r <= 'я' || r >= 'А' && r <= 'Я' || r == 'ё' || r == 'Ё'
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isSpaceXSD is the class \s of XSD patterns.
func isSpaceXSD(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' }

// nameProblem checks the type rus of the SMEV commons:
// [а-яА-ЯёЁ\-0-9][а-яА-ЯёЁ\-\s',.]*
func nameProblem(s string) string {
	return wrongLetter(s, func(position int, r rune) bool {
		if isCyrillic(r) || r == '-' {
			return true
		}
		if position == 1 {
			return isDigit(r)
		}
		return isSpaceXSD(r) || strings.ContainsRune("',.", r)
	})
}

// rusAndNumProblem checks the type rus-and-num of basic/1.0.8:
// [а-яА-ЯёЁ\-0-9№(][а-яА-ЯёЁ\-\s',.0-9()№"\\/]*
func rusAndNumProblem(s string) string {
	return wrongLetter(s, func(position int, r rune) bool {
		if isCyrillic(r) || isDigit(r) || strings.ContainsRune("-№(", r) {
			return true
		}
		return position > 1 && (isSpaceXSD(r) || strings.ContainsRune(`',.)"\/`, r))
	})
}
