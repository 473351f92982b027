package jobs

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
)

// Settle lets removals go of rows that have been gone for Term. Each is looked for in the
// source once more by its key: one that is there was missed, and its register is
// reconciled instead.
type Settle struct {
	Source *mis.Source
	Store  *store.Store
	Term   time.Duration
	Log    *slog.Logger
}

// settleRows is how many rows are looked for at once.
const settleRows = 500

// Name implements Job.
func (Settle) Name() string { return "settle" }

// Run implements Job. Done counts removals that go.
func (s Settle) Run(ctx context.Context) (report Report, err error) {
	if settling, err := s.Store.AnySettling(ctx); err != nil || !settling {
		return report, err
	}
	for _, register := range egisso.Registers() {
		for after := ""; ; {
			keys, err := s.Store.Settling(ctx, register, s.Term, after, settleRows)
			if err != nil {
				return report, err
			}
			if len(keys) == 0 {
				break
			}
			after = keys[len(keys)-1]
			gone, err := s.gone(ctx, register, keys, &report)
			if err != nil {
				return report, err
			}
			if len(gone) == 0 {
				continue
			}
			if err := s.Store.Settled(ctx, register, gone); err != nil {
				return report, err
			}
			report.Done += len(gone)
		}
	}
	return report, nil
}

// gone are those of the keys the source does not show.
func (s Settle) gone(ctx context.Context, register egisso.Register, keys []string, report *Report) ([]string, error) {
	alive, err := s.Source.Alive(ctx, register, keys)
	if err != nil || len(alive) == 0 {
		return keys, err
	}
	s.Log.Warn("rows that are to be removed are in the source: its register is reconciled", "register", register, "rows", len(alive))
	report.Wakes = []string{Reconcile{}.Name()}
	return slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(alive, key) }), s.Store.OweReconciliation(ctx, register, false)
}
