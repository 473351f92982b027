package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Numbers are what can be counted often: nothing in them reads as many rows as there are records.
type Numbers struct {
	Findings   []Finding
	Packages   []Count
	OldestOpen *time.Time // package without an outcome; nil: there is none
	Jobs       []JobState
	Signing    bool // the switch
}

// Numbers reads them in one snapshot.
func (s *Store) Numbers(ctx context.Context) (n Numbers, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		found, err := tx.Query(ctx, query("health"))
		if err != nil {
			return err
		}
		if n.Findings, err = pgx.CollectRows(found, pgx.RowToStructByPos[Finding]); err != nil {
			return err
		}
		if n.Packages, err = packageCounts(ctx, tx); err != nil {
			return err
		}
		jobs, err := tx.Query(ctx, query("jobs"))
		if err != nil {
			return err
		}
		if n.Jobs, err = pgx.CollectRows(jobs, pgx.RowToStructByPos[JobState]); err != nil {
			return err
		}
		return tx.QueryRow(ctx, query("open_since")).Scan(&n.OldestOpen, &n.Signing)
	})
	if err != nil {
		return Numbers{}, fmt.Errorf("count what the gateway has: %w", err)
	}
	return n, nil
}

// RecordCounts counts the rows of the source by state, as status does. It reads those that are
// not simply accepted.
func (s *Store) RecordCounts(ctx context.Context) ([]Count, error) {
	return collect[Count](ctx, s, "record_counts")
}

// CompactCounts keeps short what the number of all rows is summed up from.
func (s *Store) CompactCounts(ctx context.Context) error {
	if _, err := s.pool.Exec(ctx, query("compact_row_totals")); err != nil {
		return fmt.Errorf("sum up the numbers of rows: %w", err)
	}
	return nil
}
