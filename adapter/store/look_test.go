package store

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Who asks while a look is under way gets the next one, with all others who do.
func TestLooksAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked int32
		answer := make(chan struct{})
		l := &looks{ctx: t.Context(), ask: func(context.Context) (look, error) {
			asked++
			mine := asked
			<-answer
			return look{version: mine}, nil
		}}
		var mu sync.Mutex
		got := map[int32]int{}
		get := func(ctx context.Context) {
			seen, err := l.get(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				got[seen.version]++
			}
		}
		go get(t.Context())
		synctest.Wait()
		impatient, leave := context.WithCancel(t.Context())
		go get(impatient)
		for range 5 {
			go get(t.Context())
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		answer <- struct{}{}
		synctest.Wait()
		go get(t.Context()) // the second is under way
		synctest.Wait()
		answer <- struct{}{}
		answer <- struct{}{}
		synctest.Wait()
		if asked != 3 || got[1] != 1 || got[2] != 5 || got[3] != 1 {
			t.Errorf("asked %d times, answers %v", asked, got)
		}
		go get(t.Context())
		synctest.Wait()
		close(answer)
		synctest.Wait()
		if got[4] != 1 {
			t.Errorf("answers %v", got)
		}
	})
}

// A connection that is dead without a word holds up nobody for longer than a minute.
func TestALookEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dead := true
		l := &looks{ctx: t.Context(), ask: func(ctx context.Context) (look, error) {
			if !dead {
				return look{version: 1}, nil
			}
			<-ctx.Done()
			dead = false
			return look{}, ctx.Err()
		}}
		began := time.Now()
		if _, err := l.get(t.Context()); !errors.Is(err, errNoLook) || time.Since(began) != lookTerm {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		if seen, err := l.get(t.Context()); err != nil || seen.version != 1 {
			t.Errorf("the next one: %+v, %v", seen, err)
		}
	})
}
