package jobs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A clock is wrong when both others say so; the database's is asked only when the bus's differs.
func TestClock(t *testing.T) {
	const day, limit = 24 * time.Hour, 5 * time.Minute
	now := time.Date(2025, 6, 30, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		bus, uncertainty, database time.Duration
		unheard                    bool
		want, asked                bool
	}{
		"all agree":                     {bus: time.Second},
		"both say that ours is ahead":   {bus: -day, database: -day, want: true, asked: true},
		"both say that ours is behind":  {bus: day, database: day, want: true, asked: true},
		"the bus alone is wrong":        {bus: -day, database: time.Second, asked: true},
		"the database alone is wrong":   {bus: time.Second, database: day},
		"the bus has not been heard":    {unheard: true, database: day},
		"the bus may be as we are":      {bus: 6 * time.Minute, uncertainty: 2 * time.Minute, database: day},
		"both are apart, but not by so": {bus: limit, database: limit},
	} {
		t.Run(name, func(t *testing.T) {
			var asked bool
			var log strings.Builder
			clock := &Clock{
				Bus: func() (time.Duration, time.Duration, bool) { return c.bus, c.uncertainty, !c.unheard },
				Database: func(context.Context) (time.Time, error) {
					asked = true
					return now.Add(c.database), nil
				},
				Limit: limit, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&log, nil)),
			}
			for range 2 {
				if got, err := clock.Wrong(t.Context()); got != c.want || err != nil {
					t.Errorf("wrong %t, %v", got, err)
				}
			}
			if asked != c.asked {
				t.Errorf("the database was asked: %t", asked)
			}
			if lines := strings.Count(log.String(), "\n"); (lines == 1) != c.want || lines > 1 {
				t.Errorf("log %q", log.String())
			}
			c.bus = 0
			if got, err := clock.Wrong(t.Context()); got || err != nil {
				t.Errorf("right again: %t, %v", got, err)
			}
		})
	}
	var none *Clock
	if wrong, err := none.Wrong(t.Context()); wrong || err != nil {
		t.Error("nobody watches")
	}
	broken := errors.New("gone")
	clock := &Clock{
		Bus:      func() (time.Duration, time.Duration, bool) { return day, 0, true },
		Database: func(context.Context) (time.Time, error) { return time.Time{}, broken }, Now: time.Now,
	}
	if _, err := clock.Wrong(t.Context()); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
