package store

import (
	"context"
	"fmt"
	"time"
)

// Alert is what the outside was told of trouble, one for all gateways of the database.
type Alert struct {
	Trouble      bool       // what it was told last, or is to be told
	Since        time.Time  // of that
	Told         bool       // the message has left
	DiffersSince *time.Time // the list has looked otherwise since then; nil: it looks the same
	NextAt       time.Time  // when to try to tell again
	Failures     int        // to tell, in a row
	Version      int64      // counts changes
}

// Alert reads it.
func (s *Store) Alert(ctx context.Context) (a Alert, err error) {
	err = s.pool.QueryRow(ctx, query("alert")).Scan(&a.Trouble, &a.Since, &a.Told, &a.DiffersSince, &a.NextAt, &a.Failures, &a.Version)
	if err != nil {
		return Alert{}, fmt.Errorf("read what was told of trouble: %w", err)
	}
	return a, nil
}

// SaveAlert stores what follows the version a has; false: another gateway was first.
func (s *Store) SaveAlert(ctx context.Context, a Alert) (bool, error) {
	tag, err := s.pool.Exec(ctx, query("save_alert"), a.Version, a.Trouble, a.Since, a.Told, a.DiffersSince, a.NextAt, a.Failures)
	if err != nil {
		return false, fmt.Errorf("note what is told of trouble: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}
