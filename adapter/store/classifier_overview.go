package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// ClassifierOverview is what people see of the classifier.
type ClassifierOverview struct {
	Versions      []KMSZVersionLine   `json:"versions"` // newest first
	Periodicities int                 `json:"periodicities"`
	Units         int                 `json:"units"`
	Requests      []ClassifierRequest `json:"requests"`
	Invalid       []InvalidMeasure    `json:"invalid_measures"`
	Notes         []ClassifierNote    `json:"notes"` // newest first
}

// KMSZVersionLine is a row of the view kmsz_versions.
type KMSZVersionLine struct {
	Number      int        `json:"version"`
	Status      string     `json:"-"` // Russian
	Active      bool       `json:"active"`
	StartDate   time.Time  `json:"start_date"`
	FinishDate  *time.Time `json:"finish_date"`
	Document    string     `json:"document"`
	Source      string     `json:"source"`
	ReceivedAt  time.Time  `json:"received_at"`
	ActivatedAt *time.Time `json:"activated_at"`
	Measures    int        `json:"measures"`
	Parts       int        `json:"parts"`
	Categories  int        `json:"categories"`
	Levels      int        `json:"levels"`
	Funding     int        `json:"funding"`
	Forms       int        `json:"forms"`
	Rules       int        `json:"rules"`
}

// InvalidMeasure is a finding on a local measure of ours under a version that is
// or will be in force, a row of the view kmsz_invalid.
type InvalidMeasure struct {
	Version  int    `json:"version"`
	Active   bool   `json:"active"`
	Key      string `json:"row_key"`
	RecordNo string `json:"record_no"`
	Title    string `json:"title"`
	Code     string `json:"code"`
	Type     string `json:"-"` // Russian
	Comment  string `json:"comment"`
	Severity string `json:"severity"` // error, warning
}

// ClassifierOverview reads what is known of the classifier in one snapshot, with
// so many of the newest notes.
func (s *Store) ClassifierOverview(ctx context.Context, notes int) (o ClassifierOverview, err error) {
	err = s.snapshot(ctx, "read what is known of the classifier", func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, query("kmsz_dictionaries")).Scan(&o.Periodicities, &o.Units); err != nil {
			return err
		}
		if o.Versions, err = listOf[KMSZVersionLine](ctx, tx, "kmsz_versions"); err != nil {
			return err
		}
		if o.Requests, err = listOf[ClassifierRequest](ctx, tx, "classifier_requests"); err != nil {
			return err
		}
		if o.Invalid, err = listOf[InvalidMeasure](ctx, tx, "kmsz_invalid"); err != nil {
			return err
		}
		o.Notes, err = listOf[ClassifierNote](ctx, tx, "classifier_notes", notes)
		return err
	})
	return o, err
}

// listOf reads all rows of a query into values, column by column.
func listOf[T any](ctx context.Context, tx pgx.Tx, name string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, query(name), args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}
