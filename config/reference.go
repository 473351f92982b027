package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Reference returns the reference of all variables as Markdown, in Russian: what
// README.md shows.
func Reference() string {
	var b strings.Builder
	group := ""
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		if f.groupDoc != group {
			group = f.groupDoc
			fmt.Fprintf(&b, "\n## %s\n\n| Переменная | Значение | По умолчанию | Описание |\n| --- | --- | --- | --- |\n", group)
		}
		var names []string
		for _, name := range f.variables() {
			names = append(names, "`"+name+"`")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", strings.Join(names, "<br>"), f.values(), f.standard(), escape(f.doc))
	}
	return strings.TrimLeft(b.String(), "\n")
}

// values describes what may be written into the variable.
func (f field) values() string {
	switch {
	case len(f.oneof) > 0:
		return "`" + strings.Join(f.oneof, "`, `") + "`"
	case f.low != "":
		return f.kind().name + ", " + f.low + "…" + f.high
	default:
		return f.kind().name
	}
}

// standard describes what holds when the variable is not set.
func (f field) standard() string {
	switch {
	case f.required:
		return "**обязательна**"
	case f.defaultText == "":
		return "—"
	default:
		return "`" + escape(f.defaultText) + "`"
	}
}

// escape keeps a text inside its table cell.
func escape(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
