package main

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// The command line and the views, which other systems show, call a state the same.
func TestStatesAreCalledAsInTheViews(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), migrated(t)["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	text := func(expression string, args ...any) (text string) {
		if err := conn.QueryRow(t.Context(), "select "+expression, args...).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, state := range []lifecycle.State{lifecycle.Ready, lifecycle.Waiting, lifecycle.Blocked, lifecycle.Packed, lifecycle.Accepted, lifecycle.AcceptedWithWarnings, lifecycle.Rejected, lifecycle.Dropped} {
		if want := text("egisso.record_state_text($1)", string(state)); recordState(string(state)) != want {
			t.Errorf("record state %s is %q, in the views %q", state, recordState(string(state)), want)
		}
	}
	for state := range packageStateText {
		if want := text("egisso.package_state_text($1, null, false, false)", state); packageState(state) != want {
			t.Errorf("package state %s is %q, in the views %q", state, packageState(state), want)
		}
	}
	for _, register := range []egisso.Register{egisso.RegisterMeasure, egisso.RegisterFact} {
		if want := text("egisso.register_text($1)", string(register)); register.Title() != want {
			t.Errorf("register %s is %q, in the views %q", register, register.Title(), want)
		}
	}
}

func TestStatesWithOneTextAreOneLine(t *testing.T) {
	lines := stateLines([]store.Count{
		{Register: "fact", State: "packed", Count: 2},
		{Register: "lmsz", State: "packed", Count: 1},
		{Register: "fact", State: "packed", Count: 3},
		{Register: "fact", State: "new state", Count: 4},
	}, recordState)
	want := []stateLine{
		{"Реестр фактов назначений (fact)", "Отправляется", 5},
		{"Реестр локальных мер социальной защиты (lmsz)", "Отправляется", 1},
		{"Реестр фактов назначений (fact)", "new state", 4},
	}
	if len(lines) != len(want) {
		t.Fatalf("lines %v", lines)
	}
	for i := range want {
		if lines[i] != want[i] {
			t.Errorf("line %d is %v, want %v", i, lines[i], want[i])
		}
	}
	if got := packageState("answered/partial"); got != "Завершена обработка ответа: принят частично" {
		t.Errorf("an answered package is %q", got)
	}
}
