package store_test

import (
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// A person decides on what he saw: neither on what was held later, nor on other content, nor
// on what is held of another provider.
func TestSetsOfHeldChangesAreDecidedAsSeen(t *testing.T) {
	t.Parallel()
	f := open(t)
	hold := func(provider string, keys ...string) {
		for _, key := range keys {
			f.saveRows(t, row(key, "first"))
		}
		f.decideAll(t, lifecycle.Waiting)
		f.exec(t, `update egisso.record set reason_code = 'mass_change', change = 'alteration', provider = '`+provider+`' where state = 'waiting' and reason_code <> 'mass_change'`)
		f.exec(t, `insert into egisso.change_guard (register, change, provider, held_since) values ('fact', 'alteration', '`+provider+`', now())
			on conflict (register, change, provider) do update set held_since = now()`)
	}
	seen := func(provider string) string {
		t.Helper()
		return f.text(t, `select set from egisso.held_changes where provider = $1`, provider)
	}
	one := store.HeldSet{Register: egisso.RegisterFact, Change: egisso.ChangeAlteration, Provider: "1.1"}
	refused := func(held store.HeldSet, want string) {
		t.Helper()
		before := f.text(t, `select string_agg(id || state, ' ' order by id) from egisso.record`)
		for _, act := range []func() (string, error){
			func() (string, error) { return f.ReleaseHeldChanges(t.Context(), held, "проверка") },
			func() (string, error) { return f.DropHeldChanges(t.Context(), held, "проверка") },
		} {
			if text, err := act(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q, %v; want a refusal: %s", text, err, want)
			}
		}
		f.want(t, `select string_agg(id || state, ' ' order by id) from egisso.record`, before)
	}
	hold("1.1", "1", "2")
	advice := `select count(*) from egisso.health_change where advice like '%--set НАБОР --provider КОД --reason%'`
	f.want(t, advice, "0")
	hold("2.2", "3")
	f.want(t, advice, "1") // each has a set of its own
	one.Seen = seen("1.1")
	hold("1.1", "4")
	refused(one, "было 2, стало 3, посмотрите снова")
	one.Seen = seen("1.1")
	f.exec(t, `update egisso.record set becomes_hash = '\x01' where row_key = '4'`)
	refused(one, "было 3, стало 3, но других")
	one.Seen = seen("1.1")
	refused(store.HeldSet{Register: one.Register, Change: one.Change, Seen: one.Seen}, "было 3, стало 4")
	refused(store.HeldSet{Register: one.Register, Change: one.Change, Seen: "3"}, "не бывает")
	if _, err := f.ReleaseHeldChanges(t.Context(), one, "проверка"); err != nil {
		t.Error(err)
	}
	refused(one, "было 3, стало 0")
	f.want(t, `select string_agg(row_key || ' ' || state, ', ' order by row_key) from egisso.record`, "1 ready, 2 ready, 3 waiting, 4 ready")
	f.want(t, `select string_agg(provider, '') from egisso.change_guard where held_since is not null`, "2.2")
	f.exec(t, `select egisso.drop_held_changes('fact', 'alteration', 'без набора — всё, что ждёт')`)
	f.want(t, `select count(*) from egisso.held_changes`, "0")
}
