package hostiletest

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Row is one kind of hostile input. Names are unique within a test.
type Row struct {
	Name string
	// Input makes about that many bytes of it; in the measured process, before
	// the measurement.
	Input func(bytes int) []byte
	// Outside makes the input in the process of the test, where making it takes
	// more memory than reading it: what Input makes there is all Read knows of it.
	Outside bool
	// Read does with the input what the gateway does with it.
	Read func(t testing.TB, input []byte) error
	// Says is a part of the error; empty: the input is to be read without one.
	Says string
	// Limit is the most bytes a reader takes of this kind, if that is less than
	// what is tried; 0: any.
	Limit int
	// Cheap: refused before work proportional to the input is done, or so
	// little work that its CPU time says nothing about growth.
	Cheap bool
}

// Most is the most memory reading that many bytes may take, the input and the
// program itself included.
func Most(bytes int) uint64 {
	return uint64(min(6*bytes+64<<20, 256<<20))
}

// memoryLimit is that of the daemon for the Go runtime.
const memoryLimit = 200 << 20

// largest is 4N by default: enough for what is not linear to show, and cheap.
const largest = 4 << 20

// The environment of a measured process.
const (
	caseVariable = "EGISSOGW_HOSTILE_CASE"
	sizeVariable = "EGISSOGW_HOSTILE_SIZE"
	fileVariable = "EGISSOGW_HOSTILE_FILE"
	mibVariable  = "EGISSOGW_HOSTILE_MIB"
)

// Run measures rows; each is a subtest. The name of the test function begins with
// TestHostile, which is how make hostile finds it. Call it from the top of a test function,
// once, with nothing expensive before it: the function runs again in every
// measured process.
func Run(t *testing.T, rows []Row) {
	t.Helper()
	if name := os.Getenv(caseVariable); name != "" {
		measured(t, rows, name)
		return
	}
	for _, r := range rows {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			r.check(t)
		})
	}
}

// check measures a row twice and compares.
func (r Row) check(t *testing.T) {
	size := largest
	if mib, err := strconv.Atoi(os.Getenv(mibVariable)); err == nil && mib > 0 {
		size = mib << 20
	}
	if r.Limit > 0 {
		size = min(size, r.Limit)
	}
	small, large := r.measure(t, size/4), r.measure(t, size)
	for _, c := range []cost{small, large} {
		t.Logf("%-44s %7.2f MiB → %4d MiB, %6.2f s CPU: %s", r.Name, float64(c.Input)/(1<<20), c.Peak>>20, c.CPU.Seconds(), c.said())
		if most := Most(c.Input); c.Peak > most {
			t.Errorf("%d bytes of input take %d MiB of memory, at most %d MiB are wanted", c.Input, c.Peak>>20, most>>20)
		}
		switch {
		case r.Says == "" && c.Says != "":
			t.Errorf("refused: %s", c.Says)
		case !strings.Contains(c.Says, r.Says):
			t.Errorf("it says %q, want a part %q", c.Says, r.Says)
		}
	}
	if !r.Cheap && !grows(small.CPU, large.CPU) {
		// A busy machine: what is not linear is so again.
		if small, large = r.measure(t, size/4), r.measure(t, size); !grows(small.CPU, large.CPU) {
			t.Errorf("CPU time is not linear: %v for a quarter of the input, %v for all of it", small.CPU, large.CPU)
		}
	}
}

// grows tells whether CPU times of N and 4N bytes are those of linear work, with
// room for what a collection more or less costs; a square would be sixteenfold.
func grows(small, large time.Duration) bool {
	const noise = 150 * time.Millisecond
	return large <= 8*small+noise
}
