package wire

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// text returns a value with white space trimmed and collapsed.
func (r *protocolReader) text(parent *xmlsafe.Element, kids map[string][]*xmlsafe.Element, name string, max int, required bool) string {
	e := first(kids[name])
	if e == nil {
		if required {
			r.deviate(parent, "нет элемента %s", name)
		}
		return ""
	}
	if len(e.Elements()) > 0 {
		r.fail(e, "elements inside a text value")
	}
	r.plainAttributes(e)
	v := strings.Join(strings.Fields(e.Text()), " ")
	if max > 0 && utf8.RuneCountInString(v) > max {
		r.deviate(e, "текст длиннее %d знаков", max)
	}
	return v
}

// formatted reads a value and reports one that has not the schema's format.
func (r *protocolReader) formatted(parent *xmlsafe.Element, kids map[string][]*xmlsafe.Element, name string, f egisso.Format) string {
	v := r.text(parent, kids, name, 0, true)
	if first(kids[name]) != nil {
		if problem := f(v); problem != "" {
			r.deviate(parent, "%s: %s", name, problem)
		}
	}
	return v
}

// count reads an xsd:positiveInteger; nil if absent or unreadable.
func (r *protocolReader) count(parent *xmlsafe.Element, kids map[string][]*xmlsafe.Element, name string) *int {
	v := r.text(parent, kids, name, 0, false)
	if v == "" && first(kids[name]) == nil {
		return nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		r.deviate(parent, "%s не является положительным числом", name)
		return nil
	}
	if n == 0 {
		r.deviate(parent, "%s равно 0, по схеме элемент в этом случае отсутствует", name)
	}
	return &n
}

// time reads an xsd:dateTime; without a zone it is taken as Moscow time.
func (r *protocolReader) time(parent *xmlsafe.Element, kids map[string][]*xmlsafe.Element, name string, required bool) time.Time {
	v := r.text(parent, kids, name, 0, required)
	if v == "" && first(kids[name]) == nil {
		return time.Time{}
	}
	if r.v != nil && r.v.plainTimes && !timestampPattern.MatchString(v) {
		r.deviate(parent, "%s записано не так, как требует схема 2.3.0", name)
	}
	if t, ok := parseDateTime(v); ok {
		return t
	}
	r.deviate(parent, "%s не является временем", name)
	return time.Time{}
}
