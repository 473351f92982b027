package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
)

// lifeGoesOn lets patients die and move away, benefits close and end, and
// prescriptions turn out to be there twice; each is an event of its own kind.
func (p *play) lifeGoesOn(ctx context.Context, before tally) (tally, error) {
	ctx, cancel := context.WithTimeout(ctx, demoTerm)
	defer cancel()
	happened, err := refmis.ApplyEvents(ctx, p.stage.Source, p.Seed, 2)
	if errors.Is(err, refmis.ErrTooFew) { // of few prescriptions
		happened, err = refmis.ApplyEvents(ctx, p.stage.Source, p.Seed, 1)
	}
	if errors.Is(err, refmis.ErrTooFew) {
		p.step("пациентов, с которыми ещё ничего не случилось, слишком мало: прекращения фактов не показаны; возьмите больше рецептов, --facts, или меньше изменений, --changes")
		return before, nil
	}
	if err != nil {
		return before, err
	}
	ended := 0
	for cause, n := range happened {
		if cause.Event() != "" {
			ended += n
		}
	}
	p.step(fmt.Sprintf("в МИС: умерли и выехали пациенты, закрыты льготы, найдены повторные рецепты; прекращается фактов: %d", ended))
	var got map[egisso.Kind]int
	err = p.stage.Until(ctx, func(ctx context.Context) (bool, error) {
		got, err = p.endings(ctx)
		return sum(got) == ended, err
	})
	if err != nil {
		return before, fmt.Errorf("ожидалось событий %d, приняты %v: %w", ended, got, err)
	}
	for _, kind := range slices.Sorted(maps.Keys(got)) {
		p.step(fmt.Sprintf("  принято %s: %d", kind, got[kind]))
	}
	after := before
	after.source -= happened[egisso.CauseDuplicate]
	after.accepted -= happened[egisso.CauseDuplicate]
	return after, p.await(ctx, "остальные факты не затронуты", after)
}

// endings counts the events that end facts, accepted so far, by kind.
func (p *play) endings(ctx context.Context) (map[egisso.Kind]int, error) {
	rows, err := p.stage.GatewayDB.Query(ctx, `
		select kind, count(*) from egisso.record
		 where register = 'fact' and egisso.record_accepted(state) group by 1`)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	counts := map[egisso.Kind]int{}
	var kind egisso.Kind
	var n int
	_, err = pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
		if kind.Termination() || kind == egisso.KindFactDeathOrMovingRecalculation || kind == egisso.KindFactDuplicate {
			counts[kind] = n
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	return counts, nil
}

func sum[K comparable](counts map[K]int) (total int) {
	for _, n := range counts {
		total += n
	}
	return total
}
