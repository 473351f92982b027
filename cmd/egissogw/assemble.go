package main

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"egissogw/adapter/archive"
	"egissogw/adapter/bus"
	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/config"
	"egissogw/jobs"
)

// parts are what the jobs work with.
type parts struct {
	store        *store.Store
	source       *mis.Source
	signer       jobs.Signer // behind the switch
	signing      *jobs.Ability
	ownClock     *jobs.Clock
	registration *jobs.Registration
	bus          jobs.Transport
	files        jobs.Storage
	breaker      *bus.Breaker // of the bus
	fileBreaker  *bus.Breaker
	clock        smev.ClockGauge // of the bus
	policies
	instance *store.Instance
	archive  *jobs.Archive // nil without EGISSOGW_ARCHIVE_DIR
	schema   jobs.Schema   // nil without EGISSOGW_SCHEMA_DIR
	log      *slog.Logger
}

// open opens everything the configuration names. What it opened is closed by
// the gateway, also after an error.
func (g *gateway) open(ctx context.Context, c config.Config) (*parts, error) {
	p := &parts{log: g.log, signing: ability(c)}
	if err := g.openDatabases(ctx, c, p); err != nil {
		return nil, err
	}
	key, err := openSigner(ctx, c.Signer)
	if err != nil {
		return nil, signerFault(signerReason(c.Signer.Kind, err))
	}
	g.closers = append(g.closers, func() {
		if err := key.Close(); err != nil {
			g.log.Warn("signer not closed", "err", err)
		}
	})
	p.signer = jobs.Gate(key, p.store)
	certificate := sha256.Sum256(p.signer.Certificate().Raw)
	p.registration = &jobs.Registration{Certificate: certificate[:], Log: g.log}
	if p.policies, err = fieldPolicy(c); err != nil {
		return nil, err
	}
	if p.instance, err = instanceOf(c, p.policies); err != nil {
		return nil, err
	}
	p.instance.Certificate = certificate[:]
	p.store.Bear(store.ChangeLimits{
		Window: c.Package.GuardWindow, Least: c.Package.GuardLeast, Most: c.Package.GuardMost, Percent: float64(c.Package.GuardPercent), Fixed: p.limits,
	})
	p.archive = g.openArchive(c, p.store)
	if p.schema, err = openSchema(c.Package, p.versions); err != nil {
		return nil, lastingError{err}
	}
	return p, p.openBus(c)
}

func (g *gateway) openDatabases(ctx context.Context, c config.Config, p *parts) error {
	s, err := openStore(ctx, c.Database, inZone(c)...)
	if err != nil {
		return err
	}
	s.KeepUnbelieved(c.SMEV.UnverifiedLimit)
	s.RetryBetween(retry.Backoff{Min: c.Job.RetryMin, Max: c.Job.RetryMax})
	g.store, p.store = s, s
	g.closers = append(g.closers, s.Close)
	if err := inContour(ctx, s, c); err != nil {
		return err
	}
	source, pool, err := openSource(ctx, c.Source, c.Database.Timeout)
	if err != nil {
		return err
	}
	p.source = source
	g.closers = append(g.closers, pool.Close)
	return nil
}

// entries are the jobs, when each runs and whom it wakes.
func (p *parts) entries(c config.Config) ([]jobs.Entry, error) {
	hourly, err := cron.ParseStandard("@hourly")
	if err != nil {
		return nil, err
	}
	minutely, err := cron.ParseStandard("@every 1m")
	if err != nil {
		return nil, err
	}
	entries := []jobs.Entry{
		{Job: p.collect(), Schedule: c.Job.Collect.Schedule, Limit: c.Source.Timeout, Wakes: []string{"decide"}},
		{Job: p.decide(c), Schedule: c.Job.Collect.Schedule, Wakes: []string{"form", "sign"}},
		{Job: jobs.Settle{Source: p.source, Store: p.store, Term: c.Job.Settle, Log: p.log}, Schedule: c.Job.Collect.Schedule, Wakes: []string{"decide"}},
		{Job: p.form(c), Schedule: c.Job.Form.Schedule, Wakes: []string{"sign"}},
		{Job: p.sign(c), Schedule: c.Job.Send.Schedule, Wakes: []string{"send"}},
		{Job: p.send(c), Schedule: c.Job.Send.Schedule, Wakes: []string{"receive", "decide"}},
		{Job: p.receive(c), Schedule: c.Job.Receive.Schedule, Wakes: []string{"fetch", "apply"}},
		{Job: p.fetch(c), Schedule: c.Job.Receive.Schedule, Wakes: []string{"receive", "apply"}},
		{Job: p.apply(c), Schedule: c.Job.Apply.Schedule, Wakes: []string{"decide", "classifier"}},
		{Job: jobs.ImportProtocol{Store: p.store, Log: p.log}, Schedule: c.Job.Apply.Schedule, Wakes: []string{"decide"}},
		{Job: p.listen(c), Schedule: c.Job.Listen.Schedule, Wakes: []string{"handle"}},
		{Job: p.handle(c), Schedule: c.Job.Apply.Schedule, Wakes: []string{"respond", "classifier"}},
		{Job: p.respond(c), Schedule: c.Job.Send.Schedule, Wakes: []string{"send"}},
		// It looks as often as packages are formed; its own schedule says what is due.
		{Job: p.classifier(c), Schedule: c.Job.Form.Schedule, Wakes: []string{"sign", "decide"}},
		{Job: p.statuses(), Schedule: c.Job.Status.Schedule, Wakes: []string{"apply"}},
		{Job: jobs.Links{Store: p.store, Bus: p.breaker, Files: p.fileBreaker, Certificate: p.signer.Certificate(), Clock: p.clockOfBus, Instance: p.instance}, Schedule: minutely},
		{Job: jobs.Late{Source: p.source, Store: p.store, Log: p.log}, Schedule: hourly, Limit: c.Source.Timeout, Wakes: []string{"decide"}},
		{Job: p.watch(c), Schedule: hourly, Wakes: []string{"decide"}},
		{Job: &jobs.Count{Store: p.store, Term: c.Watch.ReportTerm}, Schedule: minutely},
	}
	if c.Watch.AlertCommand != "" && c.Watch.Summary.Schedule != nil {
		entries = append(entries, jobs.Entry{Job: p.summary(c), Schedule: minutely})
	}
	if p.archive != nil {
		entries = append(entries, jobs.Entry{Job: p.archive, Schedule: minutely})
	}
	if c.Keeping.Days > 0 && c.Keeping.Schedule.Schedule != nil {
		entries = append(entries, jobs.Entry{Job: p.prune(c), Schedule: c.Keeping.Schedule.Schedule, Limit: pruneLimit})
	}
	if c.Job.Reconcile.Schedule != nil {
		entries = append(entries, jobs.Entry{
			Job: p.reconcile(), Schedule: c.Job.Reconcile.Schedule, Limit: jobs.ReconcileLimit, Wakes: []string{"decide"},
		})
	}
	return entries, nil
}

func (p *parts) summary(c config.Config) jobs.Job {
	return &jobs.Summary{
		Store: p.store, Send: alertCommand(string(c.Watch.AlertCommand), alertTerm), Host: ownHost(), Version: programVersion(),
		Location: c.Job.TimeZone.Location, Now: time.Now, Due: c.Watch.Summary.Schedule.Next, Exports: exportTimes(c),
	}
}

// openArchive is nil where none is configured.
func (g *gateway) openArchive(c config.Config, s *store.Store) *jobs.Archive {
	if c.Archive.Dir == "" {
		return nil
	}
	w := archive.NewWriter(c.Archive.Dir, time.Now)
	g.closers = append(g.closers, func() {
		if err := w.Close(); err != nil {
			g.log.Warn("archive not closed", "err", err)
		}
	})
	newest := func() ([]archive.Entry, error) { return archive.Newest(c.Archive.Dir) }
	return &jobs.Archive{Store: s, To: w, Probe: func() error { return archive.Probe(c.Archive.Dir) }, Newest: newest, Able: ability(c), Now: time.Now, Log: g.log}
}

// pruneLimit is how long a run that removes documents may take; the next goes on.
const pruneLimit = 4 * time.Hour

func (p *parts) prune(c config.Config) jobs.Job {
	const day = 24 * time.Hour
	job := jobs.Prune{Store: p.store, Keep: time.Duration(c.Keeping.Days) * day, Now: time.Now, Log: p.log}
	if c.Archive.Dir != "" && c.Archive.KeepDays > 0 {
		job.Archive = &jobs.Forget{Store: p.store, Folder: c.Archive.Dir, Keep: time.Duration(c.Archive.KeepDays) * day, Now: time.Now, Log: p.log}
	}
	return job
}

func (p *parts) collect() jobs.Collect {
	return jobs.Collect{Source: p.source, Store: p.store, Log: p.log}
}

// reconciledEvery is a little less than the day between two nightly reconciliations.
const reconciledEvery = 20 * time.Hour

func (p *parts) reconcile() jobs.Job {
	return jobs.Reconcile{Collect: p.collect(), Every: reconciledEvery, Log: p.log}
}

func (p *parts) decide(c config.Config) jobs.Job {
	return jobs.Decide{
		Store: p.store, Versions: p.versions, Classifier: p.store.Classifier, ClassifierWait: classifierWait(c.Job), Now: time.Now, Log: p.log,
		Rules: lifecycle.Rules{
			Provider: c.Provider.Code, Policy: p.rules, Events: p.events,
			SendPeople: c.Package.PersonChanges == config.PersonChangesSend, ActualOn: p.actualOn, Settle: c.Job.Settle, Location: c.Job.TimeZone.Location,
		},
	}
}

// classifierWait is how long measures wait for КМСЗ: not at all where nobody asks for it.
func classifierWait(c config.Job) time.Duration {
	if c.Classifier.Schedule == nil {
		return 0
	}
	return c.KMSZWait
}

func (p *parts) form(c config.Config) jobs.Job { return formJob(c, p.versions, p.store, p.log) }

// formJob forms packages the way the configuration says; commands that form or
// preview some use it too.
func formJob(c config.Config, versions egisso.VersionSet, s *store.Store, log *slog.Logger) jobs.Form {
	onCommand := map[egisso.Register]bool{}
	for _, name := range c.Package.Commanded() {
		onCommand[egisso.Register(name)] = true
	}
	return jobs.Form{
		Store: s, Versions: versions, MaxRecords: c.Package.Records, MaxBytes: int(c.Package.Bytes),
		RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax, OnCommand: onCommand, Log: log,
		Exports: exportTimes(c), Now: time.Now,
	}
}

// exportTimes are the times of the configuration, in its zone.
func exportTimes(c config.Config) store.ExportTimes {
	times := store.ExportTimes{}
	for register, schedule := range c.Package.ExportTimes {
		times[egisso.Register(register)] = func(t time.Time) time.Time { return schedule.Schedule.Next(t.In(c.Job.TimeZone.Location)) }
	}
	return times
}

func (p *parts) sign(c config.Config) jobs.Job {
	return jobs.Sign{
		Store: p.store, Switch: p.store, Signer: p.signer, Builder: p.bus, FileWay: fileWay(c.Package), Lease: c.Job.Lease, Now: time.Now, Log: p.log,
		Provider: jobs.ProviderSettings{NodeID: c.SMEV.NodeID, TestMessage: c.SMEV.TestMessage},
		Signing:  p.signing, Clock: p.ownClock, Registration: p.registration,
		Schema: p.schema, Versions: p.versions, FactFileName: c.Package.FileName, FactMIMEType: c.Package.FactMIMEType, FactURI: c.Package.FactNamespaceURI,
	}
}

// ability remembers whether this process can do a kind of work.
func ability(c config.Config) *jobs.Ability {
	return &jobs.Ability{Pauses: retry.Backoff{Min: c.Job.RetryMin, Max: max(c.Job.RetryMin, abilityPause)}}
}

// abilityPause is the longest between two looks whether what was lacking is there again.
const abilityPause = time.Minute

func (p *parts) send(c config.Config) jobs.Job {
	return jobs.Send{
		Store: p.store, Switch: p.store, Bus: p.bus, Files: p.files, Breaker: p.breaker, FileBreaker: p.fileBreaker, Registration: p.registration, Storage: ability(c), Archive: p.archive, Lease: c.Job.Lease, AnswerTerm: c.Job.AnswerTerm,
		RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax, MessageIDLimit: c.Job.MessageIDLimit, Now: time.Now, Log: p.log,
	}
}

func (p *parts) receive(c config.Config) jobs.Job {
	return jobs.Receive{
		Store: p.store, Switch: p.store, Bus: p.bus, RefuseUnverified: c.SMEV.RefuseUnverified, ForeignWait: c.SMEV.ForeignWait, Senders: heard(c.SMEV),
		Breaker: p.breaker, Registration: p.registration, Archive: p.archive, Now: time.Now, Log: p.log,
	}
}

func (p *parts) fetch(c config.Config) jobs.Job {
	return jobs.Fetch{
		Store: p.store, Files: p.files, Limit: c.SMEV.FileLimit, Patience: c.SMEV.FilePatience,
		RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax, Breaker: p.fileBreaker, Lease: c.Job.Lease, Now: time.Now, Log: p.log,
	}
}

func (p *parts) apply(c config.Config) jobs.Job {
	return jobs.Apply{Store: p.store, Senders: heard(c.SMEV), Refusals: p.refusals, Log: p.log}
}

// heard are the mnemonics that are believed.
func heard(c config.SMEV) jobs.Senders { return jobs.Senders{EGISSO: c.Senders, Bus: c.BusSenders} }

func (p *parts) listen(c config.Config) jobs.Job {
	return jobs.Listen{
		Store: p.store, Switch: p.store, Bus: p.bus, RefuseUnverified: c.SMEV.RefuseUnverified, Senders: heard(c.SMEV),
		Breaker: p.breaker, Registration: p.registration, Archive: p.archive, Now: time.Now, Log: p.log,
	}
}

func (p *parts) statuses() jobs.Job {
	return jobs.Statuses{Store: p.store, Switch: p.store, Bus: p.bus, Breaker: p.breaker, Registration: p.registration, Now: time.Now, Log: p.log}
}

func (p *parts) handle(c config.Config) jobs.Job {
	return jobs.Handle{
		Store: p.store, Handlers: p.incomingHandlers(c), RejectUnexpected: c.SMEV.RejectUnexpected, Lease: c.Job.Lease, Log: p.log,
	}
}

// incomingHandlers are the parts that know what to do with messages the bus
// brings on its own.
func (p *parts) incomingHandlers(c config.Config) []jobs.IncomingHandler {
	return []jobs.IncomingHandler{jobs.ClassifierPush{Store: p.store, Senders: heard(c.SMEV), Log: p.log}}
}

func (p *parts) respond(c config.Config) jobs.Job {
	return jobs.Respond{
		Store: p.store, Switch: p.store, Builder: p.bus, Signing: p.signing, Clock: p.ownClock, Registration: p.registration, Lease: c.Job.Lease, Now: time.Now, Log: p.log,
	}
}

func (p *parts) classifier(c config.Config) jobs.Job {
	return jobs.Classifier{
		Store: p.store, Provider: c.Provider.Code, Schedule: c.Job.Classifier.Schedule, Location: c.Job.TimeZone.Location,
		RetryMin: jobs.ClassifierRetryMin, RetryMax: jobs.ClassifierRetryMax, Policy: p.rules, CheckBasis: programVersion() + " " + p.rules.String(),
		Time: p.store.Time, Log: p.log,
	}
}

func (p *parts) watch(c config.Config) jobs.Job {
	return &jobs.Watch{
		Store: p.store, Certificate: p.signer.Certificate(), AnswerTerm: c.Job.AnswerTerm, Resend: c.Job.AnswerResend, Now: time.Now, Location: c.Job.TimeZone.Location, Log: p.log,
		CheckBasis: strings.Join([]string{programVersion(), p.rules.String(), p.events.String(), p.versions.String(), c.Package.PersonChanges, c.Provider.Code, c.Package.FactsActualOn}, " "),
	}
}
