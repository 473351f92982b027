package mis_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/mis"
)

// TestAnotherDatabaseIsReadAnew: transactions of another database have numbers of their
// own, whatever they are.
func TestAnotherDatabaseIsReadAnew(t *testing.T) {
	s, _, cursor := reference(t, 5)
	if rows, next := collect(t, s, cursor); len(rows) > 0 || next.Anew() || next.Moved() {
		t.Errorf("%d rows of the same database, moved %v", len(rows), next.Moved())
	}
	restored, _, _ := reference(t, 5)
	rows, next := collect(t, restored, cursor)
	if len(rows) != 5 || !next.Anew() || !next.Moved() {
		t.Errorf("%d rows of another database, moved %v", len(rows), next.Moved())
	}
	if rows, next := collect(t, restored, next); len(rows) > 0 || next.Moved() {
		t.Errorf("%d rows come again", len(rows))
	}
	unnamed := "xid/" + cursor.String()[strings.LastIndex(cursor.String(), "/")+1:]
	if rows, next := collect(t, s, cursorAt(t, unnamed)); len(rows) > 0 || next.Moved() || !strings.HasPrefix(next.String(), "xid@") {
		t.Errorf("a cursor that names none: %d rows, %s", len(rows), next)
	}
}

// TestDatabaseThatCannotBeNamed: a role that may not ask reads as before.
func TestDatabaseThatCannotBeNamed(t *testing.T) {
	_, conn, cursor := reference(t, 5)
	exec(t, conn, `revoke execute on function pg_control_system() from public;
		drop role if exists unaware; create role unaware login password 'unaware';
		grant usage on schema egisso_source to unaware; grant select on all tables in schema egisso_source to unaware`)
	t.Cleanup(func() {
		if _, err := conn.Exec(context.Background(), "drop owned by unaware; drop role unaware"); err != nil {
			t.Error(err)
		}
	})
	config, err := pgxpool.ParseConfig(conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.User, config.ConnConfig.Password = "unaware", "unaware"
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if rows, next := collect(t, mis.Open(t.Context(), pool, ""), cursor); len(rows) > 0 || next.Moved() {
		t.Errorf("%d rows, %s", len(rows), next)
	}
}
