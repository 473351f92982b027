package jobs

import (
	"context"
	"log/slog"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// decideRows is how many rows are decided in one transaction.
const decideRows = 500

// Decide compares what the source says with what ЕГИССО accepted, runs the
// local checks and writes what is to be sent: a new record, an event, or why it
// waits or is blocked (adapter/egisso/SPEC.md#checks, #changed-records).
type Decide struct {
	Store *store.Store
	lifecycle.Rules
	Versions egisso.VersionSet
	// Classifier returns the classifier in use, nil as long as none is known:
	// the rules that need it are skipped then. It is asked once a batch, after the
	// rows were locked, so that who changes it afterwards finds them decided. Nil
	// is a gateway without a classifier.
	Classifier func(ctx context.Context) (*check.Classifier, error)
	// ClassifierWait is how long measures wait for the first КМСЗ after the request for it has
	// left, or could not leave; then they go with a warning. Zero: they go at once.
	ClassifierWait time.Duration
	Now            func() time.Time
	Log            *slog.Logger
}

// Name implements Job.
func (Decide) Name() string { return "decide" }

// decideBatches is how many transactions one run makes for a register.
const decideBatches = 40

// Run implements Job: registers in the order they are sent, since the later ones
// depend on the earlier.
func (d Decide) Run(ctx context.Context) (Report, error) {
	var report Report
	awaited, err := d.awaited(ctx)
	if err != nil {
		return report, err
	}
	if err := d.dirty(ctx, awaited, &report); err != nil {
		return report, err
	}
	woken, err := d.Store.WakeWaiting(ctx)
	report.More = report.More || woken > 0
	return report, err
}

// dirty decides on the rows of all registers.
func (d Decide) dirty(ctx context.Context, awaited bool, report *Report) error {
	if dirty, err := d.Store.AnyDirty(ctx); err != nil || !dirty {
		return err
	}
	for _, register := range egisso.Registers() {
		for batch := range decideBatches {
			report.More = report.More || batch == decideBatches-1
			n, err := d.batch(ctx, register, awaited)
			report.Done += n
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			d.Log.Debug("rows decided", "register", register, "rows", n)
		}
	}
	if report.Done > 0 {
		return d.Store.KnowLostPackages(ctx)
	}
	return nil
}

// awaited reports whether measures wait for КМСЗ. Those that waited longer than the term are decided again.
func (d Decide) awaited(ctx context.Context) (bool, error) {
	if d.Classifier == nil || d.ClassifierWait == 0 {
		return false, nil
	}
	awaited, err := d.Store.ClassifierAwaited(ctx, d.ClassifierWait)
	if err != nil || awaited {
		return awaited, err
	}
	return false, d.Store.WakeFromClassifier(ctx)
}

// batch decides on some rows with one checker, made after the rows were locked.
func (d Decide) batch(ctx context.Context, register egisso.Register, awaited bool) (int, error) {
	var of *lifecycle.Decider
	return d.Store.Decide(ctx, register, decideRows, func(p lifecycle.Pending) (lifecycle.Decision, error) {
		if of == nil {
			c, err := d.checker(ctx)
			if err != nil {
				return lifecycle.Decision{}, err
			}
			_, known := c.Classifier.Version()
			c.NoClassifier = d.Classifier != nil && !known && !awaited
			of = &lifecycle.Decider{Rules: d.Rules, Register: register, Checker: c, AwaitsClassifier: awaited && !known, Now: d.Now()}
		}
		return of.Decide(p)
	})
}

// checker knows what the checks need beside the rows.
func (d Decide) checker(ctx context.Context) (check.Checker, error) {
	c := check.Checker{Versions: d.Versions, Policy: d.Policy, Today: egisso.DateOf(d.Now().In(d.Location))}
	if d.Classifier != nil {
		var err error
		if c.Classifier, err = d.Classifier(ctx); err != nil {
			return c, err
		}
	}
	codes, err := d.Store.ParticipantCodes(ctx)
	if codes != nil {
		c.KnownParticipant = func(code string) bool { return codes[code] || code == d.Provider }
	}
	return c, err
}
