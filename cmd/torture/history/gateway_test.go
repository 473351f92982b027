package history

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/mis"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store"
	"egissogw/crypto/cert"
	"egissogw/jobs"
)

// This file is all that knows the program under test from inside.

// stage is a part of a record's way.
type stage string

const (
	read      stage = "read"      // the source, and decide what follows
	pack      stage = "pack"      // form packages and sign them
	send      stage = "send"      // to the bus
	take      stage = "take"      // what the bus has, and apply it
	reconcile stage = "reconcile" // everything in the source with everything known
	watch     stage = "watch"     // what does not move by itself
)

// place is where a gateway works and how it is set.
type place struct {
	bus, storage string // addresses
	us, them     *smevtest.Identity
	now          func() time.Time
	log          *os.File
	settings     settings
}

// gateway is one gateway in this process, without a schedule of its own.
type gateway struct {
	store  *store.Store
	source *pgxpool.Pool
	stages map[stage][]jobs.Job
}

// migrate makes the gateway's tables.
func migrate(ctx context.Context, url string) error {
	_, _, err := store.Migrate(ctx, url)
	return err
}

// Pauses are so long that none of them passes while a history is played, however
// slow the machine: time passes only where the history says so (play.pass).
const (
	retryMin   = 10 * time.Minute
	retryMax   = 15 * time.Minute
	lease      = 15 * time.Minute
	answerTerm = 72 * time.Hour
	messageAge = 24 * time.Hour
)

// open connects a gateway to its database, in which the МИС is too.
func open(ctx context.Context, url string) (*gateway, error) {
	s, err := store.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	source, err := pgxpool.New(ctx, url)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &gateway{store: s, source: source}, nil
}

// assemble plugs the jobs together as serve does.
func (g *gateway) assemble(ctx context.Context, p place) error {
	key, err := p.us.Signer(nil)
	if err != nil {
		return err
	}
	s, signer, trust := g.store, jobs.Gate(key, g.store), cert.NewTrust([]*cert.Certificate{p.them.Certificate}, cert.Pinned)
	client, err := smev.NewClient(smev.Options{
		URL: p.bus, Version: smev.Version13, Signer: signer, Now: p.now, Timeout: time.Minute,
		Trust: func(c *cert.Certificate) error { return trust.Check(c, p.now()) },
	})
	if err != nil {
		return err
	}
	files := smev.Storage{Files: smev.NewFileStore(p.storage, "", "", 30*time.Second)}
	log := slog.New(slog.NewTextHandler(p.log, nil))
	known := jobs.Senders{EGISSO: []string{"EGISSO"}, Bus: []string{"SMEV"}}
	bus := smev.Port{Client: client, Builder: smev.Builder{Version: smev.Version13, Signer: signer}}
	rules := check.Policy{}
	if p.settings.Lax {
		rules["019"] = check.Warn
	}
	collect := jobs.Collect{Source: mis.Open(ctx, g.source, ""), Store: s, Log: log}
	decide := jobs.Decide{
		Store: s, Now: p.now, Log: log,
		Rules: lifecycle.Rules{Provider: "0042.000001", Policy: rules, SendPeople: p.settings.SendPeople, Location: time.UTC},
	}
	g.stages = map[stage][]jobs.Job{
		read: {collect, decide},
		pack: {
			jobs.Form{Store: s, MaxRecords: p.settings.Records, MaxBytes: 4 << 20, RetryMin: retryMin, RetryMax: retryMax, Log: log},
			jobs.Sign{
				Store: s, Switch: s, Signer: signer, Builder: bus, Lease: lease, Now: p.now, Log: log,
				FactFileName: func(id string) string { return "facts_" + id + ".xml" }, FactMIMEType: "application/xml",
				FactURI: "urn://egisso-ru/msg/10.06.S/1.1.0",
			},
		},
		send: {jobs.Send{
			Store: s, Switch: s, Bus: bus, Files: files, Lease: lease, RetryMin: retryMin, RetryMax: retryMax,
			MessageIDLimit: messageAge, AnswerTerm: answerTerm, Now: p.now, Log: log,
		}},
		take: {
			jobs.Receive{Store: s, Switch: s, Bus: bus, Senders: known, Now: p.now, Log: log},
			jobs.Fetch{
				Store: s, Files: files, Limit: 1 << 20, Patience: time.Hour, RetryMin: retryMin, RetryMax: retryMax, Lease: lease, Now: p.now, Log: log,
			},
			jobs.Receive{Store: s, Switch: s, Bus: bus, Senders: known, Now: p.now, Log: log}, // acknowledges what was fetched
			jobs.Statuses{Store: s, Switch: s, Bus: bus, Now: p.now, Log: log},
			jobs.Apply{Store: s, Senders: known, Log: log},
		},
		reconcile: {jobs.Reconcile{Collect: collect, Log: log}},
		watch: {
			&jobs.Watch{Store: s, Certificate: key.Certificate(), AnswerTerm: answerTerm, Now: p.now, Location: time.UTC, Log: log},
		},
	}
	return nil
}

// run runs the jobs of a stage, each until it has nothing more to do. One that fails
// is left until the next time, and keeps none of the others back.
func (g *gateway) run(ctx context.Context, s stage) {
	for _, job := range g.stages[s] {
		for range 200 {
			if ctx.Err() != nil {
				return
			}
			if report, err := job.Run(ctx); err != nil || !report.More {
				break
			}
		}
	}
}

// close ends the gateway.
func (g *gateway) close() {
	g.store.Close()
	g.source.Close()
}
