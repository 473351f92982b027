package check

import (
	"fmt"
	"unicode/utf8"

	"egissogw/adapter/egisso"
)

// A field is one text of a record with what the XSD demands of it. Listing
// fields once lets one small function be one rule.
type field struct {
	parent   string // path of the element around it, XSD names, like "mszReceiver"
	name     string // XSD name, like "SNILS"
	whose    string // Russian, like "Получатель: "; put together only for a finding
	label    string // Russian, like "СНИЛС"
	value    string
	rule     string // rule that reports absence and format
	required bool
	max      int           // characters, 0: the format says it
	soft     bool          // a longer text is cut, not refused
	lines    bool          // line breaks are allowed
	format   egisso.Format // nil: any text
}

// A dateField is one date of a record.
type dateField struct {
	parent, name, whose, label string
	rule                       string
	value                      egisso.Date
	required                   bool
}

func (f *field) path() string     { return joinPath(f.parent, f.name) }
func (d *dateField) path() string { return joinPath(d.parent, d.name) }

func joinPath(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "/" + name
}

// say returns "Получатель: СНИЛС: problem".
func (f *field) say(problem string) string     { return f.whose + f.label + ": " + problem }
func (d *dateField) say(problem string) string { return d.whose + d.label + ": " + problem }

const notGiven = "не заполнено"

// checkFields reports absence and wrong format of the fields the rule owns.
func checkFields(fields []field, r *report) {
	for i := range fields {
		f := &fields[i]
		if f.rule != r.rule.Code {
			continue
		}
		switch {
		case f.value == "" && f.required:
			r.schema(f.path(), f.say(notGiven))
		case f.value == "" || f.format == nil || badCharacter(f.value, true) != "":
			// Nothing to look at, or L-CHAR tells more.
		default:
			if problem := f.format(f.value); problem != "" {
				r.schema(f.path(), f.say(problem))
			}
		}
	}
}

// checkDates reports absence and impossible dates of the fields the rule owns.
func checkDates(dates []dateField, r *report) {
	for i := range dates {
		d := &dates[i]
		if d.rule != r.rule.Code {
			continue
		}
		switch {
		case d.value.IsZero():
			if d.required {
				r.schema(d.path(), d.say(notGiven))
			}
		case !d.value.Possible():
			r.schema(d.path(), d.say("такой даты нет, или год не от 1000 до 2999"))
		}
	}
}

// checkLengths is the rule L-LEN over all fields.
func checkLengths(fields []field, r *report) {
	for i := range fields {
		f := &fields[i]
		if f.max == 0 || len(f.value) <= f.max {
			continue
		}
		n := utf8.RuneCountInString(f.value)
		switch {
		case n <= f.max:
		case f.soft:
			r.add(f.path(), f.say(fmt.Sprintf("%d знаков, будет передано первых %d", n, f.max)))
		default:
			r.schema(f.path(), f.say(fmt.Sprintf("%d знаков, допустимо не больше %d", n, f.max)))
		}
	}
}

// checkCharacters is the rule L-CHAR over all fields.
func checkCharacters(fields []field, r *report) {
	for i := range fields {
		f := &fields[i]
		if problem := badCharacter(f.value, f.lines); problem != "" {
			r.schema(f.path(), f.say(problem))
		}
	}
}

// fieldList lists the texts and dates of a record whose rule is L-XSD.
type fieldList struct {
	fields []field
	dates  []dateField
}

func (l *fieldList) text(name, label, value string, required bool, max int, f egisso.Format) {
	l.owned("L-XSD", name, label, value, required, max, f)
}

// owned lists a text whose presence and format another rule reports.
func (l *fieldList) owned(rule, name, label, value string, required bool, max int, f egisso.Format) {
	l.fields = append(l.fields, field{
		name: name, label: label, value: value, rule: rule, required: required, max: max, format: f, lines: f == nil,
	})
}

func (l *fieldList) date(name, label string, value egisso.Date, required bool) {
	l.dates = append(l.dates, dateField{name: name, label: label, value: value, rule: "L-XSD", required: required})
}
