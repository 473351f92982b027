package scaffold

import (
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// Example is a file of answers to begin with: every question with what it is about, and answers
// that the names in the catalogue suggest. They are to be looked at by a person.
func Example(c *Catalog) string {
	var b strings.Builder
	b.WriteString(exampleHead)
	for _, register := range egisso.Registers() {
		e := &example{Builder: &b, name: mis.ViewName(register), catalog: c}
		e.register(register)
	}
	return b.String()
}

const exampleHead = `# Ответы для egissogw scaffold: из них и каталога базы МИС получается SQL представлений.
# Без решётки стоит то, что подсказали имена таблиц и столбцов: проверьте каждую строку.
#
#   имя=столбец                        столбец таблицы записи; таблицы из join — имя.столбец
#   имя='значение'                     одно и то же у всех записей
#   имя=-                              таких данных нет
#   имя=столбец {м=Male, ж=Female}     чем становится каждое значение; *=… — все остальные
#   имя=столбец format 'DD.MM.YYYY'    дата, которая хранится текстом
#   имя=a + b                          тексты через пробел
#   имя=a if вид {1=true} | b          первое из непустых; if — только при этом условии
#   список.table=схема.таблица столбец=t.столбец
#                                      строки таблицы, для которых столбцы равны; t — таблица записи
# Имя не из букв, цифр и _ пишется в двойных кавычках. Большие и малые буквы различаются.

# Вести журнал изменений триггерами: без него изменения долгих транзакций и удаления находит только сверка
change_log=true
# Где стоят часы, по которым в МИС записано время без пояса
time_zone=Europe/Moscow
#role=egissogw_source
#schema=egisso_source
#log_schema=egisso_log
#bytea_encoding=UTF8
`

// example writes the questions of one view.
type example struct {
	*strings.Builder
	name    string
	catalog *Catalog
	base    *table
	joined  []join
}

// join is a table the base refers to.
type join struct {
	alias string
	reference
}

func (e *example) register(register egisso.Register) {
	fmt.Fprintf(e, "\n# %s — %s %s\n", e.name, register.Title(), strings.Repeat("-", 20))
	if !mis.Obligatory(register) {
		fmt.Fprintf(e, "# Необязательно: без ответа %s.table реестр не ведётся\n", e.name)
	}
	columns := mis.Columns(register)
	e.base = e.best(columns)
	mark := "#"
	if e.base != nil && mis.Obligatory(register) {
		mark = ""
	}
	e.answer(mark, "table", "таблица, строка которой — запись", e.shownBase())
	e.answer(mark, "key", "столбец, который у записи один на всю жизнь; не персональные данные", e.keyOfBase())
	e.joins(mark)
	for _, c := range columns[1:] {
		if c.Name == "changed_xid" {
			continue // of the log
		}
		e.column(mark, c)
	}
}

func (e *example) shownBase() string {
	if e.base == nil {
		return ""
	}
	return e.base.shown()
}

func (e *example) keyOfBase() string {
	if e.base == nil || len(e.base.primary) != 1 {
		return ""
	}
	return word(e.base.primary[0])
}

// answer writes one question; one without a suggestion stays a comment.
func (e *example) answer(mark, name, about, suggestion string) {
	if suggestion == "" {
		mark = "#"
	}
	fmt.Fprintf(e, "# %s\n%s%s.%s=%s\n", about, mark, e.name, name, suggestion)
}

// joins suggests the tables that references lead to.
func (e *example) joins(mark string) {
	e.joined = nil
	if e.base == nil {
		return
	}
	for _, r := range e.base.references {
		alias := r.to.name
		if slices.ContainsFunc(e.joined, func(j join) bool { return j.alias == alias }) || alias == baseAlias || !writable(r.to) || word(alias) != alias {
			continue
		}
		e.joined = append(e.joined, join{alias, r})
		fmt.Fprintf(e, "%s%s.join.%s=%s %s=t.%s\n", mark, e.name, alias, r.to.shown(), word(r.target), word(r.column))
	}
}

// column writes the question of a column, and those of its fields.
func (e *example) column(mark string, c mis.Column) {
	need := ""
	if c.Required && c.Name != "deleted" && c.Name != "changed_at" {
		need = ", обязательно"
	}
	shape := c.Shape()
	about := fmt.Sprintf("%s (%s%s)", c.Title, c.Type, need)
	if len(shape.Fields) == 0 {
		e.answer(mark, c.Name, about, e.suggest(c))
		return
	}
	fmt.Fprintf(e, "# %s\n", about)
	e.fields(c.Name, shape)
}

// fields writes the questions of a list or an object, of which at most the table is suggested.
func (e *example) fields(name string, s mis.Shape) {
	if s.List {
		fmt.Fprintf(e, "#%s.%s.table=%s\n", e.name, name, e.part(name))
	}
	for _, f := range s.Fields {
		switch {
		case f.Type == mis.UUID:
		case len(f.Fields) > 0:
			e.fields(name+"."+f.Name, f)
		default:
			fmt.Fprintf(e, "#%s.%s.%s=\n", e.name, name, f.Name)
		}
	}
}

// part names the table whose rows seem to be the list: it refers to the base.
func (e *example) part(list string) string {
	for _, t := range e.catalog.tables {
		for _, r := range t.references {
			if e.base != nil && r.to == e.base && writable(t) && slices.ContainsFunc(listNames[list], func(usual string) bool {
				return strings.Contains(strings.ToLower(t.name), usual)
			}) {
				return t.shown() + " " + word(r.column) + "=t." + word(r.target)
			}
		}
	}
	return ""
}

// suggest names the column of the base, or of a joined table, whose name fits.
func (e *example) suggest(c mis.Column) string {
	if e.base == nil {
		return ""
	}
	for _, synonym := range synonyms[c.Name] {
		if own := fitting(e.base, synonym, c); own != nil {
			return e.written("", own, c)
		}
		for _, j := range e.joined {
			if own := fitting(j.to, synonym, c); own != nil {
				return e.written(j.alias+".", own, c)
			}
		}
	}
	return ""
}

// written is a column as an answer, with its values where they have to be told.
func (e *example) written(alias string, own *column, c mis.Column) string {
	text := alias + word(own.name)
	switch {
	case c.Type == mis.Date && own.of.is(texts...):
		return text + " format 'DD.MM.YYYY'"
	case c.Name == "receiver_gender":
		return text + " {" + genders(own.of) + "}"
	}
	return text
}

// genders are the values of a column and what they seem to mean.
func genders(t dataType) string {
	labels := t.labels
	if len(labels) == 0 {
		return "1=Male, 2=Female"
	}
	var pairs []string
	for _, label := range labels {
		meaning := "Female"
		if strings.HasPrefix(strings.ToLower(label), "м") || strings.HasPrefix(strings.ToLower(label), "m") {
			meaning = "Male"
		}
		pairs = append(pairs, literal(label)+"="+meaning)
	}
	return strings.Join(pairs, ", ")
}

// fitting returns the column of a table that has the name and a type that goes.
func fitting(t *table, synonym string, c mis.Column) *column {
	for _, own := range t.columns {
		if oneLine(own.name) == own.name && similar(own.name, synonym) && goes(own, c) {
			return own
		}
	}
	return nil
}

func goes(own *column, c mis.Column) bool {
	if c.Type == mis.Date && own.of.is(texts...) {
		return true
	}
	if c.Type == mis.JSON {
		return own.of.element != nil
	}
	_, wrong := site{DefaultZone, defaultEncoding}.cast("c", own.of, targetOf(c.Shape()))
	return wrong == nil
}

// similar compares the name of a column with a usual one, whole or as one of its parts.
func similar(name, usual string) bool {
	name = strings.ToLower(name)
	joined := strings.ReplaceAll(name, "_", "")
	return name == usual || joined == strings.ReplaceAll(usual, "_", "") || strings.HasPrefix(name, usual+"_") || strings.HasSuffix(name, "_"+usual)
}

// writable reports whether an answer can name the table.
func writable(t *table) bool {
	return oneLine(t.schema) == t.schema && oneLine(t.name) == t.name
}

// best is the table whose name and columns, and those of the tables it refers to, fit a view most.
func (e *example) best(columns []mis.Column) (found *table) {
	most := 3 // fewer are chance
	for _, t := range e.catalog.tables {
		if !t.stored() || !writable(t) {
			continue
		}
		points := 0
		for _, usual := range tableNames[e.name] {
			if strings.Contains(strings.ToLower(t.name), usual) {
				points += 4
				break
			}
		}
		if points == 0 {
			continue
		}
		e.base, e.joined = t, nil
		for _, r := range t.references {
			e.joined = append(e.joined, join{r.to.name, r})
		}
		if len(t.primary) == 1 {
			points += 4
		}
		for _, c := range columns[1:] {
			switch found := e.suggest(c); {
			case found == "":
			case strings.Contains(found, "."): // of another table
				points++
			default:
				points += 2
			}
		}
		if points > most {
			most, found = points, t
		}
	}
	e.base, e.joined = nil, nil
	return found
}
