package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
)

// ExportTimes say when the next export of a register is due after a moment. A register that
// is not in it has no exports: its packages leave whenever something is ready.
type ExportTimes map[egisso.Register]func(time.Time) time.Time

// longestMissed is how far back times are looked for that were missed.
const longestMissed = 400 * 24 * time.Hour

// Exports opens exports whose time has come by now, and returns the number of the one that
// leaves now, by register; 0 before the first. A time that was missed counts, the last one
// of several; one before the gateway knew the schedule does not.
func (s *Store) Exports(ctx context.Context, times ExportTimes, now time.Time) (map[egisso.Register]int64, error) {
	numbers := map[egisso.Register]int64{}
	if len(times) == 0 {
		if _, err := s.pool.Exec(ctx, query("forget_export_plans"), []egisso.Register{}); err != nil {
			return nil, fmt.Errorf("forget export times: %w", err)
		}
		return numbers, nil
	}
	if err := s.inTx(ctx, "open exports", func(tx pgx.Tx) error {
		registers := make([]egisso.Register, 0, len(times))
		for _, register := range egisso.Registers() {
			if times[register] == nil {
				continue
			}
			registers = append(registers, register)
			numbers[register] = 0
			if err := openExport(ctx, tx, register, times[register], now); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, query("forget_export_plans"), registers); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, query("open_exports"))
		if err != nil {
			return err
		}
		var register egisso.Register
		var id int64
		_, err = pgx.ForEachRow(rows, []any{&register, &id}, func() error {
			if _, planned := numbers[register]; planned {
				numbers[register] = id
			}
			return nil
		})
		return err
	}); err != nil {
		return nil, err
	}
	return numbers, nil
}

func openExport(ctx context.Context, tx pgx.Tx, register egisso.Register, next func(time.Time) time.Time, now time.Time) error {
	if _, err := tx.Exec(ctx, query("plan_export"), register, next(now), now); err != nil {
		return err
	}
	var met time.Time
	if err := tx.QueryRow(ctx, query("last_export_time"), register).Scan(&met); err != nil {
		return err
	}
	var due time.Time
	met = later(met, now.Add(-longestMissed))
	for t := next(met); !t.IsZero() && !t.After(now); t = next(t) {
		due = t
	}
	if due.IsZero() {
		return nil
	}
	_, err := tx.Exec(ctx, query("open_export"), register, due)
	return err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Export is one export of a register.
type Export struct {
	ID       int64      `json:"id"`
	Register string     `json:"register"`
	Title    string     `json:"-"`    // Russian name of the register
	Kind     string     `json:"kind"` // first, changes
	DueAt    time.Time  `json:"due_at"`
	OpenedAt time.Time  `json:"opened_at"`
	Records  int        `json:"records"` // in its packages; those sent again count again
	Accepted int        `json:"accepted"`
	Rejected int        `json:"rejected"`
	Packages int        `json:"packages"`
	Status   string     `json:"-"`         // Russian
	ClosedAt *time.Time `json:"closed_at"` // nil while packages are open
}

// ListExports returns the last exports, newest first.
func (s *Store) ListExports(ctx context.Context, limit int) ([]Export, error) {
	rows, err := s.pool.Query(ctx, query("exports"), limit)
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Export])
	if err != nil {
		return nil, fmt.Errorf("list exports: %w", err)
	}
	return list, nil
}
