package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

const (
	notice   = `<n:notice xmlns:n="urn:test/notice"><n:text>версия</n:text></n:notice>`
	question = `<q:question xmlns:q="urn:test/question"><q:text>вопрос</q:text></q:question>`
)

// incoming is a world whose bus brings messages on its own.
type incoming struct {
	*world
	listen  jobs.Listen
	handle  jobs.Handle
	respond jobs.Respond
}

func newIncoming(t *testing.T, version smev.Version) *incoming {
	t.Helper()
	w := newWorld(t, 1, io.Discard, nil)
	w.assemble(version)
	return newIncomingOf(w)
}

func newIncomingOf(w *world) *incoming {
	lease := 5 * time.Minute
	return &incoming{
		world:   w,
		listen:  jobs.Listen{Store: w.store, Switch: w.store, Bus: w.client, Now: w.clock.Now, Log: w.log},
		handle:  jobs.Handle{Store: w.store, RejectUnexpected: true, Lease: lease, Log: w.log},
		respond: jobs.Respond{Store: w.store, Switch: w.store, Builder: w.sign.Builder, Lease: lease, Now: w.clock.Now, Log: w.log},
	}
}

func (w *incoming) push(p smevtest.Push) string {
	w.Helper()
	p.To = mnemonic
	id, err := w.bus.Push(context.Background(), p)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// around runs the jobs of incoming messages once to their end.
func (w *incoming) around() {
	w.Helper()
	for _, job := range []jobs.Job{w.listen, w.handle, w.respond, w.send} {
		w.run(job)
	}
	w.idle()
	for _, job := range []jobs.Job{w.receive, w.apply} {
		w.run(job)
	}
}

// verdict is what became of a message: outcome, our answer, whether a person is asked.
func (w *incoming) verdict(id string) (text string) {
	w.Helper()
	const of = `select coalesce(verdict, 'open') || ' ' || coalesce(reply, 'none') || case when review is null then '' else ' review' end
		|| case when acked_at is null then ' unacked' else '' end from egisso.incoming where id = $1`
	if err := w.pool.QueryRow(context.Background(), of, id).Scan(&text); err != nil {
		w.Fatal(err)
	}
	return text
}

func (w *incoming) want(id, want string) {
	w.Helper()
	if got := w.verdict(id); got != want {
		w.Errorf("incoming message is %q, want %q", got, want)
	}
}

func (w *incoming) noViolations() {
	w.Helper()
	for _, v := range w.bus.Ledger().Violations() {
		w.Errorf("violation: %+v", v)
	}
	if n := w.bus.Waiting(mnemonic, ledger.Requests) + w.bus.Waiting(mnemonic, ledger.Responses); n > 0 {
		w.Errorf("%d messages wait at the bus", n)
	}
}

// refusals are the answers the bus routed, by the request they answer.
func (w *incoming) refusals() map[string]string {
	w.Helper()
	found := map[string]string{}
	for _, r := range w.bus.Ledger().Responses() {
		found[r.RequestID] += r.Kind + " " + strings.Join(r.Codes, ",")
	}
	return found
}

// handlerFunc handles one namespace.
type handlerFunc struct {
	namespace string
	handle    func(store.Incoming) (store.IncomingVerdict, error)
}

func (h handlerFunc) Handles(namespace string) bool { return namespace == h.namespace }
func (h handlerFunc) Handle(_ context.Context, m store.Incoming) (store.IncomingVerdict, error) {
	return h.handle(m)
}

func TestIncomingMessagesReachTheirHandler(t *testing.T) {
	w := newIncoming(t, smev.Version13)
	var seen []string
	w.handle.Handlers = []jobs.IncomingHandler{handlerFunc{"urn:test/notice", func(m store.Incoming) (store.IncomingVerdict, error) {
		seen = append(seen, m.ID)
		if m.Kind != "broadcast" || m.Root != "notice" || !strings.Contains(string(m.Content), "версия") || m.SentAt.IsZero() || m.Sender == "" {
			return store.IncomingVerdict{}, fmt.Errorf("message %+v", m)
		}
		return store.IncomingVerdict{Note: "taken"}, nil
	}}}
	id := w.push(smevtest.Push{Content: []byte(notice)})
	w.around()
	w.around()
	w.want(id, "handled none")
	if len(seen) != 1 || seen[0] != id {
		t.Errorf("handled %v, want %s once", seen, id)
	}
	if n := len(w.refusals()); n > 0 {
		t.Errorf("%d answers to a broadcast", n)
	}
	w.noViolations()
}

func TestWhatNobodyHandlesIsShownAndRefused(t *testing.T) {
	for name, c := range map[string]struct {
		push    smevtest.Push
		reject  bool
		verdict string
		refusal string
	}{
		"broadcast":                         {smevtest.Push{Content: []byte(notice)}, true, "unhandled none review", ""},
		"request":                           {smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)}, true, "rejected delivered review", "rejected UNKNOWN_REQUEST_DESCRIPTION"},
		"request, when nobody is to answer": {smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)}, false, "unhandled none review", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newIncoming(t, smev.Version13)
			w.handle.RejectUnexpected = c.reject
			id := w.push(c.push)
			w.around()
			w.around()
			w.want(id, c.verdict)
			if got := w.refusals()[id]; got != c.refusal {
				t.Errorf("answered %q, want %q", got, c.refusal)
			}
			w.noViolations()
			st, err := w.store.Status(t.Context())
			if err != nil || st.Incoming != (store.InBacklog{NeedReview: 1}) {
				t.Errorf("status %+v, %v", st.Incoming, err)
			}
		})
	}
}

func TestCancellationBeforeAndAfterItsRequest(t *testing.T) {
	for name, first := range map[string]smevtest.PushType{"request first": smevtest.PushRequest, "cancellation first": smevtest.PushCancel} {
		t.Run(name, func(t *testing.T) {
			w := newIncoming(t, smev.Version11)
			id := w.push(smevtest.Push{Name: "q", Type: smevtest.PushRequest, Content: []byte(question)})
			cancel := w.push(smevtest.Push{Type: smevtest.PushCancel, Cancels: "q"})
			if first == smevtest.PushCancel {
				w.script(smevtest.Rule{On: "GetRequest", Newest: true})
			}
			w.run(w.listen)
			if first == smevtest.PushCancel {
				w.exec(`update egisso.incoming set received_at = received_at - interval '1 second' where kind = 'cancel'`)
			}
			w.around()
			w.want(id, "cancelled none")
			w.want(cancel, "handled none")
			if n := len(w.refusals()); n > 0 {
				t.Errorf("%d answers to a request that was withdrawn", n)
			}
			w.noViolations()
		})
	}
}

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
