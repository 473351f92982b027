package scaffold

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

//go:embed template/*.sql
var templates embed.FS

// What is taken where the answers do not say.
const (
	DefaultRole      = "egissogw_source"
	DefaultZone      = "Europe/Moscow"
	DefaultLogSchema = "egisso_log"
	defaultEncoding  = "UTF8"
)

// Result is the SQL for the administrator of the МИС, and what he should know of it.
type Result struct {
	SQL   string
	Notes Problems
}

// writer gathers what is wrong while views are written.
type writer struct {
	answers  *Answers
	catalog  *Catalog
	site     site
	problems Problems
	notes    Problems

	schema, role string
	log          bool
	logSchema    string
}

func (w *writer) problem(where, advice, format string, args ...any) {
	w.problems = append(w.problems, problemf(where, advice, format, args...))
}

func (w *writer) note(where, advice, format string, args ...any) {
	if p := problemf(where, advice, format, args...); !slices.Contains(w.notes, p) {
		w.notes = append(w.notes, p)
	}
}

// Write makes the SQL; schema is where the gateway looks for the views unless the answers name
// another one. The error is [Problems].
func Write(a *Answers, c *Catalog, schema string) (Result, error) {
	a.asked = map[string]bool{}
	w := &writer{answers: a, catalog: c}
	w.settings(schema)
	var views []*view
	for _, register := range egisso.Registers() {
		if v := w.build(register); v != nil {
			views = append(views, v)
		}
	}
	w.problems = append(w.problems, a.unasked()...)
	if len(w.problems) > 0 {
		return Result{}, w.problems
	}
	text, err := w.script(views)
	return Result{SQL: text, Notes: w.notes}, err
}

// settings reads the answers that belong to no view.
func (w *writer) settings(schema string) {
	name := func(answer, otherwise string) string {
		text, ok := w.answers.get(answer)
		if !ok {
			return otherwise
		}
		list, err := tokens(text)
		if err != nil || len(list) != 1 || list[0].kind != 'w' && list[0].kind != '"' {
			w.problem(w.answers.where(answer), "знаки, кроме букв, цифр и _, пишутся внутри двойных кавычек", "это не имя")
			return otherwise
		}
		return list[0].text
	}
	w.schema, w.role, w.logSchema = name("schema", schema), name("role", DefaultRole), name("log_schema", DefaultLogSchema)
	w.site = site{name("time_zone", DefaultZone), name("bytea_encoding", defaultEncoding)}
	if _, err := time.LoadLocation(w.site.zone); err != nil || w.site.zone == "Local" {
		w.problem(w.answers.where("time_zone"), "пишется как Europe/Moscow", "такого часового пояса нет")
	}
	switch text, _ := w.answers.get("change_log"); text {
	case "", "false":
	case "true":
		w.log = true
	default:
		w.problem(w.answers.where("change_log"), "пишется true или false", "ответ не понят")
	}
}

// script puts everything together in the order it is to be run.
func (w *writer) script(views []*view) (string, error) {
	var b strings.Builder
	part := func(name string, more ...string) error {
		text, err := templates.ReadFile("template/" + name + ".sql")
		if err != nil {
			return err
		}
		b.WriteString(strings.NewReplacer(append(more, "{schema}", ident(w.schema), "{log}", ident(w.logSchema), "{role}", ident(w.role), "{code}", tag(w.schema+w.logSchema))...).Replace(string(text)))
		return nil
	}
	var made strings.Builder // first, for it may have notes
	for _, v := range views {
		fmt.Fprintf(&made, "\n-- %s: запись — строка %s.\n\n", title(v.name), oneLine(v.nodes[0].table.shown()))
		if w.log {
			made.WriteString(v.keys() + "\n")
		}
		made.WriteString(v.text())
		if w.log {
			made.WriteString(v.triggers())
		}
	}
	if err := part("begin"); err != nil {
		return "", err
	}
	for _, n := range w.notes {
		b.WriteString("-- Внимание: " + oneLine(n.String()) + "\n")
	}
	if w.log {
		if err := part("log"); err != nil {
			return "", err
		}
	}
	b.WriteString(made.String())
	var granted []string
	for _, v := range views {
		granted = append(granted, ident(w.schema, v.name))
	}
	if w.log {
		granted = append(granted, ident(w.schema, "change_log"))
	}
	body := "begin\n    if not exists (select from pg_roles where rolname = " + literal(w.role) + ") then\n        create role " + ident(w.role) + " login;\n    end if;\nend"
	err := part("end", "{make role}", "do "+dollar(body)+";", "{views}", strings.Join(granted, ",\n                "))
	return b.String(), err
}

// title is the register of a view.
func title(name string) string {
	for _, register := range egisso.Registers() {
		if mis.ViewName(register) == name {
			return register.Title()
		}
	}
	return name
}

// oneLine keeps a text inside a comment of one line.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)
}

// dollar quotes a body of code in a way that nothing in it ends.
func dollar(body string) string {
	quote := tag(body)
	return quote + "\n" + body + "\n" + quote
}

// tag is what may stand around a text as its quotes.
func tag(text string) string {
	quote := "$egisso$"
	for n := 1; strings.Contains(text, quote); n++ {
		quote = fmt.Sprintf("$egisso%d$", n)
	}
	return quote
}
