package main

import (
	"fmt"
	"io"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
)

// noTrouble is the one line when there is nothing to say.
const noTrouble = "Всё в порядке: неисправностей нет, человека ничего не ждёт."

// printHealth says what is wrong, worst first, and then what waits for a person.
func printHealth(w io.Writer, list []store.Finding) {
	if len(list) == 0 {
		screen.Fprintln(w, noTrouble)
		return
	}
	title := map[string]string{store.Trouble: "Что не так:", store.Todo: "Ждёт человека:"}
	if !store.Troubled(list) {
		screen.Fprintln(w, "Неисправностей нет.")
	}
	severity := ""
	for i, f := range list {
		if f.Severity != severity {
			severity = f.Severity
			screen.Fprintln(w, title[severity])
		}
		line := findingText(f)
		if f.Detail != "" {
			line += ": " + fault.Cause(f.Detail)
		}
		screen.Fprintln(w, "  - "+line)
		// Advice for several is given once, after the last of them.
		if i+1 < len(list) && list[i+1].Code == f.Code && list[i+1].Severity == f.Severity && list[i+1].Advice == f.Advice {
			continue
		}
		if f.Advice != "" {
			screen.Fprintln(w, "    "+f.Advice)
		}
	}
}

// findingText is a finding in one line, without the words of others.
func findingText(f store.Finding) string {
	line := f.Text
	if f.Subject != "" {
		line = f.Subject + ": " + line
	}
	if f.Count > 1 {
		line += fmt.Sprintf(" (%d)", f.Count)
	}
	if f.Since != nil {
		line += ", с " + screen.TimeIfKnown(f.Since)
	}
	return line
}
