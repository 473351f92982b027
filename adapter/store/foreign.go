package store

import (
	"context"
	"fmt"
	"time"
)

// ForeignWaits reports whether an answer is about no message of ours and its owner, another
// gateway of the same mnemonic, still has time to take it: so long after it was first met it
// is not stored or acknowledged. One that is stored waits for nothing.
func (s *Store) ForeignWaits(ctx context.Context, id, original string, term time.Duration) (waits bool, err error) {
	about, _, err := ownMessage(ctx, s.pool, original)
	if err != nil {
		return false, fmt.Errorf("look whose answer %s is: %w", id, err)
	}
	if about != nil || term <= 0 {
		return false, nil
	}
	if err := s.pool.QueryRow(ctx, query("meet_foreign_answer"), id, term).Scan(&waits); err != nil {
		return false, fmt.Errorf("note the answer %s of others: %w", id, err)
	}
	return waits, nil
}
