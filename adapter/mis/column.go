package mis

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Column is a column of the source contract.
type Column struct {
	Name     string
	Type     Type
	Required bool   // a row with null here cannot be sent
	Title    string // what it holds, Russian

	shape reflect.Type // of what a JSON value is decoded into
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
	UUID        Type = "uuid"
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
	UUID:        {"uuid", "text", "character varying", "character"},
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
	shape := reflect.TypeOf(at(new(T))).Elem()
	return column[T]{Column{Name: name, Type: JSON, Title: title, shape: shape}, func(record *T, s string) error {
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
	// numberText is how long the text of one may be, zeros in front and behind
	// included: reading takes time with the square of it.
	numberText = 1000
)

func parseNumber(s string) (decimal.Decimal, error) {
	if len(s) > numberText {
		return decimal.Decimal{}, errLongNumber
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return decimal.Decimal{}, errors.New("не число")
	}
	return d, checkNumber(d)
}

var errLongNumber = fmt.Errorf("число длиннее %d знаков", numberDigits)

func checkNumber(d decimal.Decimal) error {
	if e := d.Exponent(); e > numberExponent || e < -numberExponent || d.Coefficient().BitLen() > numberDigits*4 {
		return errLongNumber
	}
	return nil
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
