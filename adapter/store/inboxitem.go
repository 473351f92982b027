package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// AckOrder is an acknowledgement a person ordered.
type AckOrder struct {
	ID        int64
	MessageID string
	Accepted  bool
}

// DueAcks returns ordered acknowledgements of a queue that are due to be sent.
func (s *Store) DueAcks(ctx context.Context, operation string, limit int) ([]AckOrder, error) {
	if due, err := s.due(ctx, "ack"); err != nil || !due {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, query("due_acks"), operation, limit)
	if err != nil {
		return nil, fmt.Errorf("list ordered acknowledgements: %w", err)
	}
	orders, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AckOrder])
	if err != nil {
		return nil, fmt.Errorf("list ordered acknowledgements: %w", err)
	}
	return orders, nil
}

// AckSent notes that SMEV took an ordered acknowledgement.
func (s *Store) AckSent(ctx context.Context, o AckOrder) error {
	return s.ackOrder(ctx, "ack_sent", o.ID)
}

// AckPutOff puts an ordered acknowledgement off that could not be sent.
func (s *Store) AckPutOff(ctx context.Context, o AckOrder) error {
	return s.ackOrder(ctx, "ack_put_off", o.ID, s.retry.Min, s.retry.Max)
}

func (s *Store) ackOrder(ctx context.Context, name string, id int64, args ...any) error {
	if _, err := s.pool.Exec(ctx, query(name), append([]any{id}, args...)...); err != nil {
		return fmt.Errorf("note what became of ordered acknowledgement %d: %w", id, err)
	}
	return nil
}

// InboxItem is something that came and needs a person: not understood, not believed,
// about nothing of ours, or set aside.
type InboxItem struct {
	ID           string     `json:"id"`      // as the commands take it: reply:…, answer:…, incoming:…, protocol:…, file:…
	Trouble      string     `json:"trouble"` // set_aside, unread, interrupted, unverified or stranger
	Text         string     `json:"text"`    // Russian
	Operation    string     `json:"operation"`
	ReceivedAt   time.Time  `json:"received_at"`
	LastSeenAt   time.Time  `json:"last_seen_at"`
	Seen         int        `json:"seen"`
	MessageID    string     `json:"message_id"` // "": none can be seen
	Size         int64      `json:"size"`
	Complete     bool       `json:"complete"` // false: only the beginning is kept
	SHA256       string     `json:"sha256"`
	AckedAt      *time.Time `json:"acked_at"`
	AckOrderedAt *time.Time `json:"ack_ordered_at"`
	AckOrderedBy string     `json:"ack_ordered_by"`
	AckSentAt    *time.Time `json:"ack_sent_at"`
	DoneAt       *time.Time `json:"done_at"`
	DoneBy       string     `json:"done_by"`
	Done         bool       `json:"done"`
}

// Inbox lists what came and needs a person, the newest first; all of it: also what is
// done with.
func (s *Store) Inbox(ctx context.Context, all bool, limit int) ([]InboxItem, error) {
	return s.inboxItems(ctx, nil, all, limit)
}

// InboxItem returns one of them; found is false for an unknown id.
func (s *Store) InboxItem(ctx context.Context, id string) (item InboxItem, found bool, err error) {
	items, err := s.inboxItems(ctx, &id, true, 1)
	if err != nil || len(items) == 0 {
		return InboxItem{}, false, err
	}
	return items[0], true, nil
}

func (s *Store) inboxItems(ctx context.Context, id *string, all bool, limit int) ([]InboxItem, error) {
	rows, err := s.pool.Query(ctx, query("inbox"), id, all, limit)
	if err != nil {
		return nil, fmt.Errorf("list what came: %w", err)
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[InboxItem])
	if err != nil {
		return nil, fmt.Errorf("list what came: %w", err)
	}
	return items, nil
}

// InboxProblem returns why something could not be read or believed, in English, and
// InboxBytes the thing itself. Both may hold what strangers wrote.
func (s *Store) InboxProblem(ctx context.Context, id string) (problem string, err error) {
	var text *string
	if err := s.pool.QueryRow(ctx, query("inbox_problem"), id).Scan(&text); err != nil {
		return "", fmt.Errorf("read what is wrong with %s: %w", id, err)
	}
	if text != nil {
		problem = *text
	}
	return problem, nil
}

// InboxBytes: see InboxProblem. That somebody has them is noted first.
func (s *Store) InboxBytes(ctx context.Context, id string) (raw []byte, err error) {
	if err := s.NoteViewing(ctx, "view_inbox", "", uuid.Nil, id); err != nil {
		return nil, err
	}
	if err := s.pool.QueryRow(ctx, query("inbox_bytes"), id).Scan(&raw); err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	if len(raw) == 0 { // or it came so
		kind, of, _ := strings.Cut(id, ":")
		if p, err := s.PrunedDocument(ctx, kind, of); err != nil || p != nil {
			return nil, errors.Join(err, fmt.Errorf("read %s: %w", id, ErrPruned))
		}
	}
	return raw, nil
}

// AcknowledgeInbox orders an acknowledgement by which the bus drops a message, and
// returns, in Russian, what follows. messageID may be empty if the message shows its id.
func (s *Store) AcknowledgeInbox(ctx context.Context, id, reason, messageID string) (string, error) {
	return s.command(ctx, "inbox_acknowledge", id, reason, messageID)
}

// RetryInbox lets something be read once more and returns, in Russian, what follows.
func (s *Store) RetryInbox(ctx context.Context, id, reason string) (string, error) {
	return s.command(ctx, "inbox_retry", id, reason)
}

// FinishInbox notes that nothing is left to do about something.
func (s *Store) FinishInbox(ctx context.Context, id, reason string) (string, error) {
	return s.command(ctx, "inbox_finish", id, reason)
}
