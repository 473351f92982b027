package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// long is the limit of scenarios with thousands of records.
const long = 40 * time.Minute

// randomKills kills gateways at random moments and starts them again, and lets the
// МИС change all the while.
func randomKills(kills, shortKills int) act {
	return func(ctx context.Context, p *play) error {
		r := rand.New(rand.NewPCG(p.seed, uint64(len(p.Gateways))))
		for n := p.much(kills, shortKills); p.Kills < n; {
			if err := p.during(ctx, time.Duration(150+r.IntN(1200))*time.Millisecond); err != nil {
				return err
			}
			p.Gateways[r.IntN(len(p.Gateways))].Murder()
			if p.Kills%3 == 0 {
				if err := p.Change(ctx, p.much(60, 10)); err != nil {
					return err
				}
			}
		}
		p.calmed()
		return p.Start()
	}
}

// crashWorld has all that the crash points need: protocols that are files, requests
// of others.
func crashWorld(o *world.Options) {
	o.Build = world.Crash
	o.Bus = func(b *smevtest.Options) { b.Answers = smevtest.AnswerFile }
	o.Env = append(o.Env, "EGISSOGW_PACKAGE_RECORDS=20")
}

// pointTerm is how long a point may take to be reached, see stillness.lasts.
const pointTerm = 40 * time.Second

// crashPoints lets a gateway kill itself at one point after the other.
func crashPoints(ctx context.Context, p *play) error {
	g := p.Gateways[0]
	var missed []error
	for i, point := range points {
		if p.short && !point.short {
			continue
		}
		g.Env = []string{"CRASHPOINT=" + point.name}
		if err := g.Start(); err != nil {
			return err
		}
		if err := p.stir(ctx, i); err != nil {
			return err
		}
		switch err := p.reached(ctx, g); {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			missed = append(missed, fmt.Errorf("crash point %q: %w", point.name, err))
			g.Kill()
		default:
			p.Kills++
		}
	}
	g.Env = nil
	p.calmed()
	return errors.Join(errors.Join(missed...), g.Start())
}

// reached waits until the gateway has killed itself.
func (p *play) reached(ctx context.Context, g *world.Gateway) error {
	began := &stillness{since: time.Now(), polls: p.polls()}
	for g.Alive() {
		if began.lasts(p, pointTerm) {
			return errors.New("it was not reached")
		}
		if err := world.Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	if how := g.Ended(); !how.Signaled() {
		return fmt.Errorf("the gateway ended by itself, exit code %d", how.ExitStatus())
	}
	return nil
}

// stir makes work for every step: changes, and a request of somebody else.
func (p *play) stir(ctx context.Context, round int) error {
	if err := p.Change(ctx, 10); err != nil {
		return err
	}
	_, err := p.Bus.Push(ctx, smevtest.Push{
		Name: fmt.Sprintf("question %d", round), Type: smevtest.PushRequest, To: world.Mnemonic, From: "OTHER",
		Content: []byte(`<q:question xmlns:q="urn:test/question"><q:text>вопрос</q:text></q:question>`),
	})
	return err
}

// freezes stops one gateway after the other for longer than its lease, and wakes it.
func freezes(rounds, shortRounds int) act {
	return func(ctx context.Context, p *play) error {
		if err := p.underway(ctx); err != nil {
			return err
		}
		for i := range p.much(rounds, shortRounds) {
			g := p.Gateways[i%len(p.Gateways)]
			g.Freeze()
			err := errors.Join(p.Change(ctx, p.much(60, 10)), world.Pause(ctx, lease+time.Second))
			g.Wake()
			if err != nil {
				return err
			}
		}
		return nil
	}
}

// lease is that of the worlds' gateways.
const lease = 10 * time.Second

// switches turns the signing service off and on.
func switches(ctx context.Context, p *play) error {
	for range p.much(20, 3) {
		for _, way := range []string{"off", "on"} {
			if _, err := p.Run(ctx, "signing", way, "--reason", "проверка"); err != nil {
				return err
			}
			if err := errors.Join(p.Change(ctx, 10), p.during(ctx, 400*time.Millisecond)); err != nil {
				return err
			}
		}
	}
	return nil
}
