package scaffold

import (
	"strings"

	"egissogw/adapter/mis"
)

// Where the lines of nested SQL begin.
func indent(depth int) string { return "\n" + strings.Repeat(" ", 11+4*depth) }

// json writes a column or field with a list or an object; "" if nothing is said of it.
func (v *view) json(name string, s mis.Shape, in scope, depth int) string {
	text, given := v.answers.get(name)
	switch {
	case given && text == "-":
		return ""
	case given:
		return v.whole(name, s, in)
	case s.List && v.answers.has(name+".table"):
		return v.list(name, s, in, depth)
	case len(s.Fields) > 0 && v.answers.has(name):
		return v.object(name, s, in, depth)
	}
	return ""
}

// whole writes JSON that one answer says: a column or a literal.
func (v *view) whole(name string, s mis.Shape, in scope) string {
	where := v.answers.where(name)
	text, _ := v.answers.get(name)
	parsed, err := parseValue(text)
	if err != nil {
		v.problem(where, "как пишутся ответы — egissogw scaffold --example", "%s", err)
		return ""
	}
	t, ok := parsed.column()
	if !ok {
		v.problem(where, adviceFor[mis.JSON], "здесь нужен один столбец или одно значение")
		return ""
	}
	if t.literal != nil {
		return v.literal(where, *t.literal, target{kind: mis.JSON})
	}
	n, c := v.find(where, t.path, in)
	if c == nil {
		return ""
	}
	expr := n.column(c)
	if c.of.is(jsons...) {
		v.note(where, "поля и их имена — в testdata/mis/README.md", "столбец %s берётся как есть: его поля должны называться как в контракте", word(c.name))
		return expr + "::jsonb"
	}
	if s.List && len(s.Fields) == 0 {
		if len(t.cases) > 0 || t.rest != nil {
			one := v.mapped(where, expr, c, t, targetOf(s))
			return "case when " + expr + " is not null then jsonb_build_array(" + one + ") end"
		}
		sql, wrong := v.site.elements(expr, c.of, targetOf(s))
		if wrong != nil {
			v.problem(where, wrong.advice, "столбец %s: %s", word(c.name), wrong.what)
		}
		return sql
	}
	v.problem(where, adviceFor[mis.JSON], "столбец %s: тип %s не приводится к jsonb с полями", word(c.name), c.of.shown())
	return ""
}

// list writes the rows of a table as a list.
func (v *view) list(name string, s mis.Shape, in scope, depth int) string {
	short := strings.TrimPrefix(name, v.name+".")
	n := v.source(name+".table", short, in)
	if n == nil {
		v.skip(name)
		return ""
	}
	joined, inside := v.joins(name, in.with(n))
	inside.own = n
	var item string
	if len(s.Fields) > 0 {
		item = v.fields(name, s, inside, depth+1)
	} else if item = v.expression(name+".value", targetOf(s), inside); item == "" {
		v.missing(name+".value", "значения списка")
	}
	var b strings.Builder
	b.WriteString("(select jsonb_agg(" + item + " order by " + v.order(name, n, item) + ")")
	b.WriteString(indent(depth) + "   from " + n.table.sql() + " " + n.sql)
	for _, j := range joined {
		b.WriteString(indent(depth) + "   left join " + j.table.sql() + " " + j.sql + " on " + j.on())
	}
	b.WriteString(indent(depth) + "  where " + n.on() + ")")
	return b.String()
}

// order is that of a list: as answered, by the primary key, or by the items themselves.
func (v *view) order(name string, n *node, item string) string {
	var by []string
	if _, given := v.answers.get(name + ".order"); given {
		text, _ := v.answers.get(name + ".order")
		for one := range strings.SplitSeq(text, ",") {
			parsed, err := parseValue(one)
			if err != nil || parsed.path() == nil {
				v.problem(v.answers.where(name+".order"), "назовите столбцы через запятую", "порядок не понят")
				return "1"
			}
			if _, c := v.find(v.answers.where(name+".order"), parsed.path(), scope{n, []*node{n}}); c != nil {
				by = append(by, n.column(c))
			}
		}
	}
	if len(by) == 0 {
		for _, key := range n.table.primary {
			by = append(by, n.column(n.table.column(key)))
		}
	}
	if len(by) == 0 {
		return "(" + item + ")::text"
	}
	return strings.Join(by, ", ")
}

// object writes an object made of single values: whole, or not at all if it may be left out.
func (v *view) object(name string, s mis.Shape, in scope, depth int) string {
	sql, demanded := v.fieldsOf(name, s, in, depth+1)
	if s.List {
		sql = "jsonb_build_array(" + sql + ")"
	}
	if len(demanded) > 0 && (!s.Required || s.List) {
		sql = "case when num_nulls(" + strings.Join(demanded, ", ") + ") = 0" + indent(depth) + "     then " + sql + indent(depth) + "end"
	}
	return sql
}

func (v *view) fields(name string, s mis.Shape, in scope, depth int) string {
	sql, _ := v.fieldsOf(name, s, in, depth)
	return sql
}

// fieldsOf writes the fields that are answered, and returns those without which the object is none.
func (v *view) fieldsOf(name string, s mis.Shape, in scope, depth int) (sql string, demanded []string) {
	var parts []string
	for _, f := range s.Fields {
		answer := name + "." + f.Name
		var one string
		if f.List || f.Type == mis.JSON {
			one = v.json(answer, f, in, depth)
		} else {
			one = v.expression(answer, targetOf(f), in)
		}
		switch {
		case one != "":
			parts = append(parts, literal(f.Name)+", "+one)
			if f.Required && !strings.HasPrefix(one, "'") {
				demanded = append(demanded, one)
			}
		case f.Required:
			v.missing(answer, "")
		}
	}
	return "jsonb_build_object(" + indent(depth) + "   " + strings.Join(parts, ","+indent(depth)+"   ") + ")", demanded
}
