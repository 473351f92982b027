package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestSendersByCommand: who waits is shown first, with the command that decides.
func TestSendersByCommand(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	conn, err := pgx.Connect(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, held := range [][2]string{{"egisso", "EGISSO2"}, {"egisso", "EVIL01"}, {"bus", "SMEV3"}, {"egisso", ""}} {
		_, err := conn.Exec(t.Context(), `insert into egisso.answer (id, kind, raw, verified, part, sender, held_at) values ($1, 'content', '', true, $2, $3, now())`,
			strings.Join(held[:], " "), held[0], held[1])
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		args string
		code int
		want string
	}{
		{"status", exitTrouble, "egissogw senders confirm --reason ПРИЧИНА 'EGISSO2'; если чужой: egissogw senders refuse --reason ПРИЧИНА 'EGISSO2'"},
		{"status", exitTrouble, "egissogw senders confirm --bus --reason ПРИЧИНА 'SMEV3'"},
		{"senders", exitOK, "ждёт решения"},
		{"senders confirm EGISSO2", exitUsage, "укажите причину"},
		{"senders confirm --reason x", exitUsage, "none"},
		{"senders confirm --reason x EGISSO3", exitFailed, "сверьте мнемонику"},
		{"senders confirm --reason x SMEV3", exitFailed, "сверьте мнемонику"},
		{"senders confirm --reason письмо --by Иванов EGISSO2", exitOK, "подтверждён, будет применено ответов: 1"},
		{"senders confirm --reason письмо --bus --json SMEV3", exitOK, "подтверждён"},
		{"senders confirm --reason схема none", exitOK, "«none» подтверждён"},
		{"senders refuse --reason чужой EVIL01", exitOK, "отклонён"},
		{"senders", exitOK, "Иванов"},
	} {
		code, out, errs := run(t, env, strings.Fields(step.args)...)
		if code != step.code || !strings.Contains(strings.Join(strings.Fields(out+errs), " "), step.want) {
			t.Errorf("%s: %d, %q %q, want %q", step.args, code, out, errs, step.want)
		}
	}
	code, out, _ := run(t, env, "senders", "--json")
	if code != exitOK || !json.Valid([]byte(out)) || strings.Contains(out, "unknown") {
		t.Errorf("senders --json: %d, %s", code, out)
	}
	if _, out, _ := run(t, env, "status"); strings.Contains(out, "senders confirm") {
		t.Errorf("status still asks:\n%s", out)
	}
}
