package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// alter decides that the rows are altered, and their records have that state.
func (f fixture) alter(t *testing.T, s *store.Store, state lifecycle.State, keys ...string) {
	t.Helper()
	for _, key := range keys {
		f.saveRows(t, row(key, "changed"))
	}
	if _, err := s.Decide(t.Context(), egisso.RegisterFact, 100, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		return lifecycle.Decision{Record: &lifecycle.NewRecord{
			ID: recordID(p.Key), Kind: egisso.KindFactAlteration, Provider: "0042.000001", Content: p.Content, BecomesHash: p.ContentHash, State: state,
		}}, nil
	}); err != nil {
		t.Fatal(err)
	}
}

const (
	heldKeys  = `select coalesce(string_agg(row_key, ' ' order by row_key), 'none') from egisso.record where reason_code = 'mass_change'`
	countedBy = `select counted from egisso.change_guard`
	// behind puts alterations of 100 other rows that nobody adds to what was counted.
	behind = `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) select 'fact', 'x' || n, '', now(), false from generate_series(1, 100) n;
		insert into egisso.record (id, register, row_key, kind, change, provider, state)
			select gen_random_uuid(), register, row_key, 'alterationBasedOnPreviousErrors', 'alteration', '0042.000001', 'accepted' from egisso.source_row where row_key like 'x%'`
)

// What was counted once is added to, not counted again, as long as it is borne: an announced
// change of a million facts is not counted with each batch.
func TestWhatIsBorneIsNotCountedAgain(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.LimitChanges(store.ChangeLimits{Window: 24 * time.Hour, Least: 1, Most: 1})
	f.exec(t, `select egisso.expect_changes('fact', 'alteration', 50, now() + interval '1 day', 'пересчёт')`)
	f.alter(t, f.Store, lifecycle.Ready, "1")
	f.alter(t, f.Store, lifecycle.Ready, "2")
	f.want(t, countedBy, "2")
	f.exec(t, behind) // a count would find them
	f.alter(t, f.Store, lifecycle.Ready, "3", "4")
	f.want(t, countedBy, "4")
	f.want(t, heldKeys, "none")
	f.exec(t, `update egisso.change_guard set counted = null`)
	f.alter(t, f.Store, lifecycle.Ready, "5")
	f.want(t, heldKeys, "1 2 3 4 5")
	f.want(t, countedBy, "105")
}

// What is remembered is never less than there is, and more only until it matters.
func TestRememberedCountHoldsTheSame(t *testing.T) {
	day := store.ChangeLimits{Window: 24 * time.Hour, Least: 2, Most: 2}
	hour := store.ChangeLimits{Window: time.Hour, Least: 2, Most: 2}
	for name, test := range map[string]struct {
		limits store.ChangeLimits
		act    func(f fixture, t *testing.T) // before 3 is altered
		held   string
	}{
		"nothing else": {day, func(f fixture, t *testing.T) { f.alter(t, f.Store, lifecycle.Ready, "1") }, "none"},
		"one too many": {day, func(f fixture, t *testing.T) {
			f.alter(t, f.Store, lifecycle.Ready, "1")
			f.alter(t, f.Store, lifecycle.Ready, "2")
		}, "1 2 3"},
		"one was dropped": {day, func(f fixture, t *testing.T) {
			f.alter(t, f.Store, lifecycle.Ready, "1", "2")
			f.exec(t, `update egisso.record set state = 'dropped', reason_code = 'replaced' where row_key = '1'`)
		}, "none"},
		"one left the window": {day, func(f fixture, t *testing.T) {
			f.alter(t, f.Store, lifecycle.Ready, "1", "2")
			f.exec(t, `update egisso.record set created_at = now() - interval '24 hours' where row_key = '1'`)
		}, "none"},
		"one waits for something else": {day, func(f fixture, t *testing.T) {
			f.alter(t, f.Store, lifecycle.Ready, "1")
			f.alter(t, f.Store, lifecycle.Waiting, "2")
		}, "1 3"},
		"put by a gateway that holds nothing": {day, func(f fixture, t *testing.T) {
			f.alter(t, f.Store, lifecycle.Ready, "1")
			f.alter(t, opened(t, f.url), lifecycle.Ready, "2")
		}, "1 2 3"},
		"the window grew": {hour, func(f fixture, t *testing.T) {
			f.alter(t, f.Store, lifecycle.Ready, "1", "2")
			f.exec(t, `update egisso.record set created_at = now() - interval '2 hours'`)
			f.exec(t, `update egisso.change_guard set counted = null`)
			f.alter(t, f.Store, lifecycle.Ready, "0") // counts one
			f.LimitChanges(day)
		}, "0 1 2 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			f.LimitChanges(test.limits)
			test.act(f, t)
			f.alter(t, f.Store, lifecycle.Ready, "3")
			f.want(t, heldKeys, test.held)
		})
	}
}

// The changes of a window are found by their index, though nothing is known of how many there are.
func TestChangesAreCountedByTheirIndex(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.exec(t, `set plan_cache_mode = force_custom_plan`)
	f.exec(t, behind)
	rows, err := f.conn.Query(t.Context(), "explain (costs off) "+queries(t, "sql/guard.sql")["count_changes"], "fact", "alteration", "0042.000001", time.Now(), []uuid.UUID{uuid.New()}, 1)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if text := strings.Join(plan, "\n"); err != nil || !strings.Contains(text, "record_change") || strings.Contains(text, "Seq Scan on record") {
		t.Errorf("%v\n%s", err, text)
	}
}
