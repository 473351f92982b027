// Package metrics shows how the gateway is, in the form Prometheus reads. Every series is
// there from the first scrape on; labels have few values, all of them words of the program,
// and nothing of a record, a person or an error's text is shown.
//
// What the database knows is asked for at most once in some seconds, however many ask.
package metrics

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// Options are what is shown.
type Options struct {
	Version  string
	Jobs     []string // names of the jobs of this process
	Outcomes []string // how their runs end
	// Numbers and Records are asked of the database, within the time of their context.
	Numbers func(context.Context) (store.Numbers, error)
	Records func(context.Context) ([]store.Count, error)
	// Neighbours are the breakers of this process, by name.
	Neighbours map[string]func() bus.BreakerState
	// Clock is the bus's clock minus ours; known is false before anything was heard.
	Clock func() (skew, uncertainty time.Duration, known bool)
	// SigningEnds is when this process may not sign any more.
	SigningEnds time.Time
	Now         func() time.Time
}

// taskLabel names a job. Prometheus gives every series a label job of its own.
const taskLabel = "task"

// Metrics are the series of one process.
type Metrics struct {
	registry *prometheus.Registry
	runs     *prometheus.CounterVec
	seconds  *prometheus.CounterVec
	state    *state
}

// New makes the series. Close ends what they ask in the background.
func New(o Options) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		runs:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "egissogw_job_runs_total", Help: "Runs of jobs of this process by outcome."}, []string{taskLabel, "outcome"}),
		seconds:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "egissogw_job_run_seconds_total", Help: "Time spent in runs of jobs of this process."}, []string{taskLabel}),
		state:    newState(o),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "egissogw_build_info", Help: "Always 1."}, []string{"version", "go_version"})
	build.WithLabelValues(o.Version, runtime.Version()).Set(1)
	for _, job := range o.Jobs {
		m.seconds.WithLabelValues(job)
		for _, outcome := range o.Outcomes {
			m.runs.WithLabelValues(job, outcome)
		}
	}
	m.registry.MustRegister(m.runs, m.seconds, build, m.state, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Ran counts a run of a job.
func (m *Metrics) Ran(job, outcome string, took time.Duration) {
	m.runs.WithLabelValues(job, outcome).Inc()
	m.seconds.WithLabelValues(job).Add(max(took, 0).Seconds())
}

// scrapes at once, and how long one may take.
const (
	scrapes    = 4
	scrapeTerm = 10 * time.Second
)

// Handler answers scrapes, not compressed: the compressor would keep 1.5 MiB, and the text is short.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, DisableCompression: true, MaxRequestsInFlight: scrapes, Timeout: scrapeTerm,
	})
}

// Close ends what is asked of the database now and waits for it.
func (m *Metrics) Close() { m.state.close() }
