package hostiletest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
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

// holding is a reader that needs that much memory, which is garbage when it returns.
func holding(bytes int) func(testing.TB, []byte) error {
	return func(testing.TB, []byte) error {
		for i, b := 0, make([]byte, bytes); i < len(b); i += 4096 {
			b[i] = 1
		}
		return nil
	}
}

func zeros(n int) []byte { return make([]byte, n) }

// TestPeakIsSeen: memory that is garbage when the reader returns counts.
func TestPeakIsSeen(t *testing.T) {
	const held = 48 << 20
	row := Row{Name: "held", Input: zeros, Read: holding(held)}
	if os.Getenv(caseVariable) != "" {
		Run(t, []Row{row})
		return
	}
	c := row.measure(t, 1<<10)
	if c.Peak < held || c.Peak > held+40<<20 || c.Input != 1<<10 || c.said() != "read" {
		t.Errorf("%+v", c)
	}
}

// TestRowsShareAProcess: as long as none of them needs more than another may; input that is always
// the same is read once.
func TestRowsShareAProcess(t *testing.T) {
	const held = 64 << 20
	process := func(testing.TB, []byte) error { return errors.New(strconv.Itoa(os.Getpid())) }
	calls := 0
	rows := []Row{
		{Name: "first", Input: zeros, Read: process},
		{Name: "second", Input: zeros, Read: process, Outside: true},
		{Name: "large", Input: zeros, Read: holding(held), Asks: held + 16<<20},
		{Name: "after it", Input: zeros, Read: process},
		{Name: "always the same", Input: func(int) []byte { return []byte("x") }, Read: func(testing.TB, []byte) error {
			calls++
			return fmt.Errorf("call %d", calls)
		}},
	}
	if os.Getenv(fromVariable) != "" {
		Run(t, rows)
		return
	}
	found := together(t, rows)
	first, second, large, after := found[0].Large, found[1].Large, found[2].Large, found[3].Large
	if first.Says != second.Says || first.Input != largest || second.Input != largest {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if large.Peak < held || after.Says == first.Says || after.Peak > Most(largest) {
		t.Errorf("large %+v, after it %+v", large, after)
	}
	if same := found[4]; same.Small != same.Large || same.Large.Says != "call 1" {
		t.Errorf("always the same: %+v", same)
	}
}

// TestMemoryOfABusyMachineIsMeasuredAgain: a row that took too much only where it began a process
// for many is no failure.
func TestMemoryOfABusyMachineIsMeasuredAgain(t *testing.T) {
	Run(t, []Row{{Name: "late", Input: zeros, Read: func(t testing.TB, input []byte) error {
		if os.Getenv(fromVariable) != "" {
			return holding(128<<20)(t, input)
		}
		return nil
	}}})
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
