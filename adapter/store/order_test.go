package store_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// Whoever locks several rows of the source takes them in the order of their keys:
// two that do not would wait for each other. Here somebody holds the third row,
// so those after it must still be free.
func TestAnswersLockRowsInTheOrderOfTheirKeys(t *testing.T) {
	keys := []string{"9", "8", "7", "6", "5", "4", "3", "2", "1"}
	for name, verdict := range map[string]lifecycle.Verdict{
		"refusal":  {Failed: true, Info: "отклонено"},
		"returned": {Returned: true, Info: "не обработан"},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			_, m := f.sent(t, keys...)
			// Among many rows each is found by its key, in the order of the package.
			if _, err := f.conn.Exec(t.Context(), `
				insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) select 'fact', 'other' || n, '', now(), false from generate_series(1, 5000) n;
				insert into egisso.record (id, register, row_key, kind, provider, state)
				select gen_random_uuid(), register, row_key, 'fact', 'p', 'accepted' from egisso.source_row where row_key like 'other%';
				analyze`); err != nil {
				t.Fatal(err)
			}
			holder, err := f.conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lock := func(tx pgx.Tx, key string) error {
				_, err := tx.Exec(t.Context(), `select from egisso.source_row where row_key = $1 for update nowait`, key)
				return err
			}
			if err := lock(holder, "3"); err != nil {
				t.Fatal(err)
			}
			applied := make(chan struct{})
			go func() {
				defer close(applied)
				f.answer(t, "a1", m, verdict)
			}()
			watcher := f.another(t)
			for waiting := false; !waiting; time.Sleep(10 * time.Millisecond) {
				if err := watcher.QueryRow(t.Context(), `select exists (select from pg_locks where not granted)`).Scan(&waiting); err != nil {
					t.Fatal(err)
				}
			}
			for _, key := range keys[:6] {
				if err := lock(holder, key); err != nil {
					t.Fatalf("who waits for row 3 holds row %s: %v", key, err)
				}
			}
			if err := holder.Rollback(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-applied
		})
	}
}

// another is one more plain connection.
func (f fixture) another(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), f.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

// A row that changes while it is being locked for a decision is decided by what it says
// then: its content belongs to its hash.
func TestDecisionsSeeTheContentOfTheHash(t *testing.T) {
	f := open(t)
	const keys, rounds = 60, 150
	changed := make(chan error, 1)
	go func() {
		for n := range rounds {
			var rows []store.SourceRow
			for key := range keys {
				rows = append(rows, row(fmt.Sprintf("%03d", key), strconv.Itoa(n)))
			}
			if _, err := f.SaveRows(t.Context(), egisso.RegisterFact, rows); err != nil {
				changed <- err
				return
			}
		}
		changed <- nil
	}()
	wrong := 0
	for more := true; more; {
		select {
		case err := <-changed:
			if err != nil {
				t.Fatal(err)
			}
			more = false // and once more, now that all is said
		default:
		}
		_, err := f.Decide(t.Context(), egisso.RegisterFact, 1000, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			var said struct{ Content string }
			if err := json.Unmarshal(p.Content, &said); err != nil {
				return lifecycle.Decision{}, err
			}
			if string(p.ContentHash) != "hash of "+said.Content {
				wrong++
			}
			return lifecycle.Decision{}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if wrong > 0 {
		t.Errorf("%d decisions saw a content of another hash", wrong)
	}
}
