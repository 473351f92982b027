package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/goleak"

	"egissogw/adapter/store"
)

// scripted is a job that does what its script says, one step a run.
type scripted struct {
	name string
	ran  chan struct{}
	do   func(ctx context.Context) (Report, error)
}

func (s scripted) Name() string { return s.name }

func (s scripted) Run(ctx context.Context) (Report, error) {
	defer func() { s.ran <- struct{}{} }()
	return s.do(ctx)
}

// memory is a ledger that remembers how jobs ended.
type memory struct {
	mu       sync.Mutex
	finished []string
	causes   []store.JobCause
}

func (m *memory) JobStarted(context.Context, string) error { return nil }

func (m *memory) JobFinished(_ context.Context, name, failure string, cause store.JobCause) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.finished = append(m.finished, name+":"+failure)
	m.causes = append(m.causes, cause)
	return nil
}

// never is a schedule far away: only wake-ups matter.
var never = cron.ConstantDelaySchedule{Delay: 1000 * time.Hour}

func wait(t *testing.T, ran <-chan struct{}) {
	t.Helper()
	select {
	case <-ran:
	case <-time.After(time.Minute):
		t.Fatal("the job did not run within a minute")
	}
}

func start(t *testing.T, s *Scheduler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, t.Context()) }()
	return func() { cancel(); <-done }
}

func TestWorkWakesTheNextJob(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	left := 3 // pieces of work found at the start
	producer := scripted{"producer", make(chan struct{}, 10), func(context.Context) (Report, error) {
		if left == 0 {
			return Report{}, nil
		}
		left--
		return Report{Done: 1, More: left > 0}, nil
	}}
	consumed := make(chan struct{}, 10)
	consumer := scripted{"consumer", consumed, func(context.Context) (Report, error) { return Report{}, nil }}
	s := NewScheduler([]Entry{
		{Job: producer, Schedule: never, Wakes: []string{"consumer", "nobody"}},
		{Job: consumer, Schedule: nil},
	}, time.UTC, &memory{}, slog.New(slog.DiscardHandler), time.Now)
	stop := start(t, s)
	for range 3 {
		wait(t, producer.ran)
	}
	wait(t, consumed)
	stop()
}

func TestFailureIsLoggedOnceEachWay(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var log bytes.Buffer
	results := []error{errors.New("no database"), errors.New("no database"), errors.New("no database"), nil, nil}
	run := 0
	job := scripted{"job", make(chan struct{}, 10), func(context.Context) (Report, error) {
		err := results[min(run, len(results)-1)]
		run++
		return Report{}, err
	}}
	m := &memory{}
	s := NewScheduler([]Entry{{Job: job}}, time.UTC, m, slog.New(slog.NewTextHandler(&log, nil)), time.Now)
	stop := start(t, s)
	for i := range results {
		if i > 0 {
			s.Wake("job")
		}
		wait(t, job.ran)
	}
	stop()
	if n := strings.Count(log.String(), "job fails"); n != 1 {
		t.Errorf("the failure is logged %d times:\n%s", n, log.String())
	}
	if n := strings.Count(log.String(), "job works again"); n != 1 {
		t.Errorf("the recovery is logged %d times:\n%s", n, log.String())
	}
	if len(m.finished) != len(results) || m.finished[0] != "job:no database" || m.finished[4] != "job:" {
		t.Errorf("ledger %q", m.finished)
	}
}

// A job that panics fails; the others go on, and the value, which may be a person, is not told.
func TestPanicIsAFailureWithoutContent(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var log bytes.Buffer
	panicking := scripted{"panicking", make(chan struct{}, 10), func(context.Context) (Report, error) { panic("СНИЛС 112-233-445 95") }}
	other := scripted{"other", make(chan struct{}, 10), func(context.Context) (Report, error) { return Report{}, nil }}
	m := &memory{}
	s := NewScheduler([]Entry{{Job: panicking}, {Job: other}}, time.UTC, m, slog.New(slog.NewTextHandler(&log, nil)), time.Now)
	stop := start(t, s)
	wait(t, panicking.ran)
	s.Wake("other")
	wait(t, other.ran)
	stop()
	if text := log.String(); !strings.Contains(text, "job panicked") || !strings.Contains(text, "scheduler_test.go") || strings.Contains(text, "112-233") {
		t.Errorf("logged: %s", text)
	}
	if !slices.Contains(m.finished, "panicking:panic with a value of type string") {
		t.Errorf("ledger %q", m.finished)
	}
}

func TestStopWaitsForTheJobAtWork(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	began, release := make(chan struct{}), make(chan struct{})
	finished := false
	job := scripted{"job", make(chan struct{}, 1), func(ctx context.Context) (Report, error) {
		close(began)
		<-release
		finished = ctx.Err() == nil
		return Report{}, nil
	}}
	s := NewScheduler([]Entry{{Job: job}}, time.UTC, &memory{}, slog.New(slog.DiscardHandler), time.Now)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, t.Context()) }()
	<-began
	cancel()
	close(release)
	<-done
	if !finished {
		t.Error("the job was cut off")
	}
}

func TestStuckJobIsNamed(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	now := time.Now()
	clock := func() time.Time { return now }
	began, release := make(chan struct{}), make(chan struct{})
	job := scripted{"slow", make(chan struct{}, 1), func(context.Context) (Report, error) {
		close(began)
		<-release
		return Report{}, nil
	}}
	s := NewScheduler([]Entry{{Job: job}}, time.UTC, &memory{}, slog.New(slog.DiscardHandler), clock)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx, t.Context()) }()
	<-began
	if stuck := s.Stuck(time.Minute); len(stuck) != 0 {
		t.Errorf("stuck at once: %v", stuck)
	}
	if stuck := s.Stuck(-time.Second); len(stuck) != 1 || stuck[0] != "slow" {
		t.Errorf("stuck %v, want slow", stuck)
	}
	close(release)
	cancel()
	<-done
}

func TestLimitNamesTheJob(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	job := scripted{"job", make(chan struct{}, 1), func(ctx context.Context) (Report, error) {
		<-ctx.Done()
		return Report{}, ctx.Err()
	}}
	m := &memory{}
	s := NewScheduler([]Entry{{Job: job, Limit: time.Millisecond}}, time.UTC, m, slog.New(slog.DiscardHandler), time.Now)
	stop := start(t, s)
	wait(t, job.ran)
	stop()
	if len(m.finished) != 1 || !strings.Contains(m.finished[0], "job job took longer than 1ms") {
		t.Errorf("ledger %q", m.finished)
	}
}

func TestRunsAreObserved(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	results := []struct {
		report Report
		err    error
	}{{Report{Done: 1}, nil}, {Report{}, nil}, {Report{Skipped: true}, nil}, {Report{Done: 1}, errors.New("no database")}}
	run := 0
	job := scripted{"job", make(chan struct{}, 10), func(context.Context) (Report, error) {
		run++
		return results[run-1].report, results[run-1].err
	}}
	s := NewScheduler([]Entry{{Job: job}}, time.UTC, &memory{}, slog.New(slog.DiscardHandler), time.Now)
	seen := make(chan Outcome, len(results))
	s.Observe = func(name string, outcome Outcome, took time.Duration) {
		if name != "job" || took < 0 {
			t.Errorf("%s took %s", name, took)
		}
		seen <- outcome
	}
	stop := start(t, s)
	var got []Outcome
	for i := range results {
		if i > 0 {
			s.Wake("job")
		}
		wait(t, job.ran)
		got = append(got, <-seen)
	}
	stop()
	if !slices.Equal(got, Outcomes) {
		t.Errorf("observed %q", got)
	}
}
