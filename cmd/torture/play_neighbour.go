package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/cmd/torture/world"
)

// Every play here has two gateways, of which the second cannot do its work. The
// first must do it all.

// neighbour starts the second gateway with settings that are wrong, first, so that
// it takes what work it can get.
func neighbour(settings func(*play) ([]string, error)) act {
	return func(ctx context.Context, p *play) error {
		env, err := settings(p)
		if err != nil {
			return err
		}
		bad := p.Gateways[1]
		bad.Env = env
		if err := bad.Start(); err != nil {
			return err
		}
		if err := world.Pause(ctx, 3*time.Second); err != nil {
			return err
		}
		if bad.GaveUp() {
			return errors.New("the settings of the second gateway are refused: it is no neighbour")
		}
		if err := errors.Join(p.Start(), p.Change(ctx, 20)); err != nil {
			return err
		}
		p.calmed() // now one gateway can do everything
		return nil
	}
}

// usualPauses are the program's own after a failure, not those of the other worlds;
// there are many packages, so that each gateway takes some.
func usualPauses(o *world.Options) {
	o.Env = append(o.Env, "EGISSOGW_RETRY_MIN=5s", "EGISSOGW_RETRY_MAX=15m", "EGISSOGW_PACKAGE_RECORDS=5")
}

// deadToken signs with a program that fails.
func deadToken(p *play) ([]string, error) {
	return []string{
		"EGISSOGW_SIGNER=command", "EGISSOGW_COMMAND_PATH=/bin/false", "EGISSOGW_COMMAND_TIMEOUT=3s",
		"EGISSOGW_COMMAND_CERTIFICATE_FILE=" + p.ClientCertificate(),
	}, nil
}

func wrongFTPPassword(*play) ([]string, error) { return []string{"EGISSOGW_FTP_PASSWORD=wrong"}, nil }

func unknownCertificate(p *play) ([]string, error) { return p.StrangeKey() }

// otherClock lets the second gateway live some hours before or after the first for
// a while.
func otherClock(offset time.Duration) act {
	return func(ctx context.Context, p *play) error {
		wrong := p.Gateways[1]
		wrong.Build, wrong.Env = world.Clock, []string{"TORTURE_CLOCK=" + seconds(offset)}
		if err := p.Start(); err != nil {
			return err
		}
		for range p.much(5, 3) {
			if err := errors.Join(p.Change(ctx, 20), p.during(ctx, 3*time.Second)); err != nil {
				return err
			}
		}
		wrong.Kill()
		wrong.Env = []string{"TORTURE_CLOCK=0"}
		return nil
	}
}

// otherDatabaseClock is a server whose clock is wrong.
func otherDatabaseClock(offset time.Duration) func(*world.Options) {
	return func(o *world.Options) {
		o.Separate = true
		o.OwnEnv = fakeClock(offset)
	}
}

// otherMISClock is a МИС whose server's clock is wrong.
func otherMISClock(offset time.Duration) func(*world.Options) {
	return func(o *world.Options) {
		o.Separate = true
		o.MISEnv = fakeClock(offset)
	}
}

// fakeClock shows a program another clock.
func fakeClock(offset time.Duration) []string {
	return []string{"LD_PRELOAD=" + fakeTimeLibrary(), "FAKETIME=" + signed(offset), "FAKETIME_DONT_FAKE_MONOTONIC=1"}
}

// migrations runs migrate beside the gateways, each time finding functions and views that
// are not its own.
func migrations(ctx context.Context, p *play) error {
	for range p.much(20, 4) {
		if _, err := p.Gateway.Exec(ctx, `update egisso.schema_code set hash = 'other'`); err != nil {
			return err
		}
		if _, err := p.Run(ctx, "migrate"); err != nil {
			return err
		}
		if err := errors.Join(p.Change(ctx, 10), p.during(ctx, 300*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}

// former is a world whose program is of another commit.
func former(o *world.Options) { o.Build, o.Commands = world.Former, world.Former }

// upgrade migrates beside the former program and runs the present one beside it.
func upgrade(ctx context.Context, p *play) error {
	p.Options.Commands = world.Product
	if _, err := p.Run(ctx, "migrate"); err != nil {
		return err
	}
	present := p.Gateways[1]
	if err := present.Stop(); err != nil {
		return err
	}
	present.Build = world.Product
	for range p.much(10, 3) {
		if err := errors.Join(p.Change(ctx, p.much(60, 10)), p.during(ctx, 2*time.Second)); err != nil {
			return err
		}
	}
	p.Gateways[0].Kill()
	p.Gateways[0].Build = world.Product
	return nil
}

// jumpingClock is a server whose clock follows a file, which is not there at first; see jump.
func jumpingClock(o *world.Options) {
	o.Separate = true
	o.OwnEnv = []string{
		"LD_PRELOAD=" + fakeTimeLibrary(), "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", clockFile + world.InDir + "/clock",
	}
}

const clockFile = "FAKETIME_TIMESTAMP_FILE="

// jump moves the clock of the server.
func (p *play) jump(offset time.Duration) error {
	for _, env := range p.Options.OwnEnv {
		if name, is := strings.CutPrefix(env, clockFile); is {
			return os.WriteFile(name, []byte(signed(offset)+"\n"), 0o644) // the server may run with another account
		}
	}
	return errors.New("the server's clock cannot be moved")
}

// clockJumps has the server's clock a day off while packages are formed and the bus is away.
func clockJumps(offset time.Duration) act {
	return func(ctx context.Context, p *play) error {
		p.Bus.SetOutage(smevtest.OutageReset)
		if err := errors.Join(p.Change(ctx, 20), p.jump(offset), p.during(ctx, 3*time.Second), p.Change(ctx, 20), p.during(ctx, 8*time.Second)); err != nil {
			return err
		}
		for _, g := range p.Gateways { // with leases that are the wrong clock's
			g.Murder()
		}
		if err := errors.Join(p.jump(0), p.revive(), p.Change(ctx, 20)); err != nil {
			return err
		}
		p.Bus.SetOutage(smevtest.OutageNone)
		p.calmed()
		return nil
	}
}
