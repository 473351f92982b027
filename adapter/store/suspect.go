package store

import (
	"context"
	"time"
)

// How long a process has to live before it reads what an earlier one died with, and how
// far apart it reads such things. A program that dies at its start, or of one of them,
// has died by then: the others are not blamed for it.
const (
	suspectsAfter = 5 * time.Second
	suspectsApart = 2 * time.Second
)

// suspects lets what earlier processes died with be read one after the other.
type suspects struct {
	next  chan time.Time // when the next one may be read; taken by who waits for it
	apart time.Duration
}

func newSuspects() suspects {
	s := suspects{next: make(chan time.Time, 1), apart: suspectsApart}
	s.next <- time.Now().Add(suspectsAfter)
	return s
}

// turn waits until another suspect may be read.
func (s suspects) turn(ctx context.Context) error {
	var at time.Time
	select {
	case at = <-s.next:
	case <-ctx.Done():
		return ctx.Err()
	}
	wait := time.NewTimer(time.Until(at))
	defer wait.Stop()
	select {
	case <-wait.C:
		s.next <- time.Now().Add(s.apart)
		return nil
	case <-ctx.Done():
		s.next <- at
		return ctx.Err()
	}
}

// ReadSuspectsAfter sets how long the store waits before it reads what an earlier
// process died with, and between two such things. It is called before the store is used.
func (s *Store) ReadSuspectsAfter(d time.Duration) {
	s.suspects = suspects{next: make(chan time.Time, 1), apart: d}
	s.suspects.next <- time.Now().Add(d)
}
