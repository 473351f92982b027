// Package assemble makes the parts of the gateway from its configuration and plugs them
// together: databases, signer, bus, policies and jobs. It is the only place that knows all
// of them; a command takes of it what it needs.
package assemble

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"slices"
	"time"

	"egissogw/adapter/archive"
	"egissogw/adapter/bus"
	"egissogw/adapter/mis"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"
	"egissogw/jobs"
)

// Parts are what the jobs work with.
type Parts struct {
	Store        *store.Store
	Source       *mis.Source
	Signer       jobs.Signer // behind the switch
	signing      *jobs.Ability
	ownClock     *jobs.Clock
	registration *jobs.Registration
	bus          jobs.Transport
	files        jobs.Storage
	Breaker      *bus.Breaker // of the bus
	FileBreaker  *bus.Breaker
	Clock        smev.ClockGauge // of the bus
	Policies
	Instance *store.Instance
	archive  *jobs.Archive // nil without EGISSOGW_ARCHIVE_DIR
	schema   jobs.Schema   // nil without EGISSOGW_SCHEMA_DIR
	log      *slog.Logger
	version  string // of this program
	closers  []func()
}

// Open opens everything the configuration names for a program of that version. After an error, too,
// what was opened before it is there, to be closed.
func Open(ctx context.Context, c config.Config, version string, log *slog.Logger) (*Parts, error) {
	p := &Parts{log: log, version: version, signing: ability(c)}
	return p, p.open(ctx, c)
}

// Close closes what was opened, in the opposite order.
func (p *Parts) Close() {
	for _, closing := range slices.Backward(p.closers) {
		closing()
	}
}

func (p *Parts) open(ctx context.Context, c config.Config) error {
	if err := p.openDatabases(ctx, c); err != nil {
		return err
	}
	key, err := OpenSigner(ctx, c.Signer)
	if err != nil {
		return fault.Signer(fault.SignerReason(c.Signer.Kind, err))
	}
	p.closers = append(p.closers, func() {
		if err := key.Close(); err != nil {
			p.log.Warn("signer not closed", "err", err)
		}
	})
	p.Signer = jobs.Gate(key, p.Store)
	certificate := sha256.Sum256(p.Signer.Certificate().Raw)
	p.registration = &jobs.Registration{Certificate: certificate[:], Log: p.log}
	if p.Policies, err = PoliciesOf(c); err != nil {
		return err
	}
	if p.Instance, err = instanceOf(c, p.Policies, p.version); err != nil {
		return err
	}
	p.Instance.Certificate = certificate[:]
	p.Store.LimitChanges(store.ChangeLimits{
		Window: c.Package.GuardWindow, Least: c.Package.GuardLeast, Most: c.Package.GuardMost, Percent: float64(c.Package.GuardPercent), Fixed: p.limits,
	})
	p.archive = p.openArchive(c)
	if p.schema, err = OpenSchema(c.Package, p.Versions); err != nil {
		return fault.Lasting(err)
	}
	return p.openBus(c)
}

func (p *Parts) openDatabases(ctx context.Context, c config.Config) error {
	s, err := OpenStore(ctx, c.Database, InZone(c)...)
	if err != nil {
		return err
	}
	s.KeepUnbelieved(c.SMEV.UnverifiedLimit)
	s.RetryBetween(retry.Backoff{Min: c.Job.RetryMin, Max: c.Job.RetryMax})
	p.Store = s
	p.closers = append(p.closers, s.Close)
	if err := inContour(ctx, s, c); err != nil {
		return err
	}
	source, pool, err := OpenSource(ctx, c.Source, c.Database.Timeout)
	if err != nil {
		return err
	}
	p.Source = source
	p.closers = append(p.closers, pool.Close)
	return nil
}

// openArchive is nil where none is configured.
func (p *Parts) openArchive(c config.Config) *jobs.Archive {
	if c.Archive.Dir == "" {
		return nil
	}
	w := archive.NewWriter(c.Archive.Dir, time.Now)
	p.closers = append(p.closers, func() {
		if err := w.Close(); err != nil {
			p.log.Warn("archive not closed", "err", err)
		}
	})
	newest := func() ([]archive.Entry, error) { return archive.Newest(c.Archive.Dir) }
	return &jobs.Archive{Store: p.Store, To: w, Probe: func() error { return archive.Probe(c.Archive.Dir) }, Newest: newest, Able: ability(c), Now: time.Now, Log: p.log}
}
