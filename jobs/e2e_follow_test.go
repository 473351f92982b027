package jobs_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
	"egissogw/jobs"
)

// TestFormedPackageFollowsTheSource: what is deleted in the МИС after its package was formed is
// never sent, and what is corrected goes as it is corrected, once.
func TestFormedPackageFollowsTheSource(t *testing.T) {
	w := newWorld(t, 20, io.Discard, nil)
	w.form.MaxRecords = 1000
	form := func() {
		w.run(w.decide)
		w.run(w.form)
	}
	w.exec(`update egisso.source_row set dirty = false where register = 'fact'`)
	form()
	w.exec(`update mis.measure set title = title || ' (исправлено)' where id = 1`)
	w.run(w.collect)
	w.everything()
	w.wantText(`select state || ' ' || (content ->> 'title' like '%(исправлено)') from egisso.record join egisso.element_content using (id)
		where register = 'lmsz' and row_key = '1' order by state`, "accepted true\ndropped false")

	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	form()
	key := w.text(`select min(row_key) from egisso.record where register = 'fact' and state = 'packed'`)
	w.exec(`delete from mis.recipe where id = $1::text::bigint`, key)
	w.run(w.collect)
	for _, job := range []jobs.Job{w.sign, w.decide, w.sign, w.send} {
		w.run(job)
	}
	w.idle()
	for _, job := range []jobs.Job{w.receive, w.fetch, w.receive, w.apply} {
		w.run(job)
	}
	w.settle()
	w.wantText(`select kind || ' ' || state from egisso.record where row_key = $1 and register = 'fact'`, "fact dropped", key)
	if n := w.bus.Ledger().Accepted(w.text(`select id from egisso.record where register = 'fact' and row_key = '` + key + `'`)); n != 0 {
		t.Errorf("ЕГИССО accepted the deleted fact %d times", n)
	}
	if n := w.count(`select count(*) from egisso.record where state <> 'accepted' and state <> 'dropped'`); n != 0 {
		t.Errorf("%d records are not accepted", n)
	}
	for _, v := range w.bus.Ledger().Violations() {
		t.Errorf("violation: %+v", v)
	}
}

// TestMeasuresWaitForTheFirstClassifier: no measure leaves unchecked while the first КМСЗ is on
// its way; it is waited for from when the request left, not for ever.
func TestMeasuresWaitForTheFirstClassifier(t *testing.T) {
	state := `select distinct state || ' ' || array_to_string(rule_codes, ',') from egisso.record_status where register = 'lmsz'`
	begin := func(t *testing.T) *world {
		w := newWorld(t, 20, io.Discard, nil)
		w.form.MaxRecords = 1000
		w.decide.Classifier, w.decide.ClassifierWait = w.store.Classifier, time.Hour
		w.run(w.decide)
		w.run(w.form)
		w.wantText(state, "waiting L-NOKMSZ")
		return w
	}
	t.Run("it comes", func(t *testing.T) {
		w := begin(t)
		measures := w.measures()
		w.classifierAtBus(refmis.KMSZ(7, egisso.StatusActive, measures), measures)
		w.ask()
		w.ask()
		w.everything()
		w.wantText(state, "accepted ")
	})
	t.Run("it does not come", func(t *testing.T) {
		w := begin(t)
		w.advance(2 * time.Hour)
		w.run(w.decide)
		w.wantText(state, "waiting L-NOKMSZ") // the request has not left
		for _, job := range []jobs.Job{w.classifierJob(), w.sign, w.send} {
			w.run(job)
		}
		w.run(w.decide)
		w.wantText(state, "waiting L-NOKMSZ")
		w.advance(61 * time.Minute)
		w.run(w.decide)
		w.wantText(state, "ready L-NOKMSZ")
	})
}

// TestUnsignedMeasuresAreJudgedByTheClassifier: one that comes after a package was formed
// reaches it.
func TestUnsignedMeasuresAreJudgedByTheClassifier(t *testing.T) {
	w := newWorld(t, 20, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.decide.Classifier = w.store.Classifier
	w.exec(`update egisso.source_row set dirty = false where register = 'fact'`)
	w.run(w.decide)
	w.run(w.form)
	w.exec(`update egisso.package set held = true`)
	measures := w.measures()
	w.classifierAtBus(refmis.KMSZ(7, egisso.StatusActive, measures[1:]), measures)
	w.ask()
	w.ask()
	w.run(w.decide)
	w.wantText(`select row_key from egisso.record where register = 'lmsz' and state = 'blocked'`, w.text(`select min(row_key) from egisso.source_row where register = 'lmsz'`))
	w.wantText(`select record_count || ' ' || withdrawn from egisso.journal where register = 'lmsz'`, fmt.Sprint(len(measures)-1, " 1"))
	w.exec(`update egisso.package set held = false`)
	w.everything()
	w.wantText(`select distinct state from egisso.record where register = 'lmsz' order by state`, "accepted\nblocked")
}
