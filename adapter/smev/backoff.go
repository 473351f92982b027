package smev

import "time"

// Backoff is a schedule of repetitions: exponential, with a ceiling and jitter.
// It repeats without limit; how many failures there have been, and when the next
// attempt is, belongs to the caller's database. The zero value waits from one
// second to five minutes.
type Backoff struct {
	Min, Max time.Duration
}

const (
	defaultBackoffMin = time.Second
	defaultBackoffMax = 5 * time.Minute
)

func (b Backoff) withDefaults() Backoff {
	if b.Min <= 0 {
		b.Min = defaultBackoffMin
	}
	if b.Max <= 0 {
		b.Max = defaultBackoffMax
	}
	b.Max = max(b.Max, b.Min)
	return b
}

// Delay says how long to wait after so many consecutive failures: Min doubled
// with each, at most Max, and of that at least half. dice, from 0 to 1, chooses
// within the upper half, so that a bus that comes back is not met by everybody
// at once.
func (b Backoff) Delay(failures int, dice float64) time.Duration {
	b = b.withDefaults()
	delay := b.Min
	for i := 1; i < failures && delay < b.Max; i++ {
		if delay > b.Max/2 {
			delay = b.Max
		} else {
			delay *= 2
		}
	}
	dice = min(max(dice, 0), 1)
	return delay/2 + time.Duration(float64(delay-delay/2)*dice)
}

// DelayFor is Delay by the class of the failure: what is full (quota, queue of
// the recipient), and what only a person can mend, is tried at the ceiling at
// once.
func (b Backoff) DelayFor(class Class, failures int, dice float64) time.Duration {
	if class == ClassRetry {
		return b.Delay(failures, dice)
	}
	b = b.withDefaults()
	return Backoff{Min: b.Max, Max: b.Max}.Delay(1, dice)
}
