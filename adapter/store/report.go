package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ReportLine is a row of view egisso.fact_report: facts of a month, a provider and a measure.
type ReportLine struct {
	Month        time.Time `json:"month"` // its first day
	Provider     string    `json:"provider"`
	MeasureKey   string    `json:"measure_key"` // in the source; "" if it is not known
	MeasureNo    string    `json:"measure_no"`
	MeasureCode  string    `json:"measure_code"`
	MeasureTitle string    `json:"measure_title"`
	Sent         int       `json:"sent"`
	Accepted     int       `json:"accepted"`
	Rejected     int       `json:"rejected"`
	Unanswered   int       `json:"unanswered"`
	Late         *int      `json:"late"` // nil: there is no term
}

// FactReport is what was sent in the months from one to another, both named by their first days.
func (s *Store) FactReport(ctx context.Context, from, to time.Time) ([]ReportLine, error) {
	rows, err := s.pool.Query(ctx, query("fact_report"), from, to)
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ReportLine])
	if err != nil {
		return nil, fmt.Errorf("read the report: %w", err)
	}
	return list, nil
}

// SummaryLine is a row of view egisso.day_summary.
type SummaryLine struct {
	Section string `json:"section"` // one of the constants below
	Who     string `json:"who"`     // Russian: who has to do something; "" nobody
	Subject string `json:"subject"`
	Text    string `json:"text"` // Russian, the gateway's own words
	Count   int    `json:"count"`
}

// Values of SummaryLine.Section, in their order.
const (
	SummaryLeft     = "left"
	SummaryReturned = "returned"
	SummaryWaiting  = "waiting"
	SummaryNeeds    = "needs"
)

// DaySummary is what left and came back within a day, and what needs whom.
func (s *Store) DaySummary(ctx context.Context) ([]SummaryLine, error) {
	rows, err := s.pool.Query(ctx, query("day_summary"))
	if err != nil {
		return nil, fmt.Errorf("read the summary of the day: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[SummaryLine])
	if err != nil {
		return nil, fmt.Errorf("read the summary of the day: %w", err)
	}
	return list, nil
}

// countedAtOnce is how many packages one transaction counts.
const countedAtOnce = 20

// CountPackages counts for reports what has become of packages since it did last.
func (s *Store) CountPackages(ctx context.Context) (packages int, err error) {
	for {
		var n int
		if err := s.pool.QueryRow(ctx, query("count_packages"), countedAtOnce).Scan(&n); err != nil {
			return packages, fmt.Errorf("count packages for reports: %w", err)
		}
		if packages += n; n == 0 {
			return packages, nil
		}
	}
}

// SetReportTerm says within how many days of its decision a fact is to be accepted; 0: no term.
func (s *Store) SetReportTerm(ctx context.Context, days int) error {
	var term *int
	if days > 0 {
		term = &days
	}
	if _, err := s.pool.Exec(ctx, query("set_report_term"), term); err != nil {
		return fmt.Errorf("set the term of reports: %w", err)
	}
	return nil
}

// What a summary is told of: the exports of a day, or a day by the schedule.
const (
	SummaryOfExports  = "exports"
	SummaryOfSchedule = "schedule"
)

// ClosedExport is an export and whether all that leaves with it has an end.
type ClosedExport struct {
	Register string
	DueAt    time.Time
	Closed   bool
}

// ExportsSince are the exports due since then, the oldest first.
func (s *Store) ExportsSince(ctx context.Context, since time.Time) ([]ClosedExport, error) {
	rows, err := s.pool.Query(ctx, query("exports_since"), since)
	if err != nil {
		return nil, fmt.Errorf("read the exports of the day: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ClosedExport])
	if err != nil {
		return nil, fmt.Errorf("read the exports of the day: %w", err)
	}
	return list, nil
}

// SummaryTold reports whether some gateway told it.
func (s *Store) SummaryTold(ctx context.Context, day time.Time, of string) (told bool, err error) {
	if err := s.pool.QueryRow(ctx, query("summary_told"), day, of).Scan(&told); err != nil {
		return false, fmt.Errorf("read the summaries told: %w", err)
	}
	return told, nil
}

// ClaimSummary reports whether this gateway is to tell the summary of a day.
func (s *Store) ClaimSummary(ctx context.Context, day time.Time, of string) (bool, error) {
	tag, err := s.pool.Exec(ctx, query("claim_summary"), day, of)
	if err != nil {
		return false, fmt.Errorf("note the summary of the day: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// UnclaimSummary takes that back: it was not told.
func (s *Store) UnclaimSummary(ctx context.Context, day time.Time, of string) error {
	if _, err := s.pool.Exec(ctx, query("unclaim_summary"), day, of); err != nil {
		return fmt.Errorf("take back the summary of the day: %w", err)
	}
	return nil
}
