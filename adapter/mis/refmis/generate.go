package refmis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Options say what Generate makes.
type Options struct {
	Seed  uint64
	Facts int // prescriptions

	// Since is the first day of the year the prescriptions are written in;
	// 2025-01-01 if zero.
	Since time.Time
	// Defects is how many prescriptions of each kind are wrong. If it is nil, one
	// of 250 is wrong in each way, and at least one. With any of them, some records
	// of the other registers are wrong too: Manifest.BadRecords.
	Defects map[Kind]int
	// Service adds a fifth measure, in the form of a service.
	Service bool
}

const (
	yearDays         = 365
	factsPerPatient  = 6
	factsPerDefect   = 250
	measures         = 4
	measuresExtended = 5
)

// What 10_world.sql and 12_registers.sql hold of the other registers.
const (
	participants  = 2
	organizations = 3
	points        = 2
)

// generator makes rows from the seed and their number.
type generator struct {
	seed     uint64
	since    time.Time
	facts    int
	patients int // the ones of good prescriptions; every bad one has its own after them
	benefits []benefit
	plan     plan
}

// kindOf returns what is wrong about the prescription of the n-th patient, "" if
// nothing.
func (g *generator) kindOf(n int) Kind {
	if n < g.patients {
		return ""
	}
	return g.plan.kinds[n-g.patients]
}

// Generate fills an installed reference МИС. Rows are made while they are
// copied: memory does not depend on how many there are.
func Generate(ctx context.Context, conn *pgx.Conn, o Options) (Manifest, error) {
	g, manifest, err := newGenerator(o)
	if err != nil {
		return Manifest{}, fmt.Errorf("generate the reference МИС: %w", err)
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		files := []string{"10_world.sql"}
		if o.Service {
			files = append(files, "11_service.sql")
		}
		files = append(files, "12_registers.sql")
		if len(manifest.Bad) > 0 {
			files = append(files, "13_register_defects.sql")
		}
		if err := run(ctx, tx, files...); err != nil {
			return err
		}
		return g.copyAll(ctx, tx)
	})
	if err != nil {
		return Manifest{}, fmt.Errorf("generate the reference МИС: %w", err)
	}
	return manifest, nil
}

func newGenerator(o Options) (*generator, Manifest, error) {
	if o.Facts < 0 {
		return nil, Manifest{}, fmt.Errorf("%d facts", o.Facts)
	}
	if o.Since.IsZero() {
		o.Since = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Defects == nil {
		o.Defects = map[Kind]int{}
		if o.Facts >= 2*len(defects) {
			for _, d := range defects {
				o.Defects[d.Kind] = max(o.Facts/factsPerDefect, 1)
			}
		}
	}
	manifest := Manifest{Measures: measures, Facts: o.Facts, Participants: participants, Organizations: organizations, Points: points}
	for _, d := range defects {
		if d.Count = o.Defects[d.Kind]; d.Count > 0 {
			manifest.Bad = append(manifest.Bad, d)
		}
	}
	if len(manifest.Bad) > 0 {
		manifest.plantRecords()
	}
	if manifest.BadFacts() > o.Facts {
		return nil, Manifest{}, fmt.Errorf("%d defects for %d facts", manifest.BadFacts(), o.Facts)
	}
	g := &generator{
		seed: o.Seed, since: o.Since, facts: o.Facts,
		patients: max(o.Facts/factsPerPatient, 1),
		benefits: benefits,
		plan:     newPlan(o.Seed, o.Facts, o.Defects),
	}
	if o.Service {
		manifest.Measures = measuresExtended
		g.benefits = append(append([]benefit(nil), benefits...), service)
	}
	return g, manifest, nil
}

// copyAll copies the tables in the order of their references.
func (g *generator) copyAll(ctx context.Context, tx pgx.Tx) error {
	people := g.patients + len(g.plan.kinds)
	tables := []struct {
		name    string
		columns []string
		rows    int
		row     func(int) []any
	}{
		{"patient", patientColumns, people, g.patientRow},
		{"patient_privilege", privilegeColumns, people, g.privilegeRow},
		{"patient_address", addressColumns, g.patients / patientsPerAddress, g.addressRow},
		{"privilege_basis", basisColumns, (g.patients - 1) / patientsPerBasis, g.basisRow},
		{"recipe", recipeColumns, g.facts, g.recipeRow},
	}
	for _, t := range tables {
		if err := copyTable(ctx, tx, t.name, t.columns, t.rows, t.row); err != nil {
			return err
		}
	}
	if err := g.notePlanted(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `analyze mis.patient, mis.patient_privilege, mis.recipe, mis.drug, mis.egisso_mapping, mis.egisso_change`)
	if err != nil {
		return fmt.Errorf("analyze the tables: %w", err)
	}
	return nil
}

// copyTable copies rows 0 to n-1 of a table.
func copyTable(ctx context.Context, tx pgx.Tx, table string, columns []string, n int, row func(int) []any) error {
	next := 0
	source := pgx.CopyFromFunc(func() ([]any, error) {
		if next == n {
			return nil, nil
		}
		next++
		return row(next - 1), nil
	})
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"mis", table}, columns, source); err != nil {
		return fmt.Errorf("copy into mis.%s: %w", table, err)
	}
	return nil
}

// notePlanted writes down which prescriptions are wrong.
func (g *generator) notePlanted(ctx context.Context, tx pgx.Tx) error {
	return copyTable(ctx, tx, "planted_defect", []string{"recipe_id", "kind"}, len(g.plan.kinds), func(number int) []any {
		place := dice(g.plan.seed, tablePlan, number+1).IntN(g.plan.stride)
		return []any{int64(firstRecipe + number*g.plan.stride + place + 1), string(g.plan.kinds[number])}
	})
}
