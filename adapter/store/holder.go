package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Holder is a transaction of the source's server that has not ended.
type Holder struct {
	XID       int64         // its number there
	Who, Ends string        // Russian: whose it is, and how to end it
	Age       time.Duration // 0 if the source does not show it
}

// NoteHolder notes the oldest of them. long: it has lasted ten minutes, which is said of
// each once.
func (s *Store) NoteHolder(ctx context.Context, h Holder) (long bool, err error) {
	if _, err := s.pool.Exec(ctx, query("note_holder"), h.XID, h.Who, h.Ends, h.Age.Seconds()); err != nil {
		return false, fmt.Errorf("note the source's oldest transaction: %w", err)
	}
	err = s.pool.QueryRow(ctx, query("holder_told")).Scan(&long)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("note the source's oldest transaction: %w", err)
	}
	return long, nil
}

// NoHolder notes that there is none.
func (s *Store) NoHolder(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("no_holder")); err != nil {
		return fmt.Errorf("note that no transaction of the source runs: %w", err)
	}
	return nil
}
