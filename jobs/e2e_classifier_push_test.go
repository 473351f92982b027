package jobs_test

import (
	"io"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest"
	"egissogw/jobs"
)

// diabetes is a category of КМСЗ that one measure of the reference МИС uses, 0806-Р.
const diabetes = "06010000"

const classifiedFacts = 40

// classified is a world in which version 7 of КМСЗ is known, its four measures are
// accepted, and its facts are ready and have not left.
type classified struct {
	*incoming
	all []egisso.LocalMeasure
}

func newClassified(t *testing.T) *classified {
	t.Helper()
	w := &classified{incoming: newIncomingOf(newWorld(t, classifiedFacts, io.Discard, nil))}
	w.all = w.measures()
	w.handle.Handlers = []jobs.IncomingHandler{jobs.ClassifierPush{Store: w.store, Senders: known, Log: w.log}}
	w.decide.Classifier = w.store.Classifier
	w.classifierAtBus(refmis.KMSZ(7, egisso.StatusActive, w.all), w.all)
	w.ask()
	w.run(w.classifierJob())
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.run(w.decide)
	w.states("accepted 4, ready 40", "no finding")
	return w
}

// states checks in which states all records are, and which measures have a reason
// and how many facts of which measure.
func (w *classified) states(states, reasons string) {
	w.Helper()
	if got := w.text(`select string_agg(state || ' ' || n, ', ' order by state) from (select state, count(*) n from egisso.record_status group by 1) s`); got != states {
		w.Errorf("states %s, want %s", got, states)
	}
	got := w.text(`select string_agg(line, '; ' order by line) from (
		select s.register || ' ' || coalesce(m.content ->> 'code', '') || ': ' || s.reason as line
		  from egisso.record_status s
		  join egisso.source_row r using (register, row_key)
		  left join egisso.source_content m on m.register = 'lmsz' and m.row_key = case s.register when 'fact' then substr(r.needs[1], 6) else r.row_key end
		 where s.reason <> '' group by 1) l`)
	if got == "null" {
		got = "no finding"
	}
	if got != reasons {
		w.Errorf("reasons %s\nwant    %s", got, reasons)
	}
}

func (w *classified) publish(k *egisso.KMSZ) {
	w.Helper()
	w.push(smevtest.Push{Content: w.publication(k)})
	w.around()
	w.recheck()
}

// publication is the document that publishes a version.
func (w *classified) publication(k *egisso.KMSZ) []byte {
	w.Helper()
	k.Status = egisso.StatusPublished
	return w.document(func(x wire.Writer) {
		wire.WritePublication(x, &egisso.Publication{KMSZ: k, Changes: []egisso.Change{{Facet: egisso.FacetForms, Code: "02", Type: egisso.ChangeAltered}}})
	})
}

func (w *classified) activate(active, archived int) {
	w.Helper()
	header := func(n int, status egisso.VersionStatus) egisso.KMSZVersion {
		return refmis.KMSZ(n, status, w.all).KMSZVersion
	}
	w.push(smevtest.Push{Content: w.document(func(x wire.Writer) {
		wire.WriteActivation(x, []egisso.KMSZVersion{header(active, egisso.StatusActive), header(archived, egisso.StatusArchived)})
	})})
	w.around()
	w.recheck()
}

// recheck lets the classifier's job and the decisions that follow run.
func (w *classified) recheck() {
	w.Helper()
	w.ask()
	w.run(w.classifierJob())
	w.run(w.decide)
}

func (w *classified) invalid(want string) {
	w.Helper()
	got := w.text(`select string_agg(version || ' ' || version_status || ' ' || title || ' ' || code || ' ' || finding_type, '; ' order by version, row_key, code) from (
		select i.*, s.content ->> 'code' from egisso.kmsz_invalid i join egisso.source_content s on s.register = 'lmsz' and s.row_key = i.row_key) i`)
	if got != want {
		w.Errorf("invalid measures %s\nwant             %s", got, want)
	}
}

const (
	title0806   = "Лекарственное обеспечение жителей области с отдельными заболеваниями за счёт бюджета области"
	measureGone = "lmsz 0806-Р: Не соответствует действующей версии КМСЗ: 003 Категория 1: Значение кода 06010000 не найдено в справочнике «Категории получателей»"
	factGone    = "fact 0806-Р: L-KMSZ ЛМСЗ не соответствует действующей версии КМСЗ: правила 003"
)

// TestPushedVersionTouchesWhatItMakesInvalid: a published version only warns; when it
// becomes active, the one measure it makes invalid and its facts say so, and nothing
// else does; the next version makes all well again.
func TestPushedVersionTouchesWhatItMakesInvalid(t *testing.T) {
	w := newClassified(t)
	w.publish(refmis.KMSZ(8, egisso.StatusPublished, w.all, diabetes))
	w.invalid("8 Опубликована " + title0806 + " 003 Ошибка")
	w.states("accepted 4, ready 40", "no finding")

	decided := w.text(`select max(state_at) from egisso.record`)
	w.activate(8, 7)
	w.invalid("8 Активна " + title0806 + " 003 Ошибка")
	w.states("accepted 4, ready 40", factGone+"; "+measureGone)
	if got := w.text(`select string_agg(distinct needs::text, ',') from egisso.source_row s join egisso.record r using (register, row_key) where r.findings <> '[]'`); got != "{lmsz/2}" {
		t.Errorf("facts of measures %s have findings, want those of 2", got)
	}
	if got := w.text(`select max(state_at) from egisso.record`); got != decided {
		t.Error("a record changed its state")
	}

	// The measure changes in the МИС: its next version does not leave.
	w.exec(`update mis.measure set title = title || ' (изменена)' where code = '0806-Р'`)
	w.exec(`update mis.measure set title = title || ' (изменена)' where code = '0303-Д'`)
	w.run(w.collect)
	w.run(w.decide)
	if got := w.text(`select string_agg(m.content ->> 'code' || ' ' || s.state, ', ' order by m.content ->> 'code')
		from egisso.record_status s join egisso.source_content m using (register, row_key) where register = 'lmsz' and s.state <> 'accepted'`); got != "0303-Д ready, 0806-Р blocked" {
		t.Errorf("changed measures are %s", got)
	}

	// Version 9 has the category again, and we hear of its activation only.
	w.classifierAtBus(refmis.KMSZ(9, egisso.StatusActive, w.all), w.all)
	w.activate(9, 8)
	if got := w.text(`select string_agg(version || ' ' || status, ', ' order by version) from egisso.kmsz_versions`); got != "7 Архив, 8 Архив, 9 Активна" {
		t.Errorf("versions %s", got)
	}
	w.invalid("null")
	if got := w.text(`select string_agg(distinct state, ',') from egisso.record_status where register = 'lmsz'`); got != "accepted,ready" {
		t.Errorf("measures are %s", got)
	}
	if got := w.text(`select count(*) from egisso.record where findings @> '[{"code": "L-KMSZ"}]'`); got != "0" {
		t.Errorf("%s facts still have a finding", got)
	}
	for range 3 {
		w.everything()
	}
	if got := w.text(`select string_agg(distinct state, ',') from egisso.record_status`); got != "accepted" {
		t.Errorf("at the end records are %s", got)
	}
}

// TestPushesTwiceAndUnreadable: what comes again changes nothing; what is not of a
// known schema is shown, and the active version is asked for, until it came.
func TestPushesTwiceAndUnreadable(t *testing.T) {
	w := newClassified(t)
	for range 2 {
		w.publish(refmis.KMSZ(8, egisso.StatusPublished, w.all))
	}
	for range 2 {
		w.activate(8, 7)
	}
	if got := w.text(`select count(*) || ' ' || count(distinct note) from egisso.incoming where verdict = 'handled'`); got != "4 2" {
		t.Errorf("messages handled and different outcomes: %s, want 4 2", got)
	}
	if got := w.text(`select count(*) from egisso.classifier_note where source like '10.0%.O'`); got != "4" {
		t.Errorf("%s notes of pushed versions, want 4: content, three statuses", got)
	}
	id := w.push(smevtest.Push{Content: []byte(`<request xmlns="urn://egisso-ru/msg/10.03.O/9.9.9"><something/></request>`)})
	w.listenAndHandle()
	w.want(id, "unhandled none review")
	if got := w.text(`select reason from egisso.kmsz_requests where classifier = '010'`); got != "Рассылка о КМСЗ не прочитана" {
		t.Errorf("the active version is asked for because: %s", got)
	}
	w.recheck()
	if got := w.text(`select count(*) from egisso.incoming where review is not null`); got != "0" { // it came
		t.Errorf("%s messages to look at after the active version came", got)
	}
}

func (w *classified) listenAndHandle() {
	w.Helper()
	for _, job := range []jobs.Job{w.listen, w.handle} {
		w.run(job)
	}
}

// A policy that blocks keeps the facts of an invalid measure from leaving.
func TestPolicyBlocksFactsOfAnInvalidMeasure(t *testing.T) {
	w := newClassified(t)
	w.decide.Policy = check.Policy{"L-KMSZ": check.Block}
	w.publish(refmis.KMSZ(8, egisso.StatusPublished, w.all, diabetes))
	w.activate(8, 7)
	blocked := w.count(`select count(*) from egisso.record_status where state = 'blocked'`)
	if of := w.count(`select count(*) from egisso.source_row where register = 'fact' and needs = '{lmsz/2}'`); blocked == 0 || blocked != of {
		t.Errorf("%d records are blocked, the measure has %d facts", blocked, of)
	}
	w.everything()
	if got := w.count(`select count(*) from egisso.record_status where register = 'fact' and state = 'accepted'`); got != classifiedFacts-blocked {
		t.Errorf("%d facts left, want %d", got, classifiedFacts-blocked)
	}
}
