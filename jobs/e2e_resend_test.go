package jobs_test

import (
	"fmt"
	"io"
	"log/slog"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/jobs"
)

// withoutAnswer lets as many packages of facts go without an answer for a month.
func (w *world) withoutAnswer(packages int) {
	w.Helper()
	w.form.MaxRecords = 1000
	w.run(w.collect)
	w.exec(`update egisso.source_cursor set source_moved_at = null`) // the database of the test is a copy
	w.measuresAccepted()
	w.script(smevtest.Rule{On: "SendRequest", Times: packages, AnswerDelay: smevtest.Duration(30 * 24 * time.Hour)})
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.everything()
}

// overdue lets the term of answers pass, with a policy that sends again so many times.
func (w *world) overdue(times int) {
	w.Helper()
	w.advance(73 * time.Hour)
	w.run(&jobs.Watch{
		Store: w.store, Certificate: w.certificate(400), AnswerTerm: 72 * time.Hour, Resend: times,
		Now: w.clock.Now, Location: time.UTC, Log: slog.New(slog.DiscardHandler),
	})
}

// TestPackageWithoutAnswerGoesAgain: by policy, under the same ids; ЕГИССО has had it, and
// says so; what changed meanwhile is altered. The answer to the first one comes in the end
// and confirms the rest.
func TestPackageWithoutAnswerGoesAgain(t *testing.T) {
	w := newWorld(t, 20, io.Discard, nil)
	w.apply.Refusals = loaded(t)
	w.withoutAnswer(1)
	w.overdue(0)
	w.wantText(`select state || ' ' || record_count from egisso.package where register = 'fact'`, "expired 20")
	w.overdue(1)
	w.wantText(`select state || ' ' || info from egisso.package where register = 'fact'`,
		"send_failed Ответа нет в срок: записи уходят в новом пакете под прежними идентификаторами")
	two := w.patients(2)
	changed, gone := two[0], two[1]
	w.exec(`update mis.recipe set sum_total = sum_total + 1 where id = $1`, changed)
	w.settle()
	w.wantText(`select kind || ' ' || state || ' ' || unconfirmed from egisso.record_status where row_key = $1`,
		"alterationBasedOnPreviousErrors accepted false", fmt.Sprint(changed))
	w.wantText(`select unconfirmed || ' ' || count(*) from egisso.record_status where register = 'fact' group by unconfirmed order by 1`, "false 1\ntrue 19")

	w.advance(31 * 24 * time.Hour)
	w.settle()
	w.wantText(`select p.state || ' ' || p.info from egisso.package p where p.released_at is not null`,
		"send_failed Записи уходят снова; протокол пришёл позже: принято записей 20, отклонено 0")
	w.wantText(`select unconfirmed || ' ' || count(*) from egisso.record_status where register = 'fact' group by unconfirmed order by 1`, "false 20")
	w.exec(`delete from mis.recipe where id = $1`, gone)
	w.settle()
	w.wantText(unlike, "")
	w.once()
}

// TestSentAgainSoManyTimes: a package whose records went again already waits for a person. What
// is gone in the source meanwhile goes again all the same, and is removed once it is known
// to be there.
func TestSentAgainSoManyTimes(t *testing.T) {
	w := newWorld(t, 20, io.Discard, nil)
	w.withoutAnswer(2)
	w.overdue(1)
	w.everything()
	w.overdue(1)
	w.wantText(`select state from egisso.package where register = 'fact' order by created_at`, "send_failed\nexpired")
	if !w.finding("expired", w.lines(`select id::text from egisso.package where state = 'expired'`)) {
		t.Error("nobody is asked")
	}
	w.apply.Refusals = loaded(t)
	w.exec(`delete from mis.recipe where id = $1`, w.patients(1)[0])
	w.exec(`update mis.measure set condition_text = condition_text || '.'`)
	w.run(w.collect)
	w.overdue(2)
	w.settle()
	w.wantText(unlike, "")
	w.wantText(`select kind || ' ' || state from egisso.record where kind = 'errorsInvalidation'`, "errorsInvalidation accepted")
	w.once()
}
