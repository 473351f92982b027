package scaffold

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// expression writes what an answer says as a value of the kind; "" if there is none or it is a
// problem, which has been noted.
func (v *view) expression(answer string, to target, s scope) string {
	text, ok := v.answers.get(answer)
	if !ok {
		return ""
	}
	where := v.answers.where(answer)
	parsed, err := parseValue(text)
	if err != nil {
		v.problem(where, "как пишутся ответы — egissogw scaffold --example", "%s", err)
		return ""
	}
	var alternatives []string
	for _, one := range parsed.alternatives {
		sql := v.sum(where, one.terms, to, s)
		if sql != "" && one.when != nil {
			sql = "case when " + v.condition(where, *one.when, s) + " then " + sql + " end"
		}
		if sql != "" {
			alternatives = append(alternatives, sql)
		}
	}
	if len(alternatives) > 1 {
		return "coalesce(" + strings.Join(alternatives, ", ") + ")"
	}
	return strings.Join(alternatives, "")
}

// sum writes one alternative: a value, or texts with blanks between them.
func (v *view) sum(where string, terms []term, to target, s scope) string {
	if len(terms) == 1 {
		return v.term(where, terms[0], to, s)
	}
	if to.kind != mis.Text {
		v.problem(where, "назовите один столбец", "сложить можно только тексты, а нужен %s", to.kind)
		return ""
	}
	var texts []string
	for _, t := range terms {
		texts = append(texts, v.term(where, t, to, s))
	}
	if slices.Contains(texts, "") {
		return ""
	}
	return "nullif(concat_ws(' ', " + strings.Join(texts, ", ") + "), '')"
}

// condition writes what an alternative depends on: values named true, or a flag.
func (v *view) condition(where string, t term, s scope) string {
	sql := v.term(where, t, target{kind: mis.Boolean}, s)
	var yes []string
	for _, p := range t.cases {
		if p.to != "true" {
			return sql
		}
		yes = append(yes, literal(p.from))
	}
	if sql == "" || len(yes) == 0 || t.rest != nil && *t.rest != "false" {
		return sql
	}
	n, c := v.find(where, t.path, s)
	return n.column(c) + "::text in (" + strings.Join(yes, ", ") + ")"
}

func (v *view) term(where string, t term, to target, s scope) string {
	if t.literal != nil {
		return v.literal(where, *t.literal, to)
	}
	n, c := v.find(where, t.path, s)
	if c == nil {
		return ""
	}
	expr := n.column(c)
	switch {
	case len(t.cases) > 0 || t.rest != nil:
		return v.mapped(where, expr, c, t, to)
	case t.format != "":
		return v.formatted(where, expr, c, t.format, to)
	}
	sql, wrong := v.site.cast(expr, c.of, to)
	if wrong != nil {
		v.problem(where, wrong.advice, "столбец %s: %s", word(c.name), wrong.what)
		return ""
	}
	switch {
	case c.of.is(floats...):
		v.note(where, "если это деньги, храните их в numeric", "столбец %s — %s: доли могут округлиться", word(c.name), c.of.shown())
	case c.of.is("bytea") && to.kind == mis.Text && !to.key:
		v.note(where, "другую кодировку называет ответ bytea_encoding", "столбец %s — bytea: читается как текст в %s", word(c.name), v.site.encoding)
	}
	return sql
}

// literal writes a fixed value, once it is one of the kind.
func (v *view) literal(where, text string, to target) string {
	if !is(text, to.kind) {
		v.problem(where, "исправьте значение", "%q — не %s", text, to.kind)
		return ""
	}
	return literal(text) + "::" + string(to.kind)
}

// is reports whether a text is a value of the kind.
func is(text string, kind mis.Type) bool {
	var err error
	switch kind {
	case mis.Date:
		_, err = egisso.ParseDate(text)
	case mis.Timestamp:
		_, err = time.Parse(time.RFC3339, text)
	case mis.Number:
		_, err = decimal.NewFromString(text)
	case mis.Integer:
		_, err = strconv.ParseInt(text, 10, 32)
	case mis.Boolean:
		return text == "true" || text == "false"
	case mis.UUID:
		_, err = uuid.Parse(text)
	case mis.Transaction:
		_, err = strconv.ParseUint(text, 10, 64)
	case mis.JSON:
		return json.Valid([]byte(text))
	}
	return err == nil
}

// mapped writes what each value of a column becomes.
func (v *view) mapped(where, expr string, c *column, t term, to target) string {
	var b strings.Builder
	b.WriteString("case " + expr + "::text")
	for _, p := range t.cases {
		if possible := values(c.of); len(possible) > 0 && !slices.Contains(possible, p.from) {
			v.problem(where, "есть "+strings.Join(possible, ", "), "у столбца %s не бывает значения %q", word(c.name), p.from)
		}
		b.WriteString(" when " + literal(p.from) + " then " + v.literal(where, p.to, to))
	}
	if t.rest != nil {
		b.WriteString(" else " + v.literal(where, *t.rest, to))
	} else {
		v.unmapped(where, c, t)
	}
	return b.String() + " end"
}

// values are all a column may hold, none if that is not known.
func values(t dataType) []string {
	if t.is("bool") {
		return []string{"true", "false"}
	}
	return t.labels
}

// unmapped notes values of a column that become nothing.
func (v *view) unmapped(where string, c *column, t term) {
	var left []string
	for _, value := range values(c.of) {
		if !slices.ContainsFunc(t.cases, func(p pair) bool { return p.from == value }) {
			left = append(left, value)
		}
	}
	if len(left) > 0 {
		v.note(where, "назовите их или *=…", "значения %s столбца %s не названы: вместо них будет пусто", strings.Join(left, ", "), word(c.name))
	}
}

// formatted reads a date out of a text.
func (v *view) formatted(where, expr string, c *column, format string, to target) string {
	if to.kind != mis.Date || !c.of.is(texts...) && !c.of.is(integers...) {
		v.problem(where, "формат нужен только дате, которая хранится текстом или числом", "столбец %s (%s) не читается по формату как %s", word(c.name), c.of.shown(), to.kind)
		return ""
	}
	return "to_date(nullif(btrim(" + expr + "::text), ''), " + literal(format) + ")"
}
