package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
)

// batchRows is how many source rows are stored at once; memory is bounded by it.
const batchRows = 500

// Collect reads rows that changed in the source since the cursor and stores
// what they say now. The cursor moves only after all rows before it are stored.
type Collect struct {
	Source *mis.Source
	Store  *store.Store
	Log    *slog.Logger
}

// Name implements Job.
func (Collect) Name() string { return "collect" }

// Run implements Job. Done counts rows whose content changed.
func (c Collect) Run(ctx context.Context) (Report, error) {
	var report Report
	for _, register := range []egisso.Register{egisso.RegisterMeasure, egisso.RegisterFact} {
		changed, err := c.collect(ctx, register)
		report.Done += changed
		if err != nil {
			return report, fmt.Errorf("collect register %s: %w", register, err)
		}
	}
	return report, nil
}

func (c Collect) collect(ctx context.Context, register egisso.Register) (changed int, err error) {
	position, err := c.Store.Cursor(ctx, register)
	if err != nil {
		return 0, err
	}
	from, err := mis.ParseCursor(position)
	if err != nil {
		return 0, err
	}
	batch := make([]store.SourceRow, 0, batchRows)
	flush := func() error {
		n, err := c.Store.SaveRows(ctx, register, batch)
		changed += n
		batch = batch[:0]
		return err
	}
	inBatch := map[string]bool{}
	next, err := c.Source.Changed(ctx, register, from, func(row mis.Row) error {
		if len(batch) == batchRows || inBatch[row.Key] {
			if err := flush(); err != nil {
				return err
			}
			clear(inBatch)
		}
		saved, err := sourceRow(row)
		if err != nil {
			return err
		}
		inBatch[row.Key] = true
		batch = append(batch, saved)
		return nil
	})
	if err != nil {
		return changed, err
	}
	if len(batch) > 0 {
		if err := flush(); err != nil {
			return changed, err
		}
	}
	if next.String() != position {
		if err := c.Store.SaveCursor(ctx, register, next.String()); err != nil {
			return changed, err
		}
	}
	if changed > 0 {
		c.Log.Info("source rows changed", "register", register, "rows", changed)
	}
	return changed, nil
}

// sourceRow turns a row of the source into its canonical form and hash.
func sourceRow(row mis.Row) (store.SourceRow, error) {
	saved := store.SourceRow{
		Key: row.Key, RecordNo: row.RecordNo, ChangedAt: row.ChangedAt, Deleted: row.Deleted, Findings: row.Findings, Provider: row.Provider,
	}
	if row.Deleted || egisso.Blocks(row.Findings) {
		return saved, nil
	}
	var content any
	var hash [32]byte
	switch {
	case row.Measure != nil:
		measure := row.Measure.Normalize()
		content, hash = measure, measure.ContentHash()
	case row.Fact != nil:
		fact := *row.Fact
		content, hash, saved.MeasureKey = fact, fact.ContentHash(), fact.MeasureKey
	default:
		return saved, fmt.Errorf("row %s has neither content nor findings", row.Key)
	}
	text, err := json.Marshal(content)
	if err != nil {
		return saved, fmt.Errorf("encode row %s: %w", row.Key, err)
	}
	saved.Content, saved.ContentHash = text, hash[:]
	return saved, nil
}
