package jobs_test

import (
	"errors"
	"io"
	"testing"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// TestAnswersAreJudgedAgainWhenTrustChanges: an answer nobody could believe was taken off
// the queue and does not come again; once the bus's certificate is configured it counts,
// and what still cannot be believed is read once for every change.
func TestAnswersAreJudgedAgainWhenTrustChanges(t *testing.T) {
	w := newWorld(t, 1, io.Discard, nil)
	w.measuresAccepted()
	known := false
	var asked int
	w.assemble(smev.Version13, func(o *smev.Options) {
		o.Trust = func(c *cert.Certificate) error {
			if asked++; known {
				return nil
			}
			return errors.New("this certificate is not known")
		}
	})
	w.receive.RefuseUnverified = true
	w.store.BelieveBy([]byte("before"))
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	for _, job := range []jobs.Job{w.decide, w.form, w.sign} {
		w.run(job)
	}
	_, _ = w.send.Run(t.Context()) // its receipt is not believed either
	w.idle()
	if _, err := w.receive.Run(t.Context()); err == nil {
		t.Error("an answer nobody can believe was no trouble")
	}
	const doubted = `select count(*) from egisso.answer where not verified and acked_at is not null`
	if n := w.count(doubted); n != 1 {
		t.Fatalf("%d answers are stored and refused", n)
	}
	asked = 0
	w.store.BelieveBy([]byte("nothing better"))
	for range 2 {
		if _, err := w.receive.Run(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if asked != 1 || w.count(doubted) != 1 {
		t.Errorf("it was read %d times for one change", asked)
	}
	known = true
	w.store.BelieveBy([]byte("after"))
	w.everything()
	if got := w.flight(); got != "accepted answered held 0 unacked 0" {
		t.Errorf("at the end: %s", got)
	}
}

// The same of requests of others, which nobody handled.
func TestIncomingMessagesAreJudgedAgainWhenTrustChanges(t *testing.T) {
	w := newIncoming(t, smev.Version13)
	w.listen.RefuseUnverified = true
	w.store.BelieveBy([]byte("before"))
	w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
	known := false
	w.assemble(smev.Version13, func(o *smev.Options) {
		o.Trust = func(*cert.Certificate) error {
			if known {
				return nil
			}
			return errors.New("this certificate is not known")
		}
	})
	w.listen.Bus = w.client
	if _, err := w.listen.Run(t.Context()); err == nil {
		t.Error("a message nobody can believe was no trouble")
	}
	known = true
	w.store.BelieveBy([]byte("after"))
	w.around()
	if n := w.count(`select count(*) from egisso.incoming where verified and verdict = 'rejected'`); n != 1 {
		t.Errorf("%d messages are handled", n)
	}
}
