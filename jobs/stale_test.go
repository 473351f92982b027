package jobs

import (
	"errors"
	"testing"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// A message whose id has grown old gets a new one only when nothing of it can be
// on the bus (adapter/smev/SPEC.md#messageid).
func TestIdThatGrewOld(t *testing.T) {
	lost := &smev.TransportError{Operation: smev.OpSendRequest, Err: errors.New("connection reset")}
	status := func(category string) *store.InAnswer {
		content, err := lifecycle.Said{Kind: lifecycle.SaidByBus, Category: category}.Stored()
		if err != nil {
			t.Fatal(err)
		}
		return &store.InAnswer{ID: "s", Kind: "async_status", Verified: true, Speaker: store.Speaker{Listed: true}, Raw: []byte("x"), Content: content}
	}
	for name, c := range map[string]struct {
		first    error
		evidence *store.InAnswer
		term     time.Duration
		age      time.Duration
		want     string // states of message, package and record
		review   string // how the text for a person begins
	}{
		"never on the bus":                       {fault("DestinationOverflow"), nil, time.Hour, 72 * time.Hour, "refused send_failed ready", "Идентификатор сообщения устарел до"},
		"perhaps on the bus, an answer may come": {lost, nil, 96 * time.Hour, 72 * time.Hour, "in_doubt signed packed", "Идентификатор сообщения устарел, а исход"},
		"perhaps on the bus, no answer came":     {lost, nil, time.Hour, 72 * time.Hour, "in_doubt signed packed", "Идентификатор сообщения устарел, исход"},
		"perhaps on the bus, a status came":      {lost, status("underProcessing"), time.Hour, 72 * time.Hour, "delivered queued packed", ""},
		"the bus says that it is not there":      {lost, status("doesNotExist"), time.Hour, 72 * time.Hour, "refused send_failed ready", "Идентификатор сообщения устарел до"},
		"the id is new by our clock":             {fault("DestinationOverflow"), nil, time.Hour, 0, "in_doubt signed packed", "СМЭВ считает"},
	} {
		t.Run(name, func(t *testing.T) {
			g := signedMessage(t)
			w := &fakeBus{sendErr: []error{c.first, fault("StaleMessageId")}}
			job := g.sendJob(w)
			job.AnswerTerm = c.term
			_, _ = job.Run(t.Context())
			if c.evidence != nil {
				c.evidence.OriginalMessageID = g.message.String()
				if _, err := g.StoreAnswer(t.Context(), *c.evidence); err != nil {
					t.Fatal(err)
				}
			}
			job.Now = func() time.Time { return time.Now().Add(c.age) }
			deadline := time.Now().Add(time.Minute)
			for len(w.sent) < 2 && time.Now().Before(deadline) {
				_, _ = job.Run(t.Context())
			}
			if got := g.text(t, `select m.state || ' ' || p.state || ' ' || r.state from egisso.message m, egisso.package p, egisso.record r`); got != c.want {
				t.Errorf("states %q, want %q", got, c.want)
			}
			got := []rune(g.text(t, `select coalesce(review, '') from egisso.package`))
			if n := len([]rune(c.review)); len(got) < n || string(got[:n]) != c.review || n == 0 && len(got) > 0 {
				t.Errorf("a person reads %q, want %q", string(got), c.review)
			}
		})
	}
}

// What nobody understands is tried a few times before a person is asked.
func TestUnknownOutcomesAreNotForEver(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{sendErr: []error{fault("SomethingNew")}}
	job := g.sendJob(w)
	deadline := time.Now().Add(time.Minute)
	for attempts := 1; attempts <= unknownAttempts; attempts++ {
		for len(w.sent) < attempts && time.Now().Before(deadline) {
			_, _ = job.Run(t.Context())
		}
		want := map[bool]string{true: "true", false: "false"}[attempts == unknownAttempts]
		if got := g.text(t, `select review is not null from egisso.package`); got != want {
			t.Errorf("after %d attempts a person is asked: %s", attempts, got)
		}
	}
	if got := g.text(t, `select m.state || ' ' || p.state from egisso.message m, egisso.package p`); got != "in_doubt signed" {
		t.Errorf("states %q", got)
	}
}

func TestFileStorageThatIsDownIsLeftAlone(t *testing.T) {
	g := signedMessage(t)
	w := &fakeBus{sendErr: []error{nil}, uploadErr: &smev.FileStoreError{Step: "connect", Err: errors.New("connection refused")}}
	now := time.Now()
	var changes []bus.BreakerChange
	job := g.sendJob(w)
	job.Now = func() time.Time { return now }
	job.FileBreaker = &bus.Breaker{
		Policy:  bus.BreakerPolicy{Threshold: 3, Open: retry.Backoff{Min: time.Minute, Max: time.Minute}},
		Changed: func(c bus.BreakerChange, _ bus.BreakerState) { changes = append(changes, c) },
	}
	deadline := time.Now().Add(time.Minute)
	for len(changes) == 0 && time.Now().Before(deadline) {
		_, _ = job.Run(t.Context())
	}
	tried := w.uploads
	if _, err := g.conn.Exec(t.Context(), `update egisso.message set next_attempt_at = now()`); err != nil {
		t.Fatal(err)
	}
	if report, err := job.Run(t.Context()); err != nil || report.Done != 0 || w.uploads != tried || len(w.sent) != 0 {
		t.Errorf("report %+v, %v; %d uploads after %d", report, err, w.uploads, tried)
	}
	if got := g.text(t, `select state || ' ' || attempts from egisso.message`); got != "pending 0" {
		t.Errorf("message %q", got)
	}
	now, w.uploadErr = now.Add(10*time.Minute), nil
	g.runUntil(t, job, `select state from egisso.message`, "delivered")
	if len(changes) != 2 || changes[0] != bus.BreakerOpened || changes[1] != bus.BreakerClosed {
		t.Errorf("told %v, want opened and closed once", changes)
	}
}
