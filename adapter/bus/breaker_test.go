package bus

import (
	"errors"
	"testing"
	"time"

	"egissogw/adapter/retry"
)

func TestBackoffByClass(t *testing.T) {
	b := retry.Backoff{Min: time.Second, Max: time.Hour}
	for class, want := range map[Class]time.Duration{
		ClassRetry: time.Second, ClassRetryLater: time.Hour, ClassFixConfiguration: time.Hour, ClassUnknown: time.Hour,
	} {
		if got := DelayFor(b, class, 1, 1); got != want {
			t.Errorf("%s: %v", class, got)
		}
	}
}

var (
	errNoLine  = &Error{Class: ClassRetry, Err: errors.New("no line")}
	errRefused = &Error{Class: ClassFixConfiguration, Err: errors.New("access denied")}
	errGarbage = &Error{Class: ClassUnknown, Err: errors.New("garbage")}

	testNow = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)
)

// TestBreakerDuringAnOutage plays an hour without the bus: one call in five
// seconds is wanted all the time, few are made, and two events are heard.
func TestBreakerDuringAnOutage(t *testing.T) {
	var heard []BreakerChange
	var lasted time.Duration
	now := testNow
	start, end := now.Add(10*time.Minute), now.Add(70*time.Minute)
	b := Breaker{
		Policy: BreakerPolicy{Threshold: 5, Open: retry.Backoff{Min: 10 * time.Second, Max: 5 * time.Minute}},
		Changed: func(change BreakerChange, s BreakerState) {
			heard = append(heard, change)
			if change == BreakerClosed {
				lasted = now.Sub(s.OpenedAt)
			}
		},
	}
	calls, refused := 0, 0
	for ; now.Before(end.Add(20 * time.Minute)); now = now.Add(5 * time.Second) {
		down := now.After(start) && now.Before(end)
		if !b.Allow(now) {
			refused++
			continue
		}
		if down {
			calls++
			b.After(errNoLine, now, 0.5)
		} else {
			b.After(nil, now, 0.5)
		}
	}
	if len(heard) != 2 || heard[0] != BreakerOpened || heard[1] != BreakerClosed {
		t.Errorf("heard %v", heard)
	}
	if calls > 30 {
		t.Errorf("%d calls during the outage", calls)
	}
	if lasted < 55*time.Minute || lasted > 70*time.Minute {
		t.Errorf("outage lasted %v", lasted)
	}
	t.Logf("an hour without the bus: %d calls made, %d not made, %d events", calls, refused, len(heard))
}

func TestBreakerCounts(t *testing.T) {
	p := BreakerPolicy{Threshold: 3, Open: retry.Backoff{Min: time.Minute, Max: time.Minute}}
	for _, tt := range []struct {
		name     string
		outcomes []error
		open     bool
	}{
		{"too few", []error{errNoLine, errNoLine}, false},
		{"enough", []error{errNoLine, errNoLine, errNoLine}, true},
		{"success between", []error{errNoLine, errNoLine, nil, errNoLine, errNoLine}, false},
		{"a refusal is a word of the bus", []error{errNoLine, errNoLine, errRefused, errNoLine}, false},
		{"garbage proves nothing", []error{errNoLine, errNoLine, errGarbage, errNoLine}, true},
		{"garbage alone", []error{errGarbage, errGarbage, errGarbage, errGarbage}, false},
		{"the bus says it fails", []error{errNoLine, errNoLine, errNoLine}, true},
	} {
		var s BreakerState
		for _, outcome := range tt.outcomes {
			s, _ = p.After(s, outcome, testNow, 0)
		}
		if s.IsOpen() != tt.open {
			t.Errorf("%s: %+v", tt.name, s)
		}
	}
}

func TestBreakerProbes(t *testing.T) {
	p := BreakerPolicy{Threshold: 1, Open: retry.Backoff{Min: time.Minute, Max: time.Hour}, ProbeTerm: 10 * time.Minute}
	open, change := p.After(BreakerState{}, errNoLine, testNow, 1)
	if change != BreakerOpened {
		t.Fatal("not opened")
	}
	at := testNow.Add(time.Minute)
	if _, ok := p.Allow(open, at.Add(-time.Second)); ok {
		t.Error("a probe before its time")
	}
	probing, ok := p.Allow(open, at)
	if !ok {
		t.Fatal("no probe")
	}
	if _, ok := p.Allow(probing, at.Add(time.Minute)); ok {
		t.Error("two probes at once")
	}
	if _, ok := p.Allow(probing, at.Add(10*time.Minute)); !ok {
		t.Error("a probe whose outcome never came blocks for ever")
	}
	if _, ok := p.Allow(p.Forget(probing), at); !ok {
		t.Error("a probe taken back is not repeated")
	}
	// A call from before the opening neither counts as a probe nor is heard.
	late, change := p.After(open, errNoLine, at, 1)
	if change != BreakerSame || late.Probes != 0 || !late.NextProbe.Equal(open.NextProbe) {
		t.Errorf("late failure: %v, %+v", change, late)
	}
	for name, outcome := range map[string]error{"failed": errNoLine, "garbage": errGarbage} {
		again, change := p.After(probing, outcome, at, 1)
		if change != BreakerSame || !again.IsOpen() || !again.NextProbe.Equal(at.Add(2*time.Minute)) {
			t.Errorf("probe %s: %v, %+v", name, change, again)
		}
	}
	for name, outcome := range map[string]error{"success": nil, "refused": errRefused} {
		if s, change := p.After(probing, outcome, at, 1); change != BreakerClosed || s != (BreakerState{}) {
			t.Errorf("probe %s: %v, %+v", name, change, s)
		}
	}
}

func TestNoBreaker(t *testing.T) {
	var b *Breaker
	b.After(errNoLine, testNow, 0)
	b.Forget()
	if !b.Allow(testNow) || b.State().IsOpen() {
		t.Error("no breaker stops calls")
	}
}

// TestBreakerDo: work that asked nobody, or was cut off, is no outcome, and a probe comes again.
func TestBreakerDo(t *testing.T) {
	at := testNow
	b := &Breaker{Policy: BreakerPolicy{Threshold: 1, Open: retry.Backoff{Min: time.Minute, Max: time.Minute}}}
	do := func(outcome error, asked bool) bool {
		return b.Do(func() time.Time { return at }, func(ended func(error)) {
			if asked {
				ended(outcome)
			}
		})
	}
	if !do(errNoLine, true) || !b.State().IsOpen() || do(nil, true) {
		t.Fatalf("after a failure: %+v", b.State())
	}
	at = at.Add(time.Hour)
	if !do(nil, false) || !b.State().IsOpen() {
		t.Fatalf("a probe that asked nobody: %+v", b.State())
	}
	if !do(nil, true) || b.State().IsOpen() {
		t.Errorf("a probe that was answered: %+v", b.State())
	}
}
