package mis

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// fieldName tells names of JSON fields, which may be shown, from anything else.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,60}$`)

// decodeJSON decodes strictly: a field the contract does not know, or one given
// twice, is an error, so that nothing is lost in silence.
func decodeJSON(s string, into any) error {
	if err := checkShape([]byte(s), reflect.TypeOf(into)); err != nil {
		return err
	}
	err := json.Unmarshal([]byte(s), into)
	var wrongType *json.UnmarshalTypeError
	var broken *json.SyntaxError
	switch {
	case err == nil:
		return badEscape(s)
	case errors.As(err, &broken):
		return errNotJSON
	case errors.As(err, &wrongType) && fieldName.MatchString(wrongType.Field):
		return fmt.Errorf("поле %s не того вида, которого требует контракт, или слишком большое число", wrongType.Field)
	case errors.As(err, &wrongType):
		return errors.New("значение не того вида, которого требует контракт (список вместо объекта или наоборот)")
	}
	return errors.New("дата, число или идентификатор внутри записаны неверно (дата — ГГГГ-ММ-ДД)")
}

var errNotJSON = errors.New("не разбирается как JSON")

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
