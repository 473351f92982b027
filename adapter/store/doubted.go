package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Doubted is a message that was stored and not believed.
type Doubted struct {
	ID  string
	Raw []byte // its envelope
}

// DoubtedAnswers returns answers that were not believed by another trust than BelieveBy
// named, oldest first.
func (s *Store) DoubtedAnswers(ctx context.Context, limit int) ([]Doubted, error) {
	return s.doubted(ctx, "doubted_answers", limit)
}

// DoubtedIncoming is DoubtedAnswers of messages of others.
func (s *Store) DoubtedIncoming(ctx context.Context, limit int) ([]Doubted, error) {
	return s.doubted(ctx, "doubted_incoming", limit)
}

func (s *Store) doubted(ctx context.Context, name string, limit int) ([]Doubted, error) {
	if s.trust == nil {
		return nil, nil
	}
	if due, err := s.due(ctx, "doubted"); err != nil || !due {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, query(name), s.trust, limit)
	if err != nil {
		return nil, fmt.Errorf("list what was not believed: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Doubted])
	if err != nil {
		return nil, fmt.Errorf("list what was not believed: %w", err)
	}
	return list, nil
}

// AnswerDoubtful notes that an answer is not believed by the present trust either.
func (s *Store) AnswerDoubtful(ctx context.Context, id string) error {
	return s.doubtful(ctx, "answer_doubtful", id)
}

// IncomingDoubtful is AnswerDoubtful of a message of others.
func (s *Store) IncomingDoubtful(ctx context.Context, id string) error {
	return s.doubtful(ctx, "incoming_doubtful", id)
}

func (s *Store) doubtful(ctx context.Context, name, id string) error {
	if _, err := s.pool.Exec(ctx, query(name), id, s.trust); err != nil {
		return fmt.Errorf("note that message %s is not believed: %w", id, err)
	}
	return nil
}
