package world

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/mis/refmis"
)

// Change changes about n prescriptions and a measure of the МИС.
func (w *World) Change(ctx context.Context, n int) error {
	return w.source(ctx, func(conn *pgx.Conn) error {
		w.seed++
		done, err := refmis.ApplyChanges(ctx, conn, w.seed, n)
		w.Removed += done.Invalidations()
		return err
	})
}

// Add issues n more prescriptions.
func (w *World) Add(ctx context.Context, n int) error {
	return w.source(ctx, func(conn *pgx.Conn) error {
		w.seed++
		_, err := refmis.AddRecipes(ctx, conn, w.seed, n)
		return err
	})
}

// Edit runs a statement in the МИС.
func (w *World) Edit(ctx context.Context, statement string, args ...any) error {
	if _, err := w.Source.Exec(ctx, statement, args...); err != nil {
		return fmt.Errorf("change the МИС: %w", err)
	}
	return nil
}

// More prescribes one package more to every n-th prescription that assigns
// something, beginning with the given one.
func (w *World) More(ctx context.Context, begin, n int) error {
	return w.Edit(ctx, `update mis.recipe set pack_qty = pack_qty + 1, upd_dt = now()
		where status <> 4 and not is_deleted and id % $2 = $1
		  and id not in (select recipe_id from mis.planted_defect)`, begin, n)
}
