package smev

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"egissogw/crypto/xmldsig"
)

func TestReadClock(t *testing.T) {
	start := time.Date(2025, 6, 2, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name              string
		bus               time.Time
		lasted            time.Duration
		skew, uncertainty time.Duration
	}{
		{"exact", start.Add(time.Second + time.Millisecond), 2 * time.Second, time.Millisecond, time.Second},
		{"bus ahead", start.Add(time.Hour + time.Millisecond), 0, time.Hour + time.Millisecond, 0},
		{"bus behind", start.Add(-time.Minute + time.Millisecond), 0, -time.Minute + time.Millisecond, 0},
		{"whole seconds", start, 0, 500 * time.Millisecond, 500 * time.Millisecond},
	} {
		r := readClock(ClockSending, tt.bus, start, start.Add(tt.lasted))
		if r.Skew != tt.skew || r.Uncertainty != tt.uncertainty || !r.At.Equal(start.Add(tt.lasted/2)) {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
	r := ClockReading{Skew: -3 * time.Second, Uncertainty: time.Second}
	if !r.Exceeds(time.Second) || r.Exceeds(2*time.Second) {
		t.Error("the limit does not leave out the uncertainty")
	}
}

// clockBus is a bus whose clock differs from ours.
type clockBus struct {
	*testBus
	client   *Client
	readings []ClockReading
}

func newClockBus(t *testing.T) *clockBus {
	b := &clockBus{testBus: newBus(t)}
	var mu sync.Mutex
	b.client = b.testBus.client(func(o *Options) {
		o.ObserveClock = func(r ClockReading) {
			mu.Lock()
			defer mu.Unlock()
			b.readings = append(b.readings, r)
		}
	})
	return b
}

// dated answers with a Date header.
func dated(skew time.Duration, inner http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", testNow.Add(skew).UTC().Format(http.TimeFormat))
		inner(w, r)
	}
}

func (b *clockBus) expect(name string, want ...ClockReading) {
	b.t.Helper()
	if len(b.readings) != len(want) {
		b.t.Errorf("%s: readings %+v", name, b.readings)
		return
	}
	for i, r := range b.readings {
		// The bus's moments are in milliseconds, the Date header in seconds.
		if r.Source != want[i].Source || r.Verified != want[i].Verified || (r.Skew-want[i].Skew).Abs() > time.Second {
			b.t.Errorf("%s: %+v, want %+v", name, r, want[i])
		}
	}
	b.readings = nil
}

func TestClientReadsTheClock(t *testing.T) {
	const hour = time.Hour
	ctx := t.Context()
	b := newClockBus(t)

	r := testRequest()
	envelope, err := BuildSendRequest(ctx, Version13, b.client.options.Signer, r)
	if err != nil {
		t.Fatal(err)
	}
	b.then(dated(hour, answerXML(b.receipt(r.MessageID))))
	if _, err := b.client.SendRequest(ctx, messageID(envelope), envelope); err != nil {
		t.Fatal(err)
	}
	b.expect("receipt", ClockReading{Source: ClockSending, Verified: true}, ClockReading{Source: ClockDate, Verified: true, Skew: hour})

	// DeliveryTimestamp may be old, so it says something only if it is ahead.
	for _, tt := range []struct {
		delivered time.Duration
		want      []ClockReading
	}{
		{-15 * time.Minute, []ClockReading{{Source: ClockDate, Verified: true}}},
		{0, []ClockReading{{Source: ClockDate, Verified: true}}},
		{hour, []ClockReading{{Source: ClockDelivery, Verified: true, Skew: hour}, {Source: ClockDate, Verified: true}}},
	} {
		b.then(dated(0, answerXML(b.delivered(testNow.Add(tt.delivered)))))
		if _, err := b.client.GetRequest(ctx); err != nil {
			t.Fatal(err)
		}
		b.expect("delivered "+tt.delivered.String(), tt.want...)
	}

	for name, reply := range map[string]http.HandlerFunc{
		"empty queue": answerXML(inReply(OpGetResponse, "")),
		"fault":       answerWith(500, "text/xml", faultXML("SenderIsNotRegistered")),
	} {
		b.then(dated(hour, reply))
		b.client.GetResponse(ctx)
		b.expect(name, ClockReading{Source: ClockDate, Skew: hour})
	}

	b.then(dated(hour, answerXML(strings.Replace(b.receipt(r.MessageID), "requestIsQueued", "requestIsQueueD", 1))))
	b.client.SendRequest(ctx, messageID(envelope), envelope)
	b.expect("receipt that is not believed")
}

// delivered is a broadcast given out at a moment.
func (b *clockBus) delivered(at time.Time) string {
	v := Version13
	const id = "22222222-0000-11ef-8000-000000000000"
	return inReply(OpGetRequest, `<t:RequestMessage>`+b.signed(func(w *xmldsig.Writer) {
		w.StartAttrs(v.Types, "Request", idAttr("SIGNED_BY_SMEV"))
		w.Start(v.Types, "SenderProvidedRequestData")
		w.Element(v.Types, "MessageID", id)
		w.Start(v.Basic, "MessagePrimaryContent")
		w.Element("urn:x", "versions", "1")
		w.End()
		w.End()
		w.Start(v.Types, "MessageMetadata")
		w.Element(v.Types, "MessageId", id)
		w.Element(v.Types, "MessageType", "BROADCAST")
		w.Element(v.Types, "SendingTimestamp", formatMoment(at.Add(-time.Hour)))
		w.Element(v.Types, "DeliveryTimestamp", formatMoment(at))
		w.End()
		w.End()
	}, "SIGNED_BY_SMEV")+`</t:RequestMessage>`)
}

func TestClockGauge(t *testing.T) {
	var g ClockGauge
	if _, ok := g.Reading(); ok {
		t.Error("a reading before the first")
	}
	at := func(n int) time.Time { return testNow.Add(time.Duration(n) * time.Minute) }
	for _, tt := range []struct {
		name string
		r    ClockReading
		want time.Duration
	}{
		{"unverified is better than nothing", ClockReading{Source: ClockDate, At: at(0), Skew: 1}, 1},
		{"verified counts more", ClockReading{Source: ClockDate, Verified: true, At: at(1), Skew: 2, Uncertainty: 2}, 2},
		{"of one call the exact one", ClockReading{Source: ClockSending, Verified: true, At: at(1), Skew: 3, Uncertainty: 1}, 3},
		{"of one call, the other order", ClockReading{Source: ClockDate, Verified: true, At: at(1), Skew: 4, Uncertainty: 2}, 3},
		{"later unverified", ClockReading{Source: ClockDate, At: at(2), Skew: 5}, 3},
		{"later verified", ClockReading{Source: ClockDate, Verified: true, At: at(3), Skew: 6, Uncertainty: 9}, 6},
	} {
		g.Observe(tt.r)
		if got, ok := g.Reading(); !ok || got.Skew != tt.want {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}
