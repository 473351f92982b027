package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"egissogw/adapter/store"
)

// Summary tells once a day what left, what came back and what needs whom, in the gateway's
// own words.
type Summary struct {
	Store interface {
		CountPackages(context.Context) (int, error)
		DaySummary(context.Context) ([]store.SummaryLine, error)
		ClaimSummary(context.Context, time.Time) (bool, error)
		UnclaimSummary(context.Context, time.Time) error
	}
	Send     func(ctx context.Context, message []byte) error
	Host     string
	Version  string
	Location *time.Location // whose days are meant
	Now      func() time.Time
	// Due is the first time of the schedule after a moment.
	Due func(time.Time) time.Time
}

// EventSummary is the value of SummaryMessage.Event.
const EventSummary = "summary"

// SummaryMessage is what EGISSOGW_ALERT_COMMAND gets once a day.
type SummaryMessage struct {
	Event   string              `json:"event"`
	At      time.Time           `json:"at"`
	Since   time.Time           `json:"since"` // a day before
	Host    string              `json:"host"`
	Version string              `json:"version"`
	Lines   []store.SummaryLine `json:"lines"`
}

// Name implements Job.
func (*Summary) Name() string { return "summary" }

// Run implements Job: it is called more often than a summary is due. Of several gateways one
// tells; a summary that could not be told is tried again at the next look of its day.
func (s *Summary) Run(ctx context.Context) (Report, error) {
	now := s.Now().In(s.Location)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, s.Location)
	due := s.Due(day.Add(-time.Second))
	if due.After(now) || due.Sub(day) >= 24*time.Hour || now.Sub(due) > summaryLate {
		return Report{Skipped: true}, nil
	}
	mine, err := s.Store.ClaimSummary(ctx, day)
	if err != nil || !mine {
		return Report{}, err
	}
	if err := s.tell(ctx, now); err != nil {
		return Report{}, errors.Join(err, s.Store.UnclaimSummary(context.WithoutCancel(ctx), day))
	}
	return Report{Done: 1}, nil
}

// summaryLate is how long after its time a summary is still told, by a gateway that starts late
// or a command that failed.
const summaryLate = 4 * time.Hour

func (s *Summary) tell(ctx context.Context, now time.Time) error {
	if _, err := s.Store.CountPackages(ctx); err != nil {
		return err
	}
	lines, err := s.Store.DaySummary(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(SummaryMessage{EventSummary, now, now.Add(-24 * time.Hour), s.Host, s.Version, lines})
	if err != nil {
		return err
	}
	return s.Send(ctx, append(text, '\n'))
}
