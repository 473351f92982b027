package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// OutMessage is a message claimed for sending.
type OutMessage struct {
	ID         uuid.UUID
	PackageID  uuid.UUID // uuid.Nil if it is an answer
	IncomingID string    // the request of others it answers; "" if it is a package
	Envelope   []byte
	// Certificate identifies the certificate it is signed with; nil if that is not known.
	Certificate []byte
	Attempts    int
	Epoch       int64
	// MayHaveArrived: an attempt ended without a word of the bus.
	MayHaveArrived bool
}

// ClaimMessage claims the message that is due longest; nil when none is due. withFiles:
// also one whose files have to go to the file storage first.
func (s *Store) ClaimMessage(ctx context.Context, lease time.Duration, withFiles bool) (*OutMessage, error) {
	if due, err := s.due(ctx, "send"); err != nil || !due {
		return nil, err
	}
	var m OutMessage
	err := s.pool.QueryRow(ctx, query("claim_message"), lease, withFiles).
		Scan(&m.ID, &m.PackageID, &m.IncomingID, &m.Envelope, &m.Certificate, &m.Attempts, &m.Epoch, &m.MayHaveArrived)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("claim a message to send: %w", err)
	}
	return &m, nil
}

// Upload is a file that still has to go to the file storage.
type Upload struct {
	UUID     uuid.UUID
	FileName string
	Content  []byte
}

// Uploads returns the files of a message that are not in the storage yet.
func (s *Store) Uploads(ctx context.Context, messageID uuid.UUID) ([]Upload, error) {
	rows, err := s.pool.Query(ctx, query("attachments_to_upload"), messageID)
	if err != nil {
		return nil, fmtError("list files of message", messageID, err)
	}
	uploads, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Upload])
	if err != nil {
		return nil, fmtError("list files of message", messageID, err)
	}
	return uploads, nil
}

// MarkUploaded notes that a file lies whole in the storage. It returns ErrLost
// when the claim is no longer ours: somebody else may be writing the file now.
func (s *Store) MarkUploaded(ctx context.Context, m *OutMessage, file uuid.UUID) error {
	tag, err := s.pool.Exec(ctx, query("mark_uploaded"), file, m.Epoch)
	if err == nil && tag.RowsAffected() == 0 {
		err = ErrLost
	}
	if err != nil {
		return fmtError("note the upload of file", file, err)
	}
	return nil
}

// ReleaseMessage gives a claimed message back untouched.
func (s *Store) ReleaseMessage(ctx context.Context, m *OutMessage) error {
	if _, err := s.pool.Exec(ctx, query("release_message"), m.ID, m.Epoch); err != nil {
		return fmtError("release message", m.ID, err)
	}
	return nil
}

// BeginAttempt stores the intent to post a message: from now on it may have
// arrived. The claim is renewed for lease. It returns ErrLost when the claim is
// no longer ours.
func (s *Store) BeginAttempt(ctx context.Context, m *OutMessage, lease time.Duration) (attempt int64, err error) {
	err = s.pool.QueryRow(ctx, query("begin_attempt"), m.ID, m.Epoch, lease).Scan(&attempt)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fmtError("begin to send message", m.ID, ErrLost)
	}
	if err != nil {
		return 0, fmtError("begin to send message", m.ID, err)
	}
	return attempt, nil
}

// Delivered stores that SMEV took the message. It is true whoever holds the
// claim, so it is stored even when the claim was lost.
func (s *Store) Delivered(ctx context.Context, m *OutMessage, attempt int64, info string) error {
	return s.inTx(ctx, "store delivery of message "+m.ID.String(), func(tx pgx.Tx) error {
		if err := finishAttempt(ctx, tx, attempt, "delivered", "", ""); err != nil {
			return err
		}
		// Another attempt, or an answer, may have told us before; then these change nothing.
		batch := &pgx.Batch{}
		batch.Queue(query("message_delivered"), m.ID)
		if m.IncomingID != "" {
			batch.Queue(query("reply_delivered"), m.IncomingID)
		} else {
			batch.Queue(query("package_queued"), m.PackageID, info)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

// Doubt is what is known of a message whose sending had no clear outcome.
type Doubt struct {
	Last    time.Time // when an earlier attempt ended without a word of the bus; zero if none did
	Arrived bool      // an answer or a status about it came
	Absent  bool      // the bus said that it does not have it
}

// Doubt looks for evidence about a message; attempt is the present one.
func (s *Store) Doubt(ctx context.Context, m *OutMessage, attempt int64) (d Doubt, err error) {
	var last *time.Time
	if err := s.pool.QueryRow(ctx, query("doubt"), m.ID, attempt).Scan(&last, &d.Arrived, &d.Absent); err != nil {
		return Doubt{}, fmtError("look for evidence about message", m.ID, err)
	}
	if last != nil {
		d.Last = *last
	}
	return d, nil
}

// Failure describes an attempt that did not succeed. Texts hold no personal data.
type Failure struct {
	Fault  string        // name of the SOAP fault, "" when the bus did not say anything
	Detail string        // English, for the support engineer
	Info   string        // Russian, for the journal
	Review string        // Russian, why a person should look; "" if nobody must
	After  time.Duration // when to try again
	// MayHaveArrived: the bus may have taken the message all the same.
	MayHaveArrived bool
	// Faultless: nothing of the records led to it. It is not held against them, nor
	// against their register.
	Faultless bool
	// Contradicts: a file had said otherwise, so that Review is for a person whatever becomes of the records.
	Contradicts bool
}

// RetryLater stores that an attempt failed and the same bytes go again later.
// attempt is 0 when nothing was posted (a file could not be uploaded).
func (s *Store) RetryLater(ctx context.Context, m *OutMessage, attempt int64, f Failure) error {
	return s.inTx(ctx, "store a failed attempt of message "+m.ID.String(), func(tx pgx.Tx) error {
		outcome := "retry"
		if f.MayHaveArrived {
			outcome = "unknown"
		}
		if err := finishAttempt(ctx, tx, attempt, outcome, f.Fault, f.Detail); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, query("message_retry"), m.ID, m.Epoch, f.After, f.Detail)
		if err != nil || tag.RowsAffected() == 0 {
			return err // it was decided meanwhile, or somebody else has it now
		}
		batch := &pgx.Batch{}
		switch {
		case m.IncomingID == "":
			batch.Queue(query("package_info"), m.PackageID, f.Info)
			if f.Review != "" {
				batch.Queue(query("package_review"), m.PackageID, f.Review)
			}
		case f.Review != "":
			batch.Queue(query("incoming_review"), m.IncomingID, f.Review)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
}

// Refuse stores that SMEV refused the message for good: the package has failed
// and its records are "not sent" again (adapter/egisso/SPEC.md#when). An answer is given
// up and shown, or, if nobody must look, signed anew.
func (s *Store) Refuse(ctx context.Context, m *OutMessage, attempt int64, f Failure) error {
	return s.inTx(ctx, "store the refusal of message "+m.ID.String(), func(tx pgx.Tx) error {
		if err := finishAttempt(ctx, tx, attempt, "refused", f.Fault, f.Detail); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, query("message_refused"), m.ID, f.Detail, m.Epoch)
		if err != nil || tag.RowsAffected() == 0 {
			return err // it was decided meanwhile, or somebody else has it now
		}
		switch {
		case m.IncomingID == "":
			return failPackage(ctx, tx, m.PackageID, f)
		case f.Review == "":
			_, err = tx.Exec(ctx, query("reply_again"), m.IncomingID)
		default:
			_, err = tx.Exec(ctx, query("reply_failed"), m.IncomingID, f.Review)
		}
		return err
	})
}

// EndReviews ends the looks at packages refused as a whole whose records have all found their
// ends elsewhere, and returns how many.
func (s *Store) EndReviews(ctx context.Context) (int, error) {
	tag, err := s.pool.Exec(ctx, query("end_reviews"))
	if err != nil {
		return 0, fmt.Errorf("end the reviews of refused packages: %w", err)
	}
	return int(tag.RowsAffected()), nil
}

// failPackage closes a package that could not be sent and frees its records.
func failPackage(ctx context.Context, tx pgx.Tx, packageID uuid.UUID, f Failure) error {
	batch := &pgx.Batch{}
	batch.Queue(query("lock_rows_of_package"), packageID)
	batch.Queue(query("settle_all_released"), packageID)
	batch.Queue(query("package_send_failed"), packageID, f.Info, f.Faultless)
	queueRelease(batch, packageID, f.Faultless)
	batch.Queue(query("failed_review"), packageID, nullable(f.Review), !f.Contradicts) // what kept it from being sent before is over
	return tx.SendBatch(ctx, batch).Close()
}

// queueRelease makes the records of a package "not sent" again.
func queueRelease(batch *pgx.Batch, packageID uuid.UUID, faultless bool) {
	batch.Queue(query("lock_rows_of_package"), packageID)
	batch.Queue(query("release_records"), packageID, faultless)
	batch.Queue(query("release_members"), packageID)
	if !faultless {
		batch.Queue(query("explain_refused"), packageID)
	}
	batch.Queue(query("touch_rows"), packageID)
}

func finishAttempt(ctx context.Context, tx pgx.Tx, attempt int64, outcome, fault, detail string) error {
	if attempt == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, query("finish_attempt"), attempt, outcome, fault, detail)
	return err
}

// Expire marks packages whose answer did not come within term and returns them.
// They are shown; ResendExpired sends them again.
func (s *Store) Expire(ctx context.Context, term time.Duration) ([]uuid.UUID, error) {
	rows, err := s.pool.Query(ctx, query("expire_packages"), term)
	if err != nil {
		return nil, fmt.Errorf("mark packages without an answer: %w", err)
	}
	expired, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("mark packages without an answer: %w", err)
	}
	return expired, nil
}

// ResendExpired gives back the records of packages whose answer did not come, so that they go
// again in new packages, each record at most so many times. It returns those packages.
func (s *Store) ResendExpired(ctx context.Context, times int) (resent []uuid.UUID, err error) {
	rows, err := s.pool.Query(ctx, query("expired_packages"))
	if err != nil {
		return nil, fmt.Errorf("list packages without an answer: %w", err)
	}
	expired, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, fmt.Errorf("list packages without an answer: %w", err)
	}
	for _, id := range expired {
		var records *int
		if err := s.pool.QueryRow(ctx, query("resend_package"), id, times).Scan(&records); err != nil {
			return resent, fmtError("send again what was in package", id, err)
		}
		if records != nil {
			resent = append(resent, id)
		}
	}
	return resent, nil
}

func fmtError(what string, id uuid.UUID, err error) error {
	return fmt.Errorf("%s %s: %w", what, id, err)
}
