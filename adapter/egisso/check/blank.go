package check

import (
	"slices"
	"strings"
	"unicode"

	"egissogw/adapter/egisso"
)

// absences are what people and forms put where there is nothing to say.
var absences = []string{
	"нет", "отсутствует", "отсутствуют", "не указано", "не указан", "не указана", "не задано", "не заполнено", "нет данных",
	"неизвестно", "неизвестен", "неизвестна", "не известно", "не определено", "без номера", "без серии", "б/н", "бн", "б/с", "н/д", "н/у",
	"тест", "тестовый", "тестовая", "null", "none", "test", "n/a",
}

// absent describes a text that stands in place of a value, or returns "".
func absent(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPunct(r) && !unicode.IsSpace(r) }) {
		return "вместо значения прочерк или знаки препинания"
	}
	if len(s) > 40 { // longer than any of them
		return ""
	}
	if word := strings.ToLower(strings.Trim(s, " .-–—()?*\"")); slices.Contains(absences, word) {
		return "вместо значения слово о том, что его нет, или проба"
	}
	return ""
}

// zeroable are fields of digits of which zeros alone are nobody's; among codes of
// classifiers they occur, and official samples have a КБК of zeros.
var zeroable = []string{"PhoneNumber", "PostIndex", "Series", "Number", "series", "number", "kpp", "oktmo", "OKTMOcode", "codeOktmo", "codeOKTMO"}

func onlyZeros(s string) bool { return strings.Trim(s, "0") == "" }

// checkBlanks is the rule L-BLANK over all fields but those named. What is empty is no
// news, and names of people have rules of their own.
func checkBlanks(fields []field, r *report, but ...string) {
	for i := range fields {
		f := &fields[i]
		if f.value == "" || f.rule == "L-NAME" {
			continue
		}
		name := f.name[strings.LastIndexByte(f.name, '/')+1:]
		name, _, _ = strings.Cut(name, "[")
		problem := ""
		switch {
		case onlyZeros(f.value) && slices.Contains(zeroable, name):
			problem = "одни нули вместо значения"
		case (f.max > 0 || name == "Number") && !slices.Contains(but, name):
			problem = absent(f.value)
		}
		if problem == "" {
			continue
		}
		if !f.required {
			problem += "; чего нет, то не заполняется"
		}
		r.add(f.path(), f.say(problem))
	}
}

// mixed are fields whose words are Russian throughout; names of drugs, series and numbers
// are not.
var mixed = []string{"Region", "District", "City", "Street", "ResidencePermitInfo", "title", "authority"}

// checkLetters is the rule L-LATIN: a Latin letter inside a Russian word.
func checkLetters(fields []field, r *report) {
	for i := range fields {
		f := &fields[i]
		if len(f.value) == 0 || !slices.Contains(mixed, f.name) {
			continue
		}
		if strings.ContainsFunc(f.value, func(c rune) bool { return strings.ContainsRune(lookAlikes, c) }) && mixedWord(f.value) {
			r.add(f.path(), f.say("латинская буква, похожая на русскую, внутри русского слова"))
		}
	}
}

// mixedWord reports whether a word has Russian letters and Latin ones that look like
// them, and no others: "Cовет" is mistyped, "IP-адрес" and "VIPлиния" are not.
func mixedWord(s string) bool {
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) }) {
		russian, latin, other := 0, 0, 0
		for _, r := range word {
			switch {
			case isCyrillic(r):
				russian++
			case strings.ContainsRune(lookAlikes, r):
				latin++
			default:
				other++
			}
		}
		if russian > 0 && latin > 0 && other == 0 {
			return true
		}
	}
	return false
}

// checkNowhere is the part of L-GEO that warns.
func checkNowhere(r *report, path, label string, c *egisso.Coordinates) {
	if c != nil && c.Latitude.IsZero() && c.Longitude.IsZero() {
		r.add(path, label+"широта и долгота 0: место в океане, а не в России")
	}
}
