package mis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Column is a column of the source contract.
type Column struct {
	Name     string
	Type     Type
	Required bool   // a row with null here cannot be sent
	Title    string // what it holds, Russian
}

// Type is the PostgreSQL type the contract wants a column to have.
type Type string

// Types of columns.
const (
	Text        Type = "text"
	Date        Type = "date"
	Timestamp   Type = "timestamptz"
	Transaction Type = "xid8"
	Number      Type = "numeric"
	Integer     Type = "integer"
	Boolean     Type = "boolean"
	JSON        Type = "jsonb"
)

// accepted lists the types, by the names format_type gives them, that serve as
// well as the one the contract names: reading them as text loses nothing.
var accepted = map[Type][]string{
	Text:        {"text", "character varying", "character"},
	Date:        {"date"},
	Timestamp:   {"timestamp with time zone"},
	Transaction: {"xid8"},
	Number:      {"numeric", "bigint", "integer", "smallint"},
	Integer:     {"integer", "smallint", "bigint"},
	Boolean:     {"boolean"},
	JSON:        {"jsonb", "json"},
}

// column is a Column and how its text is put into a record of type T.
type column[T any] struct {
	Column
	set func(record *T, text string) error // the error's text is Russian and holds no value
}

// required marks the column as obligatory.
func (c column[T]) required() column[T] {
	c.Required = true
	return c
}

func text[T any, S ~string](name, title string, at func(*T) *S) column[T] {
	return column[T]{Column{Name: name, Type: Text, Title: title}, func(record *T, s string) error {
		*at(record) = S(s)
		return nil
	}}
}

// key is a text column with the key of another row, which is bounded as that is.
func key[T any](name, title string, at func(*T) *string) column[T] {
	return column[T]{Column{Name: name, Type: Text, Title: title}, func(record *T, s string) error {
		if len(s) > keyBytes {
			return fmt.Errorf("длиннее %d байт, такого ключа не бывает", keyBytes)
		}
		*at(record) = s
		return nil
	}}
}

func date[T any](name, title string, at func(*T) *egisso.Date) column[T] {
	return column[T]{Column{Name: name, Type: Date, Title: title}, func(record *T, s string) error {
		d, err := egisso.ParseDate(s)
		if err != nil {
			return errors.New("такой даты нет в календаре или она вне 0001–9999 годов")
		}
		*at(record) = d
		return nil
	}}
}

func timestamp[T any](name, title string, at func(*T) *time.Time) column[T] {
	return column[T]{Column{Name: name, Type: Timestamp, Title: title}, func(record *T, s string) error {
		t, err := parseTime(s)
		if err != nil {
			return errors.New("момент времени вне 0001–9999 годов")
		}
		*at(record) = t
		return nil
	}}
}

func number[T any](name, title string, at func(*T) *decimal.Decimal) column[T] {
	return column[T]{Column{Name: name, Type: Number, Title: title}, func(record *T, s string) (err error) {
		*at(record), err = parseNumber(s)
		return err
	}}
}

func optionalNumber[T any](name, title string, at func(*T) *decimal.NullDecimal) column[T] {
	return column[T]{Column{Name: name, Type: Number, Title: title}, func(record *T, s string) error {
		d, err := parseNumber(s)
		if err != nil {
			return err
		}
		*at(record) = decimal.NewNullDecimal(d)
		return nil
	}}
}

func integer[T any](name, title string, set func(*T, int)) column[T] {
	return column[T]{Column{Name: name, Type: Integer, Title: title}, func(record *T, s string) error {
		n, err := strconv.ParseInt(s, 10, 32)
		if err != nil {
			return errors.New("не целое число или слишком велико")
		}
		set(record, int(n))
		return nil
	}}
}

func boolean[T any](name, title string, set func(*T, bool)) column[T] {
	return column[T]{Column{Name: name, Type: Boolean, Title: title}, func(record *T, s string) error {
		switch s {
		case "true", "t":
			set(record, true)
		case "false", "f":
			set(record, false)
		default:
			return errors.New("не логическое значение")
		}
		return nil
	}}
}

// jsonb is a column with a list or an object; at returns a pointer to decode into.
func jsonb[T any](name, title string, at func(*T) any) column[T] {
	return column[T]{Column{Name: name, Type: JSON, Title: title}, func(record *T, s string) error {
		return decodeJSON(s, at(record))
	}}
}

// parseTime reads a timestamptz as PostgreSQL writes it with datestyle ISO and
// time zone UTC.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02 15:04:05.999999999-07", s)
	return t.UTC(), err
}

// numberDigits and numberExponent bound the numbers taken from the source. What
// lies outside has no meaning here, and arithmetic on it would not end.
const (
	numberDigits   = 30
	numberExponent = 20
)

func parseNumber(s string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, errors.New("не число")
	}
	return d, checkNumber(d)
}

func checkNumber(d decimal.Decimal) error {
	if e := d.Exponent(); e > numberExponent || e < -numberExponent || d.Coefficient().BitLen() > numberDigits*4 {
		return fmt.Errorf("число длиннее %d знаков", numberDigits)
	}
	return nil
}

// fieldName tells names of JSON fields, which may be shown, from anything else.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,60}$`)

// decodeJSON decodes strictly: a field the contract does not know is an error,
// so that a misspelt one is not lost in silence.
func decodeJSON(s string, into any) error {
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == io.EOF {
			return badEscape(s)
		}
		return errors.New("после значения есть лишний текст")
	}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		if fieldName.MatchString(wrongType.Field) {
			return fmt.Errorf("поле %s не того вида, которого требует контракт", wrongType.Field)
		}
		return errors.New("значение не того вида, которого требует контракт (список вместо объекта или наоборот)")
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		if name = strings.Trim(name, `"`); fieldName.MatchString(name) {
			return fmt.Errorf("поля %s нет в контракте", name)
		}
		return errors.New("есть поле, которого нет в контракте")
	}
	return errors.New("дата, число или идентификатор внутри записаны неверно (дата — ГГГГ-ММ-ДД)")
}

// badEscape looks for escapes in a JSON text that stand for no character a text
// can hold: U+0000, and halves of a surrogate pair. The type jsonb refuses them,
// the type json does not.
func badEscape(s string) error {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			continue
		}
		r := escaped(s[i:])
		switch {
		case r == 0:
			return errors.New("внутри есть знак с кодом U+0000")
		case !utf16.IsSurrogate(r):
			i++ // it may be a backslash itself
		case utf16.DecodeRune(r, escaped(s[i+escapeBytes:])) == utf8.RuneError:
			return errors.New("внутри есть половина суррогатной пары UTF-16")
		default:
			i += 2*escapeBytes - 1
		}
	}
	return nil
}

// escapeBytes is the length of an escape like \u0041.
const escapeBytes = 6

// escaped returns the number s begins with as an escape, -1 if it is not one.
func escaped(s string) rune {
	if len(s) < escapeBytes || s[:2] != `\u` {
		return -1
	}
	n, err := strconv.ParseUint(s[2:escapeBytes], 16, 32)
	if err != nil {
		return -1
	}
	return rune(n)
}

// emptyJSON reports whether a jsonb value says no more than null.
func emptyJSON(s string) bool {
	switch s {
	case "null", "[]", "{}":
		return true
	}
	return false
}

// decode puts one value into the record and returns what is wrong with it, ""
// if nothing is.
func (c column[T]) decode(record *T, value []byte) string {
	value = bytes.TrimSpace(value)
	if len(value) == 0 || c.Type == JSON && emptyJSON(string(value)) {
		if c.Required {
			return "не заполнено, а без него запись не передать"
		}
		return ""
	}
	if problem := badText(string(value)); problem != "" {
		return problem
	}
	if err := c.set(record, string(value)); err != nil {
		return err.Error()
	}
	return ""
}
