package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"egissogw/cmd/torture/world"
)

// Changes is what altering facts costs that ЕГИССО has: an announced mass change, so that
// the guard counts every one of them and holds none.
type Changes struct {
	Facts       int     `json:"facts"` // alterations accepted
	Seconds     float64 `json:"seconds"`
	FactsRate   float64 `json:"facts_per_second"`
	GatewayCPU  float64 `json:"gateway_cpu_us_per_fact"`
	PostgresCPU float64 `json:"postgres_cpu_us_per_fact"`
	WALBytes    float64 `json:"wal_bytes_per_fact"`
}

// altered is what ЕГИССО calls a fact with other content.
const altered = "alterationBasedOnPreviousErrors"

// changes alters so many facts in one statement and waits for the last protocol.
func changes(ctx context.Context, w *world.World, facts int) (*Changes, error) {
	if _, err := w.Gateway.Exec(ctx, `select egisso.expect_changes('fact', 'alteration', $1, now() + interval '1 day', 'ежегодный пересчёт')`, facts); err != nil {
		return nil, fmt.Errorf("announce: %w", err)
	}
	position, _, err := stored(ctx, w)
	if err != nil {
		return nil, err
	}
	before, err := used(w, w.Gateways[0].PID())
	if err != nil {
		return nil, err
	}
	began := time.Now()
	// What is said of a fact in money has no number of packages.
	err = w.Edit(ctx, `update mis.recipe set pack_qty = pack_qty + 1, upd_dt = now() where id in
		(select row_key::bigint from egisso_source.fact where form <> '01' and not deleted and ending_reason is null order by 1 limit $1)`, facts)
	if err != nil {
		return nil, err
	}
	err = world.Until(ctx, "the changes are accepted", func(context.Context) (bool, error) {
		return len(w.Bus.Ledger().AcceptedIDs(altered)) >= facts && w.Bus.Unacknowledged() == 0, nil
	})
	if err != nil {
		return nil, err
	}
	if err := applied(ctx, w); err != nil {
		return nil, err
	}
	c := Changes{Facts: facts, Seconds: time.Since(began).Seconds()}
	after, err := used(w, w.Gateways[0].PID())
	if err != nil {
		return nil, err
	}
	end, _, err := stored(ctx, w)
	if err != nil {
		return nil, err
	}
	perFact := func(d time.Duration) float64 { return d.Seconds() * 1e6 / float64(facts) }
	spent := after.minus(before)
	c.FactsRate, c.GatewayCPU, c.PostgresCPU = float64(facts)/c.Seconds, perFact(spent.gateway), perFact(spent.own)
	c.WALBytes = float64(end-position) / float64(facts)
	return &c, nil
}

func (c *Changes) print(out io.Writer) {
	fmt.Fprintf(out, "  %d facts altered in %.1f s: %.0f facts/s; CPU per fact: gateway %.0f µs, its PostgreSQL %.0f µs; WAL %.1f KB\n",
		c.Facts, c.Seconds, c.FactsRate, c.GatewayCPU, c.PostgresCPU, c.WALBytes/1000)
}
