package jobs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/store"
	"egissogw/crypto/cert"
)

// Watch looks for what does not move by itself: packages whose answer is
// overdue, records blocked by rules that have changed, looks nobody needs any more, and a
// certificate that is about to end.
type Watch struct {
	Store       *store.Store
	Certificate *cert.Certificate
	AnswerTerm  time.Duration
	// Resend is how many times the records of a package without an answer go again by
	// themselves; 0: a person decides.
	Resend int
	// CheckBasis says what the checks depend on besides the records: the program,
	// the policy, the provider. When it or the day changes, records that have not
	// left are checked again.
	CheckBasis string
	Now        func() time.Time
	Location   *time.Location // whose days are meant
	Log        *slog.Logger

	warnedDay string // the certificate is mentioned once a day
}

// CertificateNotice is how long before the end of signing people are warned: a new
// certificate has to be registered with the bus before the old one ends
// (adapter/smev/SPEC.md#signature-faults). View egisso.health has the same term.
const CertificateNotice = 30 * 24 * time.Hour

// Name implements Job.
func (*Watch) Name() string { return "watch" }

// Run implements Job. Done counts packages that expired.
func (w *Watch) Run(ctx context.Context) (Report, error) {
	w.certificateTerm()
	again, basisErr := w.Store.SetCheckBasis(ctx, w.CheckBasis+" "+w.day())
	if again > 0 {
		w.Log.Info("records are checked again", "records", again)
	}
	expired, err := w.Store.Expire(ctx, w.AnswerTerm)
	for _, id := range expired {
		w.Log.Warn("no answer within the term: the package is shown as expired", "package_id", id)
	}
	var resent []uuid.UUID
	var resendErr error
	if w.Resend > 0 {
		resent, resendErr = w.Store.ResendExpired(ctx, w.Resend)
	}
	for _, id := range resent {
		w.Log.Warn("the records of a package without an answer go again under their ids", "package_id", id)
	}
	return Report{Done: len(expired) + len(resent) + again}, errors.Join(err, basisErr, resendErr, endReviews(ctx, w.Store, w.Log))
}

func (w *Watch) day() string { return w.Now().In(w.Location).Format(time.DateOnly) }

func (w *Watch) certificateTerm() {
	now, day := w.Now(), w.day()
	if w.warnedDay == day {
		return
	}
	if err := w.Certificate.CheckTerm(now); err != nil {
		w.warnedDay = day
		w.Log.Error("the signing certificate cannot be used", "err", err)
		return
	}
	if ends := w.Certificate.SigningEnds(); ends.Sub(now) <= CertificateNotice {
		w.warnedDay = day
		w.Log.Warn("the signing certificate or its key ends within 30 days", "ends", ends.In(w.Location).Format(time.RFC3339))
	}
}
