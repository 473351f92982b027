package jobs_test

import (
	"io"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// daily is due every day at the hour.
func daily(hour int) func(time.Time) time.Time {
	return func(t time.Time) time.Time {
		due := time.Date(t.Year(), t.Month(), t.Day(), hour, 0, 0, 0, t.Location())
		if !due.After(t) {
			due = due.AddDate(0, 0, 1)
		}
		return due
	}
}

// TestExportsLeaveAtTheirTime: what was decided by then, facts after the measures they
// name; nothing before the time, whatever wakes, restarts or reconciles, and nothing of
// what is decided after it.
func TestExportsLeaveAtTheirTime(t *testing.T) {
	w := newWorld(t, 30, io.Discard, nil)
	w.form.MaxRecords = 1000
	w.form.Now = w.clock.Now
	hour := w.clock.Now().Add(2 * time.Hour).Hour()
	w.form.Exports = store.ExportTimes{egisso.RegisterMeasure: daily(hour), egisso.RegisterFact: daily(hour)}
	nothing := func(when string) {
		t.Helper()
		before := w.count(`select count(*) from egisso.package`)
		w.run(w.collect)
		w.everything()
		w.run(jobs.Form{Store: w.store, MaxRecords: 1000, MaxBytes: 4 << 20, RetryMin: retryMin, RetryMax: retryMax, Log: w.log,
			Exports: w.form.Exports, Now: w.form.Now}) // another process, just started
		if n := w.count(`select count(*) from egisso.package`) - before; n != 0 {
			t.Errorf("%s %d packages left", when, n)
		}
	}
	nothing("before the time")
	w.wantText(`select count(*)::text from egisso.exports`, "0")
	w.wantText(`select distinct left(reason, 41) from egisso.record_status where register = 'lmsz'`, "Ожидает выгрузки по расписанию, ближайшая")

	w.advance(2 * time.Hour)
	w.settle()
	w.wantText(`select concat_ws(' ', id, register, kind, status, records = accepted and records > 0) from egisso.exports order by id`,
		"1 lmsz first Завершена t\n2 fact first Завершена t")
	w.wantText(`select distinct state from egisso.record_status where register in ('fact', 'lmsz')`, "accepted")
	w.wantText(`select distinct (export_id is not null)::text from egisso.journal where register in ('fact', 'lmsz')`, "true")

	w.happen(refmis.BenefitClosed, w.patients(1)...)
	nothing("after the time")
	w.advance(24 * time.Hour)
	w.script(smevtest.Rule{On: "SendRequest", Reject: "InvalidContent", Times: 1})
	w.everything()
	w.wantText(`select register || ' ' || kind || ' ' || status from egisso.exports where id > 2 order by id`,
		"lmsz changes Нет изменений\nfact changes Ошибка отправки")
	w.advance(time.Hour) // the pause after a failure
	w.settle()
	w.wantText(`select status from egisso.exports where register = 'fact' order by id desc limit 1`, "Завершена")

	w.form.Exports = nil
	w.happen(refmis.PatientDied, w.patients(1)...)
	w.settle()
	w.wantText(`select count(*)::text from egisso.export_plan`, "0")
	w.wantText(`select count(*)::text from egisso.journal where register = 'fact' and export_id is null and state = 'answered'`, "1")
}

// TestMissedExportIsMadeUpFor: once, however many times were missed; a time before the
// gateway knew of it is none.
func TestMissedExportIsMadeUpFor(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	times := store.ExportTimes{egisso.RegisterFact: daily(12)}
	day := time.Date(2026, 3, 2, 13, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		at   time.Time
		want string
	}{
		{day, ""},
		{day.Add(22 * time.Hour), ""},
		{day.Add(23 * time.Hour), "03 12"},
		{day.Add(23 * time.Hour), "03 12"},
		{day.AddDate(0, 0, 5), "03 12, 07 12"},
	} {
		numbers, err := w.store.Exports(t.Context(), times, step.at)
		if err != nil || (numbers[egisso.RegisterFact] == 0) != (step.want == "") {
			t.Errorf("at %s: %v, %v", step.at, numbers, err)
		}
		w.wantText(`select coalesce(string_agg(to_char(due_at at time zone 'UTC', 'DD HH24'), ', ' order by id), '') from egisso.export`, step.want)
	}
}
