package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

// TestOlderThanTheFirstRelease: a database of the programs before it is refused, by
// migrate and by the gateway, in one line.
func TestOlderThanTheFirstRelease(t *testing.T) {
	const made = `create schema egisso; create table egisso.schema_version (version int4 not null); insert into egisso.schema_version values (1);`
	for name, tables := range map[string]string{
		"19 versions":          `create schema egisso; create table egisso.schema_version (version int4 not null); insert into egisso.schema_version values (19)`,
		"no digest":            made + `create table egisso.schema_code (hash bytea); insert into egisso.schema_code values ('x')`,
		"not even a row":       made + `create table egisso.schema_code (hash bytea)`,
		"other tables than it": made + `create table egisso.schema_code (hash bytea, tables text); insert into egisso.schema_code values ('x', 'y')`,
	} {
		url := pgtest.Empty(t)
		exec(t, connect(t, url), tables)
		if _, _, err := store.Migrate(t.Context(), url); !errors.Is(err, store.ErrOldSchema) {
			t.Errorf("%s: migrate: %v", name, err)
		}
		if err := opened(t, url).CheckVersion(t.Context()); !errors.Is(err, store.ErrOldSchema) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: start: %v", name, err)
		}
	}
}

// TestNewerThanThisProgram: what a newer program made stays as it is.
func TestNewerThanThisProgram(t *testing.T) {
	url := pgtest.Database(t)
	exec(t, connect(t, url), `update egisso.schema_version set version = 1000; update egisso.schema_code set hash = 'newer'`)
	if _, _, err := store.Migrate(t.Context(), url); err == nil || !strings.Contains(err.Error(), "новее этой программы") {
		t.Errorf("migrate: %v", err)
	}
	if err := opened(t, url).CheckVersion(t.Context()); err == nil || !strings.Contains(err.Error(), "новее этой программы") {
		t.Errorf("start: %v", err)
	}
	if got := lines(t, connect(t, url), `select convert_from(hash, 'UTF8') from egisso.schema_code`)[0]; got != "newer" {
		t.Errorf("functions were replaced: %s", got)
	}
}

// otherCode makes migrate find functions and views that are not its own.
const otherCode = `
create or replace function egisso.record_state_text(state text) returns text language sql immutable as $$ select 'other' $$;
update egisso.schema_code set hash = 'other'`

// TestWhatASiteBuiltOnOurViewsSurvives: its views, and the rights it gave, are there
// after functions and views were replaced.
func TestWhatASiteBuiltOnOurViewsSurvives(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	exec(t, conn, `do $$ begin create role a_site; exception when duplicate_object then null; end $$;
		grant usage on schema egisso to a_site; grant select on egisso.journal to a_site; grant execute on function egisso.form_package(text) to a_site;
		create schema site; create view site.journal as select id, status from egisso.journal;
		create view site.rows as select egisso.record_state_text(state) as text from egisso.record_status;`+otherCode)
	applied := lines(t, conn, `select applied_at::text from egisso.schema_code`)[0]
	if _, _, err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{
		`select count(*)::text from site.journal`:                                                   "0",
		`select has_table_privilege('a_site', 'egisso.journal', 'select')::text`:                    "true",
		`select has_function_privilege('a_site', 'egisso.form_package(text)', 'execute')::text`:     "true",
		`select egisso.record_state_text('ready')`:                                                  "Готов к отправке",
		`select (hash <> 'other' and applied_at > '` + applied + `')::text from egisso.schema_code`: "true",
		`select has_function_privilege('public', 'egisso.form_package(text)', 'execute')::text`:     "false",
		`select count(*)::text from pg_proc where pronamespace = 'egisso'::regnamespace and proconfig is null and prolang = (select oid from pg_language where lanname = 'plpgsql')`: "0",
	} {
		if got := lines(t, conn, query)[0]; got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	again := lines(t, conn, `select applied_at::text from egisso.schema_code`)[0]
	if _, _, err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if got := lines(t, conn, `select applied_at::text from egisso.schema_code`)[0]; got != again {
		t.Error("what was unchanged is replaced again")
	}
}

// TestMigrateBesideALock: a lock of somebody else is waited for in short steps, so that
// nobody queues behind migrate, and when it lasts the error says whose it is.
func TestMigrateBesideALock(t *testing.T) {
	url := pgtest.Database(t)
	watcher := connect(t, url)
	exec(t, watcher, otherCode)
	holder := connect(t, url)
	exec(t, holder, `set application_name = 'somebody else'`)
	tx := begin(t, holder, pgx.TxOptions{})
	if _, err := tx.Exec(t.Context(), `lock table egisso.record in row exclusive mode`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	migrates := func() { _, _, err := store.Migrate(ctx, url); ended <- err }
	go migrates()
	// It gave up once, and tries again.
	waitFor(t, watcher, `select count(*) = 1 from pg_stat_activity where datname = current_database() and state = 'idle' and query like '%pg_stat_activity a%' and pid <> pg_backend_pid()`)
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("%v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	go migrates()
	waitFor(t, watcher, `select exists (select from pg_locks where not granted and relation = 'egisso.record'::regclass)`)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func exec(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// waitFor returns when the query says true.
func waitFor(t *testing.T, conn *pgx.Conn, query string) {
	t.Helper()
	for done := false; !done; time.Sleep(10 * time.Millisecond) {
		if err := conn.QueryRow(t.Context(), query).Scan(&done); err != nil {
			t.Fatal(err)
		}
	}
}
