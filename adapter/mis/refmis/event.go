package refmis

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egissogw/adapter/egisso"
)

// Event is something that happens in the reference МИС and that ЕГИССО is to be
// told of. The statement that makes it happen is sql/event_<event>.sql.
type Event string

// Events of facts: what happens to prescriptions, their patients and benefits.
// They take the ids of prescriptions. Dates are in the middle of the
// prescription's term.
const (
	PatientDied       Event = "death"
	PatientMoved      Event = "moved"
	BenefitClosed     Event = "closed"
	BenefitReplaced   Event = "replaced"
	BenefitIneligible Event = "ineligible"
	BenefitTermOver   Event = "term_over"
	BenefitRefused    Event = "refused"
	RecipeExpired     Event = "expired"
	RecipeDuplicate   Event = "duplicate" // merged into another one under the same benefit, which must exist
)

// Events of the other registers. They take the ids of their records.
const (
	OrganizationRenamed     Event = "organization_renamed"
	OrganizationPointClosed Event = "organization_point_closed" // the first point provides no measure any more
	OrganizationDeleted     Event = "organization_deleted"
	ParticipantMoved        Event = "participant_moved"
	ParticipantExcluded     Event = "participant_excluded"
	PointRescheduled        Event = "point_rescheduled"
	PointClosed             Event = "point_closed"
)

// factEvents are the events of facts, in the order ApplyEvents makes them happen.
var factEvents = []Event{
	PatientDied, PatientMoved, BenefitClosed, BenefitReplaced, BenefitIneligible, BenefitTermOver, BenefitRefused, RecipeExpired, RecipeDuplicate,
}

// Execer is a connection or a transaction.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Happen makes the event happen to the records. It fails if there are none.
func Happen(ctx context.Context, conn Execer, event Event, ids ...int64) error {
	return affect(ctx, conn, "event_"+string(event), ids)
}

// GiveCode notes the code ЕГИССО gave an organisation that grants measures.
func GiveCode(ctx context.Context, conn Execer, participant int64, code string) error {
	return affect(ctx, conn, "give_code", participant, code)
}

// affect runs a statement that must change something.
func affect(ctx context.Context, conn Execer, name string, args ...any) error {
	text, err := query(name)
	if err != nil {
		return err
	}
	tag, err := conn.Exec(ctx, text, args...)
	switch {
	case err != nil:
		return fmt.Errorf("run %s: %w", name, err)
	case tag.RowsAffected() == 0:
		return fmt.Errorf("run %s: there is no such record", name)
	}
	return nil
}

// Endings says how many facts ended, or were found to be there twice, for which
// reason. A death ends every fact of the patient that had not run out.
type Endings map[egisso.Cause]int

// ErrTooFew means that there are not as many patients as something is to happen to.
var ErrTooFew = errors.New("too few patients")

// ApplyEvents makes every event of facts happen to the last prescriptions of n
// patients each, in one transaction, and returns what must follow if ЕГИССО had
// accepted every prescription that was right before. Whom it chooses depends on
// the seed and on the database. It fails with ErrTooFew if there are not enough
// patients left to whom nothing has happened, and nothing has happened then.
func ApplyEvents(ctx context.Context, conn *pgx.Conn, seed uint64, n int) (Endings, error) {
	done := Endings{}
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		recipes, patients, err := lastRecipes(ctx, tx, seed, n*len(factEvents))
		if err != nil {
			return err
		}
		before, err := endings(ctx, tx, patients)
		if err != nil {
			return err
		}
		for _, event := range factEvents {
			if err := Happen(ctx, tx, event, recipes[:n]...); err != nil {
				return err
			}
			recipes = recipes[n:]
		}
		after, err := endings(ctx, tx, patients)
		for key, reason := range after {
			if before[key] != reason {
				done[reason]++
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("let things happen in the reference МИС: %w", err)
	}
	return done, nil
}

// lastRecipes chooses prescriptions and gives their patients too.
func lastRecipes(ctx context.Context, tx pgx.Tx, seed uint64, n int) (recipes, patients []int64, err error) {
	text, err := query("last_recipes")
	if err != nil {
		return nil, nil, err
	}
	rows, err := tx.Query(ctx, text, strconv.FormatUint(seed, 10), n)
	if err != nil {
		return nil, nil, fmt.Errorf("choose prescriptions: %w", err)
	}
	var recipe, patient int64
	_, err = pgx.ForEachRow(rows, []any{&recipe, &patient}, func() error {
		recipes, patients = append(recipes, recipe), append(patients, patient)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("choose prescriptions: %w", err)
	}
	if len(recipes) < n {
		return nil, nil, fmt.Errorf("%w: %d patients are wanted, %d are left", ErrTooFew, n, len(recipes))
	}
	return recipes, patients, nil
}

// endings returns how the facts of the patients ended, by key.
func endings(ctx context.Context, tx pgx.Tx, patients []int64) (map[string]egisso.Cause, error) {
	text, err := query("endings")
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, text, patients)
	if err != nil {
		return nil, fmt.Errorf("look how facts ended: %w", err)
	}
	found := map[string]egisso.Cause{}
	var key, reason string
	_, err = pgx.ForEachRow(rows, []any{&key, &reason}, func() error {
		found[key] = egisso.Cause(reason)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look how facts ended: %w", err)
	}
	return found, nil
}
