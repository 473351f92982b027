package refmis

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// AddRecipes issues n more prescriptions, less if there are not as many good ones
// to repeat, and returns how many of them mean which local measure, by its key.
// What it chooses depends on the seed and on the database.
func AddRecipes(ctx context.Context, conn *pgx.Conn, seed uint64, n int) (byMeasure map[string]int, err error) {
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var last int64
		if err := tx.QueryRow(ctx, "select max(id) from mis.recipe").Scan(&last); err != nil {
			return err
		}
		text, err := query("good_recipes")
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, text, strconv.FormatUint(seed, 10), n)
		if err != nil {
			return err
		}
		good, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		if _, err := (&changer{tx: tx}).run(ctx, 0, "add", good); err != nil {
			return err
		}
		byMeasure, err = measuresAfter(ctx, tx, last)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("add prescriptions to the reference МИС: %w", err)
	}
	return byMeasure, nil
}

// measuresAfter counts the measures prescriptions after the given one mean.
func measuresAfter(ctx context.Context, tx pgx.Tx, last int64) (map[string]int, error) {
	text, err := query("measures_after")
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, text, last)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	var measure string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&measure, &n}, func() error {
		counts[measure] = n
		return nil
	})
	return counts, err
}
