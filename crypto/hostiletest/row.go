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
	// Asks is memory in bytes that the input has a right to ask for.
	Asks int
	// Cheap: refused before work proportional to the input is done, or so
	// little work that its CPU time says nothing about growth.
	Cheap bool
}

// Most is the most memory reading that many bytes may take, the input and the
// program itself included.
func Most(bytes int) uint64 {
	return uint64(min(32*bytes+24<<20, 6*bytes+64<<20, 256<<20))
}

// most is Most and what the row asks for.
func (r Row) most(c cost) uint64 { return Most(c.Input) + uint64(r.Asks) }

// memoryLimit is that of the daemon for the Go runtime.
const memoryLimit = 200 << 20

// largest is 4N by default: enough for what is not linear to show, and cheap.
const largest = 256 << 10

// The environment of a measured process.
const (
	caseVariable = "EGISSOGW_HOSTILE_CASE" // the one row
	sizeVariable = "EGISSOGW_HOSTILE_SIZE" // and its size
	fromVariable = "EGISSOGW_HOSTILE_FROM" // or the number of the first of many rows
	dirVariable  = "EGISSOGW_HOSTILE_DIR"  // where its input and report are
	reportName   = "report"
	mibVariable  = "EGISSOGW_HOSTILE_MIB"
)

// ByHand tells whether this is a run by hand, which may take its time.
func ByHand() bool { return mib() != 0 }

// mib is the size asked for by hand in bytes, 0 if it is not.
func mib() int {
	n, err := strconv.Atoi(os.Getenv(mibVariable))
	if err != nil || n <= 0 {
		return 0
	}
	return n << 20
}

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
	if from, err := strconv.Atoi(os.Getenv(fromVariable)); err == nil {
		measuredFrom(t, rows, from)
		return
	}
	var found []pair
	if !ByHand() {
		found = together(t, rows)
	}
	for i, r := range rows {
		t.Run(r.Name, func(t *testing.T) {
			if ByHand() {
				t.Parallel()
				r.check(t, r.both(t))
				return
			}
			r.check(t, found[i])
		})
	}
}

// sizes are N and 4N for the row.
func (r Row) sizes() (small, large int) {
	large = largest
	if n := mib(); n != 0 {
		large = n
	}
	if r.Limit > 0 {
		large = min(large, r.Limit)
	}
	return large / 4, large
}

// both measures the row in processes of its own.
func (r Row) both(t *testing.T) pair {
	t.Helper()
	small, large := r.sizes()
	return pair{r.measure(t, small), r.measure(t, large)}
}

// check compares what a row costs.
func (r Row) check(t *testing.T, p pair) {
	t.Helper()
	// Memory is returned later on a busy machine, and rows share a process: what takes too much
	// takes it every time.
	for tries := 0; r.exceeds(p) && tries < 4; tries++ {
		p = r.both(t)
	}
	for _, c := range []cost{p.Small, p.Large} {
		t.Logf("%-44s %7.2f MiB → %4d MiB, %6.2f s CPU: %s", r.Name, float64(c.Input)/(1<<20), c.Peak>>20, c.CPU.Seconds(), c.said())
		if most := r.most(c); c.Peak > most {
			t.Errorf("%d bytes of input take %d MiB of memory, at most %d MiB are wanted", c.Input, c.Peak>>20, most>>20)
		}
		switch {
		case r.Says == "" && c.Says != "":
			t.Errorf("refused: %s", c.Says)
		case !strings.Contains(c.Says, r.Says):
			t.Errorf("it says %q, want a part %q", c.Says, r.Says)
		}
	}
	if !r.Cheap && !p.linear() {
		// A busy machine: what is not linear is so again.
		if p = r.both(t); !p.linear() {
			t.Errorf("CPU time is not linear: %v for a quarter of the input, %v for all of it", p.Small.CPU, p.Large.CPU)
		}
	}
}

// exceeds tells whether reading took more memory than it may.
func (r Row) exceeds(p pair) bool {
	return p.Small.Peak > r.most(p.Small) || p.Large.Peak > r.most(p.Large)
}

func (p pair) linear() bool { return grows(p.Small.CPU, p.Large.CPU) }

// grows tells whether CPU times of N and 4N bytes are those of linear work, with
// room for what a collection more or less costs; a square would be sixteenfold.
func grows(small, large time.Duration) bool {
	const noise = 150 * time.Millisecond
	return large <= 8*small+noise
}
