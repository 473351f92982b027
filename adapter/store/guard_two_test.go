package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// Two gateways that decide at once count together: neither of them exceeds the limit alone, and
// both are held. The first stands still behind its count until the second counts, too.
func TestTwoGatewaysCountChangesTogether(t *testing.T) {
	for name, guard := range map[string]string{"nothing was counted": `null`, "counted before": `0`} {
		t.Run(name, func(t *testing.T) { t.Parallel(); countTogether(t, guard) })
	}
}

// countTogether begins with so many counted.
func countTogether(t *testing.T, counted string) {
	f := open(t)
	other := opened(t, f.url)
	limits := store.ChangeLimits{Window: 24 * time.Hour, Least: 1, Most: 1}
	f.LimitChanges(limits)
	other.LimitChanges(limits)
	f.saveRows(t, row("1", "changed"), row("2", "changed"))
	// Whoever makes the row of the guard is waited for by whoever makes it, too.
	f.exec(t, `insert into egisso.change_guard (register, change, provider, counted, counted_from) values ('fact', 'alteration', '0042.000001', `+counted+`, '-infinity')`)
	decided := make(chan error, 2)
	decide := func(s *store.Store) {
		n, err := s.Decide(t.Context(), egisso.RegisterFact, 1, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			return lifecycle.Decision{Record: &lifecycle.NewRecord{
				ID: recordID(p.Key), Kind: egisso.KindFactAlteration, Provider: "0042.000001", Content: p.Content, BecomesHash: p.ContentHash, State: lifecycle.Ready,
			}}, nil
		})
		if err == nil && n != 1 {
			t.Errorf("%d rows are decided on", n)
		}
		decided <- err
	}
	const waiting = `select (select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') = `
	barrier := f.another(t)
	for _, statement := range []string{`begin`, `lock table egisso.record in share mode`} { // counted, and nothing is written
		if _, err := barrier.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	go decide(f.Store)
	waitFor(t, f.conn, waiting+`1`)
	go decide(other)
	waitFor(t, f.conn, waiting+`2`)
	if _, err := barrier.Exec(t.Context(), `rollback`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := <-decided; err != nil {
			t.Fatal(err)
		}
	}
	f.want(t, `select string_agg(row_key || ' ' || state || ' ' || reason_code, ', ' order by row_key) from egisso.record`, "1 waiting mass_change, 2 waiting mass_change")
}
