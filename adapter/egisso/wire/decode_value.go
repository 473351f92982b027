package wire

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// Values. Each reads the text of an element that may be nil after an error or
// when an optional element is absent.

// string reads a plain text.
func (d *decoder) string(e *xmlsafe.Element) string {
	if d.err != nil || e == nil {
		return ""
	}
	d.plainAttributes(e)
	for _, n := range e.Children {
		if c, ok := n.(*xmlsafe.Element); ok {
			d.fail(c, "L-XSD", "элемент внутри текстового значения")
			return ""
		}
	}
	return e.Text()
}

// coded reads a text whose pattern matches neither the empty text nor white
// space around it.
func (d *decoder) coded(e *xmlsafe.Element) string {
	v := d.words(e)
	if d.err == nil && v != strings.TrimRight(v, " \t\n\r") {
		d.fail(e, "L-XSD", "пробелы вокруг значения")
	}
	return v
}

// words reads a text whose pattern begins with a character of its own.
func (d *decoder) words(e *xmlsafe.Element) string {
	v := d.string(e)
	switch {
	case e == nil || d.err != nil:
	case v == "":
		d.fail(e, "L-XSD", "элемент пуст")
	case v != strings.TrimLeft(v, " \t\n\r"):
		d.fail(e, "L-XSD", "пробелы вокруг значения")
	}
	return v
}

// collapsed reads a value of a type that ignores white space around it.
func (d *decoder) collapsed(e *xmlsafe.Element) string {
	return strings.Trim(d.string(e), " \t\n\r")
}

func (d *decoder) uuid(e *xmlsafe.Element) uuid.UUID {
	v := d.string(e)
	if d.err != nil || e == nil {
		return uuid.Nil
	}
	id, ok := parseUUID(v)
	if !ok {
		d.fail(e, "L-XSD", "значение не является UUID")
	}
	return id
}

// parseUUID takes only the form of the schema, 8-4-4-4-12.
func parseUUID(s string) (uuid.UUID, bool) {
	if len(s) != 36 {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(s)
	return id, err == nil
}

// date reads a date: tDate of basic/2.3.0 without a zone, or xsd:date, whose
// zone is dropped: a date of a register means a day, not a moment.
func (d *decoder) date(e *xmlsafe.Element) egisso.Date {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return egisso.Date{}
	}
	if !d.v.PlainTimes {
		v = withoutZone(v)
	}
	date, err := egisso.ParseDate(v)
	if err != nil || !date.Possible() {
		text := "значение не является датой вида ГГГГ-ММ-ДД"
		if d.v.PlainTimes {
			text += " без часового пояса"
		}
		d.fail(e, "L-XSD", text)
	}
	return date
}

var zoneSuffix = regexp.MustCompile(`(Z|[+-][0-9]{2}:[0-9]{2})$`)

func withoutZone(v string) string {
	if len(v) > len(time.DateOnly) {
		return v[:len(time.DateOnly)] + zoneSuffix.ReplaceAllString(v[len(time.DateOnly):], "")
	}
	return v
}

// tTimestamp of basic/2.3.0.
var timestampPattern = regexp.MustCompile(`^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\+(0[2-9]|1[0-2]):00|Z)$`)

// timestamp reads tTimestamp of basic/2.3.0 or xsd:dateTime.
func (d *decoder) timestamp(e *xmlsafe.Element) time.Time {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return time.Time{}
	}
	if !d.v.PlainTimes {
		t, ok := parseDateTime(v)
		if !ok {
			d.fail(e, "L-XSD", "значение не является датой и временем")
		}
		return t.UTC()
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil || !timestampPattern.MatchString(v) {
		d.fail(e, "L-XSD", "значение не является временем без долей секунды с часовым поясом")
	}
	return t.UTC()
}

var dateTimePattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)

// parseDateTime reads an xsd:dateTime; without a zone it is Moscow time.
func parseDateTime(v string) (time.Time, bool) {
	if !dateTimePattern.MatchString(v) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		t, err = time.ParseInLocation("2006-01-02T15:04:05", v, egisso.Moscow)
	}
	return t, err == nil
}

func (d *decoder) bool(e *xmlsafe.Element) bool {
	switch v := d.collapsed(e); v {
	case "true", "1":
		return true
	case "false", "0":
	default:
		if e != nil && d.err == nil {
			d.fail(e, "L-XSD", "значение не является логическим")
		}
	}
	return false
}

func (d *decoder) boolPtr(e *xmlsafe.Element) *bool {
	if e == nil {
		return nil
	}
	v := d.bool(e)
	return &v
}

func (d *decoder) int(e *xmlsafe.Element) int {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return 0
	}
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil {
		d.fail(e, "L-XSD", "значение не является целым числом")
	}
	return int(n)
}

// The lexical form of xsd:decimal; decimal.NewFromString takes exponents too.
var decimalPattern = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)

func (d *decoder) decimal(e *xmlsafe.Element) decimal.Decimal {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return decimal.Decimal{}
	}
	if len(v) > 100 || !decimalPattern.MatchString(v) {
		d.fail(e, "L-XSD", "значение не является десятичным числом")
		return decimal.Decimal{}
	}
	n, err := decimal.NewFromString(v)
	if err != nil {
		d.fail(e, "L-XSD", "значение не является десятичным числом")
	}
	return n
}

func (d *decoder) nullDecimal(e *xmlsafe.Element) decimal.NullDecimal {
	if e == nil || d.err != nil {
		return decimal.NullDecimal{}
	}
	return decimal.NewNullDecimal(d.decimal(e))
}

// tMoney of basic/1.0.8: exactly two decimals after a dot or a comma.
var moneyPattern = regexp.MustCompile(`^[0-9]{1,90}[.,][0-9]{2}$`)

func (d *decoder) money(e *xmlsafe.Element) decimal.Decimal {
	v := d.string(e)
	if d.err != nil || e == nil {
		return decimal.Decimal{}
	}
	if !moneyPattern.MatchString(v) {
		d.fail(e, "L-AMT", "сумма записана не с двумя знаками после запятой")
		return decimal.Decimal{}
	}
	n, err := decimal.NewFromString(strings.Replace(v, ",", ".", 1))
	if err != nil {
		d.fail(e, "L-AMT", "значение не является суммой")
	}
	return n
}

// lastChanging reads what the package types add to the base types of three
// registers.
func (d *decoder) lastChanging(s *sequence) (changed time.Time, previous uuid.UUID) {
	ns := d.v.Space.Pack
	changed = d.timestamp(s.need(ns, "lastChanging"))
	return changed, d.uuid(s.optional(ns, d.v.Names.PreviousID))
}

// formatted reads a text that must have the format.
func (d *decoder) formatted(e *xmlsafe.Element, f egisso.Format) string {
	v := d.string(e)
	if e != nil && d.err == nil {
		if problem := f(v); problem != "" {
			d.fail(e, "L-XSD", problem)
		}
	}
	return v
}

// limited reads a text of at most max characters.
func (d *decoder) limited(e *xmlsafe.Element, max int) string {
	v := d.string(e)
	if len(v) > max && len([]rune(v)) > max {
		d.fail(e, "L-XSD", fmt.Sprintf("больше %d знаков", max))
	}
	return v
}
