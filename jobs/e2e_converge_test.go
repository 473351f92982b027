package jobs_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
)

// forgotten makes the gateway's database anew, as after its loss: the МИС and ЕГИССО go on
// as they were. Its settings are lost, too.
func (w *world) forgotten() {
	w.Helper()
	url := w.pool.Config().ConnString()
	w.store.Close()
	w.exec(`drop schema egisso cascade`)
	if _, _, err := store.Migrate(context.Background(), url); err != nil {
		w.Fatal(err)
	}
	w.pool.Reset()
	var err error
	if w.store, err = store.Open(context.Background(), url); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(w.store.Close)
	w.exec(`select egisso.set_signing_service(true, 'база создана заново')`)
	before := w.apply
	w.assemble(w.client.Builder.Version)
	w.form.MaxRecords, w.apply.Refusals = 1000, before.Refusals
}

// loaded is a configuration that knows what the simulated ЕГИССО says of what it has.
func loaded(t testing.TB) lifecycle.Refusals {
	t.Helper()
	r, wrong, wrongUnknown := lifecycle.ParseRefusals("уже загружен", "Факт назначения 0 в реестре не найден")
	if wrong != nil || wrongUnknown != nil {
		t.Fatal(wrong, wrongUnknown)
	}
	return r
}

// once asserts that ЕГИССО accepted nothing twice. That what it has came again is a violation
// to the ledger, and cannot be helped here.
func (w *world) once() {
	w.Helper()
	for _, id := range w.bus.Ledger().AcceptedIDs("") {
		if n := w.bus.Ledger().Accepted(id); n != 1 {
			w.Errorf("ЕГИССО accepted %s %d times", id, n)
		}
	}
	for _, v := range w.bus.Ledger().Violations() {
		if v.Kind != "record-repeated" {
			w.Errorf("violation: %+v", v)
		}
	}
}

const unlike = `select register || ' ' || row_key || ' ' || state || ' ' || coalesce(reason, '') from egisso.record_status where state <> 'accepted' and not (deleted and accepted_id is null and coalesce(reason, '') = '') order by 1`

// TestWhatALostDatabaseHadSent: a gateway that lost its database sends everything again,
// is told that it is there already, and takes it for accepted; changes leave from then on,
// and nothing is there twice.
func TestWhatALostDatabaseHadSent(t *testing.T) {
	w := newWorld(t, 100, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.settle()
	w.wantText(unlike, "")
	facts, had := w.count(`select count(*) from egisso.record where register = 'fact'`), w.bus.Ledger().AcceptedIDs("")
	w.apply.Refusals = loaded(t)
	w.forgotten()
	w.settle()
	w.wantText(unlike, "")
	if now := w.bus.Ledger().AcceptedIDs(""); len(now) != len(had) {
		t.Errorf("ЕГИССО has %d elements, had %d", len(now), len(had))
	}
	w.wantText(`select register || ' ' || count(*) from egisso.record_status where unconfirmed group by register`, fmt.Sprint("fact ", facts))
	w.wantText(`select distinct outcome from egisso.package_record`, "rejected")
	w.wantText(`select distinct conclusion from egisso.journal_detail`, "ЕГИССО ответила, что это у неё уже есть: принято без новой отправки")

	two := w.patients(2)
	changed, gone := fmt.Sprint(two[0]), fmt.Sprint(two[1])
	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, two[0])
	w.exec(`delete from mis.recipe where id = $1`, two[1])
	w.settle()
	w.wantText(`select row_key || ' ' || kind || ' ' || state || ' ' || unconfirmed from egisso.record_status where row_key = $1`,
		fmt.Sprint(changed, " alterationBasedOnPreviousErrors accepted false"), changed)
	w.wantText(`select kind || ' ' || state from egisso.record where row_key = $1 and state <> 'dropped'`, "errorsInvalidation accepted", gone)

	// It is lost once more: the count of events goes on where ЕГИССО is, and what was removed
	// stays removed.
	w.exec(`update mis.recipe set sum_total = sum_total - 1 where id = $1`, two[0])
	w.forgotten()
	w.settle()
	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, two[0])
	w.settle()
	w.wantText(`select kind || ' ' || state || ' ' || events from egisso.record_status join egisso.source_row using (register, row_key) where row_key = $1`,
		"alterationBasedOnPreviousErrors accepted 2", changed)
	w.wantText(unlike, "")
	w.once()
}

// TestRefusalsNobodyExplained: without the setting a person is asked, once for each kind of
// text, and the answer holds for all records of the kind.
func TestRefusalsNobodyExplained(t *testing.T) {
	w := newWorld(t, 100, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.settle()
	w.forgotten()
	w.settle()
	asked := func(what string) {
		w.Helper()
		w.settle()
		st, err := w.store.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var kinds []store.Finding
		for _, f := range st.Findings {
			if f.Code == "refusal" {
				kinds = append(kinds, f)
			}
		}
		if len(kinds) != 1 {
			t.Fatalf("%s: asked about %+v", what, kinds)
		}
		w.exec(`select egisso.mean_refusal($1, 'already_loaded', 'есть в кабинете')`, kinds[0].Subject)
		w.settle()
	}
	asked("measures")
	asked("facts") // they waited for their measures
	w.wantText(unlike, "")
	w.wantText(`select row_key || action from egisso.operation_log where action = 'mean_refusal' limit 1`, "")
	if w.finding("refusal", "1") || w.finding("refusal", "2") {
		t.Error("what was answered is asked again")
	}
	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, w.patients(1)[0])
	w.settle()
	w.wantText(`select count(*)::text from egisso.record where kind like 'alteration%' and state = 'accepted'`, "1")
}

// TestAnOlderDatabase: what ended, was altered and removed after the database's last backup.
func TestAnOlderDatabase(t *testing.T) {
	w := newWorld(t, 60, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.settle()
	w.exec(`update egisso.source_cursor set source_moved_at = null`) // the database of the test is a copy
	ids := w.patients(3)
	w.apply.Refusals = loaded(t)
	w.exec(`create schema older`)
	w.exec(`create table older.source_row as table egisso.source_row`)
	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, ids[0])
	w.happen(refmis.PatientDied, ids[1])
	w.exec(`delete from mis.recipe where id = $1`, ids[2])
	w.settle()
	w.wantText(unlike, "")
	w.exec(`delete from egisso.package_record where record_id not in (select accepted_id from older.source_row where accepted_id is not null)`)
	w.exec(`delete from egisso.record where id not in (select accepted_id from older.source_row where accepted_id is not null)`)
	w.exec(`update egisso.source_row s set accepted_id = o.accepted_id, accepted_event = o.accepted_event, accepted_hash = o.accepted_hash, accepted_content = o.accepted_content,
		accepted_provider = o.accepted_provider, accepted_at = o.accepted_at, generation = o.generation, events = o.events, settled_hash = null, dirty = true,
		record_id = egisso.present_record(s.register, s.row_key)
		from older.source_row o where (o.register, o.row_key) = (s.register, s.row_key)`)
	w.settle()
	w.wantText(`select state from egisso.record_status where row_key = $1`, "accepted", fmt.Sprint(ids[0]))
	w.wantText(unlike, fmt.Sprintf("fact %d nothing_to_send ЕГИССО ответила, что это удаление у неё уже есть: записи в ней больше нет", ids[2]))
	w.once()
}
