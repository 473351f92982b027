package jobs_test

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

const evil = "EVIL01"

// stranger is a world with one fact in flight, whose measure is accepted.
func stranger(t *testing.T, senders jobs.Senders, rule smevtest.Rule) *world {
	t.Helper()
	w := newWorld(t, 1, io.Discard, nil)
	w.measuresAccepted()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.receive.Senders, w.apply.Senders = senders, senders
	rule.On = "SendRequest"
	w.script(rule)
	w.everything()
	return w
}

// flight is the state of the only fact, its package, and how many answers wait.
func (w *world) flight() string {
	w.Helper()
	var text string
	const of = `select (select state from egisso.record where register = 'fact') || ' ' || (select state from egisso.package where register = 'fact')
		|| ' held ' || (select count(*) from egisso.answer where held_at is not null)
		|| ' unacked ' || (select count(*) from egisso.answer where acked_at is null)`
	if err := w.pool.QueryRow(w.Context(), of).Scan(&text); err != nil {
		w.Fatal(err)
	}
	return text
}

func (w *world) finding(code, subject string) bool {
	w.Helper()
	st, err := w.store.Status(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return slices.ContainsFunc(st.Findings, func(f store.Finding) bool { return f.Code == code && f.Subject == subject })
}

// TestStrangersAnswerOurMessages: whatever another system says of a message of ours is
// stored, acknowledged and shown, and moves nothing; the true answer is applied.
func TestStrangersAnswerOurMessages(t *testing.T) {
	for name, rule := range map[string]smevtest.Rule{
		"protocol":                  {Stranger: evil},
		"refusal":                   {Stranger: evil, Says: "rejected"},
		"status":                    {Stranger: evil, Says: "status"},
		"status as if of the bus":   {Stranger: evil, Says: "asyncStatus"},
		"ЕГИССО as if the bus":      {Stranger: "EGISSO", Says: "asyncStatus"},
		"the bus as if ЕГИССО":      {Stranger: "SMEV", Says: "rejected"},
		"nobody":                    {Stranger: smevtest.Nobody, Says: "rejected"},
		"nobody, as if the bus":     {Stranger: smevtest.Nobody, Says: "asyncStatus"},
		"a name that cannot be one": {Stranger: "none ", Says: "rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Alone: nothing of it is believed.
			only := rule
			only.AnswerDelay = smevtest.Duration(time.Hour)
			w := stranger(t, known, only)
			if got := w.flight(); got != "packed queued held 1 unacked 0" {
				t.Errorf("with the stranger's answer alone: %s", got)
			}
			if expired, err := w.store.Expire(t.Context(), 0); err != nil || len(expired) > 0 {
				t.Errorf("expired %v, %v", expired, err)
			}
			// Then ЕГИССО itself answers.
			w.advance(2 * time.Hour)
			w.everything()
			if got := w.flight(); got != "accepted answered held 1 unacked 0" {
				t.Errorf("with ЕГИССО's answer: %s", got)
			}
		})
	}
}

// TestRenamedReceiverIsConfirmed: ЕГИССО gets another mnemonic in the middle of a run;
// its answers wait for one command.
func TestRenamedReceiverIsConfirmed(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.measuresAccepted()
	w.bus.RenameReceiver("EGISSO2")
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.everything()
	if got := w.flight(); got != "packed queued held 1 unacked 0" || !w.finding("sender_unknown", "EGISSO2") {
		t.Fatalf("after the rename: %s", got)
	}
	w.advance(1000 * time.Hour) // nobody looks for a long time
	if expired, err := w.store.Expire(t.Context(), 72*time.Hour); err != nil || len(expired) > 0 {
		t.Errorf("expired %v, %v", expired, err)
	}
	if _, err := w.store.ConfirmSender(t.Context(), "EGISSO2", store.PartEGISSO, "письмо оператора"); err != nil {
		t.Fatal(err)
	}
	w.run(w.apply)
	if got := w.flight(); got != "accepted answered held 0 unacked 0" || w.finding("sender_unknown", "EGISSO2") {
		t.Errorf("after the confirmation: %s", got)
	}
	w.clean(w.count(`select count(*) from egisso.record`))
}

// TestFirstWhoAnswersIsRemembered: nobody is configured.
func TestFirstWhoAnswersIsRemembered(t *testing.T) {
	anybody := jobs.Senders{Bus: known.Bus}
	w := stranger(t, anybody, smevtest.Rule{})
	if got := w.flight(); got != "accepted answered held 0 unacked 0" || !w.finding("sender_remembered", "EGISSO") {
		t.Fatalf("the first answer: %s", got)
	}
	// A message without a mnemonic can be the first, too, and be confirmed by its name.
	w = stranger(t, anybody, smevtest.Rule{AnswerFrom: smevtest.Nobody})
	if got := w.flight(); got != "accepted answered held 0 unacked 0" || !w.finding("sender_remembered", "none") {
		t.Fatalf("the first answer without a mnemonic: %s", got)
	}
	if _, err := w.store.ConfirmSender(t.Context(), "none", store.PartEGISSO, "схема 1.3"); err != nil || w.finding("sender_remembered", "none") {
		t.Errorf("confirmed: %v", err)
	}
}

// TestStatusesOfTheBusItself: both ways a status comes are the bus's own word.
func TestStatusesOfTheBusItself(t *testing.T) {
	w := stranger(t, known, smevtest.Rule{Reject: "SMEVFailure"})
	if got := w.flight(); !strings.HasPrefix(got, "ready send_failed held 0") {
		t.Errorf("refused by the bus: %s", got)
	}
	// A mnemonic of the bus that is not listed waits for its own confirmation.
	w = stranger(t, known, smevtest.Rule{Reject: "SMEVFailure", StatusFrom: "SMEV3"})
	if got := w.flight(); got != "packed queued held 1 unacked 0" || !w.finding("sender_unknown", "SMEV3") {
		t.Errorf("refused by a bus of another name: %s", got)
	}
	if _, err := w.store.ConfirmSender(t.Context(), "SMEV3", store.PartEGISSO, "ошибка"); err == nil {
		t.Error("the bus was confirmed as ЕГИССО")
	}
	if _, err := w.store.ConfirmSender(t.Context(), "SMEV3", store.PartBus, "письмо оператора"); err != nil {
		t.Fatal(err)
	}
	w.run(w.apply)
	if got := w.flight(); got != "ready send_failed held 0 unacked 0" {
		t.Errorf("confirmed: %s", got)
	}
}

// TestAnotherCertificateUnderTheRoot: a chain alone would let everybody sign as the bus.
func TestAnotherCertificateUnderTheRoot(t *testing.T) {
	root, err := smevtest.NewAuthority("УЦ", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	issued := func(name, ogrn string) *smevtest.Identity {
		id, err := root.Issue(name, ogrn, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	w := newWorld(t, 1, io.Discard, func(o *smevtest.Options) {
		o.Signer, o.Impostor = signer(t, issued("СМЭВ", "1047702026701")), signer(t, issued("СМЭВ", "1020000000002"))
	})
	subject, err := cert.ParseSubject("ОГРН=1047702026701")
	if err != nil {
		t.Fatal(err)
	}
	trust := cert.NewTrust([]*cert.Certificate{root.Certificate}, cert.Chained).Of(subject)
	w.assemble(smev.Version13, func(o *smev.Options) {
		o.Trust = func(c *cert.Certificate) error { return trust.Check(c, w.clock.Now()) }
	})
	w.measuresAccepted()
	w.script(smevtest.Rule{On: "GetResponse", Times: -1, Impostor: true})
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	for _, job := range []jobs.Job{w.decide, w.form, w.sign, w.send} {
		w.run(job)
	}
	w.idle()
	if _, err := w.receive.Run(t.Context()); err == nil {
		t.Error("the impostor's reply was no trouble")
	}
	if n := w.count(`select count(*) from egisso.answer where not verified and problem like '%ОГРН=1047702026701%'`); n != 1 {
		t.Errorf("%d replies of the impostor are shown", n)
	}
	w.bus.Script().Clear()
	w.advance(time.Hour) // the bus gives it out again
	w.everything()
	if got := w.flight(); !strings.HasPrefix(got, "accepted answered held 0") {
		t.Errorf("at the end: %s", got)
	}
}

// TestPushedClassifierOfStrangers: КМСЗ is taken from a broadcast of ЕГИССО only; what
// anybody else sends makes us ask, once.
func TestPushedClassifierOfStrangers(t *testing.T) {
	w := newClassified(t)
	asked := w.count(`select count(*) from egisso.package where classifier = '010'`)
	forged := w.publication(refmis.KMSZ(8, egisso.StatusPublished, w.all, diabetes))
	ids := map[string]string{}
	for _, p := range []struct {
		name string
		push smevtest.Push
	}{
		{"request of ЕГИССО", smevtest.Push{Type: smevtest.PushRequest}},
		{"request of a stranger", smevtest.Push{Type: smevtest.PushRequest, From: evil}},
		{"broadcast of a stranger", smevtest.Push{From: evil}},
		{"broadcast of nobody", smevtest.Push{From: smevtest.Nobody}},
	} {
		p.push.Content = forged
		ids[p.name] = w.push(p.push)
	}
	for range 3 {
		w.around()
		w.recheck()
	}
	for name, want := range map[string]string{
		"request of ЕГИССО": "unhandled none review", "request of a stranger": "unhandled none review",
		"broadcast of a stranger": "open none review", "broadcast of nobody": "open none review",
	} {
		if got := w.verdict(ids[name]); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := w.text(`select string_agg(version || ' ' || status, ', ') from egisso.kmsz_versions`); got != "7 Активна" {
		t.Errorf("versions %s", got)
	}
	if got := w.count(`select count(*) from egisso.package where classifier = '010'`) - asked; got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
	if !w.finding("sender_unknown", evil) {
		t.Error("status does not show the stranger")
	}
	// The name is ЕГИССО's after all: what waits is applied. The requests never are.
	if _, err := w.store.ConfirmSender(t.Context(), evil, store.PartEGISSO, "проверка"); err != nil {
		t.Fatal(err)
	}
	w.around()
	w.want(ids["broadcast of a stranger"], "handled none")
	w.want(ids["request of a stranger"], "unhandled none review")
	if got := w.text(`select string_agg(version || ' ' || status, ', ' order by version) from egisso.kmsz_versions`); got != "7 Активна, 8 Опубликована" {
		t.Errorf("after the confirmation: versions %s", got)
	}
}

// TestNobodyWithdrawsTheRequestOfAnother (schema 1.1).
func TestNobodyWithdrawsTheRequestOfAnother(t *testing.T) {
	w := newIncoming(t, smev.Version11)
	id := w.push(smevtest.Push{Name: "q", Type: smevtest.PushRequest, From: "OTHER1", Content: []byte(question)})
	cancel := w.push(smevtest.Push{Type: smevtest.PushCancel, From: evil, Cancels: "q"})
	w.run(w.listen)
	w.around()
	w.want(id, "rejected delivered review")
	w.want(cancel, "unhandled none review")
}
