package bus

import (
	"math/rand/v2"
	"sync"
	"time"

	"egissogw/adapter/retry"
)

// BreakerPolicy says when a circuit breaker opens and how long it stays open.
type BreakerPolicy struct {
	// Threshold is the number of consecutive failures of ClassRetry that open
	// it; zero means 5.
	Threshold int
	// Open is the schedule of probes while it is open.
	Open retry.Backoff
	// ProbeTerm is how long a probe may be under way before another is let
	// through; zero means five minutes.
	ProbeTerm time.Duration
}

// BreakerState is what a breaker remembers. The zero value is closed. It is a
// plain value, so it can be kept in a database and shared.
type BreakerState struct {
	// Failures in a row.
	Failures int `json:"failures"`
	// OpenedAt is when calls were stopped; zero while they are let through.
	OpenedAt time.Time `json:"opened_at"`
	// NextProbe is when one call may be tried; Probes counts those that failed.
	NextProbe time.Time `json:"next_probe"`
	Probes    int       `json:"probes"`
	// ProbingSince is when the probe under way began.
	ProbingSince time.Time `json:"probing_since"`
}

// IsOpen tells whether calls are stopped, probes apart.
func (s BreakerState) IsOpen() bool { return !s.OpenedAt.IsZero() }

// BreakerChange is a change that somebody should hear of, once.
type BreakerChange int

// The changes.
const (
	BreakerSame BreakerChange = iota
	BreakerOpened
	BreakerClosed
)

const (
	defaultBreakerThreshold = 5
	defaultProbeTerm        = 5 * time.Minute
)

// Allow says whether a call may be made now. Every call that was allowed must be
// followed by After or Forget. While the breaker is open it lets through one call
// at a time, when the schedule says so.
func (p BreakerPolicy) Allow(s BreakerState, now time.Time) (BreakerState, bool) {
	if !s.IsOpen() {
		return s, true
	}
	term := p.ProbeTerm
	if term <= 0 {
		term = defaultProbeTerm
	}
	if now.Before(s.NextProbe) || !s.ProbingSince.IsZero() && now.Sub(s.ProbingSince) < term {
		return s, false
	}
	s.ProbingSince = now
	return s, true
}

// After takes the outcome of a call, nil for success. Any answer of a working bus
// closes the breaker, a refusal too; only ClassRetry, which is no answer or the
// bus's own word that it fails, counts against it. ClassUnknown proves neither: it changes nothing while the breaker is closed, and does not close it
// when open. dice is as in Backoff.Delay.
func (p BreakerPolicy) After(s BreakerState, outcome error, now time.Time, dice float64) (BreakerState, BreakerChange) {
	class := ClassOf(outcome)
	threshold := p.Threshold
	if threshold <= 0 {
		threshold = defaultBreakerThreshold
	}
	switch {
	case outcome == nil || class != ClassRetry && class != ClassUnknown:
		if s.IsOpen() {
			return BreakerState{}, BreakerClosed
		}
		return BreakerState{}, BreakerSame
	case s.IsOpen():
		s.Failures++
		if s.ProbingSince.IsZero() {
			return s, BreakerSame // a call that began before the breaker opened
		}
		s.ProbingSince = time.Time{}
		s.Probes++
		s.NextProbe = now.Add(p.Open.Delay(s.Probes+1, dice))
	case class == ClassRetry:
		s.Failures++
		if s.Failures >= threshold {
			s.OpenedAt = now
			s.NextProbe = now.Add(p.Open.Delay(1, dice))
			return s, BreakerOpened
		}
	}
	return s, BreakerSame
}

// Forget takes back a call that was allowed and not made, or cut off by our own
// stopping, which says nothing about the bus.
func (p BreakerPolicy) Forget(s BreakerState) BreakerState {
	s.ProbingSince = time.Time{}
	return s
}

// Breaker keeps one state for the goroutines of a process and tells of changes.
// Its methods may be called from several goroutines; a nil Breaker lets
// everything through.
type Breaker struct {
	Policy BreakerPolicy
	// Changed is called once when the breaker opens and once when it closes. It
	// must not call the breaker.
	Changed func(change BreakerChange, s BreakerState)

	mu    sync.Mutex
	state BreakerState
}

// Allow is BreakerPolicy.Allow on the kept state.
func (b *Breaker) Allow(now time.Time) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var ok bool
	b.state, ok = b.Policy.Allow(b.state, now)
	return ok
}

// After is BreakerPolicy.After on the kept state.
func (b *Breaker) After(outcome error, now time.Time, dice float64) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.state
	var change BreakerChange
	b.state, change = b.Policy.After(b.state, outcome, now, dice)
	if change == BreakerSame || b.Changed == nil {
		return
	}
	if change == BreakerClosed {
		b.Changed(change, before) // since when, and how many failures
		return
	}
	b.Changed(change, b.state)
}

// Forget is BreakerPolicy.Forget on the kept state.
func (b *Breaker) Forget() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state = b.Policy.Forget(b.state)
}

// Do runs work unless the other side is known not to answer, and reports whether it ran.
// Work says by ended how its call ended; if it does not, no call was made, or our own
// stopping cut it off.
func (b *Breaker) Do(now func() time.Time, work func(ended func(outcome error))) bool {
	if !b.Allow(now()) {
		return false
	}
	told := false
	defer func() {
		if !told {
			b.Forget()
		}
	}()
	work(func(outcome error) {
		told = true
		b.After(outcome, now(), rand.Float64())
	})
	return true
}

// State gives the kept state.
func (b *Breaker) State() BreakerState {
	if b == nil {
		return BreakerState{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}
