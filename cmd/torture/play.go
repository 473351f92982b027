package main

import (
	"context"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// act is what a scenario does.
type act func(context.Context, *play) error

// revive starts what ended by itself, as a service manager would: not what ended
// because its settings are wrong.
func (p *play) revive() error {
	for _, g := range p.Gateways {
		if !g.Alive() && !g.GaveUp() && !g.Out {
			if err := g.Start(); err != nil {
				return err
			}
		}
	}
	return nil
}

// during lets a time pass in which gateways that end are started again.
func (p *play) during(ctx context.Context, d time.Duration) error {
	for end := time.Now().Add(d); time.Now().Before(end); {
		if err := p.revive(); err != nil {
			return err
		}
		if err := world.Pause(ctx, min(100*time.Millisecond, time.Until(end))); err != nil {
			return err
		}
	}
	return nil
}

// accepted is a play that begins when everything was accepted once.
func accepted(then act) act {
	return func(ctx context.Context, p *play) error {
		if err := p.Start(); err != nil {
			return err
		}
		if err := p.atRest(ctx); err != nil {
			return err
		}
		if err := then(ctx, p); err != nil {
			return err
		}
		p.calmed()
		return p.revive()
	}
}

// fresh is a play that begins with everything still to be sent.
func fresh(then act) act {
	return func(ctx context.Context, p *play) error {
		if err := p.Start(); err != nil {
			return err
		}
		if err := then(ctx, p); err != nil {
			return err
		}
		p.calmed()
		return p.revive()
	}
}

// underway waits until facts are on their way.
func (p *play) underway(ctx context.Context) error {
	return world.Until(ctx, "facts are on their way", func(ctx context.Context) (bool, error) {
		if err := p.revive(); err != nil {
			return false, err
		}
		var n int
		err := p.Gateway.QueryRow(ctx, `select count(*) from egisso.record_status where register = 'fact' and (state = 'packed' or egisso.record_accepted(state))`).Scan(&n)
		return n > 0, err
	})
}

// busWith changes the simulator of the scenario's world.
func busWith(change func(*smevtest.Options)) func(*world.Options) {
	return func(o *world.Options) { o.Bus = change }
}

// with sets variables of the gateways.
func with(env ...string) func(*world.Options) {
	return func(o *world.Options) { o.Env = append(o.Env, env...) }
}

// guarded holds many changes at once, which the worlds of the others make all the time.
const guarded = "EGISSOGW_GUARD_WINDOW=24h"

// explained tells the gateways what the simulated ЕГИССО's refusals mean.
func explained(o *world.Options) {
	o.Env = append(o.Env, "EGISSOGW_ALREADY_LOADED=уже загружен", "EGISSOGW_UNKNOWN_RECORD=Факт назначения 0 в реестре не найден")
}

// archived has the gateways keep evidence outside the database.
func archived(o *world.Options) { o.Archive = true }

// apart gives the МИС and the gateway a server each.
func apart(o *world.Options) { o.Separate = true }

// both is one change of a world after the other.
func both(changes ...func(*world.Options)) func(*world.Options) {
	return func(o *world.Options) {
		for _, change := range changes {
			change(o)
		}
	}
}
