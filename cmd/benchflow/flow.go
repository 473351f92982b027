package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"egissogw/adapter/mis/refmis"
	"egissogw/cmd/torture/world"
)

// bench builds a world for every run.
type bench struct {
	settings
	programs *world.Programs
	template *world.Template
}

// Result is one run.
type Result struct {
	Facts     int       `json:"facts"` // accepted ones
	With      string    `json:"with"`  // what the gateways do beside, see variants
	Yardstick Yardstick `json:"yardstick"`

	Seconds   float64 `json:"seconds"` // from the start of serve to the last protocol
	FactsRate float64 `json:"facts_per_second"`
	Steps     []Step  `json:"steps"`

	// CPU microseconds per fact.
	GatewayCPU   float64 `json:"gateway_cpu_us_per_fact"`
	PostgresCPU  float64 `json:"postgres_cpu_us_per_fact"`
	SourceCPU    float64 `json:"mis_cpu_us_per_fact"`
	SimulatorCPU float64 `json:"simulator_cpu_us_per_fact"`
	PostgresTo   float64 `json:"postgres_cpu_to_yardstick"`

	PeakMemory int64   `json:"peak_memory_bytes"`
	TableBytes float64 `json:"table_bytes_per_fact"`
	WALBytes   float64 `json:"wal_bytes_per_fact"`

	Statements []Statement `json:"statements,omitempty"`
	Relations  []Relation  `json:"relations,omitempty"`

	Changes *Changes `json:"changes,omitempty"`

	Screens []Screen `json:"screens,omitempty"`
	Latency []Way    `json:"latency,omitempty"`
	Idle    *Idle    `json:"idle,omitempty"`
	Start   float64  `json:"start_seconds,omitempty"` // of a gateway with this history
}

// once is one run in a world of its own.
func (b *bench) one(ctx context.Context, facts int, with variant) (r Result, err error) {
	r.With = with.name
	// What is measured is a server as it is installed, also its commits.
	postgres := map[string]string{"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
	if b.top > 0 {
		maps.Copy(postgres, statementSettings)
	}
	if b.log > 0 {
		postgres["wal_keep_size"] = "1TB"
	}
	maps.Copy(postgres, b.server)
	w, err := world.New(ctx, world.Options{
		Programs: b.programs, Template: b.template, Gateways: 1, Separate: true, Env: with.env(b.env), Archive: with.archive,
		Source:   refmis.Options{Seed: 1, Facts: facts, Defects: map[refmis.Kind]int{}},
		Postgres: postgres,
	})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if r.Yardstick, err = b.yardstick(ctx, w.Own, facts); err != nil {
		return r, err
	}
	if b.top > 0 {
		if err := watchStatements(ctx, w); err != nil {
			return r, err
		}
	}
	position, _, err := stored(ctx, w)
	if err != nil {
		return r, err
	}
	if err := r.flow(ctx, w); err != nil {
		return r, err
	}
	if b.changes > 0 {
		if r.Changes, err = changes(ctx, w, b.changes); err != nil {
			return r, err
		}
	}
	if b.top > 0 {
		if r.Statements, err = statements(ctx, w, b.top); err != nil {
			return r, err
		}
	}
	if b.log > 0 {
		if r.Relations, err = relations(ctx, w, position, b.log); err != nil {
			return r, err
		}
	}
	if b.more {
		err = r.more(ctx, w)
	}
	return r, err
}

// more measures what comes after the first day.
func (r *Result) more(ctx context.Context, w *world.World) (err error) {
	if r.Screens, err = screens(ctx, w); err != nil {
		return err
	}
	if r.Latency, err = latency(ctx, w); err != nil {
		return err
	}
	if r.Idle, err = idle(ctx, w); err != nil {
		return err
	}
	r.Start, err = restart(ctx, w)
	return err
}

// use is what everybody has used so far.
type use struct{ gateway, own, mis, simulator time.Duration }

func (u use) minus(o use) use {
	return use{u.gateway - o.gateway, u.own - o.own, u.mis - o.mis, u.simulator - o.simulator}
}

func used(w *world.World, gateway int) (u use, err error) {
	u.simulator = ownTime()
	if gateway != 0 {
		if u.gateway, err = treeTime(gateway); err != nil {
			return u, err
		}
	}
	for server, into := range map[string]*time.Duration{w.Own.Dir(): &u.own, w.MIS.Dir(): &u.mis} {
		pid, err := postmaster(server)
		if err != nil {
			return u, err
		}
		if *into, err = treeTime(pid); err != nil {
			return u, err
		}
	}
	return u, nil
}

// flow lets the gateway read, send and have answered everything the МИС holds.
func (r *Result) flow(ctx context.Context, w *world.World) error {
	position, size, err := stored(ctx, w)
	if err != nil {
		return err
	}
	before, err := used(w, 0)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := w.Start(); err != nil {
		return err
	}
	if err := r.wait(ctx, w); err != nil {
		return err
	}
	r.Seconds = time.Since(began).Seconds()
	after, err := used(w, w.Gateways[0].PID())
	if err != nil {
		return err
	}
	r.Facts = w.Bus.Ledger().Summary().RecordsAccepted["fact"]
	perFact := func(d time.Duration) float64 { return d.Seconds() * 1e6 / float64(r.Facts) }
	spent := after.minus(before)
	r.GatewayCPU, r.PostgresCPU, r.SourceCPU, r.SimulatorCPU = perFact(spent.gateway), perFact(spent.own), perFact(spent.mis), perFact(spent.simulator)
	r.FactsRate = float64(r.Facts) / r.Seconds
	r.PostgresTo = r.PostgresCPU / r.Yardstick.CPUPerFact
	r.PeakMemory = w.Peak().Memory
	wal, bytes, err := stored(ctx, w)
	if err != nil {
		return err
	}
	r.WALBytes, r.TableBytes = float64(wal-position)/float64(r.Facts), float64(bytes-size)/float64(r.Facts)
	r.Steps, err = steps(w.Gateways[0].LogFile())
	return err
}

// wait ends when every fact has an outcome.
func (r *Result) wait(ctx context.Context, w *world.World) error {
	interval := 200 * time.Millisecond
	if w.Manifest.GoodFacts() > 200_000 {
		interval = 2 * time.Second // counting the ledger takes time itself
	}
	for {
		sum := w.Bus.Ledger().Summary()
		if sum.RecordsAccepted["fact"]+sum.RecordsRejected["fact"] >= w.Manifest.GoodFacts() && w.Bus.Unacknowledged() == 0 {
			break
		}
		if !w.Gateways[0].Alive() {
			return errors.New("the gateway ended by itself")
		}
		if err := world.Pause(ctx, interval); err != nil {
			return err
		}
	}
	return applied(ctx, w)
}

func applied(ctx context.Context, w *world.World) error {
	return world.Until(ctx, "the last protocol is applied", func(ctx context.Context) (applied bool, err error) {
		err = w.Gateway.QueryRow(ctx, `select not exists (select from egisso.journal where egisso.package_open(state))`).Scan(&applied)
		return applied, err
	})
}

// stored is the position in the WAL of the gateway's server and the size of its
// database.
func stored(ctx context.Context, w *world.World) (wal, bytes int64, err error) {
	err = w.Gateway.QueryRow(ctx, `select pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(current_database())`).Scan(&wal, &bytes)
	if err != nil {
		err = fmt.Errorf("look at the gateway's database: %w", err)
	}
	return wal, bytes, err
}
