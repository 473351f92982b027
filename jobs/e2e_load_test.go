package jobs_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTimeAndMemoryOfManyFacts reads, checks, forms and signs facts step by step and
// tells what each step took. EGISSOGW_TEST_FACTS=100000 gives the figures of
// README.md.
func TestTimeAndMemoryOfManyFacts(t *testing.T) {
	facts, most := 300, 100
	if n, err := strconv.Atoi(os.Getenv("EGISSOGW_TEST_FACTS")); err == nil {
		facts, most = n, 1000
		serverVacuums(t)
	}
	w := wholeWorld(t, facts)
	w.form.MaxRecords = most
	began := time.Now()
	step := func(name string, work func() int) {
		from := time.Now()
		done := work()
		spent := time.Since(from)
		t.Logf("%-32s %7d in %8.2f s, %8.0f/s, most memory so far %s", name, done, spent.Seconds(), float64(done)/spent.Seconds(), peakMemory(t))
	}
	step("rows collected", func() int { return w.run(w.collect) })
	step("rows decided, facts wait", func() int { return w.run(w.decide) })
	w.everything() // measures
	step("facts checked again and ready", func() int { return w.run(w.decide) })
	step("packages formed", func() int { return w.run(w.form) })
	step("packages written and signed", func() int { return w.run(w.sign) })
	t.Logf("altogether %.1f s", time.Since(began).Seconds())
	if n := w.count(`select count(*) from egisso.record where register = 'fact' and state = 'packed'`); n != facts {
		t.Errorf("%d facts are in packages, want %d", n, facts)
	}
	if n, about := w.count(`select count(*) from egisso.package where register = 'fact' and state = 'signed'`), facts/most+1; n > 2*about {
		t.Errorf("%d packages of facts, want about %d", n, about)
	}
}

// peakMemory is what the process held at most: the simulator is a part of it.
func peakMemory(t *testing.T) string {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
