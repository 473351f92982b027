package smev

import (
	"context"
	"errors"
	"net"
	"testing"
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
		_, err := b.client(change).SendRequest(t.Context(), messageID(envelope), envelope)
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
