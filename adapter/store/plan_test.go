package store_test

import (
	"crypto/md5"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// TestEachRowIsLookedUpByItsKey: a statement that goes on with some hundred rows of a large
// register reads these only, though nothing is known yet of how large the tables are.
func TestEachRowIsLookedUpByItsKey(t *testing.T) {
	f := open(t)
	f.exec(t, `set plan_cache_mode = force_custom_plan`)
	f.exec(t, `insert into egisso.source_row (register, row_key, record_no, changed_at, dirty) select 'fact', n::text, '', now(), false from generate_series(1, 5000) n;
		insert into egisso.record (id, register, row_key, kind, provider, state) select gen_random_uuid(), register, row_key, 'fact', 'p', 'accepted' from egisso.source_row;
		insert into egisso.source_content (register, row_key, content) select register, row_key, '{}' from egisso.source_row;
		insert into egisso.package (id, register, format, format_version, provider, record_count, state, channel)
			select md5('p' || n)::uuid, 'fact', '10.06.S', '1.1.0', 'p', 1000, 'formed', 'smev' from generate_series(1, 5) n;
		insert into egisso.package_record (package_id, ordinal, record_id, kind)
			select md5('p' || 1 + row_key::int / 1001)::uuid, row_key::int, id, 'fact' from egisso.record`)
	pkg := uuid.UUID(md5.Sum([]byte("p1")))
	keys := make([]string, 500)
	for i := range keys {
		keys[i] = "5" + strings.Repeat("0", i%4)
	}
	ids := make([]uuid.UUID, len(keys))
	all := queries(t, "sql/*.sql")
	scan := regexp.MustCompile(`Scan.* on (source_row|source_content|record)\b`)
	byKey := regexp.MustCompile(`(Index|Recheck) Cond: .*\b((row_key|id) [=>]|needs\[1\] =|needs &&) `)
	for name, args := range map[string][]any{
		"decided":           {"fact", keys, keys, make([]bool, len(keys)), make([]*string, len(keys))},
		"drop_records":      {"fact", keys, keys},
		"record_outcomes":   {ids[0], ids, make([]string, len(ids)), ""},
		"lock_brought_rows": {"fact", keys},
		"give_way":          {"fact", keys, []string{}},
		"overtaken":         {"fact", keys, make([]*string, len(keys)), nil, nil},
		"compare_rows":      {1, "fact", keys, make([]bool, len(keys)), make([][]byte, len(keys)), make([]string, len(keys)), keys, make([]*string, len(keys)), make([][]byte, len(keys))},
		"mark_gone":         {1, "fact", keys},
		"unseen_rows":       {1, "fact", "5", 500},
		// What waits for a measure is looked up by it.
		"touch_dependants":            {[]string{"lmsz/1"}},
		"touch_dependants_of_package": {pkg},
		"lock_rows_to_recheck":        {[]string{"lmsz/1"}, false},
		// Records of a package are looked up as its members.
		"release_records":         {pkg, false},
		"explain_refused":         {pkg},
		"empty_package_if_formed": {pkg},
	} {
		tx, err := f.conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		settings := map[string]string{"lock_brought_rows": "lock_recovery", "give_way": "lock_recovery", "overtaken": "lock_recovery", "mark_gone": "look_up_apart", "decided": "look_up_apart", "record_outcomes": "look_up_apart", "drop_records": "look_up_apart", "unseen_rows": "look_in_order"}[name]
		if settings != "" {
			if _, err := tx.Exec(t.Context(), all[settings]); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := tx.Query(t.Context(), "explain (costs off) "+all[name], args...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, line := range plan {
			if scan.MatchString(line) && !byKey.MatchString(strings.Join(plan[i+1:min(i+2, len(plan))], "")) {
				t.Errorf("%s reads more than it asks for: %s", name, line)
			}
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := f.conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const read = `select sum(seq_tup_read) from pg_stat_xact_user_tables where schemaname = 'egisso' and relname in ('source_row', 'record')`
	for _, call := range []string{
		`select egisso.adopt_record('fact', '7', gen_random_uuid(), 'проверка')`,
		`select egisso.measure_used('1')`,
		`select egisso.dissolve_package(md5('p2')::uuid)`,
		`select egisso.give_back(md5('p3')::uuid, '')`,
		`select egisso.retry_package(md5('p3')::uuid, 'проверка')`,
	} {
		var before, after int
		if err = tx.QueryRow(t.Context(), read).Scan(&before); err == nil {
			_, err = tx.Exec(t.Context(), call)
		}
		if err == nil {
			err = tx.QueryRow(t.Context(), read).Scan(&after)
		}
		if err != nil || after > before {
			t.Fatalf("%s reads %d rows, %v", call, after-before, err)
		}
	}
}
