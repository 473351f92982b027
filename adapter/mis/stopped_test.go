package mis_test

import (
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// A reader that stands still holds the source for no longer than the source's server
// bears, though its page is more than a connection holds; the next one goes on.
func TestStoppedReaderLosesItsTransaction(t *testing.T) {
	s, conn := source(t, mis.WithIdle(100*time.Millisecond))
	exec(t, conn, `insert into egisso_source.fact (row_key, content)
		select lpad(n::text, 4, '0'), repeat('x', 2000) from generate_series(1, 1500) n`)
	const readers = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`
	stood := false
	read := map[string]bool{}
	cursor, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(r mis.Row) error {
		if !stood {
			stood = true
			for n, deadline := 1, time.Now().Add(time.Minute); n > 0; time.Sleep(10 * time.Millisecond) {
				if err := conn.QueryRow(t.Context(), readers).Scan(&n); err != nil {
					return err
				}
				if time.Now().After(deadline) {
					t.Error("the transaction of a reader that stands still goes on")
					break
				}
			}
		}
		read[r.Key] = true
		return nil
	})
	if err == nil || len(read) == 0 {
		t.Fatalf("read on in a transaction that is gone: %d rows, %v", len(read), err)
	}
	// On a machine that is busy elsewhere the next one must not be taken for a stopped one.
	next := open(t, conn.Config().ConnString())
	if _, err := next.Changed(t.Context(), egisso.RegisterFact, cursor, func(r mis.Row) error {
		read[r.Key] = true
		return nil
	}); err != nil || len(read) != 1500 {
		t.Errorf("%d rows read, %v", len(read), err)
	}
}
