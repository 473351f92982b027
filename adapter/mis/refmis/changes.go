package refmis

import (
	"context"
	"embed"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
)

//go:embed sql/*.sql
var queries embed.FS

func query(name string) (string, error) {
	text, err := queries.ReadFile("sql/" + name + ".sql")
	if err != nil {
		return "", fmt.Errorf("read the query %s: %w", name, err)
	}
	return string(text), nil
}

// Changes says what ApplyChanges did and so what must follow, if ЕГИССО had
// accepted every prescription that was right before.
type Changes struct {
	Altered         int `json:"altered"`         // facts with other content: an alteration each
	Cancelled       int `json:"cancelled"`       // prescriptions cancelled: an invalidation each
	Deleted         int `json:"deleted"`         // prescriptions deleted: an invalidation each
	Added           int `json:"added"`           // new prescriptions: a fact each
	Corrected       int `json:"corrected"`       // bad prescriptions put right: a fact each
	Touched         int `json:"touched"`         // benefits changed in what no fact shows: nothing follows
	MeasureVersions int `json:"measureVersions"` // local measures with another text: a new version each

	// CorrectedKinds says how many of the corrected ones were wrong in each way.
	CorrectedKinds map[Kind]int `json:"correctedKinds"`
}

// Alterations is the number of alteration events that must follow.
func (c Changes) Alterations() int { return c.Altered }

// Invalidations is the number of invalidation events that must follow.
func (c Changes) Invalidations() int { return c.Cancelled + c.Deleted }

// NewFacts is the number of facts that must be accepted for the first time.
func (c Changes) NewFacts() int { return c.Added + c.Corrected }

// ApplyChanges changes about n prescriptions, less if there are not as many, and
// one local measure, in one transaction. What it chooses depends on the seed and
// on the database. It may be called again and again.
func ApplyChanges(ctx context.Context, conn *pgx.Conn, seed uint64, n int) (Changes, error) {
	var done Changes
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		c := changer{tx: tx, seed: seed}
		if err := c.change(ctx, n); err != nil {
			return err
		}
		done = c.done
		return nil
	})
	if err != nil {
		return Changes{}, fmt.Errorf("change the reference МИС: %w", err)
	}
	return done, nil
}

type changer struct {
	tx   pgx.Tx
	seed uint64
	done Changes
}

// change makes of ten changes three of the quantity, one of the price, one of
// the drug, one cancellation, one deletion, one addition, one of nothing that
// matters, and one correction of a bad prescription.
func (c *changer) change(ctx context.Context, n int) error {
	part := max(n/10, 1)
	var good []int64
	text, err := query("good_recipes")
	if err != nil {
		return err
	}
	rows, err := c.tx.Query(ctx, text, strconv.FormatUint(c.seed, 10), 9*part)
	if err == nil {
		good, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return fmt.Errorf("choose prescriptions: %w", err)
	}
	steps := []struct {
		query string
		parts int
		count *int
	}{
		{"change_quantity", 3, &c.done.Altered},
		{"change_price", 1, &c.done.Altered},
		{"change_drug", 1, &c.done.Altered},
		{"add", 1, &c.done.Added},
		{"touch", 1, &c.done.Touched},
		{"cancel", 1, &c.done.Cancelled},
		{"delete", 1, &c.done.Deleted},
	}
	for _, step := range steps {
		take := min(step.parts*part, len(good))
		if *step.count, err = c.run(ctx, *step.count, step.query, good[:take]); err != nil {
			return err
		}
		good = good[take:]
	}
	if err := c.correct(ctx, part); err != nil {
		return err
	}
	c.done.MeasureVersions, err = c.run(ctx, 0, "change_measure", int64(1+c.seed%measures))
	return err
}

// run runs a query and returns count plus the rows it affected.
func (c *changer) run(ctx context.Context, count int, name string, args ...any) (int, error) {
	text, err := query(name)
	if err != nil {
		return 0, err
	}
	tag, err := c.tx.Exec(ctx, text, args...)
	if err != nil {
		return 0, fmt.Errorf("run %s: %w", name, err)
	}
	return count + int(tag.RowsAffected()), nil
}

// correct puts some bad prescriptions right.
func (c *changer) correct(ctx context.Context, n int) error {
	text, err := query("bad_recipes")
	if err != nil {
		return err
	}
	rows, err := c.tx.Query(ctx, text, strconv.FormatUint(c.seed, 10), n)
	if err != nil {
		return fmt.Errorf("choose bad prescriptions: %w", err)
	}
	var ids []int64
	var numbers []string
	kinds := map[Kind]int{}
	var id int64
	var kind string
	_, err = pgx.ForEachRow(rows, []any{&id, &kind}, func() error {
		ids = append(ids, id)
		kinds[Kind(kind)]++
		// The generator's people have numbers below 900000000.
		numbers = append(numbers, snils(900_000_000+int(id%99_999_999)))
		return nil
	})
	if err != nil {
		return fmt.Errorf("choose bad prescriptions: %w", err)
	}
	if _, err := c.run(ctx, 0, "correct_patient", ids, numbers); err != nil {
		return err
	}
	if _, err := c.run(ctx, 0, "correct_privilege", ids); err != nil {
		return err
	}
	if _, err := c.run(ctx, 0, "correct_recipe", ids); err != nil {
		return err
	}
	c.done.CorrectedKinds = kinds
	c.done.Corrected, err = c.run(ctx, 0, "forget_planted", ids)
	return err
}
