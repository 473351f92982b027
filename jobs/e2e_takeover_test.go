package jobs_test

import (
	"fmt"
	"io"
	"testing"

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
	for _, view := range []struct{ name, register string }{{"fact", "fact"}, {"local_measure", "lmsz"}} {
		w.exec(fmt.Sprintf(`alter view egisso_source.%[1]s rename to whole_%[1]s`, view.name))
		columns := w.lines(`select string_agg(case column_name when 'categories' then 'coalesce(t.categories, v.categories) as categories' else 'v.' || quote_ident(column_name) end, ', ' order by ordinal_position)
			from information_schema.columns where table_schema = 'egisso_source' and table_name = $1`, "whole_"+view.name)
		w.exec(fmt.Sprintf(`create view egisso_source.%[1]s as select %[3]s, t.id as egisso_id, t.accepted as egisso_accepted
			from egisso_source.whole_%[1]s v left join mis.sent t on t.register = '%[2]s' and t.row_key = v.row_key`, view.name, view.register, columns))
	}
	w.forgotten()
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
