package config

import (
	"reflect"
	"strings"
)

// Setting is a variable as people are told of it, in Russian.
type Setting struct {
	Group    string   // title of its group
	Names    []string // the full names it can be set by
	Values   string   // what it may hold; words to be written as they are stand in `…`
	Standard string   // what holds when it is not set, in `…`
	Doc      string
}

// Settings are all variables, in order.
func Settings() (all []Setting) {
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		all = append(all, Setting{f.groupDoc, f.variables(), f.values(), f.standard(), f.doc})
	}
	return all
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
		return "`" + f.defaultText + "`"
	}
}
