package jobs_test

import (
	"context"
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
		listen:  jobs.Listen{Store: w.store, Switch: w.store, Bus: w.client, Senders: known, Now: w.clock.Now, Log: w.log},
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
