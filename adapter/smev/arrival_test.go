package smev

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

func TestMayHaveArrived(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"accepted", nil, true},
		{"no connection", &TransportError{NotSent: true}, false},
		{"connection broken", &TransportError{}, true},
		{"gateway error", &TransportError{Status: 502}, true},
		{"time is over", context.DeadlineExceeded, true},
		{"reply is garbage", &ReplyError{Err: malformed("x")}, true},
		{"receipt is not believed", &ReplyError{Err: ErrUnverified}, true},
		{"refused for its content", &Fault{Operation: OpSendRequest, Name: "InvalidContent"}, false},
		{"refused for its id", &Fault{Operation: OpSendRequest, Name: "StaleMessageId"}, false},
		{"refused for its sender", &Fault{Operation: OpSendRequest, Name: "SenderIsNotRegistered"}, false},
		{"refused for lack of room", &Fault{Operation: OpSendRequest, Name: "DestinationOverflow"}, false},
		{"the bus failed", &Fault{Operation: OpSendRequest, Name: "SMEVFailure"}, true},
		{"already there", &Fault{Operation: OpSendRequest, Name: "MessageIsAlreadySent"}, true},
		{"a fault nobody knows", &Fault{Operation: OpSendRequest, Name: "Surprise"}, true},
	} {
		if got := MayHaveArrived(tt.err); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// TestNotSentIsKnown: nobody listens, a listener that breaks the connection, and
// a proxy nobody listens at.
func TestNotSentIsKnown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	l.Close()

	b := newBus(t)
	envelope, err := BuildSendRequest(t.Context(), Version13, newTestSigner(t, testCurve), testRequest())
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, want bool, change func(*Options)) {
		t.Helper()
		_, err := b.client(change).SendRequest(t.Context(), envelope)
		var transport *TransportError
		if !errors.As(err, &transport) || transport.NotSent != want {
			t.Errorf("%s: not sent %v: %v", name, !want, err)
		}
	}
	check("nobody listens", true, func(o *Options) { o.URL = "http://" + closed + "/ws" })
	check("no proxy", true, func(o *Options) {
		o.URL = "http://bus.invalid/ws"
		if o.Proxy, err = ParseProxy("http://" + closed); err != nil {
			t.Fatal(err)
		}
	})
	b.then(hangUp)
	check("connection broken", false, func(*Options) {})
}

func TestDecideStale(t *testing.T) {
	now := testNow
	old, fresh := NewMessageID(now.Add(-72*time.Hour)), NewMessageID(now.Add(-time.Hour))
	for _, tt := range []struct {
		name  string
		c     StaleCase
		want  StaleAction
		clock bool
		wait  time.Duration
	}{
		{"never sent", StaleCase{MessageID: old}, StaleNewID, false, 0},
		{"sent in vain", StaleCase{MessageID: old, Evidence: EvidenceNone}, StaleNewID, false, 0},
		{"never sent, the id is fresh", StaleCase{MessageID: fresh}, StaleNewID, true, 0},
		{"never sent, fresh by the configured age", StaleCase{MessageID: fresh, Age: 30 * time.Minute}, StaleNewID, false, 0},
		{"in doubt, an answer came", StaleCase{MessageID: old, InDoubt: true, Evidence: EvidenceArrived}, StaleArrived, false, 0},
		{"in doubt, fresh, an answer came", StaleCase{MessageID: fresh, InDoubt: true, Evidence: EvidenceArrived}, StaleArrived, false, 0},
		{"in doubt, the bus does not have it", StaleCase{MessageID: old, InDoubt: true, Evidence: EvidenceAbsent}, StaleNewID, false, 0},
		{"in doubt, lately", StaleCase{MessageID: old, InDoubt: true, LastInDoubt: now.Add(-time.Hour), Patience: 3 * time.Hour}, StaleWait, false, 2 * time.Hour},
		{"in doubt, long ago", StaleCase{MessageID: old, InDoubt: true, LastInDoubt: now.Add(-4 * time.Hour), Patience: 3 * time.Hour}, StaleOperator, false, 0},
		{"in doubt, no patience", StaleCase{MessageID: old, InDoubt: true, LastInDoubt: now}, StaleOperator, false, 0},
		{"id cannot be read", StaleCase{MessageID: "?", InDoubt: true}, StaleOperator, false, 0},
	} {
		d := DecideStale(tt.c, now)
		if d.Action != tt.want || d.ClockSuspect != tt.clock || d.Wait != tt.wait {
			t.Errorf("%s: %+v", tt.name, d)
		}
	}
}

func TestEvidence(t *testing.T) {
	for category, want := range map[string]Evidence{
		"doesNotExist": EvidenceAbsent, "requestIsQueued": EvidenceArrived, "requestIsRejectedBySmev": EvidenceArrived,
		"somethingNew": EvidenceArrived, "": EvidenceNone,
	} {
		if got := EvidenceOf(&AsyncStatus{Category: category}); got != want {
			t.Errorf("%q: %s", category, got)
		}
	}
	if got := EvidenceOf(nil); got != EvidenceNone {
		t.Errorf("nothing: %s", got)
	}
}

func TestReplaceUnsent(t *testing.T) {
	now := testNow
	old, fresh := NewMessageID(now.Add(-25*time.Hour)), NewMessageID(now)
	for _, tt := range []struct {
		name     string
		id       string
		attempts int
		want     bool
	}{
		{"fresh", fresh, 0, false},
		{"old, never tried", old, 0, true},
		{"old, tried: the bus is asked with the old id", old, 1, false},
		{"not an id", "x", 0, true},
	} {
		if got := ReplaceUnsent(tt.id, tt.attempts, 24*time.Hour, now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
