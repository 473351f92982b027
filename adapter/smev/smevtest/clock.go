package smevtest

import (
	"sync"
	"time"
)

// Clock is a time that can be moved, for Options.Now and for the gateway beside
// the simulator, so that hours pass in a moment.
type Clock struct {
	mu      sync.Mutex
	at      time.Time
	running bool // at is an offset of the machine's clock, which goes on
	offset  time.Duration
}

// NewClock returns a clock that stands still at a moment until it is moved.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// RunningClock returns a clock that goes with the machine's and can be moved
// ahead of it or back.
func RunningClock() *Clock { return &Clock{running: true} }

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running {
		return time.Now().Add(c.offset)
	}
	return c.at
}

// Advance moves the clock, back if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
	c.at = c.at.Add(d)
}
