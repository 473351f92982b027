package metrics

import (
	"context"
	"sync"
	"time"
)

// cached is an answer of the database that is asked again when somebody looks at it and it
// is older than least, and than share times as long as asking took: a slow answer is asked
// for less often. One asks at a time, in the background.
type cached[T any] struct {
	ask   func(context.Context) (T, error)
	least time.Duration
	term  time.Duration // of asking
	now   func() time.Time

	mu    sync.Mutex
	value T
	good  bool // value is what the last asking gave
	next  time.Time
	asked chan struct{} // closed when the asking under way has ended; nil: nobody asks
}

// share is how many times as long as it took an answer is good.
const share = 50

// get starts asking if it is due and waits for it until wait is over: then what was known
// before is given. ok is false if the last asking failed, or none has ended yet.
func (c *cached[T]) get(ctx context.Context, work *sync.WaitGroup, wait time.Duration) (value T, ok bool) {
	c.mu.Lock()
	asked := c.asked
	if asked == nil && !c.now().Before(c.next) && ctx.Err() == nil {
		asked = make(chan struct{})
		c.asked = asked
		work.Go(func() { c.refresh(ctx, asked) })
	}
	c.mu.Unlock()
	if asked != nil && wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-asked:
		case <-timer.C:
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value, c.good
}

func (c *cached[T]) refresh(ctx context.Context, asked chan struct{}) {
	defer close(asked)
	ctx, cancel := context.WithTimeout(ctx, c.term)
	defer cancel()
	start := c.now()
	value, err := c.ask(ctx)
	end := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.good = err == nil; c.good {
		c.value = value
	}
	c.next = end.Add(max(c.least, share*end.Sub(start)))
	c.asked = nil
}
