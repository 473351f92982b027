package page

import (
	"sync"
	"time"
)

const (
	triesAtOnce = 5                // from one address
	tryEvery    = 12 * time.Second // another one
	triesMost   = 1000             // addresses that are remembered
)

// tries keeps who guesses tokens slow: by address, and all others together when there are
// more addresses than are remembered.
type tries struct {
	now  func() time.Time
	mu   sync.Mutex
	from map[string]time.Time // when the tries of an address will be forgotten
}

// may counts a try.
func (t *tries) may(from string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if t.from == nil {
		t.from = map[string]time.Time{}
	}
	if _, known := t.from[from]; !known && len(t.from) >= triesMost {
		for address, until := range t.from {
			if !until.After(now) {
				delete(t.from, address)
			}
		}
		if len(t.from) >= triesMost {
			from = ""
		}
	}
	until := t.from[from]
	if until.Before(now) {
		until = now
	}
	if until = until.Add(tryEvery); until.Sub(now) > triesAtOnce*tryEvery {
		return false
	}
	t.from[from] = until
	return true
}

// forget lets an address try anew: it had the token.
func (t *tries) forget(from string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.from, from)
}
