package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// InAnswer is an answer as it is kept: the raw bytes are evidence, Content and
// Body are what the verified bytes say.
type InAnswer struct {
	ID                string // MessageMetadata/MessageId, echoed in Ack unchanged
	OriginalMessageID string
	Kind              string
	Content           []byte // JSON, all but Body
	Body              []byte // primary content; nil if there is none
	Raw               []byte // StoreAnswer
	Verified          bool
	Problem           string // why it is not believed
	// ReplyTo is the incoming message our answer to which this is about; "" if
	// it is about none.
	ReplyTo string
	// Speaker is who says it: StoreAnswer. The zero value is somebody nobody knows.
	Speaker Speaker
	// Files announces the files that came with it: StoreAnswer. Received says what
	// became of them: ApplyNext.
	Files    []InFile
	Received []ReceivedFile
	// Reply is the kept reply it was read from, which then is not kept any more: StoreAnswer.
	Reply int64
}

// StoreAnswer stores an answer durably; only then may it be acknowledged. An
// answer that came again changes nothing (fresh is false), but may renew the logins
// of files that are still due. ErrNotKept: the bound on what nobody can believe is reached.
func (s *Store) StoreAnswer(ctx context.Context, a InAnswer) (fresh bool, err error) {
	err = s.inTx(ctx, "store answer "+a.ID, func(tx pgx.Tx) error {
		raw, shared, err := keepShared(ctx, tx, a)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, query("store_answer"), a.ID, a.OriginalMessageID, a.Kind, a.Content, a.Body, raw, a.Verified, a.Problem,
			unbelievedPerDay, s.unbelieved, s.trust, shared.sum, shared.at, shared.size)
		if err != nil {
			return err
		}
		if fresh = tag.RowsAffected() > 0; !fresh {
			if err := known(ctx, tx, "answer_known", a.ID, a.Verified); err != nil {
				return err
			}
		}
		if fresh && a.Verified {
			if err := s.noteSpeaker(ctx, tx, a); err != nil {
				return err
			}
		}
		if err := endReply(ctx, tx, a.Reply); err != nil {
			return err
		}
		if !a.Verified || len(a.Files) == 0 {
			return nil
		}
		return storeFiles(ctx, tx, a.ID, a.Files)
	})
	return fresh, err
}

// noteSpeaker notes who says an answer that was just stored, or says ErrNotKept.
func (s *Store) noteSpeaker(ctx context.Context, tx pgx.Tx, a InAnswer) error {
	if err := noteSender(ctx, tx, a); err != nil {
		return err
	}
	var exceeds bool
	err := tx.QueryRow(ctx, query("answer_exceeds"), a.ID, s.unbelieved).Scan(&exceeds)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // of somebody who is believed, or the first that a package waits for
		return nil
	case err == nil && exceeds:
		return ErrNotKept
	}
	return err
}

// known tells whether something was not stored because it is there already:
// otherwise there is no room for it.
func known(ctx context.Context, tx pgx.Tx, name, id string, verified bool) error {
	var there bool
	if err := tx.QueryRow(ctx, query(name), id, verified).Scan(&there); err != nil || there {
		return err
	}
	return ErrNotKept
}

// MarkAcked notes that SMEV took our acknowledgement.
func (s *Store) MarkAcked(ctx context.Context, id string) error {
	if _, err := s.pool.Exec(ctx, query("mark_acked"), id); err != nil {
		return fmt.Errorf("note the acknowledgement of answer %s: %w", id, err)
	}
	return nil
}

// Unacked returns verified answers that were stored but, as far as we know, not
// acknowledged.
func (s *Store) Unacked(ctx context.Context, limit int) ([]string, error) {
	return s.unacked(ctx, "list answers to acknowledge", "unacked", limit)
}

func (s *Store) unacked(ctx context.Context, what, name string, limit int) ([]string, error) {
	if due, err := s.due(ctx, "unacked"); err != nil || !due {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, query(name), limit)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return ids, nil
}

// AckFailed puts an answer off that could not be acknowledged.
func (s *Store) AckFailed(ctx context.Context, id string) error {
	if _, err := s.pool.Exec(ctx, query("ack_failed"), id, s.retry.Min, s.retry.Max); err != nil {
		return fmt.Errorf("put off the acknowledgement of answer %s: %w", id, err)
	}
	return nil
}
