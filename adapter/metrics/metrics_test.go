package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// scrape is what a monitoring system gets.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// world is a database that can be told what to say.
type world struct {
	now     atomic.Pointer[time.Time]
	asked   atomic.Int32
	fails   atomic.Bool
	numbers store.Numbers
}

func (w *world) metrics(t *testing.T) *Metrics {
	start := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	w.now.Store(&start)
	now := func() time.Time { return *w.now.Load() }
	m := New(Options{
		Version: "1.0", Jobs: []string{"collect"}, Outcomes: []string{"done", "failed"},
		Numbers: func(context.Context) (store.Numbers, error) {
			w.asked.Add(1)
			if w.fails.Load() {
				return store.Numbers{}, errors.New("no database")
			}
			return w.numbers, nil
		},
		Records:     func(context.Context) ([]store.Count, error) { return nil, nil },
		Neighbours:  map[string]func() bus.BreakerState{"smev": func() bus.BreakerState { return bus.BreakerState{OpenedAt: start, Failures: 3} }},
		Clock:       func() (skew, uncertainty time.Duration, known bool) { return 0, 0, false },
		SigningEnds: start.Add(36 * time.Hour), Now: now,
	})
	t.Cleanup(m.Close)
	return m
}

func TestSeriesAreThereFromTheStart(t *testing.T) {
	w := &world{}
	text := scrape(t, w.metrics(t))
	for _, line := range []string{
		`egissogw_job_runs_total{outcome="failed",task="collect"} 0`, `egissogw_findings{code="serve_silent",severity="trouble"} 0`,
		`egissogw_records{register="fact",state="blocked"} `, `egissogw_packages{register="kmsz",state="queued"} 0`,
		`egissogw_job_last_success_timestamp_seconds{task="collect"} 0`, `egissogw_breaker_open{neighbour="smev"} 1`, `egissogw_breaker_failures{neighbour="smev"} 3`,
		`egissogw_clock_skew_seconds NaN`, `egissogw_certificate_days 1.5`, `egissogw_database_up 1`, `egissogw_trouble 0`, `egissogw_build_info{`,
	} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("no %s in\n%s", line, text)
		}
	}
}

// The database is asked once, however many ask, and not again for some seconds.
func TestScrapesAreCheap(t *testing.T) {
	w := &world{}
	m := w.metrics(t)
	var all sync.WaitGroup
	for range scrapes {
		all.Go(func() { scrape(t, m) })
	}
	all.Wait()
	scrape(t, m)
	if n := w.asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	later := w.now.Load().Add(numbersLeast)
	w.now.Store(&later)
	if scrape(t, m); w.asked.Load() != 2 {
		t.Errorf("asked %d times after a while", w.asked.Load())
	}
}

func TestDatabaseThatIsDownIsTold(t *testing.T) {
	w := &world{}
	w.fails.Store(true)
	m := w.metrics(t)
	if text := scrape(t, m); !strings.Contains(text, "\negissogw_database_up 0") || !strings.Contains(text, "\negissogw_trouble 1") {
		t.Error(text)
	}
}

// What others said is not shown: only how many lines there are.
func TestNoWordsAreShown(t *testing.T) {
	w := &world{numbers: store.Numbers{Findings: []store.Finding{{
		Severity: store.Trouble, Code: "job_failing", Subject: "ivanov", Text: "112-233-445 95", Detail: "Иванов Иван", Advice: "x",
	}}}}
	m := w.metrics(t)
	m.Ran("collect", "failed", time.Second)
	text := scrape(t, m)
	if strings.Contains(text, "Иванов") || strings.Contains(text, "112-233") || strings.Contains(text, "ivanov") {
		t.Error("words are shown")
	}
	for _, line := range []string{`egissogw_findings{code="job_failing",severity="trouble"} 1`, `egissogw_trouble 1`,
		`egissogw_job_runs_total{outcome="failed",task="collect"} 1`, `egissogw_job_run_seconds_total{task="collect"} 1`} {
		if !strings.Contains(text, "\n"+line) {
			t.Errorf("no %s", line)
		}
	}
}

// A database that hangs does not outlive the metrics.
func TestCloseEndsTheQuestion(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	began := make(chan struct{})
	m := New(Options{
		Numbers: func(context.Context) (store.Numbers, error) { return store.Numbers{}, nil },
		Records: func(ctx context.Context) ([]store.Count, error) {
			close(began)
			<-ctx.Done()
			return nil, ctx.Err()
		},
		Clock: func() (skew, uncertainty time.Duration, known bool) { return 0, 0, false }, Now: time.Now,
	})
	scrape(t, m) // does not wait for it
	<-began
	m.Close()
	scrape(t, m)
}
