package mis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// Alive returns those of the keys whose rows the source shows now, and not as deleted.
func (s *Source) Alive(ctx context.Context, register egisso.Register, keys []string) (alive []string, err error) {
	v, err := viewOf(register)
	if err != nil {
		return nil, err
	}
	query, err := s.query("alive", "{schema}", pgx.Identifier{s.schema}.Sanitize(), "{view}", v.name)
	if err != nil {
		return nil, err
	}
	err = s.readOnly(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query, pgx.QueryExecModeExec, keys)
		if err == nil {
			alive, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err != nil {
			return &viewError{err}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for rows of register %s in the source: %w", register, err)
	}
	return alive, nil
}

// Missing returns those of the keys which the source does not show now: rows that
// are gone without a trace of their deletion.
func (s *Source) Missing(ctx context.Context, register egisso.Register, keys []string) ([]string, error) {
	v, err := viewOf(register)
	if err != nil {
		return nil, err
	}
	query, err := s.selection("keys", v.name, "null", "by_key")
	if err != nil {
		return nil, err
	}
	shown := make(map[string]bool, len(keys))
	err = s.readOnly(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, query, pgx.QueryExecModeExec, keys)
		if err != nil {
			return &viewError{err}
		}
		var key, position, substitute *string
		if _, err := pgx.ForEachRow(rows, []any{&key, &position, &substitute}, func() error {
			if key != nil {
				shown[*key] = true
			}
			return nil
		}); err != nil {
			return &viewError{err}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for rows of register %s in the source: %w", register, err)
	}
	var missing []string
	for _, key := range keys {
		if !shown[key] {
			missing = append(missing, key)
		}
	}
	return missing, nil
}
