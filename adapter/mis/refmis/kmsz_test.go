package refmis

import (
	"testing"
	"time"

	"egissogw/adapter/egisso"
)

// Versions that the demonstration calls active have begun, each after the one before.
func TestVersionsOfTheClassifierHaveBegun(t *testing.T) {
	var last time.Time
	for number := 1; number <= 12; number++ {
		begins := KMSZ(number, egisso.StatusActive, nil).StartDate
		if !begins.After(last) || begins.After(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("version %d begins %s, after %s", number, begins, last)
		}
		last = begins
	}
}
