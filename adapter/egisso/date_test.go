package egisso

import (
	"testing"
	"time"
)

func TestDateIsWrittenAsTimeWritesIt(t *testing.T) {
	for _, year := range []int{999, 1000, 1899, 2024, 2025, 9999} {
		for n := range 366 {
			day := time.Date(year, time.January, 1+n, 0, 0, 0, 0, time.UTC)
			if got, want := DateOf(day).String(), day.Format(time.DateOnly); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
	if got, want := (Date{2023, 2, 31}).String(), "2023-03-03"; got != want {
		t.Errorf("a day that does not exist: got %q, want %q", got, want)
	}
	if got := (Date{}).String(); got != "" {
		t.Errorf("no date: got %q", got)
	}
}
