package smev

import (
	"net/http"
	"sync"
	"time"
)

// ClockSource says where a moment of the bus's clock was read.
type ClockSource string

// The sources (SPEC.md#times).
const (
	// ClockSending: SendingTimestamp of a receipt, when the bus took the message.
	ClockSending ClockSource = "sending_timestamp"
	// ClockDelivery: DeliveryTimestamp of a message taken from a queue. It may
	// be of an earlier delivery of the same message, so it is reported only
	// when it proves that our clock is behind.
	ClockDelivery ClockSource = "delivery_timestamp"
	// ClockDate: the Date header of a reply.
	ClockDate ClockSource = "http_date"
)

// ClockReading is one comparison of our clock with the bus's. Clocks apart lead
// to InvalidMessageIdFormat and StaleMessageId, because the bus checks the time
// inside message ids.
type ClockReading struct {
	Source ClockSource
	// Verified says that the reply bears a valid signature of the bus. The Date
	// header is not signed itself; it then came with a reply that is.
	Verified bool
	// At is our time in the middle of the call.
	At time.Time
	// Skew is the bus's clock minus ours: positive if ours is behind.
	Skew time.Duration
	// Uncertainty is how far the true skew may be from Skew: half the call and
	// half the unit the bus wrote the moment in.
	Uncertainty time.Duration
}

// Exceeds tells whether the clocks are certainly further apart than limit.
func (r ClockReading) Exceeds(limit time.Duration) bool {
	return r.Skew.Abs()-r.Uncertainty > limit
}

// readClock compares a moment of the bus with the call it came in. A moment
// without a fraction was cut to the second and is half a second late on average.
func readClock(source ClockSource, bus, start, end time.Time) ClockReading {
	r := ClockReading{Source: source, At: start.Add(end.Sub(start) / 2), Uncertainty: end.Sub(start) / 2}
	if bus.Nanosecond() == 0 {
		bus = bus.Add(time.Second / 2)
		r.Uncertainty += time.Second / 2
	}
	r.Skew = bus.Sub(r.At)
	return r
}

// observe reports what a reply says about the bus's clock. bus is the moment
// from the verified part, zero if there is none. A reply that was kept says nothing.
func (c *Client) observe(r *Reply, verified bool, source ClockSource, bus time.Time) {
	if c.options.ObserveClock == nil || r.start.IsZero() {
		return
	}
	report := func(reading ClockReading) {
		reading.Verified = verified
		c.options.ObserveClock(reading)
	}
	// The moment the bus signed first: what comes after it counts less (ClockAlarm).
	if reading := readClock(source, bus, r.start, r.end); !bus.IsZero() && (source != ClockDelivery || reading.Skew > reading.Uncertainty) {
		report(reading)
	}
	if date, err := http.ParseTime(r.date); err == nil {
		report(readClock(ClockDate, date, r.start, r.end))
	}
}

// ClockGauge keeps the latest comparison of the clocks; its Observe fits
// Options.ObserveClock. The zero value is ready, and safe for concurrent use.
type ClockGauge struct {
	mu               sync.Mutex
	verified, others ClockReading
	latest           ClockReading
}

// Observe takes a reading.
func (g *ClockGauge) Observe(r ClockReading) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.latest.At.Equal(r.At) || r.Uncertainty < g.latest.Uncertainty {
		g.latest = r
	}
	kept := &g.others
	if r.Verified {
		kept = &g.verified
	}
	// Of readings of one call the more exact one counts.
	if kept.At.Equal(r.At) && kept.Uncertainty <= r.Uncertainty && kept.Source != "" {
		return
	}
	*kept = r
}

// Latest gives the reading of the last call, verified or not; false if there is none.
func (g *ClockGauge) Latest() (ClockReading, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.latest, g.latest.Source != ""
}

// Reading gives the latest reading, a verified one if there has ever been one;
// false if there is none at all.
func (g *ClockGauge) Reading() (ClockReading, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.verified.Source != "" {
		return g.verified, true
	}
	return g.others, g.others.Source != ""
}
