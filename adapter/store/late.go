package store

import (
	"context"
	"fmt"

	"egissogw/adapter/egisso"
)

// NoteLate notes that so many rows of the source had changed and bore a time that had been
// read already.
func (s *Store) NoteLate(ctx context.Context, register egisso.Register, rows int) error {
	if _, err := s.pool.Exec(ctx, query("note_late"), register, rows); err != nil {
		return fmt.Errorf("note late changes of register %s: %w", register, err)
	}
	return nil
}
