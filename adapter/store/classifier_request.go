package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/retry"
)

// ClassifierRequest is what is known of asking for КМСЗ (010), the
// periodicities (022) or the units (023).
type ClassifierRequest struct {
	Code       string     `json:"classifier"`
	WantedAt   *time.Time `json:"requested_at"` // nil: nobody wants it
	Reason     string     `json:"reason"`
	AskedAt    *time.Time `json:"asked_at"`    // the last request
	ReceivedAt *time.Time `json:"received_at"` // the last answer that could be used
	PackageID  *uuid.UUID `json:"package_id"`  // the last request
}

// ScheduledClassifier is a ClassifierRequest and why the schedule should ask for it, Russian;
// "": it is current as far as we know.
type ScheduledClassifier struct {
	ClassifierRequest
	Needed string
}

// ScheduledClassifiers returns the three requests.
func (s *Store) ScheduledClassifiers(ctx context.Context) ([]ScheduledClassifier, error) {
	rows, err := s.pool.Query(ctx, query("scheduled_classifiers"))
	if err != nil {
		return nil, fmt.Errorf("list requests for the classifier: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ScheduledClassifier])
	if err != nil {
		return nil, fmt.Errorf("list requests for the classifier: %w", err)
	}
	return list, nil
}

// WantClassifier asks for a classifier by its code, in Russian why. A request
// on its way is enough.
func (s *Store) WantClassifier(ctx context.Context, code, reason string) error {
	return s.inTx(ctx, "ask for classifier "+code, func(tx pgx.Tx) error { return wantClassifier(ctx, tx, code, reason) })
}

// RequestKMSZUpdate asks for КМСЗ, and for the dictionaries that need it, as a person does.
func (s *Store) RequestKMSZUpdate(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("request_kmsz_update")); err != nil {
		return fmt.Errorf("ask for the classifier: %w", err)
	}
	return nil
}

func wantClassifier(ctx context.Context, tx pgx.Tx, code, reason string) error {
	_, err := tx.Exec(ctx, query("want_classifier"), code, reason)
	return err
}

// ClassifierPlan says how to form a request for a classifier.
type ClassifierPlan struct {
	ID              uuid.UUID // of the package
	Format, Version string    // "10.02.I", "1.0.3"
	Provider        string    // participant code it is sent under
	// The pause before another request when this one brings nothing: RetryMin
	// doubled for every unanswered request, at most RetryMax.
	RetryMin, RetryMax time.Duration
}

// FormClassifierRequest makes a package of the first classifier that is wanted
// and due, one that is not asked for already. It returns the classifier's code,
// "" when there is none.
func (s *Store) FormClassifierRequest(ctx context.Context, plan ClassifierPlan) (code string, err error) {
	err = s.inTx(ctx, "form a request for the classifier", func(tx pgx.Tx) error {
		var wanted string
		var tries int
		err := tx.QueryRow(ctx, query("lock_wanted_classifier")).Scan(&wanted, &tries)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		batch := &pgx.Batch{}
		batch.Queue(query("insert_classifier_package"), plan.ID, plan.Format, plan.Version, plan.Provider, wanted, "Запрос: "+classifierTitle(wanted)+". Ожидает подписи")
		batch.Queue(query("classifier_asked"), wanted, plan.ID, retry.Backoff{Min: plan.RetryMin, Max: plan.RetryMax}.Whole(tries+1))
		code = wanted
		return tx.SendBatch(ctx, batch).Close()
	})
	return code, err
}

func classifierTitle(code string) string {
	switch code {
	case egisso.ClassifierKMSZ:
		return "КМСЗ (010)"
	case egisso.ClassifierPeriodicities:
		return "справочник периодичности (022)"
	case egisso.ClassifierUnits:
		return "справочник единиц измерения (023)"
	}
	return code
}

// receiveClassifier stores what a request brought and returns what to say of it
// in the journal.
func receiveClassifier(ctx context.Context, tx pgx.Tx, packageID uuid.UUID, v lifecycle.Verdict) (info string, err error) {
	news, err := saveClassifierAnswer(ctx, tx, v.Classifier, v.Body, ClassifierAsked)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, query("classifier_received"), v.Classifier.Code); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, query("forgive_classifier_requests"), v.Classifier.Code, packageID); err != nil {
		return "", err
	}
	if v.Classifier.Code == egisso.ClassifierKMSZ {
		if _, err := tx.Exec(ctx, query("forgive_classifier_pushes"), packageID); err != nil {
			return "", err
		}
	}
	if len(news.Notes) == 0 {
		return "Получено: " + classifierTitle(v.Classifier.Code) + ". Изменений нет", nil
	}
	return strings.Join(news.Notes, ". "), nil
}

// ClassifierNote is a line about what came of messages about the classifier.
type ClassifierNote struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"`
	Note   string    `json:"note"`
}

// ClassifierAwaited reports whether КМСЗ has never come and the first request for it left, or
// could not leave, less than term ago, or is still to leave.
func (s *Store) ClassifierAwaited(ctx context.Context, term time.Duration) (awaited bool, err error) {
	if err := s.pool.QueryRow(ctx, query("classifier_awaited"), term).Scan(&awaited); err != nil {
		return false, fmt.Errorf("look whether the classifier is waited for: %w", err)
	}
	return awaited, nil
}

// WakeFromClassifier lets measures be decided again that waited for КМСЗ.
func (s *Store) WakeFromClassifier(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("wake_from_classifier")); err != nil {
		return fmt.Errorf("let measures go without the classifier: %w", err)
	}
	return nil
}
