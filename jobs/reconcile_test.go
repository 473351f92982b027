package jobs

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
)

// reconciled runs a reconciliation and returns what it found about facts.
func (c *collecting) reconciled(t testing.TB, accept bool) (store.Reconciliation, error) {
	t.Helper()
	var facts store.Reconciliation
	_, err := Reconcile{Collect: c.Collect, AcceptGone: accept, Log: slog.New(slog.NewTextHandler(c.log, nil)),
		Found: func(r store.Reconciliation) {
			if r.Register == egisso.RegisterFact {
				facts = r
			}
		}}.Run(t.Context())
	return facts, err
}

// settle pretends that ЕГИССО accepted what every row says.
func (c *collecting) settle(t testing.TB) {
	t.Helper()
	if _, err := c.gateway.Exec(t.Context(), `update egisso.source_row set dirty = false, accepted_id = gen_random_uuid(),
		accepted_hash = content_hash, accepted_content = '{}' where not deleted`); err != nil {
		t.Fatal(err)
	}
}

func TestReconciliationFindsWhatPollingCannotSee(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, thousand)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settle(t)
	if r, err := c.reconciled(t, false); err != nil || r.Seen != 1000 || r.Changed+r.Gone+r.Forgotten != 0 {
		t.Fatalf("nothing happened, found %+v: %v", r, err)
	}
	// Neither the transaction nor the time tells of these.
	c.exec(t, `update fact_table set amount = amount + 1 where row_key = 'k0007'`)
	c.exec(t, `delete from fact_table where row_key in ('k0003', 'k1000')`)
	c.exec(t, `insert into fact_table (row_key, changed_xid) values ('late', '3')`)
	if report, err := c.Run(t.Context()); err != nil || report.Done != 0 {
		t.Fatalf("polling sees %d of it: %v", report.Done, err)
	}
	r, err := c.reconciled(t, false)
	if err != nil || r.Seen != 999 || r.Changed != 2 || r.Gone != 2 || r.Forgotten != 0 {
		t.Fatalf("found %+v: %v", r, err)
	}
	c.want(t, `select string_agg(row_key || ' ' || deleted, ', ' order by row_key) from egisso.source_row where dirty`,
		"k0003 true, k0007 false, k1000 true, late false")
	c.want(t, `select count(*) from egisso.seen_row`, "0")
	if r, err := c.reconciled(t, false); err != nil || r.Changed+r.Gone != 0 {
		t.Errorf("the second time found %+v: %v", r, err)
	}
}

func TestReconciliationDecidesWhatWasForgotten(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, `insert into fact_table (row_key) values ('a'), ('b'), ('waits'), ('over')`)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settle(t)
	if _, err := c.gateway.Exec(t.Context(), `update egisso.source_row set accepted_hash = 'x' where row_key <> 'a';
		insert into egisso.record (id, register, row_key, kind, provider, state, reason_code) values
			(gen_random_uuid(), 'fact', 'waits', 'fact', 'p', 'rejected', ''),
			(gen_random_uuid(), 'fact', 'over', 'fact', 'p', 'dropped', 'not_actual')`); err != nil {
		t.Fatal(err)
	}
	if r, err := c.reconciled(t, false); err != nil || r.Forgotten != 1 {
		t.Fatalf("found %+v: %v", r, err)
	}
	c.want(t, `select string_agg(row_key, ',') from egisso.source_row where dirty`, "b")
}

// A view that suddenly shows little is broken rather than right: nothing is
// removed from ЕГИССО because of it.
func TestReconciliationDoesNotBelieveAnEmptyView(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, thousand)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settle(t)
	c.exec(t, `delete from fact_table where row_key > 'k0900'`)
	var many *TooManyGoneError
	r, err := c.reconciled(t, false)
	if !errors.As(err, &many) || many.Gone != 100 || many.Known != 1000 || r.Problem == "" {
		t.Fatalf("found %+v: %v", r, err)
	}
	c.want(t, `select count(*) from egisso.source_row where deleted`, "0")
	if r, err := c.reconciled(t, true); err != nil || r.Gone != 100 {
		t.Errorf("a person's word: found %+v: %v", r, err)
	}
	c.want(t, `select count(*) from egisso.source_row where deleted`, "100")
}

// TestRestoredSourceRemovesNothing: what a source lacks since it became another database
// was lost with a restore rather than deleted.
func TestRestoredSourceRemovesNothing(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, `insert into fact_table (row_key) values ('a'), ('b'), ('c')`)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settle(t)
	if _, err := c.gateway.Exec(t.Context(), `update egisso.source_cursor set position = regexp_replace(position, '@[^/]+', '@another')`); err != nil {
		t.Fatal(err)
	}
	c.exec(t, `delete from fact_table where row_key = 'c'`)
	if report, err := c.Run(t.Context()); err != nil || !slices.Contains(report.Wakes, Reconcile{}.Name()) {
		t.Errorf("it is not reconciled at once: %+v: %v", report, err)
	}
	for range 2 {
		var moved *SourceMovedError
		if r, err := c.reconciled(t, false); !errors.As(err, &moved) || moved.Gone != 1 || moved.Known != 3 || r.Problem == "" {
			t.Errorf("found %+v: %v", r, err)
		}
		c.want(t, `select count(*) from egisso.source_row where deleted`, "0")
	}
	if r, err := c.reconciled(t, true); err != nil || r.Gone != 1 {
		t.Errorf("a person's word: found %+v: %v", r, err)
	}
	c.exec(t, `delete from fact_table where row_key = 'b'`)
	if r, err := c.reconciled(t, false); err != nil || r.Gone != 1 {
		t.Errorf("later ones are ordinary: found %+v: %v", r, err)
	}
}

// While a register is read for the first time there is nothing to compare.
func TestReconciliationWaitsForTheFirstReading(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, `insert into fact_table (row_key) values ('a')`)
	if r, err := c.reconciled(t, false); err != nil || r.Register != "" {
		t.Errorf("compared with nothing: %+v: %v", r, err)
	}
	c.want(t, `select count(*) from egisso.source_row`, "0")
}

// A register of a few rows that shows none of them any more is a broken view too.
func TestReconciliationDoesNotBelieveThatEverythingIsGone(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, `insert into fact_table (row_key) values ('a'), ('b'), ('c')`)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settle(t)
	c.exec(t, `delete from fact_table`)
	var many *TooManyGoneError
	if r, err := c.reconciled(t, false); !errors.As(err, &many) || many.Gone != 3 || r.Problem == "" {
		t.Errorf("found %+v: %v", r, err)
	}
	c.want(t, `select count(*) from egisso.source_row where deleted`, "0")
	if r, err := c.reconciled(t, true); err != nil || r.Gone != 3 {
		t.Errorf("a person's word: found %+v: %v", r, err)
	}
}

// What polling stored while the reconciliation was reading is newer than what the
// reconciliation read: nothing must be decided on the older.
func TestReconciliationDoesNotTakeARowBack(t *testing.T) {
	c := collectFrom(t, mis.WithPage(100))
	c.exec(t, thousand)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settle(t)
	c.exec(t, strings.Replace(slowView, "pg_sleep(3600)", "pg_advisory_xact_lock(1)", 1)+"insert into slow values ('k0500'); select pg_advisory_lock(1)")
	ended := make(chan error)
	go func() {
		_, err := Reconcile{Collect: c.Collect, Log: slog.New(slog.DiscardHandler)}.Run(t.Context())
		ended <- err
	}()
	deadline := time.Now().Add(time.Minute)
	for hangs := false; !hangs; {
		err := c.source.QueryRow(t.Context(), "select exists (select from pg_locks where locktype = 'advisory' and not granted)").Scan(&hangs)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the source does not hang: %v", err)
		}
	}
	c.exec(t, `update fact_table set amount = 7, changed_xid = pg_current_xact_id() where row_key = 'k0007'`)
	if report, err := c.Run(t.Context()); err != nil || report.Done != 1 {
		t.Fatalf("polling took %d rows: %v", report.Done, err)
	}
	c.exec(t, `select pg_advisory_unlock(1)`)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	c.want(t, `select content -> 'assignmentInfo' ->> 'amount' from egisso.source_content where row_key = 'k0007'`, "7")
}
