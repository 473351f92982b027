package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// move gives the switch a move within a session.
func move(t *testing.T, conn interface {
	Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
}, on bool, reason string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), `select egisso.set_signing_service($1, $2)`, on, reason); err != nil {
		t.Fatalf("%s: %v", reason, err)
	}
}

func begin(t *testing.T, conn *pgx.Conn, options pgx.TxOptions) pgx.Tx {
	t.Helper()
	tx, err := conn.BeginTx(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func commit(t *testing.T, tx pgx.Tx) {
	t.Helper()
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestOffWins: sessions that stay open hold nobody up, and an "on" has an effect only
// if it saw every "off". Were a session to wait for another, the test would not end.
func TestOffWins(t *testing.T) {
	f := open(t)
	a, b := connect(t, f.url), connect(t, f.url)
	state := func(want string) {
		t.Helper()
		f.want(t, `select enabled || ' ' || reason from egisso.service_state`, want)
		f.want(t, `select enabled || ' ' || reason from egisso.service_state`, want)
	}
	for _, level := range []pgx.TxIsoLevel{pgx.ReadCommitted, pgx.RepeatableRead, pgx.Serializable} {
		options := pgx.TxOptions{IsoLevel: level}
		move(t, f.conn, true, "начало")
		state("true начало")

		// An "on" that is open while somebody switches off.
		tx := begin(t, a, options)
		move(t, tx, true, "включаю долго")
		move(t, b, false, "стоп")
		state("false стоп")
		commit(t, tx)
		state("false стоп")
		move(t, b, true, "снова")
		state("true снова")

		// An "off" that is open while others switch off and on again.
		tx = begin(t, a, options)
		move(t, tx, false, "выключаю долго")
		state("true снова")
		move(t, b, false, "стоп ещё")
		move(t, b, true, "и снова")
		state("true и снова")
		commit(t, tx)
		if got := f.text(t, `select enabled::text from egisso.service_state`); got != "false" {
			t.Errorf("%s: an off that was committed last does not count", level)
		}
		move(t, b, true, "теперь да")
		state("true теперь да")

		// Off and on in one transaction, and an off that was taken back.
		tx = begin(t, a, options)
		move(t, tx, false, "перерыв")
		move(t, tx, true, "после перерыва")
		commit(t, tx)
		state("true после перерыва")
		tx = begin(t, a, options)
		move(t, tx, false, "передумал")
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		state("true после перерыва")
	}
	// A snapshot that is older than an "off" does not know of it.
	tx := begin(t, a, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if _, err := tx.Exec(t.Context(), `select from egisso.service_state`); err != nil {
		t.Fatal(err)
	}
	move(t, b, false, "стоп")
	move(t, tx, true, "не видел")
	commit(t, tx)
	state("false стоп")
}

// TestSwitchSaysWhoHoldsIt: whoever locks the table of events, the answer comes and
// names them.
func TestSwitchSaysWhoHoldsIt(t *testing.T) {
	database, _ := installed(t)
	admin := connect(t, database)
	if _, err := admin.Exec(t.Context(), `grant pg_read_all_stats to egisso_owner`); err != nil {
		t.Fatal(err)
	}
	today := lines(t, admin, `select to_char(now(), 'DD.MM.YYYY')`)[0]
	holder := connect(t, as(t, database, "egisso_owner")+"&application_name=long%1b%20work")
	operator := connect(t, as(t, database, "egisso_operator"))
	for _, mode := range []string{"share", "access exclusive"} {
		tx := begin(t, holder, pgx.TxOptions{})
		if _, err := tx.Exec(t.Context(), "lock table egisso.service_log in "+mode+" mode"); err != nil {
			t.Fatal(err)
		}
		_, err := operator.Exec(t.Context(), `select egisso.set_signing_service(false, 'стоп')`)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != pgerrcode.LockNotAvailable || !strings.Contains(pg.Message, fmt.Sprintf("процесс %d, пользователь ", holder.PgConn().PID())) ||
			!strings.Contains(pg.Message, "long") || strings.Contains(pg.Message, "\x1b") || !strings.Contains(pg.Message, ", с "+today) {
			t.Errorf("%s: %v", mode, err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	move(t, operator, false, "стоп")
	if got := lines(t, holder, `select reason || ' ' || session_role from egisso.service_log order by id desc limit 1`)[0]; !strings.HasPrefix(got, "стоп ") {
		t.Errorf("the event is %q", got)
	}
	if got := lines(t, holder, `select array_to_string(proconfig, ' ') from pg_proc where proname = 'set_signing_service'`)[0]; !strings.Contains(got, "lock_timeout=900ms") {
		t.Errorf("the wait is not bounded: %s", got)
	}
}
