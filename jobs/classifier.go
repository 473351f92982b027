package jobs

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/robfig/cron/v3"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/store"
)

// Classifier keeps КМСЗ and its dictionaries current: it forms requests for
// what is not known yet, missing, due by the schedule or wanted by a person
// (adapter/egisso/SPEC.md#when, #classifier-updates). Requests go the way of packages.
type Classifier struct {
	Store    *store.Store
	Provider string // participant code requests are sent under
	// Schedule says how old the last request may be. Nil: only what is missing
	// between versions, or wanted by a person, is asked for.
	Schedule cron.Schedule
	Location *time.Location // of the schedule
	// RetryMin and RetryMax are pauses after requests that brought nothing.
	RetryMin, RetryMax time.Duration
	// Policy and CheckBasis are those of the checks of records: what else a
	// comparison of our measures with the classifier depends on.
	Policy     check.Policy
	CheckBasis string
	// Time is that of the database, which dates the requests.
	Time func(context.Context) (time.Time, error)
	Log  *slog.Logger
}

// Pauses of Classifier in a running gateway.
const (
	ClassifierRetryMin = 5 * time.Minute
	ClassifierRetryMax = 12 * time.Hour
)

// Name implements Job.
func (Classifier) Name() string { return "classifier" }

// Run implements Job. Done counts requests formed and records to be decided
// again.
func (c Classifier) Run(ctx context.Context) (Report, error) {
	touched, err := c.recheck(ctx)
	report := Report{Done: touched}
	if err != nil {
		return report, err
	}
	if err := c.wantDue(ctx); err != nil {
		return report, err
	}
	for {
		formed, err := c.form(ctx)
		if err != nil || !formed {
			return report, err
		}
		report.Done++
	}
}

// wantDue asks for what is not known yet and for what is due by the schedule: КМСЗ always, its
// dictionaries if they need it.
func (c Classifier) wantDue(ctx context.Context) error {
	if c.Schedule == nil {
		return nil
	}
	requests, err := c.Store.ScheduledClassifiers(ctx)
	if err != nil {
		return err
	}
	now, err := c.Time(ctx)
	if err != nil {
		return err
	}
	for _, r := range requests {
		if r.WantedAt != nil || r.AskedAt != nil && now.Sub(*r.AskedAt) < c.RetryMin {
			continue // whatever the schedule says, not again at once
		}
		reason := r.Needed
		switch last := later(r.AskedAt, r.ReceivedAt); {
		case last.IsZero():
			reason = "Ещё не получен"
		case r.Needed == "":
			continue // it changes with КМСЗ, if at all
		case c.Schedule.Next(last.In(c.Location)).After(now):
			continue
		}
		if err := c.Store.WantClassifier(ctx, r.Code, reason); err != nil {
			return err
		}
	}
	return nil
}

func (c Classifier) form(ctx context.Context) (bool, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return false, err
	}
	v := egisso.ClassifierVersion()
	code, err := c.Store.FormClassifierRequest(ctx, store.ClassifierPlan{
		ID: id, Format: v.Code, Version: v.Number, Provider: c.Provider, RetryMin: c.RetryMin, RetryMax: c.RetryMax,
	})
	if err != nil || code == "" {
		return false, err
	}
	c.Log.Info("classifier asked for", "package_id", id, "classifier", code)
	return true, nil
}

// later returns the later of two times that may be absent.
func later(a, b *time.Time) (last time.Time) {
	for _, t := range []*time.Time{a, b} {
		if t != nil && t.After(last) {
			last = *t
		}
	}
	return last
}
