package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
)

// RefusalKind is a kind of refusals and what it means (jobs/README.md#held-already).
type RefusalKind struct {
	ID          int64             `json:"id"`
	Rule        string            `json:"rule"`
	Text        string            `json:"text"`    // numbers and ids taken out
	Suspect     bool              `json:"suspect"` // it may mean that ЕГИССО has the record already
	Meaning     lifecycle.Meaning `json:"meaning"`
	MeaningText string            `json:"-"` // Russian
	SaidBy      string            `json:"said_by"`
	SaidAt      *time.Time        `json:"said_at"`
	FirstAt     time.Time         `json:"first_at"`
	Records     int               `json:"records"` // rejected so now
}

// Refusals returns kinds of refusals, first those that somebody should say the meaning of.
func (s *Store) Refusals(ctx context.Context, limit int) ([]RefusalKind, error) {
	return collect[RefusalKind](ctx, s, "refusals", limit)
}

// MeanRefusal says what a kind of refusals means, and returns, in Russian, what follows.
func (s *Store) MeanRefusal(ctx context.Context, id int64, meaning lifecycle.Meaning, reason string) (string, error) {
	return s.command(ctx, "mean_refusal", id, string(meaning), reason)
}

// AdoptRecord takes a record for one that ЕГИССО has under an id a person saw there.
func (s *Store) AdoptRecord(ctx context.Context, register egisso.Register, key string, id uuid.UUID, reason string) (string, error) {
	return s.command(ctx, "adopt_record", register, key, id, reason)
}

// SendUnconfirmed sends once more what ЕГИССО may hold with other content: of one record,
// or of a whole register if key is "".
func (s *Store) SendUnconfirmed(ctx context.Context, register egisso.Register, key, reason string) (string, error) {
	return s.command(ctx, "send_unconfirmed", register, nullable(key), reason)
}

// UnderstandRefusals gives kinds of refusals the meaning that means says, unless a person
// said another; what is rejected so is decided again. It returns how many records that is.
func (s *Store) UnderstandRefusals(ctx context.Context, means func(lifecycle.RefusalKind) lifecycle.Meaning) (touched int, err error) {
	type unsaid struct {
		ID      int64
		Rule    string
		Text    string
		Meaning lifecycle.Meaning
	}
	kinds, err := collect[unsaid](ctx, s, "unsaid_refusals")
	if err != nil {
		return 0, err
	}
	for _, k := range kinds {
		meaning := means(lifecycle.RefusalKind{Rule: k.Rule, Text: k.Text})
		if meaning == k.Meaning {
			continue
		}
		err := s.inTx(ctx, fmt.Sprintf("say what refusals of kind %d mean", k.ID), func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, query("allow_long_statements")); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, query("mean_refusal_so"), k.ID, meaning)
			if err != nil || tag.RowsAffected() == 0 {
				return err
			}
			var n int
			err = tx.QueryRow(ctx, query("touch_refused"), k.ID).Scan(&n)
			touched += n
			return err
		})
		if err != nil {
			return touched, err
		}
	}
	return touched, nil
}
