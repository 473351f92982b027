package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store/pgtest"
)

const mnemonic = "MIS01"

// play is a history while it is played.
type play struct {
	history
	*database
	grounds *grounds
	bus     *smevtest.Bus
	clock   *smevtest.Clock
	place   place

	tx      pgx.Tx // of the МИС, that stays open
	live    map[string]bool
	removed int                 // facts the МИС took away
	people  map[string]identity // of facts ЕГИССО holds, as it heard of them first
	swapped map[string]bool     // facts that became another man's
	paused  bool
	closers []func() error
}

// start makes the world of a history; end ends it, also after an error.
func start(ctx context.Context, g *grounds, h history, dir string) (p *play, err error) {
	p = &play{history: h, grounds: g, clock: smevtest.RunningClock()}
	if p.database, err = g.lend(ctx, h.Settings); err != nil {
		return p, err
	}
	if err := p.startBus(ctx); err != nil {
		return p, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return p, err
	}
	p.closers = append(p.closers, log.Close)
	p.place = place{bus: p.bus.URL("1.3"), storage: p.bus.FTPAddr(), us: g.us, them: g.them, now: p.clock.Now, log: log, settings: h.Settings}
	if err := p.gateway.assemble(ctx, p.place); err != nil {
		return p, err
	}
	return p, p.turnOn(ctx, true)
}

func (p *play) startBus(ctx context.Context) error {
	signer, err := p.grounds.them.Signer(nil)
	if err != nil {
		return err
	}
	options := smevtest.Options{
		Signer: signer, Senders: []smevtest.Sender{{Mnemonic: mnemonic, Name: "Больница", Certificate: p.grounds.us.Certificate}},
		Now: p.clock.Now, Multipart: smevtest.Never, Script: &smevtest.Script{},
	}
	options.Receiver.Keep = true
	if p.bus, err = smevtest.New(options); err != nil {
		return err
	}
	p.closers = append(p.closers, p.bus.Close)
	return p.bus.Start(ctx)
}

// end ends everything that was begun. A database somebody stumbled over is not used
// again.
func (p *play) end(ctx context.Context, stumbled bool) error {
	var errs []error
	if p.tx != nil {
		errs = append(errs, p.tx.Rollback(ctx))
	}
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i]())
	}
	if stumbled && p.database != nil {
		errs = append(errs, p.grounds.from(p.Settings).close(ctx, p.grounds))
	}
	return errors.Join(errs...)
}

// play plays the history until nothing moves any more.
func (p *play) play(ctx context.Context) error {
	if err := p.look(ctx, p.db); err != nil {
		return err
	}
	if p.Settings.Settled {
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	for i, s := range p.Steps {
		if err := p.step(ctx, s); err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, s, err)
		}
	}
	if err := p.calm(ctx); err != nil {
		return err
	}
	differ, err := pgtest.ScreensDiffer(ctx, p.db)
	if err == nil && len(differ) > 0 {
		err = fmt.Errorf("quick screens: %s", strings.Join(differ, "; "))
	}
	return err
}

// step plays one step.
func (p *play) step(ctx context.Context, s step) error {
	switch s.Do {
	case doEdit:
		return p.edit(ctx, s)
	case doStage:
		return p.stage(ctx, s.Stage)
	case doAll:
		return p.all(ctx)
	case doAmid:
		return p.amid(ctx, s)
	case doCrash:
		return p.crash(ctx, s)
	case doTrouble:
		r := troubles[s.Trouble]
		r.Skip = s.Skip
		return p.bus.Script().Add(r)
	case doWait:
		d, err := time.ParseDuration(waits[s.N%len(waits)])
		if err != nil {
			return err
		}
		return p.pass(ctx, d)
	case doOutage:
		p.bus.SetOutage(smevtest.Outage(outages[s.N%len(outages)]))
	case doPause:
		p.pause(s.N%2 == 1)
	case doSwitch:
		return p.turnOn(ctx, s.N%2 == 0)
	case doBegin:
		return p.begin(ctx)
	case doEnd:
		return p.commit(ctx, s.N%2 == 0)
	case doPerson:
		return p.person(ctx, s)
	}
	return nil
}

func (p *play) pause(yes bool) {
	switch {
	case yes && !p.paused:
		p.bus.Pause()
	case !yes && p.paused:
		p.bus.Resume()
	}
	p.paused = yes
}

// turnOn turns the signing service on or off, as an administrator does.
func (p *play) turnOn(ctx context.Context, on bool) error {
	_, err := p.db.Exec(ctx, `select egisso.set_signing_service($1, 'проверка')`, on)
	return err
}

// stage lets the gateway do a part of its work, and ЕГИССО its own.
func (p *play) stage(ctx context.Context, s stage) error {
	p.gateway.run(ctx, s)
	return p.idle(ctx)
}

// idle waits until ЕГИССО has processed what came.
func (p *play) idle(ctx context.Context) error {
	if p.paused {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := p.bus.WaitIdle(ctx); err != nil {
		return err
	}
	p.identities()
	return nil
}

// all is one round of the gateway's work.
func (p *play) all(ctx context.Context) error {
	for _, s := range []stage{read, pack, send, take} {
		if err := p.stage(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// amid lets the МИС change in the middle of a stage.
func (p *play) amid(ctx context.Context, s step) (err error) {
	var problem error
	_, err = p.disturbed(ctx, s.Stage, &trap{call: s.Call, before: func() { problem = p.edit(ctx, s) }})
	return errors.Join(err, problem)
}

// crash lets a gateway end in the middle of a stage.
func (p *play) crash(ctx context.Context, s step) error {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	sprung, err := p.disturbed(running, s.Stage, &trap{call: s.Call, late: s.Late, crash: cancel})
	if sprung {
		p.closeFrail()
	}
	return err
}

// disturbed lets another gateway do a stage while something happens.
func (p *play) disturbed(ctx context.Context, s stage, t *trap) (sprung bool, err error) {
	if err := p.openFrail(ctx); err != nil {
		return false, err
	}
	if err := p.frail.assemble(ctx, p.place); err != nil {
		return false, err
	}
	p.wire.set(t)
	p.frail.run(ctx, s)
	p.wire.set(nil)
	return t.sprung, p.idle(context.WithoutCancel(ctx))
}
