package mis

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// Known is what the source says ЕГИССО holds of a row already, sent there by somebody else
// before this gateway.
type Known struct {
	ID     uuid.UUID     // of the record in ЕГИССО, of its accepted version if it has versions
	Record egisso.Record // that version, nil if the source does not say: then it is what the row says
}

// Columns a view of local measures, facts, points or organisations may have besides.
var knownColumns = []Column{
	{Name: "egisso_id", Type: UUID, Title: "UUID, под которым запись уже лежит в ЕГИССО"},
	{Name: "egisso_accepted", Type: JSON, Title: "что ЕГИССО приняла: объект с полями, названными как столбцы этого представления"},
}

// KnownColumns returns the columns by which a source says what ЕГИССО holds already. A view
// may leave them out.
func KnownColumns() []Column { return slices.Clone(knownColumns) }

// knows reports whether the view may have those columns: of participants ЕГИССО gives codes.
func (v *view) knows() bool { return v.register != egisso.RegisterParticipant }

// knownPlaceholders fill the placeholders of those columns in a view's query.
func (c *catalog) knownPlaceholders(v *view) (placeholders []string) {
	for _, column := range knownColumns {
		text := "null"
		if c.has(v.name, column.Name) {
			text = "v." + column.Name
		}
		placeholders = append(placeholders, "{"+column.Name+"}", text)
	}
	return placeholders
}

// checkKnown compares those columns, where there are any, with what they should be.
func (c *catalog) checkKnown(v *view) (problems []Problem) {
	for _, want := range knownColumns {
		if !v.knows() || !c.has(v.name, want.Name) {
			continue
		}
		if text := want.compare(c.types[v.name]); text != "" {
			problems = append(problems, Problem{View: v.name, Column: want.Name, Text: text})
		}
	}
	return problems
}

// readID reads what is known of a row but for its content.
func readID(row *Row, value []byte) {
	text := string(bytes.TrimSpace(value))
	if text == "" {
		return
	}
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		row.report(knownColumns[0].Name, knownColumns[0].Title, "не UUID")
		return
	}
	row.Known = &Known{ID: id}
}

// readAccepted reads the version ЕГИССО accepted. Columns every view begins with, and times,
// are left out: ЕГИССО holds nothing of them.
func readAccepted[T any](row *Row, value []byte, columns []column[T], finish func(*T, *Row), record func(*T) egisso.Record) {
	if row.Known == nil || emptyJSON(string(bytes.TrimSpace(value))) || len(value) == 0 {
		return
	}
	report := func(text string) { row.report(knownColumns[1].Name, "", text) }
	var given map[string]json.RawMessage
	if json.Unmarshal(value, &given) != nil {
		report("не объект JSON")
		return
	}
	read, scratch := new(T), &Row{ChangedAt: row.ChangedAt, Known: row.Known}
	for _, c := range columns {
		if c.Type == Timestamp {
			delete(given, c.Name)
			continue
		}
		if problem := c.decode(read, []byte(columnText(given[c.Name]))); problem != "" {
			scratch.report(c.Name, "", problem)
		}
		delete(given, c.Name)
	}
	for _, c := range slices.Concat(technical, knownColumns) {
		delete(given, c.Name)
	}
	for name := range given {
		if fieldName.MatchString(name) {
			report("столбца " + name + " в контракте нет")
		} else {
			report("есть поле, которого нет в контракте")
		}
	}
	if finish != nil {
		finish(read, scratch)
	}
	for _, f := range scratch.Findings {
		report(f.Text)
	}
	if len(scratch.Findings) == 0 {
		row.Known.Record = record(read)
	}
}

// columnText is a JSON value as PostgreSQL would show it as text in a column.
func columnText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text // null, too, which is ""
	}
	return string(value)
}

// checkCategories: facts name the categories of a measure by the ids they have in ЕГИССО.
func checkCategories(row *Row) {
	if row.Known == nil {
		return
	}
	held, column := row.Known.Record, knownColumns[1].Name
	if held == nil {
		held, column = row.Record, "categories"
	}
	m, ok := held.(*egisso.LocalMeasure)
	if !ok {
		return
	}
	var without []string
	for _, c := range m.Categories {
		if c.ID == uuid.Nil {
			without = append(without, c.Key)
		}
	}
	if len(without) > 0 {
		row.report(column, "", fmt.Sprintf("у меры с egisso_id не названы id категорий в ЕГИССО: %s", strings.Join(without, ", ")))
	}
}
