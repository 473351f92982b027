package bus

import (
	"time"

	"egissogw/adapter/retry"
)

// DelayFor is how long to wait after so many consecutive failures of a class: what is
// full (quota, queue of the recipient), and what only a person can mend, is tried at the
// ceiling of the schedule at once. dice is as in Backoff.Delay.
func DelayFor(b retry.Backoff, class Class, failures int, dice float64) time.Duration {
	if class == ClassRetry {
		return b.Delay(failures, dice)
	}
	return b.Longest(dice)
}
