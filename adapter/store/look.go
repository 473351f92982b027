package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// look is what every run of a job asks first.
type look struct {
	version int32    // of the schema
	failing []string // jobs, in whatever gateway
	due     []string // kinds of work there may be, see code/48_due.sql
}

// looks makes one statement of what is asked at the same time, as jobs do whose schedules coincide. Everybody
// gets an answer that was asked for after the question, and so sees what was committed before it.
type looks struct {
	ask func(context.Context) (look, error)
	ctx context.Context // until the store is closed: no asker ends what others wait for
	end func()

	mu            sync.Mutex
	running, next *lookRun
}

type lookRun struct {
	done chan struct{} // closed when what follows is set
	look look
	err  error
}

// get asks together with others who ask now.
func (l *looks) get(ctx context.Context) (look, error) {
	l.mu.Lock()
	r := l.next
	switch {
	case r != nil: // it has not begun
	case l.running != nil:
		r = &lookRun{done: make(chan struct{})}
		l.next = r
	default:
		r = &lookRun{done: make(chan struct{})}
		l.running = r
		go l.run(r)
	}
	l.mu.Unlock()
	select {
	case <-r.done:
		return r.look, r.err
	case <-ctx.Done():
		return look{}, context.Cause(ctx)
	}
}

// lookTerm is how long a look may take. Its connection may be dead and nobody say so: every job waits for it,
// and begins anew on another one.
const lookTerm = time.Minute

var errNoLook = errors.New("the database did not answer a look for work within " + lookTerm.String())

// run goes on as long as others asked meanwhile.
func (l *looks) run(r *lookRun) {
	for r != nil {
		ctx, cancel := context.WithTimeoutCause(l.ctx, lookTerm, errNoLook)
		r.look, r.err = l.ask(ctx)
		if r.err != nil && context.Cause(ctx) == errNoLook {
			r.err = fmt.Errorf("%w: %w", errNoLook, r.err)
		}
		cancel()
		close(r.done)
		l.mu.Lock()
		r = l.next
		l.running, l.next = r, nil
		l.mu.Unlock()
	}
}

func (s *Store) askLook(ctx context.Context) (seen look, err error) {
	err = s.pool.QueryRow(ctx, query("look_for_work")).Scan(&seen.version, &seen.failing, &seen.due)
	return seen, err
}

// due reports whether there may be work of a kind. Whoever claims work asks first: most of the time there is none.
func (s *Store) due(ctx context.Context, what string) (bool, error) {
	seen, err := s.looks.get(ctx)
	if err != nil {
		return false, fmt.Errorf("look for work (%s): %w", what, err)
	}
	return slices.Contains(seen.due, what), nil
}
