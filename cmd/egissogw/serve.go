package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/cmd/egissogw/internal/screen"
	"egissogw/config"
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
		err = fault.Lasting(err)
		notConfigured(ctx, c, err)
		return err
	}
	log := a.logger(c.Log)
	hushLibraries(log)
	for _, p := range config.Exposed(c, a.lookuper) {
		log.Warn("a file of the configuration is open to others", "variable", p.Variable, "problem", p.Text)
	}
	for _, unknown := range config.Unknown(a.environ) {
		log.Warn("unknown variable is ignored", "variable", unknown.Name, "like", unknown.Like)
	}
	if err := warnOfWithdrawal(c, log); err != nil {
		return fault.Lasting(err)
	}
	gateway, err := newGateway(ctx, c, log)
	if err != nil {
		return err
	}
	defer gateway.close()
	return gateway.run(ctx)
}

// warnOfWithdrawal tells which versions are sent though they are withdrawn.
func warnOfWithdrawal(c config.Config, log *slog.Logger) error {
	policy, err := assemble.PoliciesOf(c)
	if err != nil {
		return err
	}
	for _, w := range policy.Withdrawn {
		log.Warn("a version that is sent is withdrawn", "kind", w.Code, "kind_version", w.Number, "from", w.From.In(egisso.Moscow).Format(time.DateOnly))
	}
	return nil
}

// memoryLimit is what the garbage collector tries to keep the program within, in
// bytes: a large answer costs some seconds of it rather than twice the memory.
const memoryLimit = 200 << 20

// limitMemory sets the limit unless the environment has one (package runtime).
func limitMemory(environ []string) {
	if !slices.ContainsFunc(environ, func(entry string) bool { return strings.HasPrefix(entry, "GOMEMLIMIT=") }) {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// gateway is the running program: jobs over a store, a source, a signer and the bus.
type gateway struct {
	store         *store.Store
	instance      *store.Instance // this process, as the others see it
	source        *mis.Source
	sourceChannel string // on which the source tells of changes, "" if it does not
	scheduler     *jobs.Scheduler
	alert         *jobs.Alert           // nil: nobody is told of trouble
	heartbeat     *heartbeat            // nil: nobody is told that all is well
	listener      func(context.Context) // shows metrics and the page until the context ends; nil: nobody asked for them
	log           *slog.Logger
	shutdown      time.Duration
	closers       []func()
	moved         chan error // has one when the schema is no more this program's
}

// newGateway builds everything from the configuration. It is where all parts meet.
func newGateway(ctx context.Context, c config.Config, log *slog.Logger) (*gateway, error) {
	g := &gateway{log: log, shutdown: c.Job.Shutdown, moved: make(chan error, 1)}
	if err := g.build(ctx, c); err != nil {
		didNotStart(ctx, g.store, err)
		g.close()
		return nil, err
	}
	return g, nil
}

func (g *gateway) build(ctx context.Context, c config.Config) error {
	p, err := assemble.Open(ctx, c, programVersion(), g.log)
	g.closers = append(g.closers, p.Close)
	g.store = p.Store
	if err != nil {
		return err
	}
	entries, err := p.Entries(c)
	if err != nil {
		return err
	}
	contour, err := assemble.ContourOf(c)
	if err != nil {
		return err
	}
	if err := g.store.RememberContour(ctx, contour); err != nil {
		return assemble.ContourFault(err)
	}
	g.source, g.sourceChannel, g.instance = p.Source, c.Source.Channel, p.Instance
	g.scheduler = jobs.NewScheduler(entries, c.Job.TimeZone.Location, schemaWatch{p.Store.JobLog(time.Now), g.moved}, g.log, time.Now)
	g.alert = p.Alerting(c)
	g.heartbeat = newHeartbeat(c.Watch, func(ctx context.Context) (bool, []string) {
		ctx, cancel := context.WithTimeout(ctx, readyTerm)
		defer cancel()
		return readiness(ctx, p.Store.Health, func() []string { return g.scheduler.Stuck(jobLimit) })
	})
	if err := g.watch(c, p, entries); err != nil {
		return err
	}
	p.Instance.Jobs = g.jobNames(entries)
	return g.store.NoteStart(ctx, ownMachine())
}

// jobNames are the jobs of this process, those outside the scheduler, too.
func (g *gateway) jobNames(entries []jobs.Entry) (names []string) {
	for _, e := range entries {
		names = append(names, e.Job.Name())
	}
	if g.alert != nil {
		names = append(names, jobs.AlertJob)
	}
	if g.heartbeat != nil {
		names = append(names, jobs.HeartbeatJob)
	}
	if g.listener != nil {
		names = append(names, jobs.ListenerJob)
	}
	return names
}

func (g *gateway) close() {
	for i := len(g.closers) - 1; i >= 0; i-- {
		g.closers[i]()
	}
}

// run works until ctx ends, then lets jobs at work finish within the term. When the schema
// has moved it ends at once, with store.ErrSchemaMoved.
func (g *gateway) run(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	if state, err := g.store.Service(ctx); err != nil {
		return err
	} else if !state.Enabled {
		g.log.Warn("the signing service is off: nothing is signed, sent or polled; egissogw signing on --reason …")
	}
	// Who asks right after the start finds it: job links repeats it every minute.
	if err := g.store.SaveInstance(ctx, *g.instance); err != nil {
		g.log.Warn("this gateway is not shown yet", "err", err)
	}
	// Jobs get a context of their own, so that a stop lets them finish first.
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		g.scheduler.Run(ctx, work)
	}()
	g.accompany(ctx)
	var shown sync.WaitGroup
	if g.listener != nil {
		// While jobs finish it can be seen that they do.
		showing, end := context.WithCancel(context.WithoutCancel(ctx))
		shown.Go(func() { g.listener(showing) })
		defer shown.Wait()
		defer end()
	}
	g.notify(daemon.SdNotifyReady)
	g.log.Info("gateway started", "version", programVersion())

	var moved error
	select {
	case <-ctx.Done():
	case moved = <-g.moved:
		g.log.Error("gateway stops: the schema is not the one this program was built for", "err", moved)
		g.notify("STATUS=" + screen.OneLine(moved.Error()))
		cancel(moved) // nothing more is asked of tables it does not know; a crash would be no worse
		end()
	}
	g.notify(daemon.SdNotifyStopping)
	g.log.Info("gateway stops")
	select {
	case <-stopped:
	case <-time.After(g.shutdown):
		cancel(errors.New("the term for stopping is over"))
		<-stopped
	}
	if err := g.noteEnd(context.WithoutCancel(ctx), moved != nil); err != nil {
		g.log.Warn("the end is not noted: this gateway is shown as running for some minutes", "err", err)
	}
	g.log.Info("gateway stopped")
	return moved
}

// accompany starts what goes on beside the jobs until ctx ends.
func (g *gateway) accompany(ctx context.Context) {
	go g.listen(ctx)
	if g.sourceChannel != "" {
		go g.listenToSource(ctx)
	}
	go g.watchdog(ctx)
	go g.tellStatus(ctx)
	if g.alert != nil {
		go g.keepAlerting(ctx)
	}
	if g.heartbeat != nil {
		go g.keepBeating(ctx)
	}
}

func (g *gateway) noteEnd(ctx context.Context, outdated bool) error {
	if outdated {
		return g.store.OutdateInstance(ctx)
	}
	return g.store.EndInstance(ctx)
}

// wakes are the jobs to wake on each channel; "" is the beginning of listening, when
// anything may have happened.
var wakes = map[string][]string{
	store.ChannelService:    {"sign", "send", "receive", "listen", "respond"},
	store.ChannelClassifier: {"classifier"},
	store.ChannelCommand:    {"decide", "form", "sign", "send", "import", "receive", "listen", "fetch", "apply", "handle"},
	"":                      {"sign", "send", "receive", "listen", "respond", "classifier", "form", "import", "archive"},
}

// listen wakes jobs when the switch moves, the classifier changes or is wanted, or
// an operator gives a command, in whatever process that happened.
func (g *gateway) listen(ctx context.Context) {
	channels := []string{store.ChannelService, store.ChannelClassifier, store.ChannelCommand}
	g.keepListening(ctx, func() error {
		return g.store.Listen(ctx, channels, func(channel string) { g.scheduler.Wake(wakes[channel]...) })
	})
}

// listenToSource lets changes be collected when the МИС tells of them.
func (g *gateway) listenToSource(ctx context.Context) {
	g.keepListening(ctx, func() error {
		return g.source.Listen(ctx, g.sourceChannel, func() { g.scheduler.Wake(jobs.Collect{}.Name()) })
	})
}

// keepListening listens again a little after the connection broke.
func (g *gateway) keepListening(ctx context.Context, listen func() error) {
	for ctx.Err() == nil {
		err := listen()
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
