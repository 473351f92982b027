package jobs

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/mis"
)

// withoutTransactions replaces the view of the facts by one with changed_at alone.
func (c *collecting) withoutTransactions(t *testing.T) {
	t.Helper()
	columns := c.value(t, `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns
		where table_schema = 'egisso_source' and table_name = 'fact' and column_name <> 'changed_xid'`)
	c.exec(t, `drop view egisso_source.fact; alter table fact_table alter changed_at set default now();
		create view egisso_source.fact as select `+columns+` from fact_table`)
}

// TestLateChangesAreFound: an hour's mistake of the zone puts changes before what was read.
func TestLateChangesAreFound(t *testing.T) {
	c := collectFrom(t, mis.WithOverlap(10*time.Minute))
	c.withoutTransactions(t)
	late := Late{Source: c.Source, Store: c.Store, Log: slog.New(slog.NewTextHandler(c.log, nil))}
	expect := func(what string, found int, telling bool) {
		t.Helper()
		report, err := late.Run(t.Context())
		if err != nil || report.Done != found {
			t.Errorf("%s: %d found, want %d: %v", what, report.Done, found, err)
		}
		st, err := c.Store.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, f := range st.Findings {
			fmt.Fprintln(&text, f.Code, f.Subject, f.Count)
		}
		if told := strings.Contains(text.String(), "late fact 3"); told != telling {
			t.Errorf("%s: status tells %q", what, text.String())
		}
	}
	expect("before anything is read", 0, false)
	c.exec(t, `insert into fact_table (row_key) values ('a'), ('b'), ('c'), ('old')`)
	c.exec(t, `update fact_table set changed_at = now() - interval '3 days' where row_key = 'old'`)
	if _, err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("nothing happened", 0, false)
	c.exec(t, `update fact_table set amount = amount + 1, changed_at = now() - interval '1 hour' where row_key in ('a', 'b')`)
	c.exec(t, `insert into fact_table (row_key, changed_at) values ('d', now() - interval '23 hours')`)
	c.exec(t, `update fact_table set amount = amount + 1 where row_key = 'old'`) // for the reconciliation
	if report, err := c.Run(t.Context()); err != nil || report.Done != 0 {
		t.Fatalf("polling sees %d of it: %v", report.Done, err)
	}
	expect("an hour off", 3, true)
	c.want(t, `select string_agg(row_key, ' ' order by row_key) from egisso.source_row where reading_no > 1 and dirty and row_key in ('a', 'b', 'd')`, "a b d")
	expect("the second time", 0, true)
	// What Collect is about to read is no discovery.
	c.exec(t, `update fact_table set amount = amount + 1, changed_at = now() where row_key = 'c'`)
	expect("a change that is not read yet", 0, true)
	if _, err := c.gateway.Exec(t.Context(), `update egisso.late_change set at = now() - interval '27 hours'`); err != nil {
		t.Fatal(err)
	}
	expect("a day later", 0, false)
}
