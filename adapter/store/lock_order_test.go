package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// An answer locks its package and then marks it as uncounted: who counts must not hold that mark
// while waiting for the package. The lock timeout ends a wait that would be for ever.
func TestCountingWaitsForNoPackage(t *testing.T) {
	f := open(t)
	f.exec(t, reported)
	f.exec(t, `update egisso.package set queued_at = now()`)
	counter, err := store.Open(t.Context(), f.url, store.WithTimeout(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer counter.Close()
	count := func(want int) {
		t.Helper()
		if n, err := counter.CountPackages(t.Context()); err != nil || n != want {
			t.Errorf("counted %d packages: %v, want %d", n, err, want)
		}
	}
	f.exec(t, `begin; select from egisso.package where id = md5('a')::uuid for update`)
	count(2)
	f.exec(t, `update egisso.package set info = 'x' where id = md5('a')::uuid; commit`)
	count(1)
	f.want(t, `select count(*) from egisso.uncounted_package`, "0")
	f.want(t, `select count(distinct package_id) from egisso.package_total`, "3")
}

// Commands about a package that is signed wait for it before they take its rows: an answer that
// holds the package gets them.
func TestCommandsTakeThePackageBeforeItsRows(t *testing.T) {
	f := open(t)
	f.sent(t, "1")
	var id string
	if err := f.conn.QueryRow(t.Context(), `select id::text from egisso.package`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		`select egisso.dissolve_package($1)`, `select egisso.release_package($1, 'x')`, `select egisso.resend_package($1, 3)`,
		`select egisso.prune_package($1, now(), '{}')`,
	} {
		f.exec(t, `begin; select from egisso.package where id = '`+id+`' for update`)
		other, err := pgx.Connect(t.Context(), f.url)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := other.Exec(t.Context(), command, id)
			ended <- err
		}()
		for waits := ""; waits != "1"; {
			waits = f.text(t, fmt.Sprint(`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = `, other.PgConn().PID()))
		}
		if _, err := f.conn.Exec(t.Context(), `select egisso.lock_rows_of_package($1)`, id); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		f.exec(t, `rollback`)
		// What it says of the package is not asked here.
		if err := <-ended; err != nil && strings.Contains(err.Error(), "40P01") {
			t.Errorf("%s: %v", command, err)
		}
		other.Close(t.Context())
	}
}

// A decision holds a row and its record when it comes to the guard: a person who decides on what is
// held waits for these before he takes the guard.
func TestHeldChangesAreDecidedAfterTheirRows(t *testing.T) {
	f := open(t)
	f.saveRows(t, row("1", "first"))
	f.decideAll(t, lifecycle.Waiting)
	f.exec(t, `update egisso.record set reason_code = 'mass_change', change = 'removal';
		insert into egisso.change_guard (register, change, provider, held_since) select register, change, provider, now() from egisso.record`)
	for _, command := range []string{`release_held_changes`, `drop_held_changes`} {
		f.exec(t, `begin; select from egisso.source_row for update; select from egisso.record for update`)
		other, err := pgx.Connect(t.Context(), f.url)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error)
		go func() {
			_, err := other.Exec(t.Context(), `begin; select egisso.`+command+`('fact', 'removal', 'x'); rollback`)
			ended <- err
		}()
		for waits := ""; waits != "1"; {
			waits = f.text(t, fmt.Sprint(`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and pid = `, other.PgConn().PID()))
		}
		if _, err := f.conn.Exec(t.Context(), `select from egisso.change_guard for update`); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		f.exec(t, `rollback`)
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", command, err)
		}
		other.Close(t.Context())
	}
}
