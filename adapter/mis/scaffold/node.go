package scaffold

import (
	"slices"
	"strings"
)

// node is a table a view reads: that of its rows, one joined to it, or one of a list.
type node struct {
	alias string // as answers name it
	sql   string // as the SQL does
	table *table
	links []condition
	used  map[string]bool // columns the view shows or joins by
}

// condition finds the rows of a node: its column equals another's, or a literal.
type condition struct {
	sql   string
	other *node // nil for a literal
	by    *column
}

// baseAlias names the table whose rows are the records, keysAlias what the log knows of them.
const (
	baseAlias = "t"
	keysAlias = "c"
)

func (n *node) column(c *column) string {
	n.used[c.name] = true
	return n.sql + "." + ident(c.name)
}

// on is the condition of a join.
func (n *node) on() string {
	if len(n.links) == 0 {
		return "true"
	}
	texts := make([]string, len(n.links))
	for i, l := range n.links {
		texts[i] = l.sql
	}
	return strings.Join(texts, " and ")
}

// scope is what names in an answer may mean.
type scope struct {
	own     *node // of a name without an alias
	visible []*node
}

func (s scope) with(own *node) scope {
	return scope{own, append(slices.Clone(s.visible), own)}
}

// find returns the column a path means.
func (v *view) find(where string, path []string, s scope) (*node, *column) {
	own, name := s.own, path[len(path)-1]
	if len(path) > 1 {
		alias := strings.Join(path[:len(path)-1], ".")
		i := slices.IndexFunc(s.visible, func(n *node) bool { return n.alias == alias })
		if i < 0 {
			var known []string
			for _, n := range s.visible {
				known = append(known, n.alias)
			}
			v.problem(where, "здесь есть "+strings.Join(known, ", ")+"; ещё одну таблицу присоединяет "+v.name+".join."+alias+"=таблица столбец=столбец", "таблица %s не присоединена", alias)
			return nil, nil
		}
		own = s.visible[i]
	}
	if own == nil {
		return nil, nil // the table is a problem of its own
	}
	c := own.table.column(name)
	if c == nil {
		v.problem(where, own.table.has(), "в таблице %s нет столбца %s", own.table.shown(), word(name))
		return nil, nil
	}
	return own, c
}

// has names the columns of a table.
func (t *table) has() string {
	var names []string
	for _, c := range t.columns {
		if names = append(names, word(c.name)); len(names) == 30 {
			names = append(names, "…")
			break
		}
	}
	return "есть " + strings.Join(names, ", ")
}

// source reads a table and how its rows are found; nil if that is a problem.
func (v *view) source(answer, alias string, s scope) *node {
	text, _ := v.answers.get(answer)
	where := v.answers.where(answer)
	path, links, err := parseSource(text)
	if err != nil {
		v.problem(where, "пишется: схема.таблица столбец=таблица.столбец", "%s", err)
		return nil
	}
	t := v.tableOf(where, path)
	if t == nil {
		return nil
	}
	sql := ident(strings.ReplaceAll(alias, ".", "_"))
	if sql == ident(keysAlias) || slices.ContainsFunc(v.nodes, func(n *node) bool { return n.sql == sql }) {
		v.problem(where, "выберите другое имя", "имя %s уже занято", alias)
		return nil
	}
	n := &node{alias: alias, sql: sql, table: t, used: map[string]bool{}}
	for _, l := range links {
		v.link(where, n, l, s)
	}
	v.nodes = append(v.nodes, n)
	return n
}

// tableOf finds the table of an answer.
func (v *view) tableOf(where string, path []string) *table {
	if len(path) != 2 {
		v.problem(where, "пишется: схема.таблица", "таблица названа без схемы")
		return nil
	}
	t := v.catalog.table(path[0], path[1])
	if t == nil {
		v.problem(where, "проверьте имя, в том числе большие и малые буквы; у шлюза должна быть строка подключения к базе МИС, где таблица есть", "таблицы %s.%s нет", word(path[0]), word(path[1]))
	}
	return t
}

// link adds a condition to a node.
func (v *view) link(where string, n *node, l link, s scope) {
	own := n.table.column(l.column)
	if own == nil {
		v.problem(where, n.table.has(), "в таблице %s нет столбца %s", n.table.shown(), word(l.column))
		return
	}
	left := n.column(own)
	if l.literal != nil {
		if len(own.of.labels) > 0 && !slices.Contains(own.of.labels, *l.literal) {
			v.problem(where, "есть "+strings.Join(own.of.labels, ", "), "у столбца %s не бывает значения %q", word(own.name), *l.literal)
		}
		n.links = append(n.links, condition{sql: left + "::text = " + literal(*l.literal)})
		return
	}
	other, c := v.find(where, l.path, s)
	if c == nil {
		return
	}
	sql, ok := equal(left, own.of, other.column(c), c.of)
	if !ok {
		v.problem(where, "назовите столбцы одного типа", "столбцы %s (%s) и %s (%s) не сравнить", word(own.name), own.of.shown(), word(c.name), c.of.shown())
		return
	}
	n.links = append(n.links, condition{sql, other, c})
}

// joins reads the tables joined under a name, and returns what then is visible.
func (v *view) joins(name string, s scope) (joined []*node, _ scope) {
	for _, alias := range v.answers.under(name + ".join.") {
		answer := name + ".join." + alias
		n := v.source(answer, alias, s)
		if n == nil {
			continue
		}
		v.single(v.answers.where(answer), n, answer)
		joined = append(joined, n)
		s.visible = append(slices.Clone(s.visible), n)
	}
	return joined, s
}

// single says that a joined table has more than one row for a record.
func (v *view) single(where string, n *node, answer string) {
	text, _ := v.answers.get(answer)
	_, links, err := parseSource(text)
	if err != nil {
		return
	}
	var columns []string
	for _, l := range links {
		columns = append(columns, l.column)
	}
	shown := make([]string, len(columns))
	for i, c := range columns {
		shown[i] = word(c)
	}
	switch {
	case n.table.oneFor(columns):
	case n.table.stored():
		v.problem(where, "назовите все столбцы её ключа или создайте уникальный индекс по ним",
			"у таблицы %s нет уникального ключа по (%s): строк может найтись несколько, и ключ записи повторится", n.table.shown(), strings.Join(shown, ", "))
	default:
		v.note(where, "проверьте сами", "у %s (не таблица) не видно уникальных ключей: строка должна находиться одна", n.table.shown())
	}
}
