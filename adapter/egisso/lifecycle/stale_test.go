package lifecycle

import (
	"testing"
	"time"
)

func TestDecideStale(t *testing.T) {
	now := testClock()
	old, fresh, future := now.Add(-72*time.Hour), now.Add(-time.Hour), now.Add(24*time.Hour)
	for _, tt := range []struct {
		name  string
		c     StaleCase
		want  StaleAction
		clock bool
		wait  time.Duration
	}{
		{"never sent", StaleCase{Made: old}, StaleNewID, false, 0},
		{"sent, never arrived", StaleCase{Made: old, Evidence: EvidenceNone}, StaleNewID, false, 0},
		{"never sent, the id is fresh", StaleCase{Made: fresh}, StaleNewID, true, 0},
		{"never sent, fresh by the configured age", StaleCase{Made: fresh, Age: 30 * time.Minute}, StaleNewID, false, 0},
		{"never sent, from the future", StaleCase{Made: future}, StaleNewID, false, 0},
		{"never sent, a little ahead", StaleCase{Made: now.Add(time.Minute)}, StaleNewID, true, 0},
		{"in doubt, from the future, lately", StaleCase{Made: future, InDoubt: true, LastInDoubt: now.Add(-time.Hour), Patience: 3 * time.Hour}, StaleWait, false, 2 * time.Hour},
		{"in doubt, from the future, long ago", StaleCase{Made: future, InDoubt: true, LastInDoubt: now.Add(-4 * time.Hour), Patience: 3 * time.Hour}, StaleOperator, false, 0},
		{"in doubt, from the future, an answer came", StaleCase{Made: future, InDoubt: true, Evidence: EvidenceArrived}, StaleArrived, false, 0},
		{"in doubt, an answer came", StaleCase{Made: old, InDoubt: true, Evidence: EvidenceArrived}, StaleArrived, false, 0},
		{"in doubt, fresh, an answer came", StaleCase{Made: fresh, InDoubt: true, Evidence: EvidenceArrived}, StaleArrived, false, 0},
		{"in doubt, the bus does not have it", StaleCase{Made: old, InDoubt: true, Evidence: EvidenceAbsent}, StaleNewID, false, 0},
		{"in doubt, lately", StaleCase{Made: old, InDoubt: true, LastInDoubt: now.Add(-time.Hour), Patience: 3 * time.Hour}, StaleWait, false, 2 * time.Hour},
		{"in doubt, long ago", StaleCase{Made: old, InDoubt: true, LastInDoubt: now.Add(-4 * time.Hour), Patience: 3 * time.Hour}, StaleOperator, false, 0},
		{"in doubt, no patience", StaleCase{Made: old, InDoubt: true, LastInDoubt: now}, StaleOperator, false, 0},
		{"id cannot be read", StaleCase{InDoubt: true}, StaleOperator, false, 0},
	} {
		d := DecideStale(tt.c, now)
		if d.Action != tt.want || d.ClockSuspect != tt.clock || d.Wait != tt.wait {
			t.Errorf("%s: %+v", tt.name, d)
		}
	}
}

func TestReplaceUnsent(t *testing.T) {
	now := testClock()
	old, fresh := now.Add(-25*time.Hour), now
	for _, tt := range []struct {
		name     string
		made     time.Time
		attempts int
		want     bool
	}{
		{"fresh", fresh, 0, false},
		{"old, never tried", old, 0, true},
		{"old, tried: the bus is asked with the old id", old, 1, false},
		{"from the future, never tried", now.Add(24 * time.Hour), 0, true},
		{"a little ahead, never tried", now.Add(time.Minute), 0, false},
		{"from the future, tried", now.Add(24 * time.Hour), 1, false},
		{"not an id", time.Time{}, 0, true},
	} {
		if got := ReplaceUnsent(tt.made, !tt.made.IsZero(), tt.attempts, 24*time.Hour, now); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
