package metrics

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"egissogw/adapter/egisso"
	"egissogw/adapter/memo"
	"egissogw/adapter/store"
)

// What is read of the database, and how long is waited for it.
const (
	numbersLeast = 5 * time.Second
	recordsLeast = time.Minute
	numbersTerm  = 5 * time.Second
	recordsTerm  = 2 * time.Minute
)

// States that are shown although there may be nothing in them.
var (
	recordStates  = []string{"new", "nothing_to_send", "ready", "waiting", "blocked", "packed", "accepted", "accepted_with_warnings", "rejected"}
	packageStates = []string{"formed", "signed", "queued", "answered/accepted", "answered/partial", "answered/rejected", "send_failed", "expired", "dissolved"}
)

// state collects what the database and this process know at the time of a scrape.
type state struct {
	o       Options
	numbers *memo.Value[store.Numbers]
	records *memo.Value[[]store.Count]
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

func newState(o Options) *state {
	s := &state{o: o}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.numbers = &memo.Value[store.Numbers]{Ask: o.Numbers, Least: numbersLeast, Term: numbersTerm, Now: o.Now}
	s.records = &memo.Value[[]store.Count]{Ask: o.Records, Least: recordsLeast, Term: recordsTerm, Now: o.Now}
	return s
}

func (s *state) close() {
	s.mu.Lock()
	s.closed = true
	s.cancel()
	s.mu.Unlock()
	s.work.Wait()
}

// description declares a series.
func description(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("egissogw_"+name, help, labels, nil)
}

var (
	databaseUp      = description("database_up", "Whether the gateway's database answered the last question: 1 or 0.")
	signingEnabled  = description("signing_enabled", "Whether the switch of signing and sending is on: 1 or 0.")
	trouble         = description("trouble", "Whether the list of what is wrong has trouble: 1 or 0.")
	findings        = description("findings", "Lines of the list of what is wrong (view egisso.health).", "code", "severity")
	recordCount     = description("records", "Rows of the source by state (view egisso.record_status), at most a minute old while that is cheap; NaN: not counted yet.", "register", "state")
	packageCount    = description("packages", "Packages by state.", "register", "state")
	oldestOpen      = description("oldest_open_package_timestamp_seconds", "When the oldest package without an outcome was formed; 0: there is none.")
	lastSuccess     = description("job_last_success_timestamp_seconds", "When a job last succeeded in any gateway of the database; 0: never.", taskLabel)
	jobFailures     = description("job_failures", "Failures of a job in a row, in any gateway of the database.", taskLabel)
	breakerOpen     = description("breaker_open", "Whether this process only probes a neighbour because it does not answer: 1 or 0.", "neighbour")
	breakerFailures = description("breaker_failures", "Failures of calls to a neighbour in a row, of this process.", "neighbour")
	clockSkew       = description("clock_skew_seconds", "The bus's clock minus ours; NaN: not known.")
	clockDoubt      = description("clock_uncertainty_seconds", "How far the true skew may be from that; NaN: not known.")
	certificateDays = description("certificate_days", "Days until this process may not sign any more.")
)

// Describe implements prometheus.Collector.
func (s *state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{databaseUp, signingEnabled, trouble, findings, recordCount, packageCount, oldestOpen,
		lastSuccess, jobFailures, breakerOpen, breakerFailures, clockSkew, clockDoubt, certificateDays} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (s *state) Collect(ch chan<- prometheus.Metric) {
	show := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.work.Add(1)
	s.mu.Unlock()
	defer s.work.Done()
	n, up := s.numbers.Get(s.ctx, &s.work, numbersTerm)
	records, counted := s.records.Get(s.ctx, &s.work, 0)
	nothing := 0.0
	if !counted && records == nil {
		nothing = math.NaN() // not counted yet
	}
	show(databaseUp, truth(up))
	show(signingEnabled, truth(n.Signing))
	show(trouble, truth(!up || store.Troubled(n.Findings)))
	s.findings(show, n.Findings)
	s.jobs(show, n.Jobs)
	counts(show, recordCount, registers(), recordStates, records, nothing)
	counts(show, packageCount, append(registers(), "kmsz"), packageStates, n.Packages, 0)
	show(oldestOpen, seconds(n.OldestOpen))
	for name, state := range s.o.Neighbours {
		b := state()
		show(breakerOpen, truth(b.IsOpen()), name)
		show(breakerFailures, float64(b.Failures), name)
	}
	skew, uncertainty, known := s.o.Clock()
	if known {
		show(clockSkew, skew.Seconds())
		show(clockDoubt, uncertainty.Seconds())
	} else {
		show(clockSkew, math.NaN())
		show(clockDoubt, math.NaN())
	}
	show(certificateDays, s.o.SigningEnds.Sub(s.o.Now()).Hours()/24)
}

// shower shows the value of a series.
type shower func(d *prometheus.Desc, value float64, labels ...string)

func (s *state) findings(show shower, list []store.Finding) {
	lines := map[[2]string]int{}
	for _, f := range list {
		lines[[2]string{f.Code, f.Severity}]++
	}
	for _, code := range store.FindingCodes {
		for _, severity := range []string{store.Trouble, store.Todo} {
			show(findings, float64(lines[[2]string{code, severity}]), code, severity)
		}
	}
}

func (s *state) jobs(show shower, list []store.JobState) {
	known := map[string]store.JobState{}
	for _, j := range list {
		known[j.Name] = j
	}
	for _, name := range s.o.Jobs {
		show(lastSuccess, seconds(known[name].LastSuccess), name)
		show(jobFailures, float64(known[name].Failures), name)
	}
}

// counts shows every state of every register, and what else there is. nothing is shown of
// those that are not in the list.
func counts(show shower, d *prometheus.Desc, registers, states []string, list []store.Count, nothing float64) {
	all := map[[2]string]float64{}
	for _, register := range registers {
		for _, state := range states {
			all[[2]string{register, state}] = nothing
		}
	}
	for _, c := range list {
		all[[2]string{c.Register, c.State}] = float64(c.Count)
	}
	for key, count := range all {
		show(d, count, key[0], key[1])
	}
}

func registers() (names []string) {
	for _, r := range egisso.Registers() {
		names = append(names, string(r))
	}
	return names
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func seconds(t *time.Time) float64 {
	if t == nil {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
