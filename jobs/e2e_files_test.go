package jobs_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/jobs"
)

// fileWorld is a world with one fact on its way, whose protocol comes as a file.
func fileWorld(t *testing.T, options func(*smevtest.Options), rule smevtest.Rule) *world {
	t.Helper()
	w := newWorld(t, 1, io.Discard, func(o *smevtest.Options) {
		if options != nil {
			options(o)
		}
	})
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	for _, job := range []jobs.Job{w.decide, w.form, w.sign} {
		w.run(job)
	}
	rule.On = "SendRequest"
	if rule.Answers == "" {
		rule.Answers = smevtest.AnswerFile
	}
	w.script(rule)
	w.run(w.send)
	w.idle()
	return w
}

// fact is the state of the fact, of its file, what a person is told, and whether
// the answer is acknowledged.
func (w *world) fact() (text string) {
	w.Helper()
	const where = `
select r.state || ' ' || coalesce((select string_agg(f.state, ',') from egisso.received_file f join egisso.answer a on a.id = f.answer_id
                                    where a.original_message_id = m.id::text), 'none')
       || case when p.review is null then '' else ' review' end
       || case when exists (select from egisso.answer a where a.original_message_id = m.id::text and a.acked_at is null) then ' unacked' else '' end
  from egisso.record r join egisso.package p on p.id = r.package_id join egisso.message m on m.package_id = p.id
 where r.register = 'fact'`
	if err := w.pool.QueryRow(context.Background(), where).Scan(&text); err != nil {
		w.Fatal(err)
	}
	return text
}

func (w *world) wantFact(want string) {
	w.Helper()
	if got := w.fact(); got != want {
		w.Errorf("fact, file and answer are %q, want %q", got, want)
	}
}

func TestProtocolInAFile(t *testing.T) {
	for name, form := range map[string]smevtest.AnswerForm{"in the file storage": smevtest.AnswerFile, "in the message": smevtest.AnswerAttachment} {
		for _, version := range smev.Versions() {
			t.Run(name+", "+version.Name, func(t *testing.T) {
				w := newWorld(t, 1, io.Discard, func(o *smevtest.Options) { o.Answers = form })
				w.assemble(version)
				w.measuresAccepted()
				w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
				w.everything()
				w.wantFact("accepted checked")
				w.clean(w.count(`select count(*) from egisso.record`))
				if n := w.count(`select count(*) from egisso.received_file where user_name <> '' or password <> ''`); n > 0 {
					t.Error("a one-time login is kept")
				}
			})
		}
	}
}

func TestFilesNobodyCanBelieve(t *testing.T) {
	for name, c := range map[string]struct {
		rule  smevtest.Rule
		limit int64
	}{
		"hash does not hold":                     {smevtest.Rule{File: "badHash"}, 0},
		"signature does not hold":                {smevtest.Rule{File: "badSignature"}, 0},
		"file is not in the storage":             {smevtest.Rule{File: "missing"}, 0},
		"file is too large":                      {smevtest.Rule{}, 100},
		"signature in the message does not hold": {smevtest.Rule{File: "badSignature", Answers: smevtest.AnswerAttachment}, 0},
		"attachment is too large":                {smevtest.Rule{Answers: smevtest.AnswerAttachment}, 100},
	} {
		t.Run(name, func(t *testing.T) {
			w := fileWorld(t, nil, c.rule)
			if c.limit > 0 {
				w.fetch.Limit = c.limit
			}
			w.run(w.receive)
			for range 8 {
				for _, job := range []jobs.Job{w.fetch, w.receive, w.apply} {
					_, _ = job.Run(context.Background()) // what is refused is a failure of the job
				}
				w.advance(retryMax + time.Minute)
			}
			w.wantFact("packed refused review")
			if n := w.bus.Waiting(mnemonic, ledger.Responses); n != 0 {
				t.Errorf("%d answers wait at the bus", n)
			}
			if n := w.count(`select count(*) from egisso.received_file where password <> ''`); n > 0 {
				t.Error("a one-time login is kept")
			}
		})
	}
}

// Whatever happens on the way to the file, the answer is acknowledged only when
// the file is there.
func TestFileInTrouble(t *testing.T) {
	for name, rule := range map[string]smevtest.Rule{
		"storage cuts the line":              {On: "RETR", CutAfter: 100},
		"storage refuses the login once":     {On: "LOGIN", Refuse: "denied"},
		"storage does not have the file yet": {On: "RETR", Refuse: "missing"},
		"storage damages the file":           {On: "RETR", Tamper: true, Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := fileWorld(t, func(o *smevtest.Options) { o.Logins.Keep = true }, smevtest.Rule{})
			w.run(w.receive)
			if rule.Times == 0 {
				rule.Times = 3
			}
			w.script(rule)
			_, _ = w.fetch.Run(context.Background())
			if got := w.fact(); !strings.HasSuffix(got, "packed due unacked") && got != "packed checked unacked" {
				t.Errorf("after the trouble %q", got)
			}
			w.advance(retryMax + time.Minute)
			for range 3 {
				_, _ = w.fetch.Run(context.Background())
				w.advance(retryMax + time.Minute)
			}
			w.everything()
			w.wantFact("accepted checked")
		})
	}
}

// Damage on the way counts as such, other troubles do not.
func TestFileDamagedOnceIsFetchedAgain(t *testing.T) {
	w := fileWorld(t, func(o *smevtest.Options) { o.Logins.Keep = true }, smevtest.Rule{})
	w.run(w.receive)
	refused := smevtest.Rule{On: "LOGIN", Refuse: "denied", Times: 1}
	for _, rule := range []smevtest.Rule{refused, refused, refused, {On: "RETR", Tamper: true, Times: 1}} {
		w.script(rule)
		if _, err := w.fetch.Run(context.Background()); err == nil {
			t.Errorf("%+v is no trouble", rule)
		}
		w.advance(retryMax + time.Minute)
	}
	w.everything()
	w.wantFact("accepted checked")
}

// A login that was used up by a download we did not survive comes anew with the
// answer, which is not acknowledged yet.
func TestAnswerThatComesAgainBringsAFreshLogin(t *testing.T) {
	w := fileWorld(t, func(o *smevtest.Options) { o.RedeliverAfter = 10 * time.Minute }, smevtest.Rule{})
	w.run(w.receive)
	w.exec(`update egisso.received_file set user_name = 'nobody', password = 'nothing'`)
	if _, err := w.fetch.Run(t.Context()); err == nil {
		t.Error("a refused login is no failure")
	}
	w.wantFact("packed due unacked")
	w.advance(11 * time.Minute)
	w.everything()
	w.wantFact("accepted checked")
	if n := w.count(`select count(*) from egisso.answer a join egisso.received_file f on f.answer_id = a.id`); n != 1 {
		t.Errorf("%d answers with a file", n)
	}
}

// The process dies with the file in its hands: another one fetches it.
func TestFileOfADeadProcessIsFetchedAgain(t *testing.T) {
	w := fileWorld(t, func(o *smevtest.Options) { o.Logins.Keep = true }, smevtest.Rule{})
	w.run(w.receive)
	dead, err := w.store.ClaimFile(t.Context(), time.Minute)
	if err != nil || dead == nil {
		t.Fatal(dead, err)
	}
	if report, err := w.fetch.Run(t.Context()); err != nil || report.Done != 0 {
		t.Errorf("a claimed file was taken: %+v, %v", report, err)
	}
	w.advance(2 * time.Minute)
	w.run(w.fetch)
	if err := w.store.FileRefused(t.Context(), dead, "late"); err == nil {
		t.Error("the dead process decides after all")
	}
	w.everything()
	w.wantFact("accepted checked")
}
