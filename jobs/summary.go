package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

// Summary tells what left, what came back and what needs whom, in the gateway's own words:
// of registers with export times when the last export of a day is closed, of the others, and
// of exports that do not close, once a day at the time of a schedule.
type Summary struct {
	Store   summaryStore
	Send    func(ctx context.Context, message []byte) error
	Host    string
	Version string
	// Location is whose days are meant.
	Location *time.Location
	Now      func() time.Time
	// Due is the first time of the schedule after a moment.
	Due func(time.Time) time.Time
	// Exports are the times at which packages of registers leave; see store.ExportTimes.
	Exports store.ExportTimes
}

type summaryStore interface {
	CountPackages(context.Context) (int, error)
	DaySummary(context.Context) ([]store.SummaryLine, error)
	ExportsSince(ctx context.Context, since time.Time) ([]store.ClosedExport, error)
	SummaryTold(ctx context.Context, day time.Time, of string) (bool, error)
	ClaimSummary(ctx context.Context, day time.Time, of string) (bool, error)
	UnclaimSummary(ctx context.Context, day time.Time, of string) error
}

// EventSummary is the value of SummaryMessage.Event.
const EventSummary = "summary"

// SummaryMessage is what EGISSOGW_ALERT_COMMAND gets of a day.
type SummaryMessage struct {
	Event     string              `json:"event"`
	Of        string              `json:"of"` // store.SummaryOfExports, store.SummaryOfSchedule
	Registers []string            `json:"registers"`
	At        time.Time           `json:"at"`
	Since     time.Time           `json:"since"` // a day before
	Host      string              `json:"host"`
	Version   string              `json:"version"`
	Lines     []store.SummaryLine `json:"lines"`
}

// Name implements Job.
func (*Summary) Name() string { return "summary" }

// Run implements Job: it is called more often than a summary is due. Of several gateways one
// tells; a summary that could not be told is tried again at the next look of its day.
func (s *Summary) Run(ctx context.Context) (Report, error) {
	now := s.Now().In(s.Location)
	exported, err := s.ofExports(ctx, now)
	if err != nil {
		return Report{}, err
	}
	scheduled, err := s.ofSchedule(ctx, now)
	exported.Done += scheduled.Done
	exported.Skipped = exported.Skipped && scheduled.Skipped
	return exported, err
}

// exportsRemembered is for how long exports that are not closed are told of by the schedule.
const exportsRemembered = 7 * 24 * time.Hour

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// ofExports tells of a day when nothing more leaves with its exports: today or, when answers
// take their time, yesterday.
func (s *Summary) ofExports(ctx context.Context, now time.Time) (Report, error) {
	if len(s.Exports) == 0 {
		return Report{Skipped: true}, nil
	}
	today := startOfDay(now)
	yesterday := today.AddDate(0, 0, -1)
	exports, err := s.Store.ExportsSince(ctx, yesterday)
	if err != nil {
		return Report{}, err
	}
	report := Report{Skipped: true}
	for _, day := range []time.Time{yesterday, today} {
		registers, over := s.exportsOver(exports, day, now)
		if !over {
			continue
		}
		told, err := s.claim(ctx, now, day, store.SummaryOfExports, registers)
		if err != nil {
			return Report{}, err
		}
		report.Done, report.Skipped = report.Done+told, false
	}
	return report, nil
}

// exportsOver reports whether all exports of a day have been opened and are closed, and which
// registers they are of.
func (s *Summary) exportsOver(exports []store.ClosedExport, day, now time.Time) (registers []string, over bool) {
	end := day.AddDate(0, 0, 1)
	last := map[string]time.Time{}
	for _, e := range exports {
		if e.DueAt.Before(day) || !e.DueAt.Before(end) {
			continue
		}
		if !e.Closed {
			return nil, false
		}
		if last[e.Register].IsZero() {
			registers = append(registers, e.Register)
		}
		last[e.Register] = e.DueAt
	}
	for register, next := range s.Exports {
		var due time.Time
		for t := next(day.Add(-time.Second)); !t.IsZero() && t.Before(end); t = next(t) {
			if t.After(now) {
				return nil, false // more is to come
			}
			due = t
		}
		if due.After(last[string(register)]) {
			return nil, false // not opened yet
		}
	}
	slices.Sort(registers)
	return registers, len(registers) > 0
}

// ofSchedule tells at the time of the schedule of what no export tells.
func (s *Summary) ofSchedule(ctx context.Context, now time.Time) (Report, error) {
	day := startOfDay(now)
	due := s.Due(day.Add(-time.Second))
	if due.After(now) || due.Sub(day) >= 24*time.Hour || now.Sub(due) > summaryLate {
		return Report{Skipped: true}, nil
	}
	registers, err := s.untold(ctx, now)
	if err != nil || len(registers) == 0 {
		return Report{Skipped: err == nil}, err
	}
	told, err := s.claim(ctx, now, day, store.SummaryOfSchedule, registers)
	return Report{Done: told}, err
}

// summaryLate is how long after its time a summary is still told, by a gateway that starts late
// or a command that failed.
const summaryLate = 4 * time.Hour

// untold are registers without export times, and those whose exports are not closed or were
// not told of.
func (s *Summary) untold(ctx context.Context, now time.Time) (registers []string, err error) {
	var open map[string]bool
	if len(s.Exports) > 0 {
		if open, err = s.openExports(ctx, now); err != nil {
			return nil, err
		}
	}
	for _, r := range egisso.Registers() {
		if s.Exports[r] == nil || open[string(r)] {
			registers = append(registers, string(r))
		}
	}
	slices.Sort(registers)
	return registers, nil
}

func (s *Summary) openExports(ctx context.Context, now time.Time) (map[string]bool, error) {
	today := startOfDay(now)
	yesterday := today.AddDate(0, 0, -1)
	exports, err := s.Store.ExportsSince(ctx, today.Add(-exportsRemembered))
	if err != nil {
		return nil, err
	}
	told, err := s.Store.SummaryTold(ctx, yesterday, store.SummaryOfExports)
	if err != nil {
		return nil, err
	}
	open := map[string]bool{}
	for _, e := range exports {
		ofYesterday := !e.DueAt.Before(yesterday) && e.DueAt.Before(today)
		if !e.Closed && e.DueAt.Before(today) || ofYesterday && !told {
			open[e.Register] = true
		}
	}
	return open, nil
}

// claim tells a summary unless some gateway did; it returns how many it told.
func (s *Summary) claim(ctx context.Context, now, day time.Time, of string, registers []string) (int, error) {
	mine, err := s.Store.ClaimSummary(ctx, day, of)
	if err != nil || !mine {
		return 0, err
	}
	if err := s.tell(ctx, now, of, registers); err != nil {
		return 0, errors.Join(err, s.Store.UnclaimSummary(context.WithoutCancel(ctx), day, of))
	}
	return 1, nil
}

func (s *Summary) tell(ctx context.Context, now time.Time, of string, registers []string) error {
	if _, err := s.Store.CountPackages(ctx); err != nil {
		return err
	}
	lines, err := s.Store.DaySummary(ctx)
	if err != nil {
		return err
	}
	// What needs somebody is told with each.
	lines = slices.DeleteFunc(lines, func(l store.SummaryLine) bool {
		return l.Section != store.SummaryNeeds && !slices.Contains(registers, l.Subject)
	})
	text, err := json.Marshal(SummaryMessage{EventSummary, of, registers, now, now.Add(-24 * time.Hour), s.Host, s.Version, lines})
	if err != nil {
		return err
	}
	return s.Send(ctx, append(text, '\n'))
}
