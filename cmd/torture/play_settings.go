package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/cmd/torture/world"
)

// differingSettings runs two gateways that would not send the same.
func differingSettings(ctx context.Context, p *play) error {
	if err := errors.Join(p.restartSecond("EGISSOGW_PACKAGE_RECORDS=7"), p.Change(ctx, 20)); err != nil {
		return err
	}
	const named = `select exists (select from egisso.health where code = 'instances_differ')`
	if err := p.Reached(ctx, "the difference is named", named); err != nil {
		return err
	}
	if err := p.restartSecond(); err != nil {
		return err
	}
	return p.Reached(ctx, "the difference is over", "select not ("+named[len("select "):]+")")
}

// restartSecond starts the second gateway anew with other settings.
func (p *play) restartSecond(env ...string) error {
	second := p.Gateways[1]
	if err := second.Stop(); err != nil { // one that is killed is missed after minutes only
		return err
	}
	second.Env = env
	return second.Start()
}

// otherContour starts the second gateway as one of a test contour, which shares the
// database with one that is not.
func otherContour(ctx context.Context, p *play) error {
	other := p.Gateways[1]
	if err := errors.Join(p.restartSecond("EGISSOGW_SMEV_TEST_MESSAGE=true"), p.Change(ctx, 20)); err != nil {
		return err
	}
	if err := world.Until(ctx, "the other contour is refused", func(context.Context) (bool, error) { return other.GaveUp(), nil }); err != nil {
		return err
	}
	other.Out = true
	return nil
}

// onCommand forms and sends facts when somebody says so.
func onCommand(o *world.Options) { o.Env = append(o.Env, "EGISSOGW_FORM_ON_COMMAND=fact") }

// sourceGoesOn has packages formed, lets the МИС remove and change what is in them, and
// sends them.
func sourceGoesOn(ctx context.Context, p *play) error {
	const decided = `select bool_or(state = 'ready') and not bool_or(state in ('new', 'waiting')) from egisso.record_status where register = 'fact'`
	const formed = `select exists (select from egisso.journal where register = 'fact' and state = 'formed')`
	if err := p.Reached(ctx, "facts are decided", decided); err != nil {
		return err
	}
	if _, err := p.Run(ctx, "form", "fact"); err != nil {
		return err
	}
	if err := p.Reached(ctx, "packages are formed", formed); err != nil {
		return err
	}
	for range p.much(10, 3) {
		if err := errors.Join(p.Change(ctx, 20), p.during(ctx, time.Second)); err != nil {
			return err
		}
	}
	for ctx.Err() == nil { // also what was taken out and decided anew
		if err := p.sendFormed(ctx); err != nil {
			return err
		}
		var open bool
		const left = `select exists (select from egisso.record_status where register = 'fact' and state in ('new', 'ready', 'packed'))
			or exists (select from egisso.journal where register = 'fact' and state in ('formed', 'signed', 'queued'))`
		if err := p.Gateway.QueryRow(ctx, left).Scan(&open); err != nil || !open {
			return err
		}
		if _, err := p.Run(ctx, "form", "fact"); err != nil {
			return err
		}
		if err := p.during(ctx, time.Second); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// sendFormed sends every package that waits for the command.
func (p *play) sendFormed(ctx context.Context) error {
	var ids []string
	const waiting = `select coalesce(array_agg(id::text), '{}') from egisso.journal where held and state = 'formed'`
	if err := p.Gateway.QueryRow(ctx, waiting).Scan(&ids); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := p.Run(ctx, "send", id); err != nil {
			var gone bool
			const dissolved = `select state <> 'formed' from egisso.journal where id::text = $1`
			if asked := p.Gateway.QueryRow(ctx, dissolved, id).Scan(&gone); asked != nil || !gone {
				return errors.Join(err, asked)
			}
		}
	}
	return nil
}

// everyMinute lets facts leave once a minute.
func everyMinute(o *world.Options) {
	o.Env = append(o.Env, "EGISSOGW_EXPORT_TIMES=fact=* * * * *")
}

// betweenExports changes the МИС, reconciles, and kills gateways. Facts leave in exports only.
func betweenExports(ctx context.Context, p *play) error {
	for range p.much(4, 2) {
		if err := p.Change(ctx, 20); err != nil {
			return err
		}
		if _, err := p.Run(ctx, "reconcile"); err != nil {
			return err
		}
		if err := p.during(ctx, 20*time.Second); err != nil {
			return err
		}
		p.Gateways[0].Murder()
	}
	const stray = `select count(*) from egisso.journal j
		where j.register = 'fact' and not exists (select from egisso.exports x where x.id = j.export_id and x.opened_at <= j.created_at)`
	var n int
	if err := p.Gateway.QueryRow(ctx, stray).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("%d packages left outside an export", n)
	}
	return nil
}
