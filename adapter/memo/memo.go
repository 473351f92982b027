// Package memo remembers answers that are dear to get, for those who look often.
package memo

import (
	"context"
	"sync"
	"time"
)

// Value is an answer that is asked for again when somebody looks at it and it is older than
// Least, and than share times as long as asking took: a slow answer is asked for less often.
// One asks at a time, in the background.
type Value[T any] struct {
	Ask   func(context.Context) (T, error)
	Least time.Duration
	Term  time.Duration // of asking
	Now   func() time.Time

	mu    sync.Mutex
	value T
	taken time.Time // when value was asked for; zero: never
	good  bool      // value is what the last asking gave
	next  time.Time
	asked chan struct{} // closed when the asking under way has ended; nil: nobody asks
}

// share is how many times as long as it took an answer is good.
const share = 50

// Get starts asking if it is due and waits for it until wait is over: then what was known
// before is given. ok is false if the last asking failed, or none has ended yet. The end of
// ctx ends what is asked; who owns the value waits for work.
func (v *Value[T]) Get(ctx context.Context, work *sync.WaitGroup, wait time.Duration) (value T, ok bool) {
	v.mu.Lock()
	asked := v.asked
	if asked == nil && !v.Now().Before(v.next) && ctx.Err() == nil {
		asked = make(chan struct{})
		v.asked = asked
		work.Go(func() { v.refresh(ctx, asked) })
	}
	v.mu.Unlock()
	if asked != nil && wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-asked:
		case <-timer.C:
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.value, v.good
}

// Taken is when the answer that Get gives was asked for; zero if there is none yet.
func (v *Value[T]) Taken() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.taken
}

// Asking tells whether an answer is on its way.
func (v *Value[T]) Asking() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.asked != nil
}

func (v *Value[T]) refresh(ctx context.Context, asked chan struct{}) {
	defer close(asked)
	ctx, cancel := context.WithTimeout(ctx, v.Term)
	defer cancel()
	start := v.Now()
	value, err := v.Ask(ctx)
	end := v.Now()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.good = err == nil; v.good {
		v.value, v.taken = value, start
	}
	v.next = end.Add(max(v.Least, share*end.Sub(start)))
	v.asked = nil
}
