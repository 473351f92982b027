package store

import (
	"context"
	"fmt"
)

// due reports whether there may be work of a kind that code/48_due.sql knows. Whoever claims work asks
// first: most of the time there is none.
func (s *Store) due(ctx context.Context, what string) (due bool, err error) {
	if err := s.pool.QueryRow(ctx, query("due"), what).Scan(&due); err != nil {
		return false, fmt.Errorf("look for work (%s): %w", what, err)
	}
	return due, nil
}
