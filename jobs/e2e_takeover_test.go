package jobs_test

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// takeOver makes the world one in which another program had sent everything: the gateway's
// database is new, and the views say the ids under which ЕГИССО has the rows, and of one
// prescription what it accepted.
func (w *world) takeOver(versionOf int64) {
	w.Helper()
	w.exec(`create table mis.sent as
		select register, row_key, accepted_id as id, null::jsonb as accepted, null::jsonb as categories from egisso.source_row where accepted_id is not null`)
	w.exec(`update mis.sent t set categories = h.content -> 'localCategories' from egisso.held h
		where (h.register, h.row_key) = (t.register, t.row_key) and t.register = 'lmsz'`)
	w.exec(`update mis.sent t set accepted = to_jsonb(v) from egisso_source.fact v where t.register = 'fact' and t.row_key = v.row_key and t.row_key = $1`, fmt.Sprint(versionOf))
	w.nameSent()
	w.forgotten()
}

// nameSent lets the views say what stands in mis.sent.
func (w *world) nameSent() {
	w.Helper()
	for _, view := range []struct{ name, register string }{{"fact", "fact"}, {"local_measure", "lmsz"}} {
		w.exec(fmt.Sprintf(`alter view egisso_source.%[1]s rename to whole_%[1]s`, view.name))
		columns := w.lines(`select string_agg(case column_name when 'categories' then 'coalesce(t.categories, v.categories) as categories' else 'v.' || quote_ident(column_name) end, ', ' order by ordinal_position)
			from information_schema.columns where table_schema = 'egisso_source' and table_name = $1`, "whole_"+view.name)
		w.exec(fmt.Sprintf(`create view egisso_source.%[1]s as select %[3]s, t.id as egisso_id, t.accepted as egisso_accepted
			from egisso_source.whole_%[1]s v left join mis.sent t on t.register = '%[2]s' and t.row_key = v.row_key`, view.name, view.register, columns))
	}
}

// correct lets the МИС name another id of a prescription, of which its log of changes says
// nothing.
func (w *world) correct(recipe int64, id string) {
	w.Helper()
	w.exec(`update mis.sent set id = $2::text::uuid where register = 'fact' and row_key = $1`, fmt.Sprint(recipe), id)
}

// TestTakeOver: a region that transmits already changes over. Nothing goes again; what
// changes from then on alters, ends and removes what ЕГИССО has.
func TestTakeOver(t *testing.T) {
	w := newWorld(t, 60, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.settle()
	had := len(w.bus.Ledger().AcceptedIDs(""))
	ids := w.patients(5)
	early, wrong, changed, died, gone := ids[0], ids[1], ids[2], ids[3], ids[4]
	right := w.lines(`select accepted_id::text from egisso.source_row where row_key = $1`, fmt.Sprint(wrong))
	of := w.lines(`select accepted_id::text from egisso.source_row where row_key = $1`, fmt.Sprint(changed))
	w.takeOver(early)
	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, early)
	w.correct(wrong, of)

	w.settle()
	w.wantText(`select count(*) || ' ' || bool_and(reason like 'L-KNOWN%') from egisso.record_status where state = 'blocked'`, "2 true")
	w.correct(wrong, right)
	w.run(jobs.Reconcile{Collect: w.collect, Found: func(store.Reconciliation) {}, Log: w.log})
	w.settle()
	w.wantText(unlike, "")
	w.wantText(`select register || ' ' || count(*) from egisso.record_status where unconfirmed group by register order by 1`, "fact 59\nlmsz 4")
	w.wantText(`select kind || ' ' || unconfirmed from egisso.record_status where row_key = $1`, "alterationBasedOnRecalculation false", fmt.Sprint(early))
	if n := len(w.bus.Ledger().AcceptedIDs("")); n != had+1 {
		t.Errorf("ЕГИССО has %d elements, had %d, and one has changed", n, had)
	}

	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, changed)
	w.happen(refmis.PatientDied, died)
	w.exec(`delete from mis.recipe where id = $1`, gone)
	w.exec(`update mis.measure set condition_text = condition_text || '.'`)
	w.settle()
	w.wantText(unlike, "")
	w.wantText(`select kind || ' ' || unconfirmed || ' ' || count(*) from egisso.record_status where register = 'lmsz' group by kind, unconfirmed`, "localMSZ false 4")
	w.wantText(`select kind || ' ' || state from egisso.record where row_key = any($1::text[]) and state <> 'dropped' order by 1`,
		"alterationBasedOnDeathOrMovingRecalculation accepted\nalterationBasedOnPreviousErrors accepted\nerrorsInvalidation accepted",
		[]string{fmt.Sprint(changed), fmt.Sprint(died), fmt.Sprint(gone)})
	w.once()
	if v := w.bus.Ledger().Violations(); len(v) > 0 {
		t.Errorf("violations: %+v", v)
	}
}

// TestTakeOverOfMany reads and takes over a whole source and tells what each step took;
// EGISSOGW_TEST_FACTS=1000000 is a large region. A tenth has no id there, and is adopted by hand.
func TestTakeOverOfMany(t *testing.T) {
	facts := 60
	if n, err := strconv.Atoi(os.Getenv("EGISSOGW_TEST_FACTS")); err == nil {
		facts = n
		serverVacuums(t)
	}
	w := wholeWorld(t, facts)
	w.exec(`create table mis.sent as
		select 'fact' as register, row_key, md5(row_key)::uuid as id, null::jsonb as accepted, null::jsonb as categories
		  from egisso_source.fact where row_key::bigint % 10 > 0
		union all
		select 'lmsz', row_key, md5('measure ' || row_key)::uuid, null,
		       (select jsonb_agg(c || jsonb_build_object('id', md5('category ' || row_key || (c ->> 'key'))::uuid)) from jsonb_array_elements(categories) c)
		  from egisso_source.local_measure;
		alter table mis.sent add primary key (register, row_key)`)
	w.nameSent()
	step := func(name string, rows int, work func()) {
		began, before := time.Now(), cpuTime(t)
		work()
		t.Logf("%-28s %7d in %7.2f s, own CPU %5.0f µs a row, most memory so far %s", name, rows, time.Since(began).Seconds(),
			float64((cpuTime(t)-before).Microseconds())/float64(max(rows, 1)), peakMemory(t))
	}
	step("rows collected", facts, func() { w.run(w.collect) })
	step("rows taken over", facts, func() { w.run(w.decide) })
	said := w.count(`select count(*) from mis.sent`)
	if n := w.count(`select count(*) from egisso.source_row where adoption = 'said' and accepted_id = known_id and not dirty`); n != said {
		t.Errorf("%d rows are taken over, want %d", n, said)
	}
	left := w.count(`select count(*) from egisso.record where register = 'fact' and state = 'ready'`)
	step("adopted by hand", left, func() {
		w.exec(`select egisso.adopt_record('fact', row_key, md5('by hand ' || row_key)::uuid, 'видели в кабинете') from egisso.record where register = 'fact' and state = 'ready'`)
		w.run(w.decide)
	})
	if n := w.count(`select count(*) from egisso.source_row where adoption = 'held' and unconfirmed`); n != left || left == 0 {
		t.Errorf("%d rows are adopted, want %d", n, left)
	}
	step("decided once more", facts, func() { w.run(w.decide) })
	w.wantText(`select register || ' ' || kind || ' ' || state || ' ' || reason_code from egisso.record where register in ('fact', 'lmsz') and egisso.record_open(state) group by 1`, "")
}

// cpuTime is what this process has used, without PostgreSQL.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestTakenOverIsBroughtBack: the database is lost after some of what was taken over has gone
// on, and the source read again before the recovery. What it says ЕГИССО has is older than
// what the archive says.
func TestTakenOverIsBroughtBack(t *testing.T) {
	w := newWorld(t, 20, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.settle()
	id := w.patients(3)
	w.takeOver(id[0])
	d := newDisk(t)
	w.archived(d)
	w.settle()
	w.more(id[0], id[1])
	w.cancel(id[2])
	w.settle()
	w.exec(`update mis.recipe set status = 1, dispensed_date = null where id = $1`, id[2]) // once more, in the next generation
	w.settle()
	had := len(w.bus.Ledger().AcceptedIDs(""))

	other := w.lost(empty(t))
	other.run(other.collect)
	other.run(other.decide)
	other.wantText(`select string_agg(distinct adoption, ' ') from egisso.source_row where register = 'fact'`, "said")
	other.brought(d)
	w.same(other, heldRows)
	other.settle()
	other.wantText(unlike, "")
	if n := len(w.bus.Ledger().AcceptedIDs("")); n != had {
		t.Errorf("%d elements more: nothing has changed", n-had)
	}
	other.wantText(`select string_agg((accepted_id = known_id)::text, ' ' order by row_key) from egisso.source_row where register = 'fact' and row_key = any($1::text[])`,
		"true true false", []string{fmt.Sprint(id[0]), fmt.Sprint(id[1]), fmt.Sprint(id[2])})
	w.once()
}
