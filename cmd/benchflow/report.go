package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Report is what --json writes.
type Report struct {
	Machine string   `json:"machine"`
	Results []Result `json:"results"`
}

// machine says what it ran on.
func machine() string {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return fmt.Sprintf("%d cores", runtime.NumCPU())
	}
	return fmt.Sprintf("%d cores, load %s", runtime.NumCPU(), strings.Join(strings.Fields(string(load))[:3], " "))
}

func (r *Result) print(out io.Writer) {
	fmt.Fprintf(out, "\n%d facts accepted with %s in %.1f s: %.0f facts/s\n", r.Facts, r.With, r.Seconds, r.FactsRate)
	fmt.Fprintf(out, "  yardstick (COPY and 2 claims of as many rows)  %.2f s, %.1f µs/row, CPU of PostgreSQL %.1f µs/row\n",
		r.Yardstick.Seconds, r.Yardstick.PerRow, r.Yardstick.CPUPerFact)
	fmt.Fprintf(out, "  CPU per fact: gateway %.0f µs, its PostgreSQL %.0f µs = %.1f yardsticks; МИС %.0f µs, simulator %.0f µs\n",
		r.GatewayCPU, r.PostgresCPU, r.PostgresTo, r.SourceCPU, r.SimulatorCPU)
	fmt.Fprintf(out, "  per fact: database %.1f KB, WAL %.1f KB; peak memory of the gateway %.0f MiB\n",
		r.TableBytes/1000, r.WALBytes/1000, float64(r.PeakMemory)/(1<<20))
	for _, s := range r.Steps {
		fmt.Fprintf(out, "  %-8s from %6.1f s for %6.1f s, reported %d times", s.Name, s.Began, s.Seconds, s.Lines)
		if s.Rows > 0 {
			fmt.Fprintf(out, ", %d rows", s.Rows)
		}
		fmt.Fprintln(out)
	}
	if r.Changes != nil {
		r.Changes.print(out)
	}
	for _, s := range r.Statements {
		fmt.Fprintf(out, "  %8.0f ms, %6d calls, %7d rows, %9d blocks, WAL %6d KB  %s\n", s.Millis, s.Calls, s.Rows, s.Blocks, s.WAL/1000, s.Text)
	}
	printRelations(out, r.Relations, r.Facts)
	for _, s := range r.Screens {
		fmt.Fprintf(out, "  %-32s %8.1f ms\n", s.Name, s.Milliseconds)
	}
	for _, way := range r.Latency {
		fmt.Fprintf(out, "  change to bus, %-18s p50 %.2f s, p99 %.2f s of %d\n", way.Name, way.P50, way.P99, way.Changes)
	}
	if r.Idle != nil {
		fmt.Fprintf(out, "  idle, CPU seconds an hour: gateway %.1f, its PostgreSQL %.1f, МИС %.1f\n", r.Idle.GatewayPerHour, r.Idle.PostgresHour, r.Idle.SourceHour)
		fmt.Fprintf(out, "  start with this history: %.2f s\n", r.Start)
	}
}

// printMedians prints a line for every number of facts, and what was done beside.
func (r *Report) printMedians(out io.Writer) {
	fmt.Fprintf(out, "\n%s\nfacts               facts/s  PostgreSQL/yardstick  gateway µs  PostgreSQL µs  database KB  WAL KB  yardstick µs/row  changes/s  gateway µs  PostgreSQL µs\n", r.Machine)
	var rows []string
	of := map[string][]Result{}
	for _, result := range r.Results {
		name := fmt.Sprint(result.Facts, " ", result.With)
		if of[name] == nil {
			rows = append(rows, name)
		}
		of[name] = append(of[name], result)
	}
	for _, name := range rows {
		row := medians(of[name])
		fmt.Fprintf(out, "%-20s %6.0f %21.1f %11.0f %14.0f %12.1f %7.1f %17.1f %10.0f %11.0f %14.0f\n", name,
			row.of(func(r Result) float64 { return r.FactsRate }), row.of(func(r Result) float64 { return r.PostgresTo }),
			row.of(func(r Result) float64 { return r.GatewayCPU }), row.of(func(r Result) float64 { return r.PostgresCPU }),
			row.of(func(r Result) float64 { return r.TableBytes / 1000 }), row.of(func(r Result) float64 { return r.WALBytes / 1000 }),
			row.of(func(r Result) float64 { return r.Yardstick.PerRow }),
			row.of(func(r Result) float64 { return r.changes().FactsRate }), row.of(func(r Result) float64 { return r.changes().GatewayCPU }),
			row.of(func(r Result) float64 { return r.changes().PostgresCPU }))
	}
}

// changes is what altering cost, zero if nothing was altered.
func (r *Result) changes() Changes {
	if r.Changes == nil {
		return Changes{}
	}
	return *r.Changes
}

// medians gives figures of runs that differ in nothing.
type medians []Result

func (m medians) of(figure func(Result) float64) float64 {
	var list []float64
	for _, result := range m {
		list = append(list, figure(result))
	}
	slices.Sort(list)
	return list[len(list)/2]
}

func (r *Report) save(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the results: %w", err)
	}
	return nil
}
