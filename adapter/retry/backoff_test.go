package retry

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	b := Backoff{Min: time.Second, Max: 5 * time.Minute}
	for failures, want := range map[int]time.Duration{
		0: time.Second, 1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 8: 128 * time.Second,
		9: 256 * time.Second, 10: 5 * time.Minute, 1000: 5 * time.Minute, math.MaxInt: 5 * time.Minute,
	} {
		if low, high := b.Delay(failures, 0), b.Delay(failures, 1); low != want/2 || high != want {
			t.Errorf("after %d failures %v to %v, want %v to %v", failures, low, high, want/2, want)
		}
	}
	for _, b := range []Backoff{{}, {Min: time.Hour}, {Min: time.Second, Max: math.MaxInt64}, {Min: math.MaxInt64 / 2, Max: math.MaxInt64}} {
		for failures := range 200 {
			if d := b.Delay(failures, rand.Float64()); d <= 0 {
				t.Fatalf("%+v: %v after %d failures", b, d, failures)
			}
		}
	}
	if got := b.Delay(1, -5); got != time.Second/2 {
		t.Errorf("dice below their range: %v", got)
	}
}
