package main

import (
	"context"
	"errors"
	"os"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/metrics"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
	"egissogw/jobs"
)

// watch lets others see how the gateway is, where the configuration asks for it.
func (g *gateway) watch(c config.Config, p *assemble.Parts, entries []jobs.Entry) error {
	if c.Watch.Listen == "" {
		return nil
	}
	options := metrics.Options{
		Version: programVersion(), Numbers: p.Store.Numbers, Records: p.Store.RecordCounts,
		Neighbours: map[string]func() bus.BreakerState{"smev": p.Breaker.State, "ftp": p.FileBreaker.State},
		Clock: func() (skew, uncertainty time.Duration, known bool) {
			r, known := p.Clock.Reading()
			return r.Skew, r.Uncertainty, known
		},
		SigningEnds: p.Signer.Certificate().SigningEnds(), Now: time.Now,
	}
	for _, e := range entries {
		options.Jobs = append(options.Jobs, e.Job.Name())
	}
	for _, o := range jobs.Outcomes {
		options.Outcomes = append(options.Outcomes, string(o))
	}
	m := metrics.New(options)
	g.closers = append(g.closers, m.Close)
	g.scheduler.Observe = func(job string, outcome jobs.Outcome, took time.Duration) { m.Ran(job, string(outcome), took) }
	shown := watched{metrics: m.Handler(), health: p.Store.Health, stuck: func() []string { return g.scheduler.Stuck(jobLimit) }}
	secure, err := listenerTLS(c.Watch)
	if err != nil {
		return fault.Lasting(err)
	}
	if !c.Watch.PageToken.IsZero() {
		people, err := newPage(c, p.Store, secure, g.log)
		if err != nil {
			return err
		}
		g.closers = append(g.closers, people.Close)
		shown.page = people
	}
	g.listener = func(ctx context.Context) {
		listenOn(ctx, c.Watch.Address(), secure, shown.handler(), func(err error) { g.noteListening(ctx, err) }, g.log)
	}
	return nil
}

// noteListening keeps whether somebody can ask, like the run of a job: who asks in vain looks into status.
func (g *gateway) noteListening(ctx context.Context, failed error) {
	failure := ""
	if failed != nil {
		failure = failed.Error()
	}
	if err := errors.Join(g.store.JobStarted(ctx, jobs.ListenerJob), g.store.JobFinished(ctx, jobs.ListenerJob, failure, "")); err != nil {
		g.log.Debug("outcome of listening not stored", "err", err)
	}
}

// statusEvery is how often systemd is told how the gateway is.
const statusEvery = 30 * time.Second

// tellStatus keeps the line of `systemctl status` that says how the gateway is.
func (g *gateway) tellStatus(ctx context.Context) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return
	}
	said := ""
	for ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, readyTerm)
		line := statusLine(g.store.Health(asking))
		cancel()
		if line != said && ctx.Err() == nil {
			said = line
			g.notify("STATUS=" + line)
		}
		select {
		case <-ctx.Done():
		case <-time.After(statusEvery):
		}
	}
}

// statusLine is the first line of the list. Line ends would begin another assignment of sd_notify(3).
func statusLine(list []store.Finding, err error) string {
	switch {
	case err != nil:
		return noDatabase
	case len(list) == 0:
		return noTrouble
	default:
		return screen.OneLine(findingText(list[0]))
	}
}
