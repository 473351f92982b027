package page

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// sessionsMost is how many people may be logged in; the oldest makes room.
const sessionsMost = 64

// sessions are the people logged in to this process. Only hashes are kept, so that a dump of
// memory lets nobody in.
type sessions struct {
	now  func() time.Time
	mu   sync.Mutex
	ends map[[sha256.Size]byte]time.Time
}

// begin returns the secret of a new session.
func (s *sessions) begin() string {
	secret := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ends == nil {
		s.ends = map[[sha256.Size]byte]time.Time{}
	}
	if len(s.ends) >= sessionsMost {
		s.makeRoom()
	}
	s.ends[sha256.Sum256([]byte(secret))] = s.now().Add(sessionFor)
	return secret
}

func (s *sessions) makeRoom() {
	var oldest [sha256.Size]byte
	var first time.Time
	for id, end := range s.ends {
		if first.IsZero() || end.Before(first) {
			oldest, first = id, end
		}
	}
	delete(s.ends, oldest)
}

func (s *sessions) has(secret string) bool {
	id := sha256.Sum256([]byte(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	end, ok := s.ends[id]
	if ok && !s.now().Before(end) {
		delete(s.ends, id)
		return false
	}
	return ok
}

func (s *sessions) end(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ends, sha256.Sum256([]byte(secret)))
}
