package mis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// identity names the database that is read, "" where the role may not ask or the server
// cannot tell.
func (s *Source) identity(ctx context.Context, tx pgx.Tx) (id string, err error) {
	text, err := s.query("identity")
	if err != nil {
		return "", err
	}
	part, err := tx.Begin(ctx) // a savepoint
	if err != nil {
		return "", fmt.Errorf("set a savepoint: %w", err)
	}
	defer rollback(ctx, part)
	err = part.QueryRow(ctx, text).Scan(&id)
	if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("ask which database is read: %w", err)
	}
	return id, nil
}
