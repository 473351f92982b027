package store_test

import (
	"fmt"
	"strings"
	"testing"

	"egissogw/adapter/store/pgtest"
)

// TestScreensAgree: what is kept for quick screens follows whoever changes a record, also where
// nobody decides on its row. Worlds of ../../jobs and histories of ../../cmd/torture compare
// the same at their ends.
func TestScreensAgree(t *testing.T) {
	f := open(t)
	agree := func(after string) {
		t.Helper()
		if differ, err := pgtest.ScreensDiffer(t.Context(), f.conn); err != nil || len(differ) > 0 {
			t.Errorf("%s: %q %v", after, differ, err)
		}
	}
	put := func(state, name string, keys ...string) string {
		return fmt.Sprintf(`insert into egisso.record (id, register, row_key, kind, provider, state, package_id)
			select md5(k || ' %s')::uuid, 'fact', k, 'fact', 'p', '%s', gen_random_uuid() from unnest(array['%s']) as k`, name, state, strings.Join(keys, "', '"))
	}
	counts := func(want string) {
		t.Helper()
		f.want(t, `select string_agg(state || ' ' || records, ', ' order by state) from egisso.record_counts`, want)
	}
	agree("nothing")
	f.saveRows(t, row("1", "a"), row("2", "a"), row("3", "a"), row("4", "a"))
	f.saveRows(t, row("1", "b"), row("5", "b"))
	agree("read")
	counts("new 5")
	for _, step := range []struct{ name, statement string }{
		{"put", put("packed", "first", "1", "2", "3")},
		{"decided", `update egisso.source_row set dirty = row_key = '5'`},
		{"outcome", `update egisso.record set state = case row_key when '1' then 'accepted' when '2' then 'accepted_with_warnings' else 'rejected' end;
			update egisso.source_row s set accepted_id = r.id, accepted_event = r.id, accepted_hash = 'x' from egisso.record r where r.row_key = s.row_key and s.row_key in ('1', '2')`},
		{"another", put("ready", "second", "1", "3")},
		{"dropped before it is shown no more", `update egisso.record set state = 'dropped' where state = 'rejected'`},
		{"dropped", `update egisso.record set state = 'dropped' where state = 'ready'`},
		{"taken up again", `update egisso.record set state = 'waiting' where state = 'dropped' and row_key = '3' and id = md5('3 first')::uuid`},
		{"known without a record", `update egisso.source_row set accepted_id = gen_random_uuid(), accepted_event = gen_random_uuid(), accepted_hash = 'x' where row_key = '4'`},
		{"forsaken", `update egisso.source_row set accepted_id = null, accepted_hash = null where row_key = '2'`},
		{"faulty", `update egisso.source_row set row_findings = '[{"code": "L-ROW", "severity": "error"}]' where row_key = '1'`},
		{"for a person", `update egisso.source_row set review_code = 'exclude_by_hand' where row_key in ('1', '3')`},
	} {
		f.exec(t, step.statement)
		agree(step.name)
	}
	counts("accepted 1, blocked 2, new 1, nothing_to_send 1")
	for range 101 {
		f.exec(t, `insert into egisso.row_total (register, rows) values ('fact', 0)`)
	}
	if err := f.CompactCounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.want(t, `select string_agg(register || ' ' || rows, ', ') from egisso.row_total`, "fact 5")
	agree("summed up")
}
