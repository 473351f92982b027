package mis_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
)

// edits are changes of the reference МИС that touch the facts of others: what is edited
// stands once, at its own id.
var edits = []string{
	"update mis.recipe set pack_qty = pack_qty + 1 where id = 50000 + %d",
	"update mis.patient set phone = '9' || floor(random() * 1000000) where id = (select patient_id from mis.recipe where id = 50000 + %d)",
	"update mis.patient_privilege set doc_number = random()::text where id = (select privilege_id from mis.recipe where id = 50000 + %d)",
	"update mis.drug set trade_name = random()::text where id = (select drug_id from mis.recipe where id = 50000 + %d)",
	"insert into mis.patient_address (patient_id, kind, region) select patient_id, 2, 'x' from mis.recipe where id = 50000 + %d on conflict do nothing",
}

// TestEditsDoNotWaitForTheLog: eight sessions edit at random, each in one long
// transaction, one statement after the other. No statement waits for another session
// unless it edits the same row, and none ends in a deadlock.
func TestEditsDoNotWaitForTheLog(t *testing.T) {
	const sessions, rounds = 8, 40
	s, conn, cursor := reference(t, 200)
	random := rand.New(rand.NewPCG(1, 8))
	var open []pgx.Tx
	for range sessions {
		tx, err := connect(t, conn.Config().ConnString()).Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "set local lock_timeout = '10s'")
		open = append(open, tx)
	}
	held := map[string]int{} // row that is edited, by which session
	for range rounds {
		for i, tx := range open {
			edit := fmt.Sprintf(edits[random.IntN(len(edits))], 1+random.IntN(200))
			row := edited(t, conn, edit)
			if by, taken := held[row]; taken && by != i {
				continue // they would wait for each other without any log
			}
			held[row] = i
			if _, err := tx.Exec(t.Context(), edit); err != nil {
				t.Fatalf("session %d waits: %s: %v", i, edit, err)
			}
		}
	}
	for _, tx := range open {
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	touched := value(t, conn, `select count(distinct row_key)::text from mis.egisso_change
		where register = 'fact' and changed_xid::text::numeric >= `+cursor.String()[strings.LastIndex(cursor.String(), "/")+1:])
	rows, _ := collect(t, s, cursor)
	if fmt.Sprint(len(rows)) != touched || len(rows) < sessions {
		t.Errorf("%d rows came, %s were touched", len(rows), touched)
	}
}

// edited names the row an edit locks.
func edited(t *testing.T, conn *pgx.Conn, edit string) string {
	t.Helper()
	table := strings.Fields(edit)[1]
	if table == "into" {
		table = strings.Fields(edit)[2]
	}
	_, where, _ := strings.Cut(edit, "where ")
	where, _, _ = strings.Cut(where, " on conflict")
	if _, inner, found := strings.Cut(where, "(select "); found {
		return table + value(t, conn, "select "+strings.TrimSuffix(strings.Replace(inner, " from", "::text from", 1), ")"))
	}
	if table == "mis.patient_address" {
		return table + value(t, conn, "select patient_id::text from mis.recipe where "+where)
	}
	return table + where
}

// TestTrimmingLosesNothing: records whose entries were taken out stay in the view, what
// was read as deleted does not come back, and who had not read it is told so.
func TestTrimmingLosesNothing(t *testing.T) {
	s, conn, early := reference(t, 30)
	exec(t, conn, "delete from mis.recipe where id = 50004")
	exec(t, conn, "update mis.recipe set pack_qty = pack_qty + 1 where id in (50005, 50006)")
	exec(t, conn, "update mis.recipe set pack_qty = pack_qty + 1 where id = 50006")
	rows, late := collect(t, s, early)
	if len(rows) != 3 || late.Anew() {
		t.Fatalf("%q came before trimming", keys(rows))
	}
	if n := value(t, conn, "select mis.egisso_trim_changes()::text"); n == "0" {
		t.Error("the older entry of a key is kept")
	}
	if rows, late = collect(t, s, early); len(rows) != 3 || late.Anew() {
		t.Errorf("%q came after older entries were taken out", keys(rows))
	}
	// Entries of this moment are older than a negative term.
	exec(t, conn, "select mis.egisso_trim_changes('-1 hour')")
	if n := value(t, conn, "select count(*)::text from mis.egisso_change where register = 'fact'"); n != "0" {
		t.Fatalf("%s entries are left", n)
	}
	if rows, _ = collect(t, s, mis.Cursor{}); len(rows) != 29 {
		t.Errorf("%d rows, want all but the deleted one", len(rows))
	}
	if rows, next := collect(t, s, late); len(rows) != 0 || next.Anew() {
		t.Errorf("%q came again to who had read everything", keys(rows))
	}
	rows, next := collect(t, s, early)
	if len(rows) != 29 || !next.Anew() || !rows[0].Next.Anew() {
		t.Errorf("who had not read what was taken out: %d rows, anew %v", len(rows), next.Anew())
	}
	if rows, next = collect(t, s, next); len(rows) != 0 || next.Anew() {
		t.Errorf("after it: %q, anew %v", keys(rows), next.Anew())
	}
	exec(t, conn, "update mis.recipe set pack_qty = pack_qty + 1 where id = 50005")
	if rows, _ = collect(t, s, next); keys(rows) != "50005" {
		t.Errorf("the next change: %q", keys(rows))
	}
}

// TestTrimmingSparesRunningTransactions: what nobody can have read is kept.
func TestTrimmingSparesRunningTransactions(t *testing.T) {
	s, conn, cursor := reference(t, 10)
	long, err := connect(t, conn.Config().ConnString()).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, long, "update mis.recipe set pack_qty = pack_qty + 1 where id = 50001")
	exec(t, conn, "update mis.recipe set pack_qty = pack_qty + 1 where id = 50002")
	exec(t, conn, "select mis.egisso_trim_changes('-1 hour')")
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, next := collect(t, s, cursor)
	if keys(rows) != "50001 50002" || next.Anew() {
		t.Errorf("%q came, anew %v", keys(rows), next.Anew())
	}
}

// TestLogWithOneRowPerKey: a log that keeps the last change of a key only, as sites may
// have it, is read as before.
func TestLogWithOneRowPerKey(t *testing.T) {
	_, conn, _ := reference(t, 2)
	columns := value(t, conn, `select string_agg('v.' || quote_ident(attname), ', ' order by attnum) from pg_attribute
		where attrelid = 'egisso_source.fact'::regclass and attnum > 0 and attname not in ('row_key', 'changed_at', 'changed_xid', 'deleted')`)
	exec(t, conn, `create table mis.last_change (row_key text primary key, changed_at timestamptz not null, changed_xid xid8 not null);
		create schema old_source;
		create view old_source.fact as
		select l.row_key, l.changed_at, l.changed_xid, v.row_key is null as deleted, `+columns+`
		  from mis.last_change l left join egisso_source.fact v on v.row_key = l.row_key and not v.deleted`)
	pool, err := pgxpool.New(t.Context(), conn.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s := mis.Open(t.Context(), pool, "old_source")
	touch := func(key string) {
		exec(t, conn, `insert into mis.last_change values ('`+key+`', now(), pg_current_xact_id()) on conflict (row_key)
			do update set changed_at = excluded.changed_at, changed_xid = excluded.changed_xid`)
	}
	touch("50001")
	touch("50002")
	rows, cursor := collect(t, s, mis.Cursor{})
	if keys(rows) != "50001 50002" {
		t.Errorf("first pass: %q", keys(rows))
	}
	exec(t, conn, "delete from mis.recipe where id = 50001")
	touch("50001")
	rows, cursor = collect(t, s, cursor)
	if keys(rows) != "50001" || !rows[0].Deleted || cursor.Anew() {
		t.Errorf("after a deletion: %q", keys(rows))
	}
	if rows, _ = collect(t, s, cursor); len(rows) != 0 {
		t.Errorf("nothing changed, yet %q came", keys(rows))
	}
}

// BenchmarkEditedRow is what an edit of the МИС costs with the triggers of the log and
// without them, per edited prescription.
func BenchmarkEditedRow(b *testing.B) {
	for name, triggers := range map[string]string{"with the log": "enable", "without": "disable"} {
		for _, rows := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s, %d in a statement", name, rows), func(b *testing.B) {
				_, conn, _ := reference(b, 1000)
				if _, err := conn.Exec(b.Context(), "alter table mis.recipe "+triggers+" trigger user"); err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				for i := range b.N {
					from := 50001 + i*rows%(1000-rows)
					if _, err := conn.Exec(b.Context(), "update mis.recipe set pack_qty = pack_qty + 1 where id >= $1 and id < $2", from, from+rows); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*rows), "µs/row")
			})
		}
	}
}

// BenchmarkIdlePoll is a look for changes when there are none, in a МИС of ten thousand
// prescriptions, and of as many as EGISSOGW_BENCH_ROWS says. It prints the plan.
func BenchmarkIdlePoll(b *testing.B) {
	sizes := []int{10_000}
	if more, err := strconv.Atoi(os.Getenv("EGISSOGW_BENCH_ROWS")); err == nil {
		sizes = append(sizes, more)
	}
	for _, rows := range sizes {
		b.Run(fmt.Sprintf("%d rows", rows), func(b *testing.B) {
			s, conn, _ := reference(b, 10_000)
			multiply(b, conn, rows)
			var text string
			if err := conn.QueryRow(b.Context(), "select 'xid/' || pg_snapshot_xmin(pg_current_snapshot())").Scan(&text); err != nil {
				b.Fatal(err)
			}
			cursor, err := mis.ParseCursor(text)
			if err != nil {
				b.Fatal(err)
			}
			nothing := func(s *mis.Source) {
				_, err := s.Changed(b.Context(), egisso.RegisterFact, cursor, func(row mis.Row) error { return fmt.Errorf("row %s came", row.Key) })
				if err != nil {
					b.Fatal(err)
				}
			}
			fmt.Fprintln(os.Stderr, explained(b, conn.Config().ConnString(), nothing)) // a log of a benchmark is cut short
			for b.Loop() {                                                             // the rows are made once
				nothing(s)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/poll")
		})
	}
}

// multiply copies the prescriptions until there are so many; the log gets an entry of each.
func multiply(b *testing.B, conn *pgx.Conn, rows int) {
	b.Helper()
	const batch = 100_000 // a statement
	for from := 0; from < rows-10_000; from += batch {
		n := min(batch, rows-10_000-from)
		if _, err := conn.Exec(b.Context(), `insert into mis.recipe
			select 1000000 + $1 + n, r.lpu_id, r.patient_id, r.privilege_id, r.series, 'x' || ($1 + n), r.issue_date, r.valid_days,
			       r.drug_id, r.pack_qty, r.discount, r.price, r.sum_total, r.status
			  from generate_series(1, $2::bigint) n join mis.recipe r on r.id = 50001 + n % 10000`, int64(from), int64(n)); err != nil {
			b.Fatal(err)
		}
	}
}

// explained is the plan of what is asked for the changes: of a cursor, that ends with its
// transaction, PostgreSQL itself tells none.
func explained(b *testing.B, url string, do func(*mis.Source)) string {
	b.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		b.Fatal(err)
	}
	var asked askedForChanges
	cfg.ConnConfig.Tracer = &asked
	pool, err := pgxpool.NewWithConfig(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	do(mis.Open(b.Context(), pool, ""))
	rows, err := pool.Query(b.Context(), "explain (analyze, buffers) "+asked.query, asked.args...)
	if err != nil {
		b.Fatal(err)
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

// askedForChanges notes the query of the cursor, and its arguments.
type askedForChanges struct {
	query string
	args  []any
}

func (a *askedForChanges) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if query, found := strings.CutPrefix(data.SQL, "declare changed no scroll cursor for "); found {
		a.query, a.args = query, data.Args
	}
	return ctx
}

func (a *askedForChanges) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
