package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store"
)

// A day in the life of an administrator: status after each thing that happens.
func TestStatusTellsTheTruthFirst(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	conn, err := pgx.Connect(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	for _, step := range []struct {
		does  string
		code  int
		first string   // line
		then  []string // texts, in this order
	}{
		{``, exitOK, "Неисправностей нет.", []string{"Ждёт человека:", "Сервис подписи и отправки выключен", "egissogw signing on", "Служба egissogw ещё не запускалась"}},
		{`insert into egisso.job (name, last_started_at, last_success_at) values ('links', now(), now()), ('collect', now(), now()); select egisso.set_signing_service(true, 'начало')`,
			exitOK, noTrouble, nil},
		{`update egisso.job set last_error = 'password authentication failed', failures = 3, failing_since = now() where name = 'collect'`,
			exitTrouble, "Что не так:", []string{"Не удаётся чтение изменений МИС (3), с ", "password authentication failed", "EGISSOGW_SOURCE_DATABASE_URL"}},
		{`update egisso.job set last_started_at = now() - interval '1 hour'`,
			exitTrouble, "Что не так:", []string{"Служба egissogw не работает", "systemctl status egissogw", "Не удаётся чтение изменений МИС"}},
	} {
		if _, err := conn.Exec(t.Context(), step.does); err != nil {
			t.Fatal(err)
		}
		code, out, errs := run(t, env, "status")
		first, _, _ := strings.Cut(out, "\n")
		rest := out
		for _, text := range step.then {
			_, after, found := strings.Cut(rest, text)
			if !found {
				t.Errorf("after %q: no %q in its place", step.does, text)
			}
			rest = after
		}
		if code != step.code || first != step.first || errs != "" {
			t.Errorf("after %q: code %d, want %d:\n%s%s", step.does, code, step.code, out, errs)
		}
		for line := range strings.Lines(out) {
			if strings.HasSuffix(strings.TrimSpace(line), " 0") {
				t.Errorf("a zero is printed: %q", line)
			}
		}
		var st store.Status
		code, out, _ = run(t, env, "status", "--json")
		if err := json.Unmarshal([]byte(out), &st); err != nil || code != step.code || store.Troubled(st.Findings) != (code == exitTrouble) {
			t.Errorf("after %q: status --json: code %d, %v\n%s", step.does, code, err, out)
		}
	}
}
