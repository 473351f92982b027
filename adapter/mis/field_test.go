package mis

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// field is one field of the contract: where it comes from, where it goes, and
// what can be wrong with it. The tables of fields are in field_*_test.go; the
// tests of bad input and the tables for readers are made of them.
type field struct {
	// path is the column; inside a JSON value names follow it, and [] for the
	// items of a list. Empty for a field of a form that is not sent.
	path string
	// form is the field of the МИС manual's form (chapter 4.3), "" if it has none.
	form string
	// element is the path inside the record's element, as findings name it.
	element string

	shown string            // what to show readers in place of element
	like  string            // path of an object readers have been shown the fields of
	in    map[string]string // other columns, where the good record will not do
	wrong []wrong
	right []string // values that look wrong and are not
}

// wrong is a bad value of a field.
type wrong struct {
	class string // what is bad about it
	value any    // nil, a text, or a json.RawMessage
	text  string // regular expression the finding's text must match
	warns bool   // lets the record go (adapter/egisso/SPEC.md#checks)
}

// kind says what a field must be like by listing what is bad.
type kind func(*field)

func of(path, form, element string, kinds ...kind) field {
	f := field{path: path, form: form, element: element}
	for _, k := range kinds {
		k(&f)
	}
	return f
}

// column is the column the field is in.
func (f *field) column() string {
	name, _, _ := strings.Cut(strings.ReplaceAll(f.path, "[]", "."), ".")
	return name
}

func (f field) as(shown string) field                { f.shown = shown; return f }
func (f field) with(columns map[string]string) field { f.in = columns; return f }

func bad(class string, value any, text string) kind {
	return func(f *field) { f.wrong = append(f.wrong, wrong{class: class, value: value, text: text}) }
}

func warned(class, value, text string) kind {
	return func(f *field) { f.wrong = append(f.wrong, wrong{class: class, value: value, text: text, warns: true}) }
}

// both puts kinds together.
func both(kinds ...kind) kind {
	return func(f *field) {
		for _, k := range kinds {
			k(f)
		}
	}
}

const absent = "не заполнен|не указан|нет ни одной"

// must is not empty.
var must = bad("missing", nil, absent)

// clean has no characters XML or a form has no place for.
var clean = both(bad("control character", "а\u0001б", "U\\+0001"), bad("half a character", "а\ufffeб", "U\\+FFFE"))

// upTo has at most n characters, however many bytes.
func upTo(n int) kind {
	return both(clean, bad("too long", strings.Repeat("ё", n+1), fmt.Sprintf("%d знаков, допустимо не больше %d", n+1, n)),
		func(f *field) { f.right = append(f.right, string([]rune(strings.Repeat("ёж", n))[:n])) })
}

// russian is a name.
var russian = both(clean,
	bad("Latin look-alike", "Cоколова", "латинская буква, похожая на русскую, в позиции 1"),
	bad("Latin", "Smirnova", "латинская буква в позиции 1"),
	bad("digit inside", "Соко1ова", "цифра в позиции 5"),
	bad("invisible character", "Соко\u200bлова", "невидимый знак с кодом U\\+200B в позиции 5"),
	upTo(100))

// russianAndNumbers is a place or an authority of n characters.
func russianAndNumbers(n int) kind {
	return both(bad("Latin look-alike", "г. Mосква", "латинская буква, похожая на русскую, в позиции 4"), upTo(n))
}

// digits are exactly n of them.
func digits(n int) kind {
	good := strings.Repeat("1", n)
	return both(
		bad("too short", good[1:], "цифр"), bad("too long", good+"1", "цифр"),
		bad("letter for a digit", "О"+good[1:], "цифр"), bad("digits of another script", "٣"+good[1:], "цифр"),
		bad("control character", "1\u0001"+good[1:], "U\\+0001|цифр"))
}

// between are lo to hi digits.
func between(lo, hi int) kind {
	return both(bad("too short", strings.Repeat("1", lo-1)+"x", "цифр"), bad("too long", strings.Repeat("1", hi+1), "цифр"),
		bad("letter for a digit", "О"+strings.Repeat("1", lo-1), "цифр"))
}

// mail is one e-mail address.
var mail = both(
	bad("two addresses", "one@example.org, two@example.org", "один адрес"),
	bad("Cyrillic look-alike", "аpteka@example.org", "латинскими буквами"),
	bad("not an address", "apteka", "имя@домен"),
	bad("control character", "apteka@example.\u0001org", "U\\+0001"),
	bad("too long", strings.Repeat("a", 50)+"@"+strings.Repeat("b", 48)+".org", "знаков, допустимо не больше 100"))

// code is a participant code.
var code = both(
	bad("no dot", "0042000001", "NNNN.NNNNNN"), bad("Cyrillic look-alike", "А042.000001", "NNNN.NNNNNN"),
	bad("letter that does not occur", "O042.000001", "NNNN.NNNNNN"), bad("too long", "0042.0000011", "NNNN.NNNNNN"))

// one is of a few values.
func one(other string) kind {
	return bad("unknown value", other, "должно быть|неизвест|не корректен")
}

// day is a date of a column.
var day = both(bad("endless", "infinity", "такой даты нет"), bad("before Christ", "0044-03-15 BC", "такой даты нет"),
	bad("year of five digits", "12025-01-01", "такой даты нет"), bad("year 999", "0999-01-01", "год не от 1000 до 2999"),
	bad("year 3000", "3000-01-01", "год не от 1000 до 2999"))

// jsonDay is a date inside a JSON value.
var jsonDay = both(bad("30 February", "2025-02-30", "дата"), bad("another form", "01.02.2025", "дата"),
	bad("number", json.RawMessage("20250201"), "не того вида|неверно"), bad("year 999", "0999-01-01", "год не от 1000 до 2999"))

// moment is a timestamp.
var moment = both(bad("endless", "infinity", "вне 0001–9999"), bad("last century", "1999-06-01 00:00:00+00", "от 2000 до 2999"))

// figure is a number of a column.
var figure = both(bad("not a number", "NaN", "не число"), bad("endless", "Infinity", "не число"),
	bad("50 digits", strings.Repeat("9", 50), "длиннее"), bad("19 digits", strings.Repeat("9", 19), "длиннее|не больше|градусов|16383"))

// jsonFigure is a number inside a JSON value.
var jsonFigure = both(bad("text", json.RawMessage(`"много"`), "неверно|не того вида"), bad("huge exponent", json.RawMessage("1e999999"), "слишком|длин|неверно"),
	bad("19 digits", json.RawMessage(strings.Repeat("9", 19)), "длиннее|не больше|градусов|слишком|от 0"))

// whole is an integer inside a JSON value.
var whole = both(bad("fraction", json.RawMessage("1.5"), "не того вида"), bad("overflow", json.RawMessage("99999999999999999999"), "не того вида"),
	bad("32 bits", json.RawMessage("3000000000"), "слишком большое|должно быть"), bad("text", "1", "не того вида"))

// logical is a logical value inside a JSON value.
var logical = both(bad("text", "да", "не того вида"), bad("number", json.RawMessage("1"), "не того вида"))

// texts inside a JSON value are no numbers.
var notNumber = bad("number for a text", json.RawMessage("5"), "не того вида")

// rowKey names another row.
var rowKey = bad("too long", strings.Repeat("к", 101), "длиннее 200 байт")

// itemNumber is what a finding's path says of an item of a list.
var itemNumber = regexp.MustCompile(`\[\d+\]`)

// raw is a JSON value that is no text.
func raw(s string) json.RawMessage { return json.RawMessage(s) }

// longKey has one byte more than a key may have.
var longKey = strings.Repeat("к", 100) + "k"
