package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
	"egissogw/crypto/xmldsig"
)

// ledger remembers when jobs ran; silence must be visible.
type ledger interface {
	JobStarted(ctx context.Context, name string) error
	JobFinished(ctx context.Context, name, failure string, cause store.JobCause) error
}

// Entry is a job, when it runs by itself, and whom it wakes when it did work.
type Entry struct {
	Job      Job
	Schedule cron.Schedule // nil: only when woken
	Wakes    []string
	Limit    time.Duration // one run may take so long; 0 means no limit
}

// Scheduler runs every job in a loop of its own: never twice at once in one
// process, when its schedule says so or when another job or a notification
// wakes it. A schedule is only a reason to look: no tick has to have fired.
type Scheduler struct {
	loops  map[string]*loop
	zone   *time.Location
	ledger ledger
	log    *slog.Logger
	now    func() time.Time
	// Observe is told of every run that was not cut off by the end of the program; it may be nil.
	Observe func(job string, outcome Outcome, took time.Duration)
}

// Outcome is how a run of a job ended.
type Outcome string

// Outcomes of a run.
const (
	OutcomeDone    Outcome = "done"    // it found work and did it
	OutcomeIdle    Outcome = "idle"    // it found none
	OutcomeSkipped Outcome = "skipped" // it did not look
	OutcomeFailed  Outcome = "failed"
)

// Outcomes are all of them.
var Outcomes = []Outcome{OutcomeDone, OutcomeIdle, OutcomeSkipped, OutcomeFailed}

func outcomeOf(r Report, err error) Outcome {
	switch {
	case err != nil:
		return OutcomeFailed
	case r.Skipped:
		return OutcomeSkipped
	case r.Done > 0:
		return OutcomeDone
	default:
		return OutcomeIdle
	}
}

type loop struct {
	Entry
	wake    chan struct{}
	failure string                    // last error, "" if there was none
	cause   store.JobCause            // of it
	running atomic.Pointer[time.Time] // start of the run, nil when idle
	failing string                    // kind of the last error, to log a state and not every tick
}

// NewScheduler prepares the jobs. now is the clock of the schedules, zone the
// time zone they are meant in.
func NewScheduler(entries []Entry, zone *time.Location, l ledger, log *slog.Logger, now func() time.Time) *Scheduler {
	s := &Scheduler{loops: make(map[string]*loop, len(entries)), zone: zone, ledger: l, log: log, now: now}
	for _, e := range entries {
		s.loops[e.Job.Name()] = &loop{Entry: e, wake: make(chan struct{}, 1)}
	}
	return s
}

// Wake lets the named jobs look for work now. Names of jobs that are not
// scheduled are ignored.
func (s *Scheduler) Wake(names ...string) {
	for _, name := range names {
		l, ok := s.loops[name]
		if !ok {
			continue
		}
		select {
		case l.wake <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// Run runs all jobs until ctx ends, then waits for those that are at work. They
// work under a context of their own, which the caller ends when it cannot wait
// any longer.
func (s *Scheduler) Run(ctx, work context.Context) {
	var wait sync.WaitGroup
	for _, l := range s.loops {
		wait.Go(func() { s.keep(ctx, work, l) })
	}
	wait.Wait()
}

// Stuck returns the names of jobs whose present run has lasted longer than limit,
// or than their own limit and a little more.
func (s *Scheduler) Stuck(limit time.Duration) []string {
	var names []string
	for name, l := range s.loops {
		if started := l.running.Load(); started != nil && s.now().Sub(*started) > l.patience(limit) {
			names = append(names, name)
		}
	}
	return names
}

// patience is how long a run may last before the job counts as stuck.
func (l *loop) patience(limit time.Duration) time.Duration {
	if l.Limit == 0 {
		return limit
	}
	return max(limit, l.Limit+5*time.Minute)
}

func (s *Scheduler) keep(ctx, work context.Context, l *loop) {
	s.Wake(l.Job.Name()) // whatever an earlier life left behind
	for {
		tick, stop := s.tick(l)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-l.wake:
		case <-tick:
		}
		stop()
		if ctx.Err() != nil {
			return
		}
		if s.once(work, l) {
			s.Wake(l.Job.Name())
		}
	}
}

// tick returns a channel that fires when the schedule says so next.
func (s *Scheduler) tick(l *loop) (<-chan time.Time, func() bool) {
	if l.Schedule == nil {
		return nil, func() bool { return false }
	}
	now := s.now().In(s.zone)
	next := l.Schedule.Next(now)
	if next.IsZero() { // a date that does not exist
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(next.Sub(now))
	return timer.C, timer.Stop
}

// once runs the job one time and reports whether it has more to do at once.
func (s *Scheduler) once(ctx context.Context, l *loop) (more bool) {
	name := l.Job.Name()
	started := s.now()
	l.running.Store(&started)
	defer l.running.Store(nil)
	report, err := s.run(ctx, l)
	if ctx.Err() != nil {
		return false // being stopped is not a failure
	}
	if s.Observe != nil {
		s.Observe(name, outcomeOf(report, err), s.now().Sub(started))
	}
	if report.Done > 0 {
		s.Wake(l.Wakes...)
	}
	s.Wake(report.Wakes...)
	if report.Skipped && err == nil {
		s.remember(ctx, l) // as before: nothing was learnt
		return false
	}
	s.note(ctx, l, report, err)
	if err != nil {
		s.log.Debug("job failed", "job", name, "err", err)
	}
	return report.More
}

func (s *Scheduler) run(ctx context.Context, l *loop) (report Report, err error) {
	if l.Limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, l.Limit, fmt.Errorf("job %s took longer than %s", l.Job.Name(), l.Limit))
		defer cancel()
	}
	if err := s.ledger.JobStarted(ctx, l.Job.Name()); err != nil {
		return Report{}, err
	}
	report, err = s.guarded(ctx, l.Job)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w (%w)", err, cause)
	}
	return report, err
}

// guarded runs the job and makes a failure of its panic: the other jobs go on, and what
// the panic holds, which may be people, is not printed.
func (s *Scheduler) guarded(ctx context.Context, job Job) (report Report, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = PanicError(value)
			s.log.Error("job panicked", "job", job.Name(), "err", err, "stack", string(debug.Stack()))
		}
	}()
	return job.Run(ctx)
}

// PanicError says what a recovered panic was about. The runtime's own errors name types and
// indices; of any other value only its type is told.
func PanicError(value any) error {
	if err, ok := value.(runtime.Error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic with a value of type %T", value)
}

// identifiers are what differs between two errors of the same kind.
var identifiers = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\d+`)

// kindOf tells failures apart that people would call different.
func kindOf(err error) string {
	switch {
	case err == nil:
		return ""
	case bus.ClassOf(err) == bus.ClassRetry:
		return "the bus does not answer" // in many words
	}
	return identifiers.ReplaceAllString(err.Error(), "…")
}

// causeOf tells what fails many jobs at once, for the list of what is wrong.
func causeOf(err error) store.JobCause {
	var signing *xmldsig.SigningError
	switch {
	case errors.As(err, &signing):
		return store.CauseSigning
	case errors.Is(err, bus.ErrUnregistered):
		return store.CauseUnregistered
	}
	return ""
}

// note logs a change of the job's health, one line each way, and remembers it.
func (s *Scheduler) note(ctx context.Context, l *loop, report Report, err error) {
	name, failure := l.Job.Name(), ""
	if err != nil {
		failure = err.Error()
	}
	kind := kindOf(err)
	switch {
	case failure != "" && kind != l.failing:
		s.log.Error("job fails", "job", name, "err", err)
	case failure == "" && l.failing != "":
		s.log.Info("job works again", "job", name, "done", report.Done)
	}
	l.failing, l.failure, l.cause = kind, failure, causeOf(err)
	s.remember(ctx, l)
}

// remember stores how the job's last run ended.
func (s *Scheduler) remember(ctx context.Context, l *loop) {
	if err := s.ledger.JobFinished(ctx, l.Job.Name(), l.failure, l.cause); err != nil {
		s.log.Debug("job outcome not stored", "job", l.Job.Name(), "err", err)
	}
}
