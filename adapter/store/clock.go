package store

import (
	"context"
	"fmt"
)

// ForgetFuture lets go on what a clock of the server that was ahead put off or claimed: by the
// right clock it would wait until that time has come. It returns how much it was.
func (s *Store) ForgetFuture(ctx context.Context) (n int, err error) {
	if err := s.pool.QueryRow(ctx, query("forget_future")).Scan(&n); err != nil {
		return 0, fmt.Errorf("look for what a wrong clock put off: %w", err)
	}
	return n, nil
}
