package shape

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// baseType is a built-in type of XML Schema as far as the protocol uses it.
type baseType struct {
	check    func(string) error
	collapse bool // surrounding white space is not part of the value
}

var baseTypes = map[string]baseType{
	"string":   {check: func(string) error { return nil }},
	"bool":     {check: oneOf("true", "false", "1", "0"), collapse: true},
	"int":      {check: intBits(32), collapse: true},
	"long":     {check: intBits(64), collapse: true},
	"positive": {check: matches(`\+?0*[1-9][0-9]*`), collapse: true},
	"decimal":  {check: matches(`[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)`), collapse: true},
	"double":   {check: matches(`[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|-?INF|NaN`), collapse: true},
	"date":     {check: date, collapse: true},
	"dateTime": {check: dateTime, collapse: true},
	"base64":   {check: base64Binary, collapse: true},
	"ncname":   {check: matches(`[\p{L}_][\p{L}\p{N}\p{M}._-]*`), collapse: true},
	"id":       {check: matches(`[\p{L}_][\p{L}\p{N}\p{M}._-]*`), collapse: true},
	"anyuri":   {check: anyURI, collapse: true},
}

// check says what is wrong with a value, never quoting it: it may be personal.
func (t *simpleType) check(raw string) error {
	value := raw
	if t.base.collapse {
		value = strings.Trim(raw, " \t\r\n")
	}
	if err := t.base.check(value); err != nil {
		return err
	}
	if n := utf8.RuneCountInString(value); t.max >= 0 && n > t.max {
		return fmt.Errorf("length %d is more than %d", n, t.max)
	} else if n < t.min {
		return fmt.Errorf("length %d is less than %d", n, t.min)
	}
	for _, re := range t.pattern {
		if !re.MatchString(value) {
			return fmt.Errorf("value does not match the pattern of %s", t.label)
		}
	}
	if t.enum != nil {
		if err := oneOf(t.enum...)(value); err != nil {
			return err
		}
	}
	return t.bounds(value)
}

func (t *simpleType) bounds(value string) error {
	if t.gt == "" && t.ge == "" && t.le == "" {
		return nil
	}
	v, err := decimal.NewFromString(value)
	if err != nil {
		return errors.New("value is not a number")
	}
	for _, b := range []struct {
		limit string
		bad   func(cmp int) bool
		text  string
	}{
		{t.gt, func(c int) bool { return c <= 0 }, "must be more than "},
		{t.ge, func(c int) bool { return c < 0 }, "must not be less than "},
		{t.le, func(c int) bool { return c > 0 }, "must not be more than "},
	} {
		if b.limit != "" && b.bad(v.Cmp(decimal.RequireFromString(b.limit))) {
			return errors.New("value " + b.text + b.limit)
		}
	}
	return nil
}

func matches(pattern string) func(string) error {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(s string) error {
		if !re.MatchString(s) {
			return errors.New("value has a wrong form")
		}
		return nil
	}
}

func oneOf(values ...string) func(string) error {
	return func(s string) error {
		for _, v := range values {
			if s == v {
				return nil
			}
		}
		return fmt.Errorf("value is not one of %s", strings.Join(values, ", "))
	}
}

func intBits(bits int) func(string) error {
	return func(s string) error {
		if _, err := strconv.ParseInt(s, 10, bits); err != nil {
			return fmt.Errorf("value is not a %d-bit integer", bits)
		}
		return nil
	}
}

var zone = regexp.MustCompile(`(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)$`)

func date(s string) error {
	if _, err := time.Parse(time.DateOnly, zone.ReplaceAllString(s, "")); err != nil {
		return errors.New("value is not a date")
	}
	return nil
}

func dateTime(s string) error {
	if _, err := time.Parse("2006-01-02T15:04:05.999999999", zone.ReplaceAllString(s, "")); err != nil {
		return errors.New("value is not a date and time")
	}
	return nil
}

func anyURI(s string) error {
	if _, err := url.Parse(s); err != nil {
		return errors.New("value is not a URI")
	}
	return nil
}

func base64Binary(s string) error {
	compact := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(s)
	if _, err := base64.StdEncoding.Strict().DecodeString(compact); err != nil {
		return errors.New("value is not base64")
	}
	return nil
}
