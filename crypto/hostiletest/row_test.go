package hostiletest

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"
)

func TestRows(t *testing.T) {
	fill := func(n int) []byte { return bytes.Repeat([]byte{1}, n) }
	Run(t, []Row{
		{Name: "read", Input: fill, Read: func(_ testing.TB, input []byte) error {
			sum := 0
			for _, b := range bytes.Repeat(input, 3) {
				sum += int(b)
			}
			if sum != 3*len(input) {
				return errors.New("wrong sum")
			}
			return nil
		}},
		{Name: "refused", Input: fill, Limit: 1 << 10, Cheap: true, Says: "too much",
			Read: func(testing.TB, []byte) error { return errors.New("it is too much") }},
	})
}

// TestPeakIsSeen: memory that is garbage when the reader returns counts.
func TestPeakIsSeen(t *testing.T) {
	const held = 100 << 20
	row := Row{Name: "held", Input: func(n int) []byte { return make([]byte, n) }, Read: func(testing.TB, []byte) error {
		for i, b := 0, make([]byte, held); i < len(b); i += 4096 {
			b[i] = 1
		}
		return nil
	}}
	if os.Getenv(caseVariable) != "" {
		Run(t, []Row{row})
		return
	}
	c := row.measure(t, 1<<10)
	if c.Peak < held || c.Peak > held+40<<20 || c.Input != 1<<10 || c.said() != "read" {
		t.Errorf("%+v", c)
	}
}

func TestGrows(t *testing.T) {
	for _, c := range []struct {
		small, large time.Duration
		want         bool
	}{
		{time.Second, 4 * time.Second, true},
		{time.Second, 16 * time.Second, false},
		{time.Millisecond, 100 * time.Millisecond, true},
	} {
		if got := grows(c.small, c.large); got != c.want {
			t.Errorf("%v, %v: %v", c.small, c.large, got)
		}
	}
}
