package mis_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// reference is a reference МИС with a few prescriptions, and a cursor after
// them.
func reference(t testing.TB, facts int) (*mis.Source, *pgx.Conn, mis.Cursor) {
	t.Helper()
	url := pgtest.Database(t)
	conn := connect(t, url)
	if _, err := refmis.Generate(t.Context(), conn, refmis.Options{Seed: 5, Facts: facts, Defects: map[refmis.Kind]int{}}); err != nil {
		t.Fatal(err)
	}
	s := open(t, url)
	rows, cursor := collect(t, s, mis.Cursor{})
	if len(rows) != facts {
		t.Fatalf("%d rows", len(rows))
	}
	return s, conn, cursor
}

func value(t *testing.T, conn *pgx.Conn, query string) (value string) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// TestChangeLogSeesWhatTheViewShows: whatever the facts are made of, a change of
// it brings those facts, and only those, to the next pass.
func TestChangeLogSeesWhatTheViewShows(t *testing.T) {
	const one = "(select %s from mis.recipe where id = 50003)"
	tests := []struct{ name, change, touched string }{ // touched is asked for before the change
		{"prescription", "update mis.recipe set pack_qty = 9 where id = 50003", "select 50003"},
		{"the same value again", "update mis.recipe set pack_qty = pack_qty, upd_dt = now()", "select null where false"},
		{"new prescription", `insert into mis.recipe select 900001, lpu_id, patient_id, privilege_id, series, 'x', issue_date, valid_days,
			drug_id, pack_qty, discount, price, sum_total, status from mis.recipe where id = 50003`, "select 900001"},
		{"deleted prescription", "delete from mis.recipe where id = 50001", "select 50001"},
		{"prescription under another id", "update mis.recipe set id = 900002 where id = 50002", "select unnest('{50002,900002}'::int[])"},
		{"patient", "update mis.patient set surname = 'Иной' where id = " + fmt.Sprintf(one, "patient_id"),
			"select id from mis.recipe where patient_id = " + fmt.Sprintf(one, "patient_id")},
		{"death", "update mis.patient set death_date = '2025-02-01' where id = " + fmt.Sprintf(one, "patient_id"),
			"select id from mis.recipe where patient_id = " + fmt.Sprintf(one, "patient_id")},
		{"merged away", "update mis.recipe set merged_into = 50004 where id = 50005", "select 50005"},
		{"address", "insert into mis.patient_address (patient_id, kind, region) select patient_id, 2, 'x' from mis.recipe where id = 50003",
			"select id from mis.recipe where patient_id = " + fmt.Sprintf(one, "patient_id")},
		{"another address", "update mis.patient_address set house = '2' where kind = 2",
			"select id from mis.recipe where patient_id = " + fmt.Sprintf(one, "patient_id")},
		{"no address", "delete from mis.patient_address where kind = 2",
			"select id from mis.recipe where patient_id = " + fmt.Sprintf(one, "patient_id")},
		{"person who is the reason", "insert into mis.privilege_basis select privilege_id, patient_id % 10 + 1, null from mis.recipe where id = 50003",
			"select id from mis.recipe where privilege_id = " + fmt.Sprintf(one, "privilege_id")},
		{"name of that person", "update mis.patient set surname = 'Другой' where id = " + fmt.Sprintf(one, "patient_id % 10 + 1"),
			"select id from mis.recipe where privilege_id = " + fmt.Sprintf(one, "privilege_id") +
				" or patient_id = " + fmt.Sprintf(one, "patient_id % 10 + 1")},
		{"benefit refused", "update mis.patient_privilege set refused_date = '2025-02-01' where id = " + fmt.Sprintf(one, "privilege_id"),
			"select id from mis.recipe where privilege_id = " + fmt.Sprintf(one, "privilege_id")},
		{"benefit", "update mis.patient_privilege set doc_number = '7' where id = " + fmt.Sprintf(one, "privilege_id"),
			"select id from mis.recipe where privilege_id = " + fmt.Sprintf(one, "privilege_id")},
		{"drug", "update mis.drug set trade_name = 'Новое' where id = " + fmt.Sprintf(one, "drug_id"),
			"select id from mis.recipe where drug_id = " + fmt.Sprintf(one, "drug_id")},
		{"mapping", "update mis.egisso_mapping set unit_code = '04' where privilege_type_id = 2",
			"select r.id from mis.recipe r join mis.patient_privilege p on p.id = r.privilege_id where p.privilege_type_id = 2"},
		{"mapping removed", "delete from mis.egisso_mapping where privilege_type_id = 2",
			"select r.id from mis.recipe r join mis.patient_privilege p on p.id = r.privilege_id where p.privilege_type_id = 2"},
		{"another organisation grants", "update mis.egisso_onmsz set onmsz_id = 2 where lpu_id = 2", "select id from mis.recipe where lpu_id = 2"},
		{"organisation's code", "update mis.onmsz set code = '0042.000002' where id = 2", "select id from mis.recipe where lpu_id = 2"},
		{"organisation's name", "update mis.onmsz set name = 'Иное министерство'", "select null where false"},
		{"another table", "update mis.lpu set name = 'Поликлиника'", "select null where false"},
		{"all prescriptions at once", "truncate mis.recipe", "select id from mis.recipe"},
	}
	s, conn, cursor := reference(t, 60)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all, err := strconv.Atoi(value(t, conn, "select count(*)::text from mis.recipe"))
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(value(t, conn, "select coalesce(string_agg(id::text, ' '), '') from ("+tt.touched+") as t (id)"))
			slices.Sort(want)
			exec(t, conn, tt.change)
			var rows []mis.Row
			rows, cursor = collect(t, s, cursor)
			got := strings.Fields(keys(rows))
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("came %v, want %v", got, want)
			}
			if len(want) >= all && !strings.HasPrefix(tt.name, "all ") {
				t.Error("the test is about nothing: every row is touched")
			}
		})
	}
}

func TestChangeLogSeesEveryPartOfAMeasure(t *testing.T) {
	s, conn, _ := reference(t, 1)
	read := func(from mis.Cursor) (got []string, next mis.Cursor) {
		next, err := s.Changed(t.Context(), egisso.RegisterMeasure, from, func(r mis.Row) error {
			got = append(got, r.Key)
			if !r.Deleted && r.Record == nil {
				t.Errorf("measure %s: %v", r.Key, r.Findings)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got, next
	}
	_, cursor := read(mis.Cursor{})
	for _, change := range []string{
		"update mis.measure set title = title || '.' where id = 4",
		"update mis.measure_category set title = title || '.' where id = 401",
		"update mis.measure_criterion set coefficient = 1.1 where category_id = 401 and code = '000001'",
		"update mis.measure_funding set share = 50 where measure_id = 4",
		"insert into mis.measure_territory values (4, '57702000')",
		"update mis.measure_act set num = '1' where measure_id = 4",
		"delete from mis.measure_method where measure_id = 4 and method = '02'",
		"update mis.measure_document set qty = 2 where measure_id = 4",
		"delete from mis.measure_step where measure_id = 4",
		"update mis.measure set is_deleted = true where id = 4",
	} {
		exec(t, conn, change)
		var got []string
		if got, cursor = read(cursor); !slices.Equal(got, []string{"4"}) {
			t.Errorf("%s: came %v", change, got)
		}
	}
}

func TestDeletedAndCancelledPrescriptions(t *testing.T) {
	s, conn, cursor := reference(t, 10)
	exec(t, conn, "delete from mis.recipe where id = 50001")
	exec(t, conn, "update mis.recipe set status = 4 where id = 50002")
	exec(t, conn, "update mis.recipe set is_deleted = true where id = 50003")
	rows, cursor := collect(t, s, cursor)
	for _, key := range []string{"50001", "50002", "50003"} {
		if !only(t, rows, key).Deleted {
			t.Errorf("row %s is not deleted", key)
		}
	}
	exec(t, conn, "update mis.recipe set status = 1 where id = 50002")
	rows, _ = collect(t, s, cursor)
	if row := only(t, rows, "50002"); row.Deleted || row.Record == nil {
		t.Errorf("a prescription that is valid again: deleted %v, %v", row.Deleted, row.Findings)
	}
}

// TestNothingIsLostAmongConcurrentWriters: transactions of every length commit
// and roll back in any order while a reader polls; what it saw last of every
// prescription is what is there in the end.
func TestNothingIsLostAmongConcurrentWriters(t *testing.T) {
	const facts, writers, transactions = 40, 4, 60
	url := pgtest.Database(t)
	conn := connect(t, url)
	if _, err := refmis.Generate(t.Context(), conn, refmis.Options{Seed: 6, Facts: facts, Defects: map[refmis.Kind]int{}}); err != nil {
		t.Fatal(err)
	}
	s := open(t, url, mis.WithPage(9), mis.WithSnapshot(0))
	leak := goleak.IgnoreCurrent()

	var running sync.WaitGroup
	for w := range writers {
		own := connect(t, url)
		running.Go(func() {
			dice := rand.New(rand.NewPCG(99, uint64(w)))
			for range transactions {
				if err := write(t.Context(), own, dice, facts); err != nil {
					t.Errorf("writer: %v", err)
					return
				}
			}
		})
	}
	stopped := make(chan struct{})
	go func() {
		running.Wait()
		close(stopped)
	}()

	seen := map[string]string{}
	var cursor mis.Cursor
	poll := func() {
		var rows []mis.Row
		rows, cursor = collect(t, s, cursor)
		for _, r := range rows {
			seen[r.Key] = "deleted"
			if r.Record != nil {
				seen[r.Key] = r.Record.(*egisso.Fact).Assignment.Amount.String()
			}
		}
	}
	for polling := true; polling; {
		select {
		case <-stopped:
			polling = false
		default:
		}
		poll()
	}
	poll()

	var wrong int
	rows, _ := collect(t, open(t, url), mis.Cursor{})
	for _, r := range rows {
		want := "deleted"
		if r.Record != nil {
			want = r.Record.(*egisso.Fact).Assignment.Amount.String()
		}
		if seen[r.Key] != want {
			wrong++
			t.Errorf("row %s: seen %s, is %s", r.Key, seen[r.Key], want)
		}
	}
	if len(seen) != len(rows) {
		t.Errorf("seen %d rows of %d", len(seen), len(rows))
	}
	if err := goleak.Find(leak, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck")); err != nil {
		t.Error(err)
	}
}

// write is one transaction of a few changes in the order of the ids, which may
// be rolled back in the end.
func write(ctx context.Context, conn *pgx.Conn, dice *rand.Rand, facts int) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	id := 50_001
	for range 1 + dice.IntN(5) {
		if id += dice.IntN(facts / 4); id > 50_000+facts {
			break
		}
		change := "update mis.recipe set pack_qty = " + strconv.Itoa(1+dice.IntN(1000)) + " where id = " + strconv.Itoa(id)
		if dice.IntN(40) == 0 {
			change = "delete from mis.recipe where id = " + strconv.Itoa(id)
		}
		if _, err := tx.Exec(ctx, change); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "select pg_sleep(0.001 * $1::int)", dice.IntN(8)); err != nil {
			return err
		}
	}
	if dice.IntN(6) == 0 {
		return tx.Rollback(ctx)
	}
	return tx.Commit(ctx)
}
