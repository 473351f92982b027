package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// Whatever goes wrong on the way, a request is stored once, refused once and
// acknowledged.
func TestIncomingInTrouble(t *testing.T) {
	for name, rules := range map[string][]smevtest.Rule{
		"message handed out twice":     {{On: "GetRequest", Duplicate: true}},
		"reply of GetRequest lost":     {{On: "GetRequest", Drop: "after"}},
		"acknowledgement lost":         {{On: "Ack", Drop: "before"}},
		"reply of Ack lost":            {{On: "Ack", Drop: "after"}},
		"answer lost":                  {{On: "SendResponse", Drop: "before"}},
		"reply of SendResponse lost":   {{On: "SendResponse", Drop: "after"}},
		"bus fails at every operation": {{On: "GetRequest", Fault: "SMEVFailure"}, {On: "Ack", Fault: "SMEVFailure"}, {On: "SendResponse", Fault: "SMEVFailure"}},
		"garbage instead of a receipt": {{On: "SendResponse", Garbage: smevtest.GarbageNames()[0]}},
		"queue of the other is full":   {{On: "SendResponse", Fault: "DestinationOverflow"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newIncoming(t, smev.Version13)
			id := w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
			for _, r := range rules {
				w.script(r)
			}
			for range 6 {
				for _, job := range []jobs.Job{w.listen, w.handle, w.respond, w.send} {
					_, _ = job.Run(context.Background()) // the trouble is wanted
				}
				w.idle()
				w.advance(retryMax + time.Minute)
			}
			if got := w.verdict(id); !strings.HasPrefix(got, "rejected delivered") || strings.HasSuffix(got, "unacked") {
				t.Errorf("incoming message is %q", got)
			}
			if got := w.refusals()[id]; got != "rejected UNKNOWN_REQUEST_DESCRIPTION" {
				t.Errorf("answered %q", got)
			}
			if n := w.count(`select count(*) from egisso.incoming`); n != 1 {
				t.Errorf("%d messages are stored", n)
			}
			w.noViolations()
		})
	}
}

func TestAnswersTheBusRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		rule    smevtest.Rule
		reply   string
		replies int
	}{
		"at once":       {smevtest.Rule{On: "SendResponse", Fault: "InvalidContent"}, "rejected failed review", 0},
		"later":         {smevtest.Rule{On: "SendResponse", Reject: "InvalidContent"}, "rejected failed review", 1},
		"nobody to get": {smevtest.Rule{On: "SendResponse", Fault: "RecipientIsNotFound", Times: -1}, "rejected signed review", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newIncoming(t, smev.Version13)
			id := w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
			w.script(c.rule)
			for _, job := range []jobs.Job{w.listen, w.handle, w.respond, w.send} {
				_, _ = job.Run(context.Background())
			}
			w.idle()
			w.around()
			w.want(id, c.reply)
			if n := len(w.bus.Ledger().Responses()); n != c.replies {
				t.Errorf("%d answers reached the bus, want %d", n, c.replies)
			}
			w.noViolations()
		})
	}
}

func TestForgedIncomingMessageIsKeptAndNotHandled(t *testing.T) {
	for name, refuse := range map[string]bool{"left at the bus": false, "taken off the queue": true} {
		t.Run(name, func(t *testing.T) {
			w := newIncoming(t, smev.Version13)
			w.listen.RefuseUnverified = refuse
			w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
			w.script(smevtest.Rule{On: "GetRequest", Tamper: true})
			if _, err := w.listen.Run(context.Background()); err == nil {
				t.Error("a forged message is no failure")
			}
			if got := w.run(w.handle) + w.run(w.respond); got != 0 {
				t.Errorf("%d steps with a forged message", got)
			}
			if n := w.count(`select count(*) from egisso.incoming where not verified and verdict is null`); n != 1 {
				t.Errorf("%d forged messages are kept", n)
			}
			waiting := map[bool]int{false: 1, true: 0}[refuse]
			if n := w.bus.Waiting(mnemonic, ledger.Requests); n != waiting {
				t.Errorf("%d messages wait at the bus, want %d", n, waiting)
			}
			if refuse {
				return
			}
			w.advance(time.Hour) // it comes again, whole
			w.around()
			if n := w.count(`select count(*) from egisso.incoming where verified and verdict = 'rejected'`); n != 1 {
				t.Errorf("%d messages are handled", n)
			}
		})
	}
}

// A handler that fails is asked again; a crash after it worked asks it again, too.
func TestHandlerIsAskedUntilItSucceeds(t *testing.T) {
	w := newIncoming(t, smev.Version13)
	calls, broken := 0, true
	w.handle.Handlers = []jobs.IncomingHandler{handlerFunc{"urn:test/question", func(m store.Incoming) (store.IncomingVerdict, error) {
		if calls++; broken {
			return store.IncomingVerdict{}, errors.New("not now")
		}
		if m.Attempts == 0 {
			t.Error("the handler does not hear of earlier failures")
		}
		return store.IncomingVerdict{Rejection: &store.Rejection{Code: "NO_DATA", Description: "Сведений нет"}}, nil
	}}}
	id := w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
	w.run(w.listen)
	for range 5 {
		if _, err := w.handle.Run(t.Context()); err == nil {
			t.Error("a failure of the handler is none of the job")
		}
		if report, err := w.handle.Run(t.Context()); err != nil || report.Done != 0 {
			t.Errorf("no pause after a failure: %+v, %v", report, err)
		}
		w.advance(time.Hour)
	}
	w.want(id, "open none review")
	broken = false
	w.around()
	w.want(id, "rejected delivered")
	if calls != 6 || w.refusals()[id] != "rejected NO_DATA" {
		t.Errorf("asked %d times, answered %q", calls, w.refusals()[id])
	}
}

func TestServiceOffLeavesTheRequestQueueAlone(t *testing.T) {
	w := newIncoming(t, smev.Version13)
	id := w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
	w.run(w.listen)
	if err := w.store.SetService(t.Context(), false, "проверка"); err != nil {
		t.Fatal(err)
	}
	w.push(smevtest.Push{Content: []byte(notice)})
	for _, job := range []jobs.Job{w.listen, w.handle, w.respond, w.send} {
		w.run(job)
	}
	w.want(id, "rejected due review")
	if n := w.count(`select count(*) from egisso.incoming`); n != 1 {
		t.Errorf("%d messages are stored while the service is off", n)
	}
	if err := w.store.SetService(t.Context(), true, "проверка"); err != nil {
		t.Fatal(err)
	}
	w.around()
	w.want(id, "rejected delivered review")
	w.noViolations()
}

// An answer that waited too long for its first attempt gets a new id.
func TestOldAnswerIsSignedAnew(t *testing.T) {
	w := newIncoming(t, smev.Version13)
	id := w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
	for _, job := range []jobs.Job{w.listen, w.handle, w.respond} {
		w.run(job)
	}
	w.advance(30 * time.Hour)
	w.around()
	w.around()
	w.want(id, "rejected delivered review")
	if n := w.count(`select count(*) from egisso.message where incoming_id = $1`, id); n != 2 {
		t.Errorf("%d messages, want the old and the new one", n)
	}
	w.noViolations()
}
