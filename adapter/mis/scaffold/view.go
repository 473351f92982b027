package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// view is one view of the contract while it is written.
type view struct {
	*writer
	name   string
	nodes  []*node // the table of the records first
	joined []*node
	lines  []string // columns, each with what it holds after a tab
	since  string   // when a record changed that the log does not know, "" if nothing says so
	key    struct{ column, text, back, same string }
}

// at is the answer of the view.
func (v *view) at(name string) string { return v.name + "." + name }

// skip takes the answers under a name as asked: why they cannot be used has been said.
func (v *view) skip(name string) {
	for _, n := range v.answers.names {
		if strings.HasPrefix(n, name+".") {
			v.answers.asked[n] = true
		}
	}
}

// missing says that an answer is wanted, unless a wrong one was given.
func (v *view) missing(answer, title string) {
	if text, given := v.answers.get(answer); given && text != "-" || v.answers.has(answer) && !given {
		return
	}
	if title != "" {
		title = " (" + title + ")"
	}
	v.problem(v.answers.where(answer), "назовите столбец, 'значение' или присоедините таблицу, где они есть", "обязательных данных%s нет", title)
}

// build writes the view of a register; nil if its table is not known.
func (w *writer) build(register egisso.Register) *view {
	v := &view{writer: w, name: mis.ViewName(register)}
	if !w.answers.has(v.at("table")) {
		if mis.Obligatory(register) {
			v.problem(v.at("table"), "назовите таблицу, строка которой — запись реестра; если её нет, создайте", "таблицы представления %s нет («%s» нужен всегда)", v.name, register.Title())
		}
		v.skip(v.name)
		return nil
	}
	base := v.source(v.at("table"), baseAlias, scope{})
	if base == nil || !v.keyed(base) {
		v.skip(v.name)
		return nil
	}
	var in scope
	v.joined, in = v.joins(v.name, scope{}.with(base))
	in.own = base
	var last []string
	for _, c := range append(mis.Columns(register), v.known(register)...) {
		if line := v.column(c, in); line != "" {
			if c.Type == mis.Transaction || slices.Contains(mis.KnownColumns(), c) {
				last = append(last, line) // what may be left out, after what may not
			} else {
				v.lines = append(v.lines, line)
			}
		}
	}
	v.lines = append(v.lines, last...)
	return v
}

// known are the columns about what ЕГИССО holds, if the register may have them.
func (v *view) known(register egisso.Register) []mis.Column {
	if register == egisso.RegisterParticipant {
		return nil
	}
	return mis.KnownColumns()
}

// keyed reads the key of the records.
func (v *view) keyed(base *node) bool {
	answer := v.at("key")
	text, ok := v.answers.get(answer)
	where := v.answers.where(answer)
	if !ok {
		v.problem(where, "назовите столбец, который у записи один на всю жизнь", "ключ записи не назван")
		return false
	}
	parsed, err := parseValue(text)
	if err != nil || len(parsed.path()) != 1 {
		v.problem(where, "ключ — один столбец таблицы; если ключ составной, добавьте ей столбец uuid или generated always as identity", "ключ не понят")
		return false
	}
	_, c := v.find(where, parsed.path(), scope{base, []*node{base}})
	if c == nil {
		return false
	}
	v.key.column = base.column(c)
	v.key.text, v.key.back = key(v.key.column, c.of)
	v.key.same, _ = equal(v.key.column, c.of, "c.id", c.of)
	switch {
	case v.key.text == "":
		v.problem(where, "назовите столбец с целым числом, uuid или текстом", "столбец %s: тип %s не годится для ключа", word(c.name), c.of.shown())
	case base.table.stored() && (!base.table.oneFor([]string{c.name}) || !c.notNull):
		v.problem(where, "назовите первичный ключ или создайте уникальный индекс и not null", "ключ %s не уникален или может быть пуст: записи не различить", word(c.name))
	case !base.table.stored() && v.log:
		v.problem(v.answers.where(v.at("table")), "назовите таблицу или уберите change_log", "%s — не таблица: журнал изменений по ней не ведётся", base.table.shown())
	case !base.table.stored():
		v.note(where, "проверьте сами: ключ не должен повторяться", "у %s (не таблица) не видно уникальных ключей", base.table.shown())
	}
	return v.key.text != ""
}

// column writes one column of the view, with what it holds.
func (v *view) column(c mis.Column, in scope) string {
	sql := v.technical(c, in)
	if sql == "" {
		answer, shape := v.at(c.Name), c.Shape()
		switch {
		case c.Type == mis.JSON:
			sql = v.json(answer, shape, in, 0)
		default:
			sql = v.expression(answer, targetOf(shape), in)
		}
		if sql == "" && c.Required {
			v.missing(answer, c.Title)
		}
		if sql == "" && (c.Type == mis.Transaction || slices.Contains(mis.KnownColumns(), c)) {
			return "" // may be left out
		}
	}
	if sql == "" {
		return fmt.Sprintf("null::%s as %s,\t-- %s: нет данных", c.Type, c.Name, c.Title)
	}
	return fmt.Sprintf("%s as %s,\t-- %s", sql, c.Name, c.Title)
}

// technical writes the columns every view begins with that are not as answered; "" for any other.
func (v *view) technical(c mis.Column, in scope) string {
	switch {
	case c.Name == "row_key":
		return v.rowKey()
	case c.Name == "record_no" && !v.answers.has(v.at(c.Name)):
		return v.rowKey()
	case c.Name == "changed_at" && v.log:
		v.since = v.expression(v.at(c.Name), targetOf(c.Shape()), scope{v.nodes[0], v.nodes[:1]}) // what the log does not know
		return "c.changed_at"
	case c.Name == "changed_xid" && v.log:
		if _, given := v.answers.get(v.at(c.Name)); given {
			v.problem(v.answers.where(v.at(c.Name)), "уберите этот ответ или change_log", "номер транзакции ведёт журнал изменений")
		}
		return "c.changed_xid"
	case c.Name == "deleted":
		return v.deleted(v.expression(v.at(c.Name), targetOf(c.Shape()), in))
	}
	return ""
}

// rowKey is the key of a record as text.
func (v *view) rowKey() string {
	if v.log {
		return "c.row_key"
	}
	return v.key.text
}

// deleted adds to what is answered that the record is gone from its table.
func (v *view) deleted(answered string) string {
	if answered != "" {
		answered = "coalesce(" + answered + ", false)"
	}
	if !v.log {
		if answered == "" {
			return "false"
		}
		return answered
	}
	gone := v.key.column + " is null"
	if answered != "" {
		gone += " or " + answered
	}
	return gone
}

// text is the statement that makes the view.
func (v *view) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "create or replace view %s as\nselect ", ident(v.schema, v.name))
	for i, line := range v.lines {
		sql, comment, _ := strings.Cut(line, ",\t")
		if i > 0 {
			b.WriteString("       ")
		}
		if b.WriteString(sql); i < len(v.lines)-1 {
			b.WriteString(",")
		}
		b.WriteString(" " + comment + "\n")
	}
	base := v.nodes[0]
	if v.log {
		fmt.Fprintf(&b, "  from %s c\n  left join %s %s on %s\n", ident(v.logSchema, v.name+"_keys"), base.table.sql(), base.sql, v.key.same)
	} else {
		fmt.Fprintf(&b, "  from %s %s\n", base.table.sql(), base.sql)
	}
	for _, j := range v.joined {
		fmt.Fprintf(&b, "  left join %s %s on %s\n", j.table.sql(), j.sql, j.on())
	}
	return strings.TrimSuffix(b.String(), "\n") + ";\n"
}
