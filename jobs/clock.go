package jobs

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// ClockLimit is the least difference of clocks that keeps a gateway from making ids: a
// smaller one is told of, and borne.
const ClockLimit = 5 * time.Minute

// Clock compares this machine's clock with the two others the gateway sees. One that both
// contradict makes no message ids: the bus checks the time inside them
// (adapter/smev/SPEC.md#messageid), and another gateway could not mend them. One clock
// alone, that of the database or that of the bus, may be wrong itself.
type Clock struct {
	// Bus is the latest difference, the bus's clock minus ours, and how far the true one
	// may be from it; known is false before anything was heard.
	Bus func() (skew, uncertainty time.Duration, known bool)
	// Database asks the database for its time.
	Database func(context.Context) (time.Time, error)
	Limit    time.Duration // that is borne
	Now      func() time.Time
	Log      *slog.Logger

	wrong atomic.Bool
}

// Wrong reports whether both others say that this clock is wrong. The database is asked
// only when the bus says so. A nil Clock is right.
func (c *Clock) Wrong(ctx context.Context) (bool, error) {
	if c == nil {
		return false, nil
	}
	skew, uncertainty, known := c.Bus()
	if !known || skew.Abs()-uncertainty <= c.Limit {
		c.tell(false, skew)
		return false, nil
	}
	start := c.Now()
	theirs, err := c.Database(ctx)
	if err != nil {
		return false, err
	}
	took := c.Now().Sub(start)
	ours := start.Add(took / 2)
	wrong := theirs.Sub(ours).Abs()-took.Abs()/2 > c.Limit
	c.tell(wrong, skew)
	return wrong, nil
}

// tell logs what changes.
func (c *Clock) tell(wrong bool, skew time.Duration) {
	switch before := c.wrong.Swap(wrong); {
	case wrong && !before:
		c.Log.Error("the clocks of the bus and of the database contradict ours: nothing is signed here until it is right", "skew", skew)
	case before && !wrong:
		c.Log.Info("our clock is not contradicted any more: signing goes on")
	}
}
