package store_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// unsorted are keys in the order in which their rows are stored.
var unsorted = []string{"9", "8", "7", "6", "5", "4", "3", "2", "1"}

// Whoever locks several rows of the source takes them in the order of their keys:
// two that do not would wait for each other.
func TestRowsAreLockedInTheOrderOfTheirKeys(t *testing.T) {
	waiting := func(reason lifecycle.Reason) func(*testing.T, fixture) {
		return func(t *testing.T, f fixture) {
			for _, key := range unsorted {
				f.saveRows(t, row(key, "first"))
			}
			f.decideAll(t, lifecycle.Waiting)
			f.exec(t, `update egisso.record set reason_code = '`+string(reason)+`', change = 'alteration'`)
		}
	}
	rejected := func(t *testing.T, f fixture) {
		_, m := f.sent(t, unsorted...)
		outcomes := map[uuid.UUID]lifecycle.State{}
		for _, key := range unsorted {
			outcomes[recordID(key)] = lifecycle.Rejected
		}
		f.answer(t, "a1", m, lifecycle.Verdict{Result: lifecycle.PackageRejected, Info: "x", Outcomes: outcomes})
		f.exec(t, `update egisso.source_row set dirty = false`)
	}
	answered := func(v lifecycle.Verdict) (before, act func(*testing.T, fixture)) {
		var m *store.OutMessage
		return func(t *testing.T, f fixture) { _, m = f.sent(t, unsorted...) }, func(t *testing.T, f fixture) { f.answer(t, "a1", m, v) }
	}
	command := func(statement string) func(*testing.T, fixture) {
		return func(t *testing.T, f fixture) { f.another(t).Exec(t.Context(), statement) }
	}
	refuse, refused := answered(lifecycle.Verdict{Failed: true, Info: "отклонено"})
	send, returned := answered(lifecycle.Verdict{Returned: true, Info: "не обработан"})
	for name, c := range map[string]struct{ before, act func(*testing.T, fixture) }{
		"refusal":  {refuse, refused},
		"returned": {send, returned},
		"released": {func(t *testing.T, f fixture) {
			f.sent(t, unsorted...)
			f.exec(t, `update egisso.package set state = 'expired'`)
		}, command(`select egisso.release_package((select id from egisso.package), 'проверка')`)},
		"rejected again": {rejected, command(`select egisso.retry_package((select id from egisso.package), 'проверка')`)},
		"people":         {waiting(lifecycle.ConfirmPeople), command(`select egisso.release_person_changes('проверка')`)},
		"dropped":        {waiting(lifecycle.MassChange), command(`select egisso.drop_held_changes('fact', 'alteration', 'проверка')`)},
		"basis": {waiting(lifecycle.ConfirmPeople), func(t *testing.T, f fixture) {
			if _, err := f.SetCheckBasis(t.Context(), "another"); err != nil {
				t.Error(err)
			}
		}},
		"forgotten": {func(t *testing.T, f fixture) {
			waiting("")(t, f)
			f.exec(t, `update egisso.record set state = 'dropped'`)
		}, func(t *testing.T, f fixture) {
			if _, err := f.TouchForgotten(t.Context(), egisso.RegisterFact); err != nil {
				t.Error(err)
			}
		}},
		"gone": {waiting(""), func(t *testing.T, f fixture) {
			r, err := f.BeginReconciliation(t.Context(), egisso.RegisterFact)
			if err == nil {
				_, err = f.MarkGone(t.Context(), r, unsorted)
			}
			if err != nil {
				t.Error(err)
			}
		}},
		"classifier": {func(t *testing.T, f fixture) {
			waiting("")(t, f)
			f.exec(t, `update egisso.classifier_state set revision = revision + 1, units = revision + 1`)
		}, func(t *testing.T, f fixture) {
			c, err := f.ClassifierCheckDue(t.Context(), "salt")
			if err == nil {
				_, _, err = f.StoreClassifierCheck(t.Context(), c, nil)
			}
			if err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			c.before(t, f)
			f.locksInOrder(t, func() { c.act(t, f) })
		})
	}
}

// locksInOrder holds the third row, so what is locked after it must still be free while act
// waits.
func (f fixture) locksInOrder(t *testing.T, act func()) {
	t.Helper()
	// Among many rows each is found by its key, in the order of the package.
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) select 'fact', 'other' || n, '', now(), false from generate_series(1, 5000) n;
		insert into egisso.record (id, register, row_key, kind, provider, state)
		select gen_random_uuid(), register, row_key, 'fact', 'p', 'accepted' from egisso.source_row where row_key like 'other%';
		analyze`)
	holder, err := f.conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lock := func(key string) error {
		_, err := holder.Exec(t.Context(), `select from egisso.source_row where row_key = $1 for update nowait`, key)
		return err
	}
	if err := lock("3"); err != nil {
		t.Fatal(err)
	}
	acted := make(chan struct{})
	go func() {
		defer close(acted)
		act()
	}()
	watcher := f.another(t)
	for waiting := false; !waiting; time.Sleep(10 * time.Millisecond) {
		select {
		case <-acted:
			t.Fatal("it never waited for row 3")
		default:
		}
		if err := watcher.QueryRow(t.Context(), `select exists (select from pg_locks l join pg_stat_activity a using (pid) where not granted and a.datname = current_database())`).Scan(&waiting); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range unsorted[:6] {
		if err := lock(key); err != nil {
			t.Fatalf("who waits for row 3 holds row %s: %v", key, err)
		}
	}
	if err := holder.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-acted
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
