package mis_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

func TestFirstPassReadsEverythingAndTheNextOnlyChanges(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a'), ('b'), ('c')")

	rows, cursor := collect(t, s, mis.Cursor{})
	if keys(rows) != "a b c" {
		t.Errorf("first pass: %q", keys(rows))
	}
	if rows, cursor = collect(t, s, cursor); len(rows) != 0 {
		t.Errorf("nothing changed, yet %q came", keys(rows))
	}
	exec(t, conn, "update egisso_source.fact set amount = 3, changed_xid = pg_current_xact_id() where row_key = 'b'")
	rows, cursor = collect(t, s, cursor)
	if keys(rows) != "b" || !rows[0].Record.(*egisso.Fact).Assignment.Amount.Equal(number("3")) {
		t.Errorf("after a change: %q", keys(rows))
	}
	if rows, _ = collect(t, s, cursor); len(rows) != 0 {
		t.Errorf("nothing changed, yet %q came", keys(rows))
	}
}

func TestLongTransactionIsWaitedFor(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('before')")
	_, cursor := collect(t, s, mis.Cursor{})

	long, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, long, "insert into egisso_source.fact (row_key) values ('long')")

	other := connect(t, conn.Config().ConnString())
	exec(t, other, "insert into egisso_source.fact (row_key) values ('short')")

	// The short one is committed, yet it must not pull the cursor past the long one.
	for range 3 {
		var rows []mis.Row
		rows, cursor = collect(t, s, cursor)
		if strings.Contains(keys(rows), "long") {
			t.Fatal("a row that is not committed came")
		}
	}
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, cursor := collect(t, s, cursor)
	if keys(rows) != "long short" {
		t.Errorf("after the long transaction ended %q came, want both", keys(rows))
	}
	if rows, _ = collect(t, s, cursor); len(rows) != 0 {
		t.Errorf("seen already: %q", keys(rows))
	}
}

func TestLongTransactionDuringTheFirstPassIsWaitedFor(t *testing.T) {
	s, conn := source(t)
	long, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, long, "insert into egisso_source.fact (row_key) values ('long')")
	other := connect(t, conn.Config().ConnString())
	exec(t, other, "insert into egisso_source.fact (row_key) values ('short')")

	rows, cursor := collect(t, s, mis.Cursor{})
	if keys(rows) != "short" {
		t.Errorf("first pass: %q", keys(rows))
	}
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, _ = collect(t, s, cursor)
	only(t, rows, "long")
}

func TestRolledBackTransactionDoesNotStopTheCursor(t *testing.T) {
	s, conn := source(t)
	_, cursor := collect(t, s, mis.Cursor{})
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "insert into egisso_source.fact (row_key) values ('never')")
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a')")
	if rows, _ := collect(t, s, cursor); keys(rows) != "a" {
		t.Errorf("got %q", keys(rows))
	}
}

// TestPassCanBeTakenUpAgain ends a pass after every possible row and goes on
// from the cursor it returned: every row comes exactly once.
func TestPassCanBeTakenUpAgain(t *testing.T) {
	fill := "insert into egisso_source.fact (row_key) select 'k' || lpad(n::text, 2, '0') from generate_series(1, 12) n"
	passes := map[string]func(t *testing.T) (*mis.Source, mis.Cursor){
		"over everything": func(t *testing.T) (*mis.Source, mis.Cursor) {
			s, conn := source(t, mis.WithPage(5))
			exec(t, conn, fill)
			return s, mis.Cursor{}
		},
		"by transaction": func(t *testing.T) (*mis.Source, mis.Cursor) {
			s, conn := source(t, mis.WithPage(5))
			_, cursor := collect(t, s, mis.Cursor{})
			exec(t, conn, fill)
			exec(t, conn, "update egisso_source.fact set changed_xid = pg_current_xact_id() where row_key < 'k05'")
			return s, cursor
		},
		"by time": func(t *testing.T) (*mis.Source, mis.Cursor) {
			s, conn := sourceWithoutXID(t, mis.WithPage(5))
			_, cursor := collect(t, s, mis.Cursor{})
			exec(t, conn, fill)
			exec(t, conn, "update egisso_source.fact set changed_at = clock_timestamp() + interval '1 second'")
			exec(t, conn, "update egisso_source.fact set changed_at = (select max(changed_at) from egisso_source.fact) where row_key < 'k05'")
			return s, cursor
		},
	}
	stop := errors.New("stop")
	for name, prepare := range passes {
		t.Run(name, func(t *testing.T) {
			s, from := prepare(t)
			all, end := collect(t, s, from)
			if len(all) != 12 {
				t.Fatalf("%d rows", len(all))
			}
			for n := range all {
				var rows []mis.Row
				cursor, err := s.Changed(t.Context(), egisso.RegisterFact, from, func(r mis.Row) error {
					if len(rows) == n {
						return stop
					}
					rows = append(rows, r)
					return nil
				})
				if !errors.Is(err, stop) {
					t.Fatalf("the function's error became %v", err)
				}
				if n > 0 && rows[n-1].Next != cursor {
					t.Errorf("row %s says the pass goes on from %s, the pass ended at %s", rows[n-1].Key, rows[n-1].Next, cursor)
				}
				cursor = throughText(t, cursor)
				rest, last := collect(t, s, cursor)
				if got := keys(append(rows, rest...)); got != keys(all) {
					t.Errorf("stopped after %d: got %q", n, got)
				}
				if name == "by transaction" && last != end {
					t.Errorf("stopped after %d: the cursor ends at %s, not %s", n, last, end)
				}
			}
		})
	}
}

func throughText(t *testing.T, c mis.Cursor) mis.Cursor {
	t.Helper()
	parsed, err := mis.ParseCursor(c.String())
	if err != nil {
		t.Fatal(err)
	}
	if parsed != c {
		t.Errorf("%q became %q", c, parsed)
	}
	return parsed
}

func TestManySnapshotsMakeOnePass(t *testing.T) {
	for _, page := range []int{1, 3, 7, 1000} {
		t.Run(fmt.Sprintf("page %d", page), func(t *testing.T) {
			s, conn := source(t, mis.WithPage(page), mis.WithSnapshot(0))
			exec(t, conn, "insert into egisso_source.fact (row_key) select lpad(n::text, 3, '0') from generate_series(1, 60) n")
			rows, cursor := collect(t, s, mis.Cursor{})
			if len(rows) != 60 {
				t.Errorf("%d rows in the first pass", len(rows))
			}
			for i := range 20 {
				exec(t, conn, fmt.Sprintf("update egisso_source.fact set changed_xid = pg_current_xact_id() where row_key = '%03d'", i*3+1))
			}
			if rows, _ = collect(t, s, cursor); len(rows) != 20 {
				t.Errorf("%d rows in the second pass", len(rows))
			}
		})
	}
}

// TestRowsChangedDuringThePassComeAgain: what changes while the pass goes on
// belongs to the next one.
func TestRowsChangedDuringThePassComeAgain(t *testing.T) {
	s, conn := source(t, mis.WithPage(2), mis.WithSnapshot(0))
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a'), ('b'), ('c'), ('d'), ('e'), ('f')")
	seen := map[string]string{}
	cursor, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(r mis.Row) error {
		if len(seen) == 0 {
			exec(t, conn, "update egisso_source.fact set amount = 77, changed_xid = pg_current_xact_id() where row_key in ('a', 'f')")
		}
		seen[r.Key] = r.Record.(*egisso.Fact).Assignment.Amount.String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, _ := collect(t, s, cursor)
	for _, r := range rows {
		seen[r.Key] = r.Record.(*egisso.Fact).Assignment.Amount.String()
	}
	if seen["a"] != "77" || seen["f"] != "77" || len(seen) != 6 {
		t.Errorf("seen %v", seen)
	}
}

func TestSourceRestoredFromABackupIsReadAnew(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a')")
	// A row with a transaction of the server the database came from.
	exec(t, conn, "insert into egisso_source.fact (row_key, changed_xid) values ('old', '999999999')")
	ahead, err := mis.ParseCursor("xid/888888888")
	if err != nil {
		t.Fatal(err)
	}
	rows, cursor := collect(t, s, ahead)
	if keys(rows) != "a old" {
		t.Errorf("got %q, want everything", keys(rows))
	}
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('b')")
	if rows, _ := collect(t, s, cursor); keys(rows) != "b" {
		t.Errorf("after it: %q", keys(rows))
	}
}

func TestCursorOfAnotherKindOfSourceCountsAsNone(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a')")
	for _, text := range []string{"time/2099-01-01T00:00:00.000000Z", "all/time/2020-01-01T00:00:00.000000Z/z"} {
		cursor, err := mis.ParseCursor(text)
		if err != nil {
			t.Fatal(err)
		}
		if rows, _ := collect(t, s, cursor); keys(rows) != "a" {
			t.Errorf("from %s: %q", text, keys(rows))
		}
	}
}

func TestSourceWithoutTransactionsRereadsAWindow(t *testing.T) {
	s, conn := sourceWithoutXID(t, mis.WithOverlap(10*time.Minute))
	at := func(key, when string) {
		exec(t, conn, fmt.Sprintf("insert into egisso_source.fact (row_key, changed_at) values ('%s', now() - interval '%s')", key, when))
	}
	at("old", "1 hour")
	at("new", "1 minute")
	_, cursor := collect(t, s, mis.Cursor{})
	rows, cursor := collect(t, s, cursor)
	if keys(rows) != "new" {
		t.Errorf("the window holds %q", keys(rows))
	}
	at("late", "9 minutes") // committed late, dated before the newest seen
	at("too late", "2 hours")
	rows, cursor = collect(t, s, cursor)
	if keys(rows) != "late new" {
		t.Errorf("the window holds %q", keys(rows))
	}
	// A change dated in the future is seen, and does not hide what comes after.
	at("future", "-3 hours")
	rows, cursor = collect(t, s, cursor)
	if keys(rows) != "late new future" {
		t.Errorf("the window holds %q", keys(rows))
	}
	at("after", "0")
	rows, _ = collect(t, s, cursor)
	only(t, rows, "after")
}

func TestFunctionsErrorEndsThePassEvenIfItIsADatabaseError(t *testing.T) {
	s, conn := source(t)
	exec(t, conn, "insert into egisso_source.fact (row_key) values ('a'), ('b')")
	calls := 0
	_, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(mis.Row) error {
		calls++
		_, err := conn.Exec(t.Context(), "select 1/0")
		return err
	})
	if err == nil || calls != 1 {
		t.Errorf("%d calls, error %v", calls, err)
	}
}

func TestUnknownRegister(t *testing.T) {
	s, _ := source(t)
	if _, err := s.Changed(t.Context(), "nothing", mis.Cursor{}, nil); err == nil {
		t.Error("no error")
	}
	if mis.Columns("nothing") != nil {
		t.Error("columns of nothing")
	}
}
