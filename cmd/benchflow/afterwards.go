package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"egissogw/cmd/torture/world"
)

// Way is how long a change committed in the МИС takes to the bus.
type Way struct {
	Name    string  `json:"name"`
	Changes int     `json:"changes"`
	P50     float64 `json:"p50_seconds"`
	P99     float64 `json:"p99_seconds"`
}

const latencyChanges = 40

// latency changes prescriptions one by one, with the МИС's NOTIFY and with polls once
// a second.
func latency(ctx context.Context, w *world.World) ([]Way, error) {
	var ways []Way
	for _, way := range []struct {
		name string
		env  []string
		edit string
	}{
		{"polls every second", []string{"EGISSOGW_SOURCE_CHANNEL="}, `alter table mis.egisso_change disable trigger egisso_notify`},
		{"NOTIFY", []string{"EGISSOGW_SOURCE_CHANNEL=egisso_change", "EGISSOGW_SCHEDULE_COLLECT=@every 30s"}, `alter table mis.egisso_change enable trigger egisso_notify`},
	} {
		if err := w.Edit(ctx, way.edit); err != nil {
			return nil, err
		}
		if err := begin(ctx, w, way.env); err != nil {
			return nil, err
		}
		times, err := singleChanges(ctx, w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", way.name, err)
		}
		slices.Sort(times)
		ways = append(ways, Way{way.name, len(times), times[len(times)/2], times[len(times)*99/100]})
	}
	return ways, nil
}

// begin starts the gateway with other settings and waits until it works.
func begin(ctx context.Context, w *world.World, env []string) error {
	g := w.Gateways[0]
	if err := g.Stop(); err != nil {
		return err
	}
	g.Env = env
	polls := w.Bus.Ledger().Summary().Calls["GetResponse"]
	if err := g.Start(); err != nil {
		return err
	}
	return world.Until(ctx, "the gateway asks for answers", func(context.Context) (bool, error) {
		return w.Bus.Ledger().Summary().Calls["GetResponse"] > polls, nil
	})
}

func singleChanges(ctx context.Context, w *world.World) (times []float64, err error) {
	var ids []int64
	// The number of packages is not said of a fact in money.
	err = w.Source.QueryRow(ctx, `select array(select row_key::bigint from egisso_source.fact where form <> '01' and not deleted and ending_reason is null
		and row_key::bigint not in (select recipe_id from mis.planted_defect) order by 1 limit $1)`, latencyChanges).Scan(&ids)
	if err != nil {
		return nil, fmt.Errorf("choose prescriptions: %w", err)
	}
	for _, id := range ids {
		messages := w.Bus.Ledger().Summary().Messages
		if err := w.Edit(ctx, `update mis.recipe set pack_qty = pack_qty + 1, upd_dt = now() where id = $1`, id); err != nil {
			return nil, err
		}
		committed := time.Now()
		for w.Bus.Ledger().Summary().Messages == messages {
			if time.Since(committed) > time.Minute {
				return nil, errors.New("a change did not arrive at the bus within a minute")
			}
			if err := world.Pause(ctx, 10*time.Millisecond); err != nil {
				return nil, err
			}
		}
		times = append(times, time.Since(committed).Seconds())
	}
	return times, nil
}

// Idle is what a gateway takes that has nothing to do, with the schedules it is
// delivered with.
type Idle struct {
	Seconds        float64 `json:"seconds"`
	GatewayPerHour float64 `json:"gateway_cpu_seconds_per_hour"`
	PostgresHour   float64 `json:"postgres_cpu_seconds_per_hour"`
	SourceHour     float64 `json:"mis_cpu_seconds_per_hour"`
}

// idleTime is how long idling is measured: jobs that run once a minute are in it three times.
const idleTime = 3 * time.Minute

func idle(ctx context.Context, w *world.World) (*Idle, error) {
	var env []string
	for _, schedule := range world.Schedules {
		env = append(env, schedule+"=")
	}
	if err := begin(ctx, w, env); err != nil {
		return nil, err
	}
	if err := world.Pause(ctx, 10*time.Second); err != nil { // what begins a process is not idling
		return nil, err
	}
	before, err := used(w, w.Gateways[0].PID())
	if err != nil {
		return nil, err
	}
	if err := world.Pause(ctx, idleTime); err != nil {
		return nil, err
	}
	after, err := used(w, w.Gateways[0].PID())
	if err != nil {
		return nil, err
	}
	spent := after.minus(before)
	hour := func(d time.Duration) float64 { return d.Seconds() * float64(time.Hour) / float64(idleTime) }
	return &Idle{idleTime.Seconds(), hour(spent.gateway), hour(spent.own), hour(spent.mis)}, nil
}

// restart is how long a gateway with this history takes until it asks the bus.
func restart(ctx context.Context, w *world.World) (float64, error) {
	if err := w.Gateways[0].Stop(); err != nil {
		return 0, err
	}
	began := time.Now()
	err := begin(ctx, w, nil)
	return time.Since(began).Seconds(), err
}

// exitTolerated lets a command end with a code of its own: status has one for
// trouble.
func exitTolerated(err error) error {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() > 0 {
		return nil
	}
	return err
}
