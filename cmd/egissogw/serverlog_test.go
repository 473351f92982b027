package main

import (
	"strings"
	"testing"
)

// TestServerLogIsLookedAt: settings that put parameters into the log of the server are told, as
// they are for the role that asks; those of a new server are not.
func TestServerLogIsLookedAt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	quiet := []string{"", "set log_statement = 'ddl'", "set log_statement = 'all'; set log_parameter_max_length = 0", "set log_min_duration_sample = 0; set log_statement_sample_rate = 0"}
	for _, statement := range quiet {
		if notes := s.serverLogAfter(t, statement); len(notes) > 0 {
			t.Errorf("%s: %q", statement, notes)
		}
	}
	for setting, value := range map[string]string{
		"log_statement": "'all'", "log_min_duration_statement": "0", "log_min_duration_sample": "250", "log_transaction_sample_rate": "0.1",
		"log_parameter_max_length_on_error": "-1", "debug_print_plan": "on",
	} {
		notes := strings.Join(s.serverLogAfter(t, "set "+setting+" = "+value), "\n")
		if !strings.Contains(notes, setting+" = ") || strings.Contains(notes, "\n") {
			t.Errorf("%s = %s: %q", setting, value, notes)
		}
	}
	if notes := s.serverLogAfter(t, "set log_statement = 'mod'"); len(notes) != 1 {
		t.Errorf("mod: %q", notes)
	}
	for setting, value := range map[string]string{"auto_explain.log_min_duration": "0", "pgaudit.log_parameter": "on"} {
		if notes := loggedPeople(map[string]string{setting: value, "pgaudit.log": "write"}); len(notes) != 1 {
			t.Errorf("%s: %q", setting, notes)
		}
	}
}

// serverLogAfter is what is told in a session with the settings.
func (s *site) serverLogAfter(t *testing.T, statement string) []string {
	t.Helper()
	tx, err := s.conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context()) //nolint:errcheck // it takes the settings back
	if _, err := tx.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	var r checkResult
	r.serverLog(t.Context(), tx)
	return r.Notes
}
