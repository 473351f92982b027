package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Incoming is a message the bus brought on its own (GetRequest, adapter/smev/SPEC.md#incoming).
type Incoming struct {
	ID        string // MessageMetadata/MessageId, echoed in Ack unchanged
	Kind      string // broadcast, request, cancel or unknown
	Namespace string // of the root element of the content; "" if there is none
	Root      string // local name of that element
	Sender    string // mnemonic
	ReplyTo   string // opaque; of a request
	Cancels   string // of a cancellation: the request it withdraws
	Test      bool
	SentAt    time.Time // zero if not known
	Content   []byte    // primary content, the bytes that were verified
	Raw       []byte    // evidence; not given to handlers
	Verified  bool
	Problem   string // why it is not believed

	Attempts   int // earlier failures to handle it
	ReceivedAt time.Time
	Withdrawn  bool // its sender has cancelled it
	epoch      int64

	Listed bool // the configuration names its sender: StoreIncoming
	// Reply is the kept reply it was read from, which then is not kept any more: StoreIncoming.
	Reply int64
}

// StoreIncoming stores a message durably; only then may it be acknowledged. One
// that came again changes nothing (fresh is false). ErrNotKept: the bound on what nobody
// can believe is reached.
func (s *Store) StoreIncoming(ctx context.Context, m Incoming) (fresh bool, err error) {
	var sentAt *time.Time
	if !m.SentAt.IsZero() {
		sentAt = &m.SentAt
	}
	err = s.inTx(ctx, "store incoming message "+m.ID, func(tx pgx.Tx) error {
		who := Speaker{Mnemonic: m.Sender, Listed: m.Listed}
		standing, err := standingOf(ctx, tx, who)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, query("store_incoming"), m.ID, m.Kind, m.Namespace, m.Root, m.Sender, m.ReplyTo, m.Cancels, m.Test, sentAt,
			m.Content, m.Raw, m.Verified, m.Problem, unbelievedPerDay, s.unbelieved, who.believed(standing), s.trust)
		if err != nil {
			return err
		}
		if fresh = tag.RowsAffected() > 0; !fresh {
			if err := known(ctx, tx, "incoming_known", m.ID, m.Verified); err != nil {
				return err
			}
		}
		return endReply(ctx, tx, m.Reply)
	})
	return fresh, err
}

// MarkIncomingAcked notes that SMEV took our acknowledgement.
func (s *Store) MarkIncomingAcked(ctx context.Context, id string) error {
	return s.incoming(ctx, "note the acknowledgement of", "mark_incoming_acked", id)
}

// IncomingAckFailed puts a message off that could not be acknowledged.
func (s *Store) IncomingAckFailed(ctx context.Context, id string) error {
	return s.incoming(ctx, "put off the acknowledgement of", "incoming_ack_failed", id, s.retry.Min, s.retry.Max)
}

// UnackedIncoming returns verified messages that were stored but, as far as we
// know, not acknowledged.
func (s *Store) UnackedIncoming(ctx context.Context, limit int) ([]string, error) {
	return s.unacked(ctx, "list incoming messages to acknowledge", "unacked_incoming", limit)
}

// ClaimIncoming claims the oldest message that is due to be handled; nil when
// there is none. Raw stays in the database. Whoever has looked into it calls
// IncomingRead before anything else. The error may be of another message that was set
// aside.
func (s *Store) ClaimIncoming(ctx context.Context, lease time.Duration) (*Incoming, error) {
	var passed error
	for {
		m, err := s.claimIncoming(ctx, lease)
		if err != nil || m == nil {
			return nil, errors.Join(passed, err)
		}
		if err = s.beginReading(ctx, readingIncoming, m.ID); err == nil {
			return m, passed
		}
		passed = errors.Join(passed, err)
		if err := s.ReleaseIncoming(ctx, m); err != nil || !errors.Is(passed, ErrSetAside) {
			return nil, errors.Join(passed, err)
		}
	}
}

func (s *Store) claimIncoming(ctx context.Context, lease time.Duration) (*Incoming, error) {
	if due, err := s.due(ctx, "handle"); err != nil || !due {
		return nil, err
	}
	m := Incoming{Verified: true}
	var sentAt *time.Time
	err := s.pool.QueryRow(ctx, query("claim_incoming"), lease).
		Scan(&m.ID, &m.Kind, &m.Namespace, &m.Root, &m.Sender, &m.ReplyTo, &m.Cancels, &m.Test, &sentAt, &m.Content,
			&m.Attempts, &m.ReceivedAt, &m.epoch, &m.Withdrawn)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim an incoming message: %w", err)
	}
	if sentAt != nil {
		m.SentAt = *sentAt
	}
	return &m, nil
}

// Outcomes of incoming messages.
const (
	IncomingHandled   = "handled"
	IncomingRejected  = "rejected"
	IncomingCancelled = "cancelled"
	IncomingUnhandled = "unhandled" // nobody knows what to do with it
)

// IncomingVerdict is what became of an incoming message.
type IncomingVerdict struct {
	// Outcome is IncomingHandled if empty, IncomingRejected with a Rejection.
	Outcome string
	Note    string // English, for log and support: no personal data, nothing strangers wrote
	Review  string // Russian, why a person should look; "" if nobody must
	// Rejection answers a request with a refusal; messages of other kinds are
	// never answered.
	Rejection *Rejection
	// Hold keeps the message until a person says who its sender is; it is handled
	// again then. Nothing else but Note and Review is looked at.
	Hold bool
}

// Rejection is a refusal of somebody's request (RequestRejected).
type Rejection struct {
	Code        string // ACCESS_DENIED, NO_DATA, UNKNOWN_REQUEST_DESCRIPTION or FAILURE
	Description string // Russian, up to 4000 characters
}

// IncomingDone stores what became of a claimed message. It returns ErrLost when
// the claim is no longer ours: it was withdrawn or somebody else has it.
func (s *Store) IncomingDone(ctx context.Context, m *Incoming, v IncomingVerdict) error {
	var refusal Rejection
	switch {
	case v.Rejection != nil:
		refusal = *v.Rejection
		v.Outcome = IncomingRejected
	case v.Outcome == "":
		v.Outcome = IncomingHandled
	}
	if v.Hold {
		return s.incoming(ctx, "hold", "incoming_held", m.ID, m.epoch, v.Note, v.Review)
	}
	return s.inTx(ctx, "store what became of incoming message "+m.ID, func(tx pgx.Tx) error {
		if m.Kind == "cancel" {
			if _, err := tx.Exec(ctx, query("withdraw_incoming"), m.Cancels, m.Sender); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, query("incoming_handled"), m.ID, m.epoch, v.Outcome, v.Note, v.Review, refusal.Code, refusal.Description)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrLost
		}
		return err
	})
}

// IncomingRead notes that looking into a message did no harm: what happens to the process
// from now on is not its doing.
func (s *Store) IncomingRead(ctx context.Context, m *Incoming) error {
	return endReading(ctx, s.pool, readingIncoming, m.ID)
}

// IncomingFailed puts a claimed message off that could not be handled, longer
// after every failure. review is Russian, "" if nobody must look yet.
func (s *Store) IncomingFailed(ctx context.Context, m *Incoming, problem, review string) error {
	return s.incoming(ctx, "put off", "incoming_failed", m.ID, m.epoch, problem, review, s.retry.Min, s.retry.Max)
}

// ReleaseIncoming gives a claimed message back untouched.
func (s *Store) ReleaseIncoming(ctx context.Context, m *Incoming) error {
	return s.incoming(ctx, "release", "release_incoming", m.ID, m.epoch)
}

// Reply is an answer to a request of others that has to be signed.
type Reply struct {
	IncomingID string
	To         string // ReplyTo of the request
	Rejection  Rejection
	epoch      int64
}

// ClaimReply claims the oldest answer that is due to be signed; nil when there is none.
func (s *Store) ClaimReply(ctx context.Context, lease time.Duration) (*Reply, error) {
	if due, err := s.due(ctx, "respond"); err != nil || !due {
		return nil, err
	}
	var r Reply
	err := s.pool.QueryRow(ctx, query("claim_reply"), lease).
		Scan(&r.IncomingID, &r.To, &r.Rejection.Code, &r.Rejection.Description, &r.epoch)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim an answer to sign: %w", err)
	}
	return &r, nil
}

// StoreReply stores the final bytes of an answer before they are sent. It returns
// ErrLost when the claim is no longer ours or the request was withdrawn.
func (s *Store) StoreReply(ctx context.Context, r *Reply, m Message) error {
	return s.inTx(ctx, "store the answer to incoming message "+r.IncomingID, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, query("reply_signed"), r.IncomingID, r.epoch)
		if err == nil && tag.RowsAffected() == 0 {
			err = ErrLost
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, query("insert_reply"), m.ID, r.IncomingID, m.Envelope, m.Certificate)
		return err
	})
}

// ReplyFailed puts an answer off that could not be signed.
func (s *Store) ReplyFailed(ctx context.Context, r *Reply, problem string) error {
	return s.incoming(ctx, "put off the answer to", "incoming_failed", r.IncomingID, r.epoch, problem, "", s.retry.Min, s.retry.Max)
}

// ReleaseReply gives a claimed answer back untouched.
func (s *Store) ReleaseReply(ctx context.Context, r *Reply) error {
	return s.incoming(ctx, "release the answer to", "release_incoming", r.IncomingID, r.epoch)
}

// incoming runs a query about one incoming message.
func (s *Store) incoming(ctx context.Context, what, name, id string, args ...any) error {
	if _, err := s.pool.Exec(ctx, query(name), append([]any{id}, args...)...); err != nil {
		return fmt.Errorf("%s incoming message %s: %w", what, id, err)
	}
	return nil
}
