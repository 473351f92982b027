package assemble

import (
	"log/slog"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/retry"
	"egissogw/adapter/store"
	"egissogw/config"
	"egissogw/jobs"
)

// Entries are the jobs, when each runs and whom it wakes.
func (p *Parts) Entries(c config.Config) ([]jobs.Entry, error) {
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
		{Job: jobs.Settle{Source: p.Source, Store: p.Store, Term: c.Job.Settle, Log: p.log}, Schedule: c.Job.Collect.Schedule, Wakes: []string{"decide"}},
		{Job: p.form(c), Schedule: c.Job.Form.Schedule, Wakes: []string{"sign"}},
		{Job: p.sign(c), Schedule: c.Job.Send.Schedule, Wakes: []string{"send"}},
		{Job: p.send(c), Schedule: c.Job.Send.Schedule, Wakes: []string{"receive", "decide"}},
		{Job: p.receive(c), Schedule: c.Job.Receive.Schedule, Wakes: []string{"fetch", "apply"}},
		{Job: p.fetch(c), Schedule: c.Job.Receive.Schedule, Wakes: []string{"receive", "apply"}},
		{Job: p.apply(c), Schedule: c.Job.Apply.Schedule, Wakes: []string{"decide", "classifier"}},
		{Job: jobs.ImportProtocol{Store: p.Store, Log: p.log}, Schedule: c.Job.Apply.Schedule, Wakes: []string{"decide"}},
		{Job: p.listen(c), Schedule: c.Job.Listen.Schedule, Wakes: []string{"handle"}},
		{Job: p.handle(c), Schedule: c.Job.Apply.Schedule, Wakes: []string{"respond", "classifier"}},
		{Job: p.respond(c), Schedule: c.Job.Send.Schedule, Wakes: []string{"send"}},
		// It looks as often as packages are formed; its own schedule says what is due.
		{Job: p.classifier(c), Schedule: c.Job.Form.Schedule, Wakes: []string{"sign", "decide"}},
		{Job: p.statuses(), Schedule: c.Job.Status.Schedule, Wakes: []string{"apply"}},
		{Job: jobs.Links{Store: p.Store, Bus: p.Breaker, Files: p.FileBreaker, Certificate: p.Signer.Certificate(), Clock: p.clockOfBus, Instance: p.Instance, Log: p.log}, Schedule: minutely},
		{Job: jobs.Late{Source: p.Source, Store: p.Store, Log: p.log}, Schedule: hourly, Limit: c.Source.Timeout, Wakes: []string{"decide"}},
		{Job: p.watch(c), Schedule: hourly, Wakes: []string{"decide"}},
		{Job: &jobs.Count{Store: p.Store, Term: c.Watch.ReportTerm}, Schedule: minutely},
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

func (p *Parts) summary(c config.Config) jobs.Job {
	return &jobs.Summary{
		Store: p.Store, Send: AlertCommand(string(c.Watch.AlertCommand), alertTerm), Host: OwnHost(), Version: p.version,
		Location: c.Job.TimeZone.Location, Now: time.Now, Due: c.Watch.Summary.Schedule.Next, Exports: exportTimes(c),
	}
}

// pruneLimit is how long a run that removes documents may take; the next goes on.
const pruneLimit = 4 * time.Hour

func (p *Parts) prune(c config.Config) jobs.Job {
	const day = 24 * time.Hour
	job := jobs.Prune{Store: p.Store, Keep: time.Duration(c.Keeping.Days) * day, Now: time.Now, Log: p.log}
	if c.Archive.Dir != "" && c.Archive.KeepDays > 0 {
		job.Archive = &jobs.Forget{Store: p.Store, Folder: c.Archive.Dir, Keep: time.Duration(c.Archive.KeepDays) * day, Now: time.Now, Log: p.log}
	}
	return job
}

func (p *Parts) collect() jobs.Collect {
	return jobs.Collect{Source: p.Source, Store: p.Store, Log: p.log}
}

// reconciledEvery is a little less than the day between two nightly reconciliations.
const reconciledEvery = 20 * time.Hour

func (p *Parts) reconcile() jobs.Job {
	return jobs.Reconcile{Collect: p.collect(), Every: reconciledEvery, Log: p.log}
}

func (p *Parts) decide(c config.Config) jobs.Job {
	return jobs.Decide{
		Store: p.Store, Versions: p.Versions, Classifier: p.Store.Classifier, ClassifierWait: classifierWait(c.Job), Now: time.Now, Log: p.log,
		Rules: lifecycle.Rules{
			Provider: c.Provider.Code, Policy: p.Rules, Events: p.events,
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

func (p *Parts) form(c config.Config) jobs.Job { return FormJob(c, p.Versions, p.Store, p.log) }

// FormJob forms packages the way the configuration says; commands that form or
// preview some use it too.
func FormJob(c config.Config, versions egisso.VersionSet, s *store.Store, log *slog.Logger) jobs.Form {
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

func (p *Parts) sign(c config.Config) jobs.Job {
	return jobs.Sign{
		Store: p.Store, Switch: p.Store, Signer: p.Signer, Builder: p.bus, FileWay: fileWay(c.Package), Lease: c.Job.Lease, Now: time.Now, Log: p.log,
		Provider: jobs.ProviderSettings{NodeID: c.SMEV.NodeID, TestMessage: c.SMEV.TestMessage},
		Signing:  p.signing, Clock: p.ownClock, Registration: p.registration,
		Schema: p.schema, Versions: p.Versions, FactFileName: c.Package.FileName, FactMIMEType: c.Package.FactMIMEType, FactURI: c.Package.FactNamespaceURI,
	}
}

// ability remembers whether this process can do a kind of work.
func ability(c config.Config) *jobs.Ability {
	return &jobs.Ability{Pauses: retry.Backoff{Min: c.Job.RetryMin, Max: max(c.Job.RetryMin, abilityPause)}}
}

// abilityPause is the longest between two looks whether what was lacking is there again.
const abilityPause = time.Minute

func (p *Parts) send(c config.Config) jobs.Job {
	return jobs.Send{
		Store: p.Store, Switch: p.Store, Bus: p.bus, Files: p.files, Breaker: p.Breaker, FileBreaker: p.FileBreaker, Registration: p.registration, Storage: ability(c), Archive: p.archive, Lease: c.Job.Lease, AnswerTerm: c.Job.AnswerTerm,
		RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax, MessageIDLimit: c.Job.MessageIDLimit, Now: time.Now, Log: p.log,
	}
}

func (p *Parts) receive(c config.Config) jobs.Job {
	return jobs.Receive{
		Store: p.Store, Switch: p.Store, Bus: p.bus, RefuseUnverified: c.SMEV.RefuseUnverified, ForeignWait: c.SMEV.ForeignWait, Senders: Senders(c.SMEV),
		Breaker: p.Breaker, Registration: p.registration, Archive: p.archive, Now: time.Now, Log: p.log,
	}
}

func (p *Parts) fetch(c config.Config) jobs.Job {
	return jobs.Fetch{
		Store: p.Store, Files: p.files, Limit: c.SMEV.FileLimit, Patience: c.SMEV.FilePatience,
		RetryMin: c.Job.RetryMin, RetryMax: c.Job.RetryMax, Breaker: p.FileBreaker, Lease: c.Job.Lease, Now: time.Now, Log: p.log,
	}
}

func (p *Parts) apply(c config.Config) jobs.Job {
	return jobs.Apply{Store: p.Store, Senders: Senders(c.SMEV), Refusals: p.refusals, Log: p.log}
}

// heard are the mnemonics that are believed.
func Senders(c config.SMEV) jobs.Senders { return jobs.Senders{EGISSO: c.Senders, Bus: c.BusSenders} }

func (p *Parts) listen(c config.Config) jobs.Job {
	return jobs.Listen{
		Store: p.Store, Switch: p.Store, Bus: p.bus, RefuseUnverified: c.SMEV.RefuseUnverified, Senders: Senders(c.SMEV),
		Breaker: p.Breaker, Registration: p.registration, Archive: p.archive, Now: time.Now, Log: p.log,
	}
}

func (p *Parts) statuses() jobs.Job {
	return jobs.Statuses{Store: p.Store, Switch: p.Store, Bus: p.bus, Breaker: p.Breaker, Registration: p.registration, Now: time.Now, Log: p.log}
}

func (p *Parts) handle(c config.Config) jobs.Job {
	return jobs.Handle{
		Store: p.Store, Handlers: p.incomingHandlers(c), RejectUnexpected: c.SMEV.RejectUnexpected, Lease: c.Job.Lease, Log: p.log,
	}
}

// incomingHandlers are the parts that know what to do with messages the bus
// brings on its own.
func (p *Parts) incomingHandlers(c config.Config) []jobs.IncomingHandler {
	return []jobs.IncomingHandler{jobs.ClassifierPush{Store: p.Store, Senders: Senders(c.SMEV), Log: p.log}}
}

func (p *Parts) respond(c config.Config) jobs.Job {
	return jobs.Respond{
		Store: p.Store, Switch: p.Store, Builder: p.bus, Signing: p.signing, Clock: p.ownClock, Registration: p.registration, Lease: c.Job.Lease, Now: time.Now, Log: p.log,
	}
}

func (p *Parts) classifier(c config.Config) jobs.Job {
	return jobs.Classifier{
		Store: p.Store, Provider: c.Provider.Code, Schedule: c.Job.Classifier.Schedule, Location: c.Job.TimeZone.Location,
		RetryMin: jobs.ClassifierRetryMin, RetryMax: jobs.ClassifierRetryMax, Policy: p.Rules, CheckBasis: p.version + " " + p.Rules.String(),
		Time: p.Store.Time, Log: p.log,
	}
}

func (p *Parts) watch(c config.Config) jobs.Job {
	return &jobs.Watch{
		Store: p.Store, Certificate: p.Signer.Certificate(), AnswerTerm: c.Job.AnswerTerm, Resend: c.Job.AnswerResend, Now: time.Now, Location: c.Job.TimeZone.Location, Log: p.log,
		CheckBasis: strings.Join([]string{p.version, p.Rules.String(), p.events.String(), p.Versions.String(), c.Package.PersonChanges, c.Provider.Code, c.Package.FactsActualOn}, " "),
	}
}
