package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"egissogw/cmd/torture/world"
)

// massScenarios are days on which much changes at once, meant or not.
var massScenarios = []Scenario{
	{
		Name: "mass-announced", Facts: 300, Gateways: 2,
		Happens: "a region recalculates every prescription once a year, and says so before; the day after a few prescriptions change",
		Holds:   "nobody is asked",
		World:   with(guarded), Play: accepted(announced),
	},
	{
		Name: "mass-held", Facts: 300, Gateways: 2,
		Happens: "every prescription changes at once, and nobody said so before",
		Holds:   "nothing leaves until a person lets it go, then exactly that; the next such day is asked about again",
		World:   with(guarded), Play: accepted(heldAndReleased),
	},
	{
		Name: "mass-dropped", Facts: 300, Gateways: 2,
		Happens: "the same, a person says that it is wrong, and the МИС takes it back days later",
		Holds:   "it never leaves, and a reconciliation does not ask again",
		World:   with(guarded), Play: accepted(heldAndDropped),
	},
	{
		Name: "mass-deleted", Facts: 300, Gateways: 2,
		Happens: "the МИС deletes many prescriptions in one transaction, by a slip and then in earnest",
		Holds:   "nothing is removed until a person says so; what comes back is not asked about any more",
		World:   with(guarded), Play: accepted(deletedAtOnce),
	},
	{
		Name: "mass-settling", Facts: 300, Gateways: 2,
		Happens: "prescriptions disappear and come back within the settling time, then go for good",
		Holds:   "what comes back costs nothing, and nothing is removed before the time is over",
		World:   with("EGISSOGW_SETTLE=" + settling.String()), Play: accepted(goneAndBack),
	},
	{
		Name: "mass-creeping", Facts: 300, ShortFacts: 150, Gateways: 2,
		Happens: "more changes than usual come a few at a time: alterations, then removals, while gateways are killed",
		Holds:   "no more than usual leaves until a person lets the rest go",
		World:   with(guarded), Play: accepted(creeping),
	},
}

// settling is the settling time of mass-settling.
const settling = 12 * time.Second

// alteration is what ЕГИССО calls a fact with other content.
const alteration = "alterationBasedOnPreviousErrors"

// altered counts the alterations ЕГИССО accepted.
func (p *play) altered() int { return len(p.Bus.Ledger().AcceptedIDs(alteration)) }

// announced recalculates what was announced.
func announced(ctx context.Context, p *play) error {
	before := p.altered()
	if _, err := p.Gateway.Exec(ctx, `select egisso.expect_changes('fact', 'alteration', 10000, now() + interval '1 day', 'ежегодный пересчёт')`); err != nil {
		return fmt.Errorf("announce: %w", err)
	}
	if err := p.More(ctx, 0, 1); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if n := p.altered() - before; n <= guardLeast {
		return fmt.Errorf("%d facts were altered: that is no mass change", n)
	}
	// The day after is an ordinary one.
	if _, err := p.Gateway.Exec(ctx, `update egisso.expected_change set until = clock_timestamp()`); err != nil {
		return fmt.Errorf("let the announced time pass: %w", err)
	}
	return p.More(ctx, 0, guardLeast)
}

// guardLeast is how many changes in the window are borne in any case.
const guardLeast = 20

const massHeld = `select exists (select from egisso.health where code = 'mass_change')`

// heldMass waits until changes of facts are held, lets some time pass, and returns how many
// are. None of them may have left.
func (p *play) heldMass(ctx context.Context, change string, left func() int) (held int, err error) {
	before := left()
	if err := p.Reached(ctx, "the mass change is held", massHeld); err != nil {
		return 0, err
	}
	if err := p.during(ctx, 4*time.Second); err != nil {
		return 0, err
	}
	if n := left() - before; n > 0 {
		return 0, fmt.Errorf("%d changes left though there are more than usual, and nobody was asked", n)
	}
	said, err := p.Run(ctx, "status")
	if err != nil {
		return 0, err
	}
	if !strings.Contains(said, "changes release fact "+change) {
		return 0, errors.New("status does not say what waits for a person")
	}
	const count = `select count(*) from egisso.record_status where register = 'fact' and egisso.record_held(state) and reason like '%L-MASS%'`
	err = p.Gateway.QueryRow(ctx, count).Scan(&held)
	if err == nil && held <= guardLeast {
		err = fmt.Errorf("%d facts are held, which is no mass change", held)
	}
	return held, err
}

// answerMass is a person's word about what is held.
func (p *play) answerMass(ctx context.Context, verb, change string) error {
	p.asked++
	_, err := p.Run(ctx, "changes", verb, "fact", change, "--all", "--reason", "проверка")
	return err
}

// heldAndReleased lets changes go that nobody had announced.
func heldAndReleased(ctx context.Context, p *play) error {
	for round := range 2 {
		if err := p.More(ctx, 0, 1); err != nil {
			return err
		}
		before := p.altered()
		held, err := p.heldMass(ctx, "alteration", p.altered)
		if err != nil {
			return err
		}
		if err := p.answerMass(ctx, "release", "alteration"); err != nil {
			return err
		}
		if round == 1 {
			break // the judge sees whether they left
		}
		if err := p.atRest(ctx); err != nil {
			return err
		}
		if n := p.altered() - before; n != held {
			return fmt.Errorf("%d changes were held, and %d left", held, n)
		}
	}
	return nil
}

// heldAndDropped has a person drop changes, which the МИС takes back later.
func heldAndDropped(ctx context.Context, p *play) error {
	before := p.altered()
	if err := p.More(ctx, 0, 1); err != nil {
		return err
	}
	if _, err := p.heldMass(ctx, "alteration", p.altered); err != nil {
		return err
	}
	if err := p.answerMass(ctx, "drop", "alteration"); err != nil {
		return err
	}
	if _, err := p.Run(ctx, "reconcile"); err != nil {
		return err
	}
	if err := p.during(ctx, 4*time.Second); err != nil {
		return err
	}
	var again bool
	if err := p.Gateway.QueryRow(ctx, massHeld).Scan(&again); err != nil {
		return err
	}
	if err := p.Edit(ctx, `update mis.recipe set pack_qty = pack_qty - 1, upd_dt = now()
		where status <> 4 and not is_deleted and id not in (select recipe_id from mis.planted_defect)`); err != nil {
		return err
	}
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if n := p.altered() - before; again || n > 0 {
		return fmt.Errorf("what a person dropped: asked again %t, %d left", again, n)
	}
	return nil
}

// deleteSome deletes prescriptions in one transaction and keeps a copy.
func (p *play) deleteSome(ctx context.Context, n int) error {
	return p.Edit(ctx, fmt.Sprintf(`drop table if exists mis.copy_of_recipe;
		create table mis.copy_of_recipe as select * from mis.recipe where status = 2 and not is_deleted and merged_into is null
			and id not in (select merged_into from mis.recipe where merged_into is not null) order by id limit %d;
		delete from mis.recipe where id in (select id from mis.copy_of_recipe)`, n))
}

// bringBack is the end of deleteSome.
func (p *play) bringBack(ctx context.Context) error {
	return p.Edit(ctx, `insert into mis.recipe table mis.copy_of_recipe`)
}

// deletedAtOnce deletes more than usual twice: the first time it was a slip.
func deletedAtOnce(ctx context.Context, p *play) error {
	const many = 2 * guardLeast
	if err := p.deleteSome(ctx, many); err != nil {
		return err
	}
	if _, err := p.heldMass(ctx, "removal", p.removedInEGISSO); err != nil {
		return err
	}
	if err := p.bringBack(ctx); err != nil {
		return err
	}
	if err := p.Reached(ctx, "nothing is asked any more", `select not exists (select from egisso.health where code = 'mass_change')`); err != nil {
		return err
	}
	if err := p.nothingRemoved(ctx); err != nil {
		return err
	}
	if err := p.deleteSome(ctx, many); err != nil {
		return err
	}
	before := p.removedInEGISSO()
	held, err := p.heldMass(ctx, "removal", p.removedInEGISSO)
	if err != nil {
		return err
	}
	if err := p.answerMass(ctx, "release", "removal"); err != nil {
		return err
	}
	p.Removed += held
	if err := p.atRest(ctx); err != nil {
		return err
	}
	if n := p.removedInEGISSO() - before; n != many {
		return fmt.Errorf("%d were deleted in the МИС, and %d removed in ЕГИССО", many, n)
	}
	return nil
}

// goneAndBack deletes and cancels prescriptions and takes it back in time.
func goneAndBack(ctx context.Context, p *play) error {
	sent := p.Bus.Ledger().Summary().Accepted
	if err := p.deleteSome(ctx, 10); err != nil {
		return err
	}
	if err := p.Edit(ctx, `update mis.recipe set is_deleted = true where id in (select id from mis.recipe where status = 2 and not is_deleted order by id desc limit 10)`); err != nil {
		return err
	}
	const settles = `select count(*) >= 15 from egisso.record_status where register = 'fact' and reason like '%L-SETTLE%'`
	if err := p.Reached(ctx, "removals settle", settles); err != nil {
		return err
	}
	if err := errors.Join(p.bringBack(ctx), p.Edit(ctx, `update mis.recipe set is_deleted = false where id in (select id from mis.recipe where status = 2 order by id desc limit 10)`)); err != nil {
		return err
	}
	if err := p.during(ctx, settling+3*time.Second); err != nil {
		return err
	}
	if n := p.Bus.Ledger().Summary().Accepted - sent; n > 0 {
		return fmt.Errorf("%d messages left for rows that had come back in time", n)
	}
	if err := p.deleteSome(ctx, 10); err != nil {
		return err
	}
	gone := time.Now()
	p.Removed += 10
	err := world.Until(ctx, "they are removed", func(context.Context) (bool, error) { return p.removedInEGISSO() >= 10, p.revive() })
	if took := time.Since(gone); err == nil && took < settling {
		err = fmt.Errorf("they were removed after %s", took)
	}
	return err
}

// creeping lets changes come in small transactions, which are many together.
func creeping(ctx context.Context, p *play) error {
	const steps = 8
	altered := p.altered()
	for i := range steps {
		if err := errors.Join(p.More(ctx, i, steps), p.during(ctx, 1500*time.Millisecond)); err != nil {
			return err
		}
		p.Gateways[i%2].Murder()
	}
	if err := p.crept(ctx, "alteration", altered, p.altered); err != nil {
		return err
	}
	removed := p.removedInEGISSO()
	const some = 7
	for i := range steps {
		if err := errors.Join(p.deleteSome(ctx, some), p.during(ctx, 1500*time.Millisecond)); err != nil {
			return err
		}
		p.Gateways[i%2].Murder()
	}
	p.Removed += steps * some
	return p.crept(ctx, "removal", removed, p.removedInEGISSO)
}

// crept waits until changes are held, demands that no more left than are borne, and lets the
// rest go.
func (p *play) crept(ctx context.Context, change string, before int, left func() int) error {
	if err := errors.Join(p.revive(), p.Reached(ctx, "the mass change is held", massHeld), p.during(ctx, 4*time.Second)); err != nil {
		return err
	}
	if n := left() - before; n > guardLeast {
		return fmt.Errorf("%d changes left though %d are usual, and nobody was asked", n, guardLeast)
	}
	if err := p.answerMass(ctx, "release", change); err != nil {
		return err
	}
	return p.atRest(ctx)
}
