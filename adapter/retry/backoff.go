// Package retry says when something is tried again that failed.
package retry

import "time"

// Backoff is a schedule of repetitions: exponential, with a ceiling and jitter.
// It repeats without limit; how many failures there have been, and when the next
// attempt is, belongs to the caller's database. The zero value waits from one
// second to five minutes. In the database egisso.pause says the same as Whole
// (adapter/store/code/10_texts.sql).
type Backoff struct {
	Min, Max time.Duration
}

const (
	defaultMin = time.Second
	defaultMax = 5 * time.Minute
)

func (b Backoff) withDefaults() Backoff {
	if b.Min <= 0 {
		b.Min = defaultMin
	}
	if b.Max <= 0 {
		b.Max = defaultMax
	}
	b.Max = max(b.Max, b.Min)
	return b
}

// Whole says how long to wait after so many consecutive failures: Min doubled with
// each after the first, at most Max.
func (b Backoff) Whole(failures int) time.Duration {
	b = b.withDefaults()
	delay := b.Min
	for i := 1; i < failures && delay < b.Max; i++ {
		if delay > b.Max/2 {
			return b.Max
		}
		delay *= 2
	}
	return delay
}

// Delay is Whole or less, at least half of it. dice, from 0 to 1, chooses within the
// upper half, so that a bus that comes back is not met by everybody at once.
func (b Backoff) Delay(failures int, dice float64) time.Duration {
	whole := b.Whole(failures)
	dice = min(max(dice, 0), 1)
	return whole/2 + time.Duration(float64(whole-whole/2)*dice)
}

// Longest is Delay after failures without end.
func (b Backoff) Longest(dice float64) time.Duration {
	b = b.withDefaults()
	return Backoff{Min: b.Max, Max: b.Max}.Delay(1, dice)
}
