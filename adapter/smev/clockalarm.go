package smev

import (
	"sync"
	"time"
)

// ClockAlarm tells when our clock and the bus's come apart and when they are together
// again, once each, though single readings may contradict each other. It is raised by
// one verified reading certainly beyond Limit and cleared by several in a row well
// within it. Moments the bus signed count more than the Date header, which a proxy may
// have written. It is safe for concurrent use.
type ClockAlarm struct {
	Limit time.Duration

	mu     sync.Mutex
	apart  bool
	signed time.Time // of the last reading of a moment that was signed
	beyond time.Time // of the last reading beyond the limit
	within int       // readings well within it since
}

// ClockChange is what a reading changed.
type ClockChange string

// The changes.
const (
	ClockSame     ClockChange = ""
	ClockApart    ClockChange = "apart"
	ClockTogether ClockChange = "together"
)

const (
	// clockSignedTerm is how long a signed moment counts more than the header: the
	// daily request for the classifier brings another one.
	clockSignedTerm = 25 * time.Hour
	// clockCalm and clockWithin are what it takes to clear the alarm: so long without a
	// reading beyond the limit, and so many within three quarters of it.
	clockCalm   = 10 * time.Minute
	clockWithin = 3
)

// Observe takes a reading and says what it changes.
func (a *ClockAlarm) Observe(r ClockReading) ClockChange {
	if !r.Verified {
		return ClockSame
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Source != ClockDate {
		a.signed = r.At
	} else if !a.signed.IsZero() && r.At.Sub(a.signed) < clockSignedTerm {
		return ClockSame
	}
	switch {
	case r.Exceeds(a.Limit):
		a.beyond, a.within = r.At, 0
		if !a.apart {
			a.apart = true
			return ClockApart
		}
	case r.Exceeds(a.Limit * 3 / 4):
		a.within = 0
	default:
		if a.within++; a.apart && a.within >= clockWithin && r.At.Sub(a.beyond) >= clockCalm {
			a.apart = false
			return ClockTogether
		}
	}
	return ClockSame
}
