package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"egissogw/adapter/mis/refmis"
	"egissogw/cmd/torture/world"
)

// runner plays scenarios.
type runner struct {
	programs *world.Programs
	template *world.Template
	settings
	progress func(Result)
}

// play plays them, some at once, and returns the results in the order of the table.
func (r *runner) play(ctx context.Context, chosen []Scenario) Report {
	report := Report{Seed: r.seed, Short: r.short, Began: time.Now(), Results: make([]Result, len(chosen))}
	places := make(chan struct{}, r.parallel)
	var wait sync.WaitGroup
	for i, s := range chosen {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			report.Results[i] = r.one(ctx, s)
			r.progress(report.Results[i])
		})
	}
	wait.Wait()
	report.Seconds = time.Since(report.Began).Seconds()
	return report
}

// one plays a scenario in a world of its own.
func (r *runner) one(ctx context.Context, s Scenario) (result Result) {
	result = Result{Name: s.Name, Awaits: s.Awaits}
	began := time.Now()
	defer func() { result.Seconds = time.Since(began).Seconds() }()
	if ctx.Err() != nil {
		return result.notPlayed(errors.New("interrupted"))
	}
	for _, needs := range s.Needs {
		if err := needs(r.settings); err != nil {
			return result.notPlayed(err)
		}
	}
	// The time it takes to build is not the scenario's.
	for _, variant := range append([]string{world.Product}, s.Builds...) {
		if _, err := r.programs.Path(variant); err != nil {
			return result.failed(err)
		}
	}
	limit := s.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	term, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took longer than %s", limit))
	defer cancel()
	w, err := world.New(term, r.options(s))
	if err != nil {
		if ctx.Err() != nil {
			return result.notPlayed(errors.New("interrupted"))
		}
		if err = unplayable(err); errors.Is(err, errNotPlayed) {
			return result.notPlayed(err)
		}
		return result.failed(fmt.Errorf("build the world: %w", err))
	}
	p := &play{World: w, scenario: s, short: r.short, seed: r.seed}
	err = p.playAndSettle(term, &result)
	if r.keep && (err != nil || result.judged(s).Outcome != Passed) {
		w.Keep = true
		result.Notes = append(result.Notes, "folder "+w.Dir)
	}
	if closing := w.Close(); closing != nil && err == nil {
		err = fmt.Errorf("take the world down: %w", closing)
	}
	if ctx.Err() != nil {
		return result.notPlayed(errors.New("interrupted"))
	}
	if err != nil {
		if err = unplayable(err); errors.Is(err, errNotPlayed) {
			return result.notPlayed(err)
		}
		return result.failed(err)
	}
	return result.judged(s)
}

// options are those of the scenario's world.
func (r *runner) options(s Scenario) world.Options {
	o := world.Options{
		Programs: r.programs, Template: r.template, Gateways: s.Gateways,
		Source: refmis.Options{Seed: r.seed, Facts: s.Facts, Defects: map[refmis.Kind]int{}},
	}
	if r.short {
		o.Source.Facts = cmp.Or(s.ShortFacts, min(s.Facts, 100))
	}
	if s.Defects {
		o.Source.Defects = nil
	}
	if s.World != nil {
		s.World(&o)
	}
	return o
}

// playAndSettle plays, waits until everything is quiet and asks the judge.
func (p *play) playAndSettle(ctx context.Context, result *Result) error {
	err := p.scenario.Play(ctx, p)
	if err == nil {
		if p.calm.IsZero() {
			p.calmed()
		}
		err = p.settle(ctx, result)
	}
	if err == nil {
		err = p.stopAll()
	}
	peak := p.Peak()
	result.Kills, result.Asked, result.Notes = p.Kills, p.asked, p.note
	result.MemoryMiB, result.Descriptors = float64(peak.Memory)/(1<<20), peak.Descriptors
	for _, g := range p.Gateways {
		result.Runs += g.Runs
	}
	return err
}

// stopAll ends the gateways in good order.
func (p *play) stopAll() error {
	for _, g := range p.Gateways {
		if err := g.Stop(); err != nil {
			return fmt.Errorf("gateway %d did not stop in good order: %w", g.Number, err)
		}
	}
	return nil
}
