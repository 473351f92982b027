package scaffold

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// keys is the view of all records of a register, changed or not, and of those that are gone.
func (v *view) keys() string {
	base, log := v.nodes[0], ident(v.logSchema)
	changed := "s.at"
	if v.since != "" {
		changed = "coalesce(" + v.since + ", s.at)"
	}
	back := fmt.Sprintf(v.key.back, "n.row_key")
	index := shorten("egisso_" + base.table.name + "_row_key")
	return fmt.Sprintf(`create or replace view %[1]s as
select n.row_key, %[2]s as id, n.changed_at, n.changed_xid
  from %[3]s.newest n
 where n.register = '%[4]s'
union all
select %[5]s, %[6]s, %[7]s, null
  from %[8]s %[9]s cross join %[3]s.started s
 where (select true from %[3]s.change c where c.register = '%[4]s' and c.row_key = %[5]s limit 1) is null;
create index if not exists %[10]s on %[8]s ((%[11]s));
`, ident(v.logSchema, v.name+"_keys"), back, log, v.name, v.key.text, v.key.column, changed, base.table.sql(), base.sql, ident(index),
		strings.ReplaceAll(v.key.text, base.sql+".", ""))
}

// triggers note changes of every table the view reads.
func (v *view) triggers() string {
	var b strings.Builder
	for _, n := range v.nodes {
		if !n.table.stored() {
			v.note(v.name, "ведите её изменения сами: insert into "+v.logSchema+".change", "%s — не таблица: изменения в ней увидит только полная сверка", n.table.shown())
			continue
		}
		v.unindexed(n)
		alias := strings.ReplaceAll(n.alias, ".", "_")
		function := ident(v.logSchema, shorten(v.name+"_"+alias+"_changed"))
		fmt.Fprintf(&b, "\ncreate or replace function %s() returns trigger\nlanguage plpgsql security definer set search_path = pg_catalog, pg_temp as %s;\n",
			function, dollar(v.trigger(n)))
		for _, on := range []struct{ name, event, rows string }{
			{"inserted", "insert", "new table as new_rows"}, {"updated", "update", "old table as old_rows new table as new_rows"}, {"deleted", "delete", "old table as old_rows"},
		} {
			fmt.Fprintf(&b, "create or replace trigger %s after %s on %s referencing %s\n    for each statement execute function %s();\n",
				ident(shorten("egisso_"+v.name+"_"+alias+"_"+on.name)), on.event, n.table.sql(), on.rows, function)
		}
		if n == v.nodes[0] {
			fmt.Fprintf(&b, "create or replace trigger %s before truncate on %s\n    for each statement execute function %s();\n",
				ident(shorten("egisso_"+v.name+"_truncated")), n.table.sql(), function)
		}
	}
	return b.String()
}

// unindexed notes columns by which a change of the node looks for records row by row. Few values
// are not worth an index.
func (v *view) unindexed(n *node) {
	for _, l := range n.links {
		if t := l.other; t != nil && t.table.stored() && !t.table.indexed[l.by.name] && l.by.of.kind != "e" {
			v.note(v.at("join."+n.alias), "если таблица велика: create index on "+oneLine(t.table.sql())+" ("+oneLine(ident(l.by.name))+")",
				"нет индекса: при каждом изменении %s таблица %s читается целиком", n.table.shown(), t.table.shown())
		}
	}
}

// trigger is the body of a trigger of a node: which records show its rows.
func (v *view) trigger(n *node) string {
	var columns []string
	for _, c := range n.table.columns {
		switch {
		case !n.used[c.name]:
		case c.of.is("citext"): // equal to what differs in case
			columns = append(columns, ident(c.name), ident(c.name)+"::text as "+ident(c.name+" (text)"))
		case c.of.kind == "e", c.of.element != nil && c.of.element.is(ordered...), c.of.is(ordered...):
			columns = append(columns, ident(c.name))
		default: // what PostgreSQL cannot compare
			columns = append(columns, ident(c.name)+"::text as "+ident(c.name))
		}
	}
	list := strings.Join(columns, ", ")
	difference := fmt.Sprintf("((select %[1]s from new_rows except select %[1]s from old_rows)\n               union all (select %[1]s from old_rows except select %[1]s from new_rows))", list)
	insert := func(rows string) string {
		return fmt.Sprintf("        insert into %s.change (register, row_key)\n        select distinct '%s', %s\n          from %s;\n", ident(v.logSchema), v.name, v.key.text, v.path(n, rows))
	}
	body := "begin\n    if tg_op = 'INSERT' then\n" + insert("new_rows") + "    elsif tg_op = 'DELETE' then\n" + insert("old_rows") +
		"    elsif tg_op = 'UPDATE' then\n" + insert(difference)
	if n == v.nodes[0] {
		body += "    else\n" + insert(n.table.sql())
	}
	return body + "    end if;\n    return null;\nend"
}

// path joins the records to rows of a node.
func (v *view) path(n *node, rows string) string {
	needed := map[*node]bool{v.nodes[0]: true}
	var need func(*node)
	need = func(one *node) {
		if needed[one] = true; one != v.nodes[0] {
			for _, l := range one.links {
				if l.other != nil && !needed[l.other] {
					need(l.other)
				}
			}
		}
	}
	need(n)
	from := func(one *node) string {
		if one == n {
			return rows + " " + one.sql
		}
		return one.table.sql() + " " + one.sql
	}
	text := from(v.nodes[0])
	for _, one := range slices.DeleteFunc(slices.Clone(v.nodes[1:]), func(one *node) bool { return !needed[one] }) {
		text += "\n          join " + from(one) + " on " + one.on()
	}
	return text
}

// nameBytes is how long a name may be in PostgreSQL.
const nameBytes = 63

// shorten keeps long names apart.
func shorten(name string) string {
	if len(name) <= nameBytes {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ToValidUTF8(name[:nameBytes-9], "") + "_" + hex.EncodeToString(sum[:4])
}
