package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// A measure is accepted, and everything that waited for it is to be looked at again:
// that takes as long as it takes, whatever the limit of one statement is.
func TestManyRowsMayTakeTheirTime(t *testing.T) {
	f := open(t)
	hurried, err := store.Open(t.Context(), f.url, store.WithTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hurried.Close)
	f.Store = hurried
	for n := range 30 {
		f.saveRows(t, row(fmt.Sprint(n), "a"))
	}
	f.decideAll(t, lifecycle.Waiting)
	if _, err := f.conn.Exec(t.Context(), `
		create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return new; end $$;
		create trigger slow before update on egisso.source_row for each row when (new.register = 'fact' and new.dirty and not old.dirty) execute function slow()`); err != nil {
		t.Fatal(err)
	}
	touched := func(by string) {
		t.Helper()
		f.want(t, `select count(*) from egisso.source_row where register = 'fact' and dirty`, "30")
		if t.Failed() {
			t.Fatalf("not by %s", by)
		}
		if _, err := f.conn.Exec(t.Context(), `update egisso.source_row set dirty = false where register = 'fact'`); err != nil {
			t.Fatal(err)
		}
	}

	measure := store.SourceRow{Key: "m", RecordNo: "m", ChangedAt: time.Now(), Content: []byte(`{"title": "Мера"}`), ContentHash: []byte("m")}
	if _, err := f.SaveRows(t.Context(), egisso.RegisterMeasure, []store.SourceRow{measure}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Decide(t.Context(), egisso.RegisterMeasure, 10, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID("m"), Kind: egisso.KindMeasure, Provider: "0042.000001", Content: p.Content, BecomesHash: p.ContentHash, State: lifecycle.Ready,
		}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	touched("a decision on the measure")

	if _, err := f.FormPackage(t.Context(), store.PackagePlan{
		ID: uuid.New(), Register: egisso.RegisterMeasure, Format: "10.05.I", Version: "2.1.0", MaxRecords: 1, MaxBytes: 1 << 20,
	}); err != nil {
		t.Fatal(err)
	}
	f.sign(t)
	m := f.claim(t)
	attempt, err := f.BeginAttempt(t.Context(), m, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Delivered(t.Context(), m, attempt, "в очереди"); err != nil {
		t.Fatal(err)
	}
	f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageAccepted, Outcomes: outcomes(lifecycle.Accepted, "m")})
	touched("the protocol")

	if n, err := f.SetCheckBasis(t.Context(), "tomorrow"); err != nil || n < 30 {
		t.Fatalf("the basis of the checks touched %d: %v", n, err)
	}
	touched("the basis of the checks")

	if _, err := f.conn.Exec(t.Context(), `update egisso.source_row set dirty = false`); err != nil {
		t.Fatal(err)
	}
	if n, err := f.WakeWaiting(t.Context()); err != nil || n != 30 {
		t.Fatalf("%d wait for what is there: %v", n, err)
	}
	touched("the look at those that wait for what is there")
}
