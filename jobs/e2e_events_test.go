package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// settle reads the source and runs every job until nothing is left to do.
func (w *world) settle() {
	w.Helper()
	w.run(w.collect)
	for range 12 {
		w.everything()
		if w.count(`select count(*) from egisso.source_row where dirty`)+
			w.count(`select count(*) from egisso.record where state in ('ready', 'packed')`) == 0 {
			return
		}
	}
	w.Fatal("the world finds no rest")
}

// lines returns what a query shows, its lines joined.
func (w *world) lines(query string, args ...any) string {
	w.Helper()
	var text *string
	if err := w.pool.QueryRow(context.Background(), `select string_agg(line, E'\n') from (`+query+`) q(line)`, args...).Scan(&text); err != nil {
		w.Fatal(err)
	}
	if text == nil {
		return ""
	}
	return *text
}

func (w *world) wantText(query, want string, args ...any) {
	w.Helper()
	if got := w.lines(query, args...); got != want {
		w.Errorf("%s\ngives\n%s\nwant\n%s", strings.TrimSpace(query), got, want)
	}
}

// happen makes an event happen in the МИС.
func (w *world) happen(event refmis.Event, ids ...int64) {
	w.Helper()
	if err := refmis.Happen(context.Background(), w.pool, event, ids...); err != nil {
		w.Fatal(err)
	}
}

// patients are the last prescriptions of as many different patients, to none of
// whom anything has happened.
func (w *world) patients(n int) []int64 {
	w.Helper()
	rows, err := w.pool.Query(context.Background(), `
		select id from (
			select distinct on (r.patient_id) r.id, r.status, b.refused_date, b.end_cause, r.privilege_id
			  from mis.recipe r join mis.patient_privilege b on b.id = r.privilege_id
			 where r.status <> 4 order by r.patient_id, r.issue_date desc, r.id) l
		 where status in (1, 2) and num_nonnulls(refused_date, end_cause) = 0
		   and exists (select from mis.recipe k where k.privilege_id = l.privilege_id and k.id <> l.id and k.status <> 4)
		 order by id limit $1`, n)
	if err != nil {
		w.Fatal(err)
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			w.Fatal(err)
		}
		ids = append(ids, id)
	}
	if len(ids) < n {
		w.Fatalf("%d patients, want %d", len(ids), n)
	}
	return ids
}

// lawful asserts what holds of every package: at most one element per fact, so
// never a fact with its own event (adapter/egisso/SPEC.md#package-limits), lists in the order of
// the schema, and nothing the bus or ЕГИССО has to complain of.
func (w *world) lawful() {
	w.Helper()
	w.wantText(`select pr.package_id || ' ' || r.row_key from egisso.package_record pr join egisso.record r on r.id = pr.record_id
		group by pr.package_id, r.register, r.row_key having count(*) > 1`, "")
	order := make([]string, 0, 11)
	for _, kind := range egisso.RegisterFact.Kinds() {
		order = append(order, string(kind))
	}
	w.wantText(`select a.package_id::text from egisso.package_record a join egisso.package_record b on b.package_id = a.package_id and b.ordinal > a.ordinal
		where array_position($1::text[], a.kind) > array_position($1::text[], b.kind)`, "", order)
	for _, v := range w.bus.Ledger().Violations() {
		w.Errorf("violation: %+v", v)
	}
}

// TestEveryKindOfFactEvent lets everything happen that can to facts. ЕГИССО accepts
// one element of each of the eleven lists, and then there is nothing left to say.
func TestEveryKindOfFactEvent(t *testing.T) {
	w := wholeWorld(t, 150)
	w.form.MaxRecords = 1000
	id := w.patients(11)
	w.exec(`update mis.recipe set status = 1, dispensed_date = null where id = $1`, id[0])
	w.settle()

	w.happen(refmis.PatientDied, id[0]) // nothing was dispensed: the sum is another one
	w.happen(refmis.BenefitClosed, id[1])
	w.happen(refmis.BenefitReplaced, id[2])
	w.happen(refmis.BenefitIneligible, id[3])
	w.happen(refmis.BenefitTermOver, id[4])
	w.happen(refmis.BenefitRefused, id[5])
	w.happen(refmis.RecipeDuplicate, id[6])
	w.exec(`update mis.recipe set sum_total = sum_total + 5.65 where id = $1`, id[7])
	w.exec(`update mis.recipe set pack_qty = pack_qty + 1 where id = $1`, id[8])
	w.exec(`update mis.recipe set status = 4 where id = $1`, id[9])
	// A change of content and an end at once: two events, one after the other.
	w.exec(`update mis.recipe set pack_qty = pack_qty + 1 where id = $1`, id[10])
	w.happen(refmis.BenefitClosed, id[10])
	w.settle()

	for _, kind := range egisso.RegisterFact.Kinds() {
		if n := w.count(`select count(*) from egisso.record where kind = $1 and state = 'accepted'`, kind); n == 0 {
			t.Errorf("no %s was accepted", kind)
		}
	}
	w.wantText(`select register || ' ' || row_key || ' ' || state || ' ' || reason from egisso.record_status where state not in ('accepted', 'nothing_to_send')`, "")
	w.wantText(`select kind from egisso.record where register = 'fact' and row_key = $1 order by created_at`,
		"fact\nalterationBasedOnPreviousErrors\nterminationBasedOnEndOfRight", fmt.Sprint(id[10]))
	w.lawful()

	// What ЕГИССО holds now is known: the same said again is nothing to send.
	records := w.count(`select count(*) from egisso.record`)
	w.exec(`update egisso.source_row set dirty = true`)
	w.settle()
	if n := w.count(`select count(*) from egisso.record`); n != records {
		t.Errorf("%d more records without a change", n-records)
	}

	// What ended goes on being corrected and removed.
	w.exec(`update mis.recipe set pack_qty = pack_qty + 2 where id = $1`, id[1])
	w.exec(`update mis.recipe set is_deleted = true where id = $1`, id[2])
	w.settle()
	w.wantText(`select kind from egisso.record where register = 'fact' and row_key = $1 order by created_at`,
		"fact\nterminationBasedOnEndOfRight\nalterationBasedOnPreviousErrors", fmt.Sprint(id[1]))
	w.wantText(`select kind from egisso.record where register = 'fact' and row_key = $1 order by created_at`,
		"fact\nterminationBasedOnRecalculation\nerrorsInvalidation", fmt.Sprint(id[2]))
	w.lawful()
}

// TestEndingsFollowThePolicy: what expired undispensed ends only if the site asks
// for that, also what was read before it did.
func TestEndingsFollowThePolicy(t *testing.T) {
	w := wholeWorld(t, 60)
	w.form.MaxRecords = 1000
	id := w.patients(1)
	w.settle()
	w.happen(refmis.RecipeExpired, id[0])
	w.settle()
	last := `select kind from egisso.record where register = 'fact' and row_key = $1 order by created_at desc limit 1`
	w.wantText(last, "fact", fmt.Sprint(id[0]))
	w.decide.Events = lifecycle.EventPolicy{egisso.CauseExpired: egisso.KindFactEndOfValidityPeriod}
	for _, basis := range []string{"before", "after"} {
		if _, err := w.store.SetCheckBasis(context.Background(), basis); err != nil {
			t.Fatal(err)
		}
	}
	w.settle()
	w.wantText(last, "terminationBasedOnEndOfValidityPeriod", fmt.Sprint(id[0]))
	w.wantText(`select distinct state from egisso.record where register = 'fact'`, "accepted")
}

// TestChangedPeopleWaitForAnOperator: a new surname holds every fact of the patient,
// but neither an end nor a removal of one, and is let go by an operator.
func TestChangedPeopleWaitForAnOperator(t *testing.T) {
	w := wholeWorld(t, 60)
	w.form.MaxRecords = 1000
	id := w.patients(1)[0]
	w.settle()
	facts := w.count(`select count(*) from mis.recipe r join mis.recipe k on k.patient_id = r.patient_id where r.id = $1 and k.status <> 4 and not k.is_deleted`, id)
	w.exec(`update mis.patient set surname = 'Новофамильная' where id = (select patient_id from mis.recipe where id = $1)`, id)
	w.settle()
	held := `select count(*) from egisso.record_status where state = 'waiting' and rule_codes = '{L-PERSON}' and reason like 'L-PERSON Изменились только сведения о людях%'`
	if n := w.count(held); n != facts || n < 2 {
		t.Fatalf("%d of %d facts wait for a person", n, facts)
	}
	w.exec(`update mis.recipe set is_deleted = true where id = (select min(k.id) from mis.recipe r join mis.recipe k on k.patient_id = r.patient_id
		where r.id = $1 and k.id <> r.id)`, id)
	w.exec(`update mis.patient set death_date = (select issue_date + 3 from mis.recipe where id = $1) where id = (select patient_id from mis.recipe where id = $1)`, id)
	w.settle()
	if n := w.count(held); n != facts-1 {
		t.Errorf("%d facts wait for a person, want %d", n, facts-1)
	}
	ends := `select count(*) from egisso.record where row_key = $1 and state = 'accepted' and kind in ('terminationBasedOnEndOfRight', 'alterationBasedOnDeathOrMovingRecalculation')`
	if w.count(ends, fmt.Sprint(id)) != 1 {
		t.Error("the end waits for the change of people")
	}
	w.exec(`select egisso.release_person_changes('смена фамилии подтверждена', $1)`, fmt.Sprint(id))
	w.settle()
	w.wantText(`select kind || ' ' || state from egisso.record where row_key = $1 and register = 'fact' order by state_at desc limit 1`,
		"alterationBasedOnPreviousErrors accepted", fmt.Sprint(id))
	w.exec(`select egisso.release_person_changes('остальные тоже')`)
	w.settle()
	if n := w.count(held); n != 0 {
		t.Errorf("%d facts still wait", n)
	}
	w.wantText(`select action || ' ' || reason from egisso.operation_log where action = 'release_person_changes' order by id`,
		"release_person_changes смена фамилии подтверждена\nrelease_person_changes остальные тоже")
	w.lawful()
}

// TestKeyGivenToAnotherMan: the data of one man never alter the fact of another by
// themselves; a person says whether to correct the fact or to replace it.
func TestKeyGivenToAnotherMan(t *testing.T) {
	for meaning, want := range map[string]string{
		"correction":  "fact accepted\nalterationBasedOnPreviousErrors accepted",
		"replacement": "fact accepted\nerrorsInvalidation accepted\nfact accepted",
	} {
		t.Run(meaning, func(t *testing.T) {
			w := wholeWorld(t, 60)
			w.form.MaxRecords = 1000
			id := w.patients(1)[0]
			w.settle()
			w.exec(`update mis.recipe r set patient_id = o.patient_id, privilege_id = o.privilege_id from mis.recipe o
				where r.id = $1 and o.id = (select min(b.id) from mis.recipe a join mis.recipe b on b.discount = a.discount and b.patient_id <> a.patient_id where a.id = $1)`, id)
			w.settle()
			w.wantText(`select state || ' ' || array_to_string(rule_codes, ',') from egisso.record_status where row_key = $1 and register = 'fact'`, "waiting L-IDENTITY", fmt.Sprint(id))
			w.exec(`select egisso.release_person_changes('все')`)
			w.settle()
			if err := w.refused(`select egisso.confirm_identity($1, 'perhaps', 'не знаю')`, fmt.Sprint(id)); !strings.Contains(err, "correction") {
				t.Errorf("a meaning that is none: %s", err)
			}
			if err := w.refused(`select egisso.retry_record('fact', $1, 'ещё раз')`, fmt.Sprint(id)); !strings.Contains(err, "confirm_identity") {
				t.Errorf("retried without a word: %s", err)
			}
			w.exec(`select egisso.confirm_identity($1, $2, 'выяснено')`, fmt.Sprint(id), meaning)
			w.settle()
			w.wantText(`select kind || ' ' || state from egisso.record where row_key = $1 and register = 'fact' and state <> 'dropped' order by created_at`, want, fmt.Sprint(id))
			w.wantText(`select action || ' ' || row_key || ' ' || reason from egisso.operation_log where action = 'confirm_identity'`, "confirm_identity "+fmt.Sprint(id)+" выяснено")
			if err := w.refused(`select egisso.confirm_identity($1, 'correction', 'ещё раз')`, fmt.Sprint(id)); !strings.Contains(err, "не ожидает") {
				t.Errorf("a word nobody waits for: %s", err)
			}
			w.lawful()
		})
	}
}

// TestMeasureStaysWhileItsFactsLive: a measure deleted in the МИС is removed after its last
// fact, and no new fact is sent of it.
func TestMeasureStaysWhileItsFactsLive(t *testing.T) {
	w := wholeWorld(t, 60)
	w.form.MaxRecords = 1000
	w.settle()
	key := w.text(`select substr(need, 6) from egisso.source_row s cross join unnest(s.needs) need where s.register = 'fact' and need like 'lmsz/%' group by 1 order by count(*), 1 limit 1`)
	of := `exists (select from egisso.source_row s where s.register = 'fact' and s.row_key = mis.recipe.id::text and s.needs @> array['lmsz/' || $1])`
	w.exec(`update mis.measure set is_deleted = true where id = $1::bigint`, key)
	w.settle()
	state := `select state || ' ' || array_to_string(rule_codes, ',') || ' ' || (accepted_id is not null) from egisso.record_status where register = 'lmsz' and row_key = $1`
	w.wantText(state, "waiting L-SEQ true", key)
	w.exec(`update mis.recipe set is_deleted = true where `+of, key)
	w.settle()
	w.settle() // decisions look again once the last fact is gone
	w.wantText(state, "accepted  false", key)
	w.lawful()
}

// TestRemovalsSettle: a table of the МИС that is emptied and loaded anew costs nothing; what
// stays away is removed after the term, unless the source has it after all.
func TestRemovalsSettle(t *testing.T) {
	w := wholeWorld(t, 60)
	w.form.MaxRecords = 1000
	w.settle()
	w.decide.Settle = 10 * time.Minute
	var woken []string
	settle := jobs.Settle{Source: w.collect.Source, Store: w.store, Term: w.decide.Settle, Log: w.log}
	tick := func() (done int) {
		report, err := settle.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		woken = report.Wakes
		return report.Done
	}
	removals := `select count(*) from egisso.record where kind = 'errorsInvalidation' and state <> 'dropped'`
	held := w.count(`select count(*) from egisso.source_row where register = 'fact' and accepted_id is not null`)
	w.exec(`create table mis.kept as select * from mis.recipe; truncate mis.recipe cascade`)
	w.exec(`insert into mis.egisso_change (register, row_key) select 'fact', id::text from mis.kept`)
	w.settle()
	if n := w.count(removals); n != held || tick() != 0 {
		t.Errorf("%d removals of %d wait", n, held)
	}
	w.wantText(`select distinct state || ' ' || array_to_string(rule_codes, ',') from egisso.record_status where register = 'fact' and accepted_id is not null`, "waiting L-SETTLE")
	w.exec(`insert into mis.recipe select * from mis.kept`)
	w.settle()
	if n := w.count(removals); n != 0 {
		t.Errorf("%d removals of rows that came back", n)
	}
	id := w.patients(1)[0]
	w.exec(`delete from mis.recipe where id = $1`, id)
	w.settle()
	w.exec(`update egisso.source_row set updated_at = updated_at - interval '11 minutes' where row_key = $1`, fmt.Sprint(id))
	if n := tick(); n != 1 || woken != nil {
		t.Errorf("%d removals go, woken %v", n, woken)
	}
	w.settle()
	w.wantText(`select kind || ' ' || state from egisso.record where kind = 'errorsInvalidation' and state <> 'dropped'`, "errorsInvalidation accepted")

	// Its change was missed: the gateway takes it for gone.
	other := w.patients(2)[1]
	w.exec(`update egisso.source_row set deleted = true, content_hash = null, dirty = true, updated_at = now() - interval '1 hour' where register = 'fact' and row_key = $1`, fmt.Sprint(other))
	w.decide.Settle = 2 * time.Hour
	w.run(w.decide)
	if n := tick(); n != 0 || len(woken) != 1 || woken[0] != "reconcile" {
		t.Errorf("%d removals of a row that is there go, woken %v", n, woken)
	}
}

// TestManyRemovalsWaitForAPerson: more removals in a day than is borne leave only when a
// person says so, exactly these; what the source takes back is not asked about any more.
func TestManyRemovalsWaitForAPerson(t *testing.T) {
	w := wholeWorld(t, 60)
	w.form.MaxRecords = 1000
	w.settle()
	w.store.LimitChanges(store.ChangeLimits{Window: 24 * time.Hour, Least: 5, Most: 500, Percent: 1})
	gone := func(n int) {
		w.exec(`delete from mis.recipe where id in (select row_key::bigint from egisso.source_row where register = 'fact' and accepted_id is not null order by 1 desc limit $1)`, n)
		w.settle()
	}
	accepted := `select count(*) from egisso.record where kind = 'errorsInvalidation' and state = 'accepted'`
	held := `select count(*) from egisso.record_status where rule_codes = '{L-MASS}' and state = 'waiting'`
	gone(5)
	if a, h := w.count(accepted), w.count(held); a != 5 || h != 0 {
		t.Fatalf("an ordinary day: %d accepted, %d held", a, h)
	}
	w.exec(`create table mis.kept as select * from mis.recipe`)
	gone(7)
	if a, h := w.count(accepted), w.count(held); a != 5 || h != 7 || !w.finding("mass_change", "fact removal") {
		t.Errorf("a slip: %d accepted, %d held", a, h)
	}
	w.exec(`insert into mis.recipe select * from mis.kept k where not exists (select from mis.recipe r where r.id = k.id)`)
	w.settle()
	w.settle()
	if a, h := w.count(accepted), w.count(held); a != 5 || h != 0 || w.finding("mass_change", "fact removal") {
		t.Errorf("the slip was taken back: %d accepted, %d held", a, h)
	}
	gone(7)
	w.exec(`select egisso.release_held_changes('fact', 'removal', 'так и есть')`)
	w.settle()
	if a, h := w.count(accepted), w.count(held); a != 12 || h != 0 {
		t.Errorf("let go: %d accepted, %d held", a, h)
	}
	w.exec(`select egisso.expect_changes('fact', 'removal', 20, now() + interval '1 day', 'пересмотр')`)
	gone(8)
	if a, h := w.count(accepted), w.count(held); a != 20 || h != 0 {
		t.Errorf("announced: %d accepted, %d held", a, h)
	}
	gone(13)
	w.exec(`select egisso.drop_held_changes('fact', 'removal', 'ошибка')`)
	w.exec(`update egisso.source_row set dirty = true where deleted`)
	w.settle()
	if a, h := w.count(accepted), w.count(held); a != 20 || h != 0 {
		t.Errorf("dropped: %d accepted, %d held", a, h)
	}
}

// TestTheSameAssignmentTwice: a fact that says what another one says is seen before
// it leaves (L-DUP), and is nothing to send once the МИС calls it a duplicate.
func TestTheSameAssignmentTwice(t *testing.T) {
	w := wholeWorld(t, 60)
	w.form.MaxRecords = 1000
	id := w.patients(1)[0]
	w.settle()
	w.exec(`insert into mis.recipe (id, lpu_id, patient_id, privilege_id, series, num, issue_date, valid_days, drug_id, pack_qty, discount, price, sum_total, status, dispensed_date)
		select 99999, lpu_id, patient_id, privilege_id, series, num || '-2', issue_date, valid_days, drug_id, pack_qty, discount, price, sum_total, status, dispensed_date
		  from mis.recipe where id = $1`, id)
	w.run(w.collect)
	w.run(w.decide)
	shown := `select state || ' ' || substring(reason from '^L-DUP') from egisso.record_status where row_key = '99999'`
	w.wantText(shown, "ready L-DUP")
	w.decide.Policy = check.Policy{"L-DUP": check.Block}
	w.exec(`update egisso.source_row set dirty = true where row_key = '99999'`)
	w.settle()
	w.wantText(shown, "blocked L-DUP")
	w.exec(`update mis.recipe set merged_into = $1 where id = 99999`, id)
	w.settle()
	w.wantText(`select state from egisso.record_status where row_key = '99999'`, "nothing_to_send")
	w.lawful()
}
