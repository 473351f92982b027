package store_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso/lifecycle"
)

// TestDueRowsAreThoseThatAreDirty: whoever changes a row, and however.
func TestDueRowsAreThoseThatAreDirty(t *testing.T) {
	f := open(t)
	const differ = `select count(*) from (select register, row_key, record_id is not null from egisso.source_row where dirty) s
		full join egisso.due_row d on (d.register, d.row_key) = (s.register, s.row_key) and d.restless = (s."?column?") where d is null or s is null`
	const due = `select coalesce(string_agg(row_key || case when restless then '!' else '' end, ' ' order by row_key), '') from egisso.due_row`
	for _, step := range []struct {
		what, want string
		do         func()
	}{
		{"collected", "1 2 3", func() { f.saveRows(t, row("1", "a"), row("2", "b"), row("3", "c")) }},
		{"collected again", "1 2 3", func() { f.saveRows(t, row("1", "a"), row("2", "other")) }},
		{"decided", "", func() { f.follow(t, false, lifecycle.Ready) }},
		{"changed", "1! 4", func() { f.saveRows(t, row("1", "corrected"), row("4", "d")) }},
		{"touched", "1! 2! 4", func() { f.exec(t, `update egisso.source_row set dirty = true where row_key = '2'`) }},
		{"left by hand", "1!", func() { f.exec(t, `update egisso.source_row set dirty = false where row_key in ('2', '4')`) }},
		{"has no record any more", "1", func() { f.exec(t, `update egisso.source_row set record_id = null where row_key = '1'`) }},
	} {
		step.do()
		f.want(t, due, step.want)
		f.want(t, differ, "0")
	}
}

// TestDueRowsAreTakenInTheirOrder: a batch reads what it takes, however many wait and though
// nothing is known yet of how large the tables are.
func TestDueRowsAreTakenInTheirOrder(t *testing.T) {
	f := open(t)
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at) select 'fact', n::text, '', now() from generate_series(1, 5000) n`)
	all := queries(t, "sql/*.sql")
	f.exec(t, `set plan_cache_mode = force_custom_plan; set enable_sort = off`) // as inOrder
	for name, args := range map[string][]any{"lock_dirty": {"fact", 500}, "any_dirty": nil, "page_new": {"fact", "5", 50}} {
		rows, err := f.conn.Query(t.Context(), "explain (costs off) "+all[name], args...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text := strings.Join(plan, "\n"); regexp.MustCompile(`(Seq|Bitmap Heap) Scan on (due_row|source_row)|Sort`).MatchString(text) {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}
