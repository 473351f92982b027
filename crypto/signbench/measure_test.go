package signbench

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// comparison is one operation on one input, done by several parties. The first
// is ours.
type comparison struct {
	input string
	// bytes is what the throughput is of; 0 for none.
	bytes   int
	parties []party
}

// party is one implementation of an operation.
type party struct {
	name string
	// run does the operation n times and gives the time that took.
	run func(n int) time.Duration
	// counted: it runs in this process, so its allocations can be counted.
	counted bool
	// goal is how many times ours is meant to be faster; 0 for no goal.
	goal float64
}

// inside makes a party of a function in this process.
func inside(name string, operation func()) party {
	return party{name: name, counted: true, run: func(n int) time.Duration {
		start := time.Now()
		for range n {
			operation()
		}
		return time.Since(start)
	}}
}

// result is what measuring a party has given.
type result struct {
	party
	times            []time.Duration // of one operation, by round; sorted at the end
	allocated, bytes uint64          // per operation
	repeat           int             // operations per round
}

const (
	// shortest is the least time measured at once: far longer than the clock's
	// grain, and short enough to pass between two interruptions.
	shortest  = 3 * time.Millisecond
	maxRounds = 99
	// patience is how long a comparison may take, slow rivals not counted, unless
	// some party has not come to leastRounds yet.
	patience    = 1500 * time.Millisecond
	leastRounds = 5
	// A rival with a slow operation is content with leastRounds, so that it does
	// not keep the others from theirs; a very slow one has only one.
	slow     = 60 * time.Millisecond
	verySlow = time.Second
	// garbage is how much may lie about before it is collected between rounds, so
	// that nobody pays for what others left.
	garbage = 16 << 20
)

// measure lets the parties work in turns, A B C A B C, so that all suffer alike
// from whatever else the machine does.
func (c comparison) measure() []result {
	results := make([]result, len(c.parties))
	for i, p := range c.parties {
		results[i].party = p
		results[i].prepare()
	}
	left, spent := uint64(garbage), time.Duration(0)
	for working := true; working; {
		working = false
		for i := range results {
			r := &results[i]
			if r.done(spent, i > 0) {
				continue
			}
			working = true
			if left >= garbage {
				runtime.GC()
				left = 0
			}
			took := r.run(r.repeat)
			r.times = append(r.times, took/time.Duration(r.repeat))
			if i == 0 || took < slow {
				spent += took
			}
			left += r.bytes * uint64(r.repeat)
		}
	}
	for i := range results {
		slices.Sort(results[i].times)
	}
	return results
}

// prepare warms a party up and finds out how often to repeat the operation and
// what it allocates. A very slow operation has been measured by that.
func (r *result) prepare() {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	each, n := r.run(1), 1
	if each >= verySlow {
		r.times = append(r.times, each)
	} else {
		n = min(max(1, int(shortest/max(each, 1))), 100)
		runtime.ReadMemStats(&before)
		each = min(each, r.run(n)/time.Duration(n))
	}
	runtime.ReadMemStats(&after)
	r.repeat = max(1, int(shortest/max(each, 1)))
	if r.counted {
		r.allocated, r.bytes = (after.Mallocs-before.Mallocs)/uint64(n), (after.TotalAlloc-before.TotalAlloc)/uint64(n)
	}
}

// done tells whether a party has been measured often enough when the comparison
// has taken that long.
func (r *result) done(spent time.Duration, rival bool) bool {
	n := len(r.times)
	return n >= maxRounds || n > 0 && r.times[0] >= verySlow || n >= leastRounds && (spent >= patience || rival && r.times[0] >= slow)
}

func (r *result) median() time.Duration { return r.times[len(r.times)/2] }

// goal is what became of a goal.
type goal struct {
	operation, input, party string
	want, got, best         float64 // best is of the minima
}

// table prints comparisons as they come.
type table struct {
	w     io.Writer
	goals []goal
}

const columns = "  %-26s %-32s %10s  %-21s %9s %7s %7s  %9s %10s %6s\n"

func (t *table) head(title, note string) {
	fmt.Fprintf(t.w, "\n%s\n", title)
	if note != "" {
		fmt.Fprintf(t.w, "  %s\n", note)
	}
	fmt.Fprintf(t.w, columns, "input", "by", "median", "min – max", "MB/s", "ratio", "of min", "allocs/op", "B/op", "rounds")
}

func (t *table) row(operation string, c comparison, results []result) {
	ours := results[0].median()
	for i, r := range results {
		name, ratio, best, speed, allocated, bytes := "", "", "", "", "", ""
		if i == 0 {
			name = c.input
		} else {
			x := float64(r.median()) / float64(ours)
			y := float64(r.times[0]) / float64(results[0].times[0])
			ratio, best = times(x), times(y)
			if r.goal > 0 {
				t.goals = append(t.goals, goal{operation, c.input, r.name, r.goal, x, y})
			}
		}
		if c.bytes > 0 {
			speed = fmt.Sprintf("%.1f", float64(c.bytes)/1e6/r.median().Seconds())
		}
		if r.counted {
			allocated, bytes = fmt.Sprint(r.allocated), size(int(r.bytes))
		}
		fmt.Fprintf(t.w, columns, name, r.name, duration(r.median()), duration(r.times[0])+" – "+duration(r.times[len(r.times)-1]),
			speed, ratio, best, allocated, bytes, fmt.Sprint(len(r.times)))
	}
}

// summary says which goals are met.
func (t *table) summary() {
	fmt.Fprintf(t.w, "\nGoals\n")
	for _, g := range t.goals {
		verdict := "met"
		if g.got < g.want {
			verdict = "MISSED"
		}
		fmt.Fprintf(t.w, "  %-6s  %s of the medians, %s of the minima, goal %s of %s: %s, %s\n",
			verdict, times(g.got), times(g.best), times(g.want), g.party, g.operation, g.input)
	}
}

// times prints a ratio.
func times(x float64) string { return fmt.Sprintf("%.2f×", x) }

// duration prints a time with three digits.
func duration(d time.Duration) string {
	units := []struct {
		name string
		unit time.Duration
	}{{"s", time.Second}, {"ms", time.Millisecond}, {"µs", time.Microsecond}}
	for _, u := range units {
		if d >= u.unit {
			return digits(float64(d)/float64(u.unit)) + " " + u.name
		}
	}
	return fmt.Sprintf("%d ns", d)
}

// size prints a number of bytes with three digits.
func size(n int) string {
	switch {
	case n >= 1e6:
		return digits(float64(n)/1e6) + " MB"
	case n >= 1e3:
		return digits(float64(n)/1e3) + " kB"
	}
	return fmt.Sprintf("%d B", n)
}

func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}
