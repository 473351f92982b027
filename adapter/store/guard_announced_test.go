package store_test

import (
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// What was announced and went does not count once the announcement is over: the day after a
// mass change is an ordinary one.
func TestAnAnnouncedChangeIsNotHeldAgainstTheNextDay(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.LimitChanges(store.ChangeLimits{Window: 24 * time.Hour, Least: 1, Most: 1})
	decide := func(keys ...string) {
		t.Helper()
		for _, key := range keys {
			f.saveRows(t, row(key, "changed"))
		}
		if _, err := f.Decide(t.Context(), egisso.RegisterFact, 100, func(p lifecycle.Pending) (lifecycle.Decision, error) {
			return lifecycle.Decision{Record: &lifecycle.NewRecord{
				ID: recordID(p.Key), Kind: egisso.KindFactAlteration, Provider: "0042.000001", Content: p.Content, BecomesHash: p.ContentHash, State: lifecycle.Ready,
			}}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	states := `select coalesce(string_agg(row_key || ' ' || state, ', ' order by row_key), '') from egisso.record`
	f.exec(t, `select egisso.expect_changes('fact', 'alteration', 3, now() + interval '1 day', 'пересчёт')`)
	decide("1", "2", "3")
	f.want(t, states, "1 ready, 2 ready, 3 ready")
	f.exec(t, `update egisso.expected_change set until = clock_timestamp()`)
	decide("4")
	f.want(t, states, "1 ready, 2 ready, 3 ready, 4 ready")
	decide("5")
	f.want(t, states, "1 ready, 2 ready, 3 ready, 4 waiting, 5 waiting")
}
