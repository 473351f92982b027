package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/robfig/cron/v3"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/config"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// jobLimit is how long one run of a job may take before the watchdog believes
// that the process hangs.
const jobLimit = 30 * time.Minute

// serve runs the gateway until it is told to stop.
func serve(ctx context.Context, a *app, args []string) error {
	if err := parseFlags(a.flags("serve"), args); err != nil {
		return err
	}
	c, err := a.load(ctx)
	if err != nil {
		return lastingError{err}
	}
	log := a.logger(c.Log)
	for _, name := range config.Unknown(a.environ) {
		log.Warn("unknown variable is ignored", "variable", name)
	}
	gateway, err := assemble(ctx, c, log)
	if err != nil {
		return err
	}
	defer gateway.close()
	return gateway.run(ctx)
}

// gateway is the running program: jobs over a store, a source, a signer and the bus.
type gateway struct {
	store     *store.Store
	scheduler *jobs.Scheduler
	log       *slog.Logger
	shutdown  time.Duration
	closers   []func()
}

// assemble builds everything from the configuration. It is where all parts meet.
func assemble(ctx context.Context, c config.Config, log *slog.Logger) (*gateway, error) {
	g := &gateway{log: log, shutdown: c.Job.Shutdown}
	if err := g.build(ctx, c); err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

func (g *gateway) build(ctx context.Context, c config.Config) error {
	var err error
	if g.store, err = openStore(ctx, c.Database); err != nil {
		return err
	}
	g.closers = append(g.closers, g.store.Close)
	source, pool, err := openSource(ctx, c.Source)
	if err != nil {
		return err
	}
	g.closers = append(g.closers, pool.Close)
	key, err := openSigner(ctx, c.Signer)
	if err != nil {
		return signerFault(because(err))
	}
	g.closers = append(g.closers, func() {
		if err := key.Close(); err != nil {
			g.log.Warn("signer not closed", "err", err)
		}
	})
	gated := jobs.Gate(key, g.store)
	version, err := busVersion(c.SMEV)
	if err != nil {
		return lastingError{err}
	}
	trust, err := busTrust(c.SMEV)
	if err != nil {
		return lastingError{err}
	}
	metadata, err := smev.ParseMetadataTemplate(c.SMEV.BusinessProcessMetadata)
	if err != nil {
		return fmt.Errorf("%sSMEV_BUSINESS_PROCESS_METADATA: %w", config.Prefix, err)
	}
	policy, err := rulePolicy(c)
	if err != nil {
		return err
	}
	bus, err := smev.NewClient(smev.Options{
		URL: c.SMEV.URL, Version: version, Signer: gated,
		Trust:   func(crt *cert.Certificate) error { return trust.Check(crt, time.Now()) },
		Timeout: c.SMEV.Timeout, Limits: smev.Limits{Body: c.SMEV.ReplyLimit}, Selector: smev.Selector{NodeID: c.SMEV.NodeID},
		ObserveClock: clockAlarm(g.log),
	})
	if err != nil {
		return err
	}
	files := smev.NewFileStore(c.FTP.Address, c.FTP.User, c.FTP.Password.Reveal(), c.FTP.Timeout)
	now, log := time.Now, g.log
	breaker := &smev.Breaker{
		Policy:  smev.BreakerPolicy{Open: smev.Backoff{Min: c.Job.RetryMin, Max: c.Job.RetryMax}},
		Changed: breakerAlarm(log),
	}

	collect := jobs.Collect{Source: source, Store: g.store, Log: log}
	decide := jobs.Decide{Store: g.store, Provider: c.Provider.Code, Policy: policy, Now: now, Location: c.Job.TimeZone.Location, Log: log}
	form := jobs.Form{
		Store: g.store, MaxRecords: c.Package.Records, MaxBytes: int(c.Package.Bytes),
		RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax, Log: log,
	}
	sign := jobs.Sign{
		Store: g.store, Switch: g.store, Signer: gated, Version: version, Lease: c.Job.Lease, Now: now, Log: log,
		Provider:     jobs.ProviderSettings{NodeID: c.SMEV.NodeID, BusinessProcessMetadata: metadata, TestMessage: c.SMEV.TestMessage},
		FactFileName: c.Package.FileName, FactMIMEType: c.Package.FactMIMEType, FactURI: c.Package.FactNamespaceURI,
	}
	send := jobs.Send{
		Store: g.store, Switch: g.store, Bus: bus, Files: files, Breaker: breaker, Lease: c.Job.Lease, RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax,
		MessageIDLimit: c.Job.MessageIDLimit, Now: now, Log: log,
	}
	receive := jobs.Receive{Store: g.store, Switch: g.store, Bus: bus, RefuseUnverified: c.SMEV.RefuseUnverified, Breaker: breaker, Now: now, Log: log}
	apply := jobs.Apply{Store: g.store, Log: log}
	watch := &jobs.Watch{Store: g.store, Certificate: key.Certificate(), AnswerTerm: c.Job.AnswerTerm, Now: now, Log: log,
		CheckBasis: programVersion() + " " + policy.String() + " " + c.Provider.Code}

	hourly, err := cron.ParseStandard("@hourly")
	if err != nil {
		return err
	}
	g.scheduler = jobs.NewScheduler([]jobs.Entry{
		{Job: collect, Schedule: c.Job.Collect.Schedule, Limit: c.Source.Timeout, Wakes: []string{"decide"}},
		{Job: decide, Schedule: c.Job.Collect.Schedule, Wakes: []string{"form"}},
		{Job: form, Schedule: c.Job.Form.Schedule, Wakes: []string{"sign"}},
		{Job: sign, Schedule: c.Job.Send.Schedule, Wakes: []string{"send"}},
		{Job: send, Schedule: c.Job.Send.Schedule, Wakes: []string{"receive", "decide"}},
		{Job: receive, Schedule: c.Job.Receive.Schedule, Wakes: []string{"apply"}},
		{Job: apply, Schedule: c.Job.Apply.Schedule, Wakes: []string{"decide"}},
		{Job: watch, Schedule: hourly, Wakes: []string{"decide"}},
	}, c.Job.TimeZone.Location, g.store, log, now)
	return nil
}

func (g *gateway) close() {
	for i := len(g.closers) - 1; i >= 0; i-- {
		g.closers[i]()
	}
}

// run works until ctx ends, then lets jobs at work finish within the term.
func (g *gateway) run(ctx context.Context) error {
	if state, err := g.store.Service(ctx); err != nil {
		return err
	} else if !state.Enabled {
		g.log.Warn("the signing service is off: nothing is signed, sent or polled; egissogw signing on --reason …")
	}
	// Jobs get a context of their own, so that a stop lets them finish first.
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		g.scheduler.Run(ctx, work)
	}()
	go g.listen(ctx)
	go g.watchdog(ctx)
	g.notify(daemon.SdNotifyReady)
	g.log.Info("gateway started", "version", programVersion())

	<-ctx.Done()
	g.notify(daemon.SdNotifyStopping)
	g.log.Info("gateway stops")
	select {
	case <-stopped:
	case <-time.After(g.shutdown):
		cancel(errors.New("the term for stopping is over"))
		<-stopped
	}
	g.log.Info("gateway stopped")
	return nil
}

// listen wakes jobs when the switch moves, in whatever process that happened.
func (g *gateway) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := g.store.Listen(ctx, []string{store.ChannelService}, func(string) {
			g.scheduler.Wake("sign", "send", "receive")
		})
		if ctx.Err() != nil {
			return
		}
		g.log.Debug("listening ended, schedules go on", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(5 * time.Second):
		}
	}
}

// watchdog tells systemd that the process lives only while no job hangs.
func (g *gateway) watchdog(ctx context.Context) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval == 0 {
		return
	}
	ticker := time.NewTicker(interval / 3)
	defer ticker.Stop()
	for {
		if stuck := g.scheduler.Stuck(jobLimit); len(stuck) == 0 {
			g.notify(daemon.SdNotifyWatchdog)
		} else {
			g.log.Error("jobs hang, the watchdog is not told that we live", "jobs", strings.Join(stuck, ","))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (g *gateway) notify(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		g.log.Warn("systemd not notified", "err", fmt.Errorf("notify %s: %w", state, err))
	}
}
