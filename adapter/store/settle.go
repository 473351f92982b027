package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// Settling returns keys, in their order and after the one given, of rows whose removal
// waits and that have been gone for the term.
func (s *Store) Settling(ctx context.Context, register egisso.Register, term time.Duration, after string, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, query("settling"), register, term, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list rows that have been gone for long: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list rows that have been gone for long: %w", err)
	}
	return keys, nil
}

// AnySettling reports whether the removal of any row at all waits, however long.
func (s *Store) AnySettling(ctx context.Context) (settling bool, err error) {
	if err := s.pool.QueryRow(ctx, query("any_settling")).Scan(&settling); err != nil {
		return false, fmt.Errorf("look whether removals wait: %w", err)
	}
	return settling, nil
}

// Settled has rows decided again, which are gone for good as far as the source says.
func (s *Store) Settled(ctx context.Context, register egisso.Register, keys []string) error {
	if _, err := s.pool.Exec(ctx, query("settled"), register, keys); err != nil {
		return fmt.Errorf("let removals go: %w", err)
	}
	return nil
}
