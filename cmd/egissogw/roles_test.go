package main

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store/pgtest"
)

// The commands that show something work under the roles of people, the schema is
// made under its owner's.
func TestCommandsUnderRoles(t *testing.T) {
	database := pgtest.Empty(t)
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, role := range []string{"egisso_gateway", "egisso_operator", "egisso_reader"} {
		if _, err := conn.Exec(t.Context(), "create role "+role); err != nil {
			t.Fatal(err)
		}
		// The server is shared by the tests of this package, its roles too.
		defer func() {
			if _, err := conn.Exec(t.Context(), "drop owned by "+role+"; drop role "+role); err != nil {
				t.Error(err)
			}
		}()
	}
	as := func(role string) map[string]string {
		return map[string]string{"EGISSOGW_DATABASE_URL": database + "&role=" + role}
	}
	if !strings.Contains(database, "?") {
		t.Fatal("the connection string has no parameters to add to")
	}
	if code, _, errs := run(t, as("egisso_gateway"), "migrate"); code != exitFailed {
		t.Errorf("the gateway's role made the schema: %d, %s", code, errs)
	}
	env := as("egisso_gateway")
	env["EGISSOGW_OWNER_DATABASE_URL"] = database
	if code, _, errs := run(t, env, "migrate"); code != exitOK {
		t.Fatalf("migrate as the owner: %d, %s", code, errs)
	}
	if _, err := conn.Exec(t.Context(), `insert into egisso.source_row (register, row_key, record_no, changed_at) values ('fact', '1', '1', now())`); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"egisso_gateway", "egisso_operator", "egisso_reader"} {
		retried, _, said := run(t, as(role), "retry", "1", "--reason", "проверка")
		if allowed := role != "egisso_reader"; allowed != (retried == exitOK) || !allowed && !strings.Contains(said, "не разрешено") {
			t.Errorf("%s: retry: %d, %s", role, retried, said)
		}
		for _, args := range []string{"status", "journal", "signing status", "kmsz show"} {
			if code, _, errs := run(t, as(role), strings.Fields(args)...); code != exitOK {
				t.Errorf("%s: %s: %d, %s", role, args, code, errs)
			}
		}
		code, _, errs := run(t, as(role), "signing", "on", "--reason", "проверка")
		asked, _, why := run(t, as(role), "kmsz", "request")
		if may := role != "egisso_reader"; may != (asked == exitOK) || !may && !strings.Contains(why, "не разрешено") {
			t.Errorf("%s: kmsz request: %d, %s", role, asked, why)
		}
		if role == "egisso_reader" {
			if code != exitFailed || !strings.Contains(errs, "не разрешено") {
				t.Errorf("%s moved the switch: %d, %s", role, code, errs)
			}
		} else if code != exitOK {
			t.Errorf("%s: signing on: %d, %s", role, code, errs)
		}
	}
}
