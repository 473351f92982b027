package jobs

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// TestTrimmedLogIsReconciled: a deletion whose entry was taken out of the log of changes
// before it was read is found at once, not at night, and once.
func TestTrimmedLogIsReconciled(t *testing.T) {
	c := collectFrom(t)
	c.exec(t, thousand+`create view egisso_source.change_log as select 'fact'::text as register, '0'::xid8 as trimmed_xid`)
	if report, err := c.Run(t.Context()); err != nil || len(report.Wakes) > 0 {
		t.Fatalf("first reading: %+v, %v", report, err)
	}
	c.settle(t)
	if _, err := c.reconciled(t, false); err != nil {
		t.Fatal(err)
	}
	nightly := Reconcile{Collect: c.Collect, Every: 20 * time.Hour, Log: slog.New(slog.DiscardHandler)}
	run := func() (registers []egisso.Register) {
		nightly.Found = func(r store.Reconciliation) { registers = append(registers, r.Register) }
		if _, err := nightly.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return registers
	}
	if found := run(); len(found) > 0 {
		t.Fatalf("reconciled again without a reason: %v", found)
	}

	c.exec(t, `delete from fact_table where row_key = 'k0003'`)
	trimmed := c.value(t, `select pg_current_xact_id()::text`)
	c.exec(t, `create or replace view egisso_source.change_log as select 'fact'::text as register, '`+trimmed+`'::xid8 as trimmed_xid`)
	report, err := c.Run(t.Context())
	if err != nil || !slices.Contains(report.Wakes, nightly.Name()) {
		t.Fatalf("after the trimming: %+v, %v", report, err)
	}
	if found := run(); !slices.Equal(found, []egisso.Register{egisso.RegisterFact}) {
		t.Errorf("reconciled: %v, want facts", found)
	}
	c.want(t, `select string_agg(row_key, ', ') from egisso.source_row where deleted`, "k0003")
	if report, err = c.Run(t.Context()); err != nil || len(report.Wakes) > 0 {
		t.Errorf("once more: %+v, %v", report, err)
	}
	if found := run(); len(found) > 0 {
		t.Errorf("reconciled once more: %v", found)
	}
}
