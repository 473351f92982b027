package egisso

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/crypto/xmlsafe"
)

// FormatError says why a package was refused as a document, before its records
// are checked: it is no XML, or its structure or a value is not what the XSD
// demands.
type FormatError struct {
	Finding Finding // code L-XSD, or that of the rule which owns the value
	Offset  int     // byte offset in the document
	Err     error   // the XML reader's error, if that was the reason
}

// Error names the place and the demand, never a value.
func (e *FormatError) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("byte %d: %s", e.Offset, e.Finding)
}

// Unwrap returns the XML reader's error, if any.
func (e *FormatError) Unwrap() error { return e.Err }

// readLimits bound packages and protocols: at most 1000 elements, flat.
var readLimits = xmlsafe.Limits{Bytes: 64 << 20, Depth: 32, Elements: 1_000_000, Attributes: 64, TextLength: 1 << 20}

// decoder reads a document of a known schema strictly: elements in the order
// of the schema, nothing missing, nothing more. The first error sticks; after
// it every method returns zero values.
type decoder struct {
	v   *Version
	err error
}

// parseDocument returns the root and sets the version if the document has the
// local name and the namespace of a version of one of the kinds.
func (d *decoder) parseDocument(content []byte, local string, codes ...string) *xmlsafe.Element {
	doc, err := xmlsafe.Parse(content, readLimits)
	if err != nil {
		d.err = &FormatError{Finding: Finding{Code: "L-XSD", Severity: Error, Schema: true, Text: "Документ не является корректным XML"}, Err: err}
		return nil
	}
	d.v = versionOfSpace(doc.Root.Space)
	switch {
	case d.v == nil || !slices.Contains(codes, d.v.Code):
		d.fail(doc.Root, "L-XSD", "пространство имён корневого элемента не принадлежит известной версии вида сведений "+strings.Join(codes, ", "))
		return nil
	case local == "":
		local = d.v.Root
	}
	if doc.Root.Local != local {
		d.fail(doc.Root, "L-XSD", "ожидается корневой элемент "+local)
		return nil
	}
	return doc.Root
}

func (d *decoder) fail(e *xmlsafe.Element, code, text string) {
	if d.err == nil {
		d.err = &FormatError{
			Finding: Finding{Code: code, Severity: Error, Field: e.Path(), Text: text, Schema: true},
			Offset:  e.Start,
		}
	}
}

// sequence walks over the children of an element with element-only content.
type sequence struct {
	d    *decoder
	e    *xmlsafe.Element
	kids []*xmlsafe.Element
}

func (d *decoder) sequence(e *xmlsafe.Element) *sequence {
	s := &sequence{d: d, e: e}
	if d.err != nil || e == nil {
		return s
	}
	d.plainAttributes(e)
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			s.kids = append(s.kids, n)
		case xmlsafe.Text:
			if strings.TrimSpace(string(n)) != "" {
				d.fail(e, "L-XSD", "текст там, где допустимы только элементы")
			}
		}
	}
	return s
}

const nsInstance = "http://www.w3.org/2001/XMLSchema-instance"

// plainAttributes: no type of these schemas has attributes; only the hints
// where a schema lies are harmless.
func (d *decoder) plainAttributes(e *xmlsafe.Element) {
	for _, a := range e.Attrs {
		if a.Space == nsInstance && (a.Local == "schemaLocation" || a.Local == "noNamespaceSchemaLocation") {
			continue
		}
		d.fail(e, "L-XSD", "атрибут "+a.Local+" не предусмотрен схемой")
	}
}

// optional takes the next child if it has the name.
func (s *sequence) optional(space, local string) *xmlsafe.Element {
	if s.d.err != nil || len(s.kids) == 0 || !s.kids[0].Is(space, local) {
		return nil
	}
	e := s.kids[0]
	s.kids = s.kids[1:]
	return e
}

// need takes the next child, which must have the name.
func (s *sequence) need(space, local string) *xmlsafe.Element {
	e := s.optional(space, local)
	if e == nil && s.d.err == nil {
		text := "нет обязательного элемента " + local
		if len(s.kids) > 0 {
			text += ", на его месте " + s.kids[0].Local
		}
		s.d.fail(s.e, "L-XSD", text)
	}
	return e
}

// each calls f for every next child of the name; at most max of them.
func (s *sequence) each(space, local string, max int, f func(e *xmlsafe.Element)) {
	for n := 1; ; n++ {
		e := s.optional(space, local)
		if e == nil {
			return
		}
		if n > max {
			s.d.fail(e, "L-XSD", fmt.Sprintf("больше %d элементов %s", max, local))
			return
		}
		f(e)
	}
}

// some is each for a list that must not be empty.
func (s *sequence) some(space, local string, f func(e *xmlsafe.Element)) {
	found := false
	s.each(space, local, unbounded, func(e *xmlsafe.Element) {
		found = true
		f(e)
	})
	if !found {
		s.need(space, local)
	}
}

const unbounded = int(^uint(0) >> 1)

// end demands that every child was taken.
func (s *sequence) end() {
	if s.d.err == nil && len(s.kids) > 0 {
		s.d.fail(s.kids[0], "L-XSD", "элемент не предусмотрен схемой на этом месте")
	}
}

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

// coded reads a text whose pattern does not match the empty text.
func (d *decoder) coded(e *xmlsafe.Element) string {
	v := d.string(e)
	if v == "" && e != nil && d.err == nil {
		d.fail(e, "L-XSD", "элемент пуст")
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
func (d *decoder) date(e *xmlsafe.Element) Date {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return Date{}
	}
	if !d.v.plainTimes {
		v = withoutZone(v)
	}
	date, err := ParseDate(v)
	if err != nil || !date.possible() {
		text := "значение не является датой вида ГГГГ-ММ-ДД"
		if d.v.plainTimes {
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
	if !d.v.plainTimes {
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
		t, err = time.ParseInLocation("2006-01-02T15:04:05", v, moscow)
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
