package jobs

import (
	"sync"
	"time"

	"egissogw/adapter/retry"
)

// Ability is whether this process can do a kind of work at all, as opposed to one
// document that cannot be done by anybody. A process that lacks it gives what it claimed
// back at once and claims nothing for a while: other gateways on the database can. Its
// methods may be called from several goroutines; a nil Ability is never lacking.
type Ability struct {
	// Pauses are between two attempts to find out whether it is there again.
	Pauses retry.Backoff

	mu       sync.Mutex
	failures int // in a row
	again    time.Time
}

// Ready reports whether work may be claimed.
func (a *Ability) Ready(now time.Time) bool {
	if a == nil {
		return true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return !now.Before(a.again)
}

// Failing reports whether it was not there the last time.
func (a *Ability) Failing() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failures > 0
}

// Lacks notes that it was not there; first: it was the last time. dice is as in
// retry.Backoff.Delay.
func (a *Ability) Lacks(now time.Time, dice float64) (first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures++
	a.again = now.Add(a.Pauses.Delay(a.failures, dice))
	return a.failures == 1
}

// Has notes that it is there.
func (a *Ability) Has() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failures, a.again = 0, time.Time{}
}
