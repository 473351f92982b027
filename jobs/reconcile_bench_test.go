package jobs

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// BenchmarkReconcile reconciles 2,000 facts, or as many as EGISSOGW_BENCH_ROWS says, of which
// one in a hundred has changed and one in a hundred is gone without being noticed.
func BenchmarkReconcile(b *testing.B) {
	facts := 2000
	if more, err := strconv.Atoi(os.Getenv("EGISSOGW_BENCH_ROWS")); err == nil {
		facts = more
	}
	c := collectFrom(b)
	c.exec(b, fmt.Sprintf(`insert into fact_table (row_key) select n::text from generate_series(1, %d) n`, facts))
	for more := true; more; {
		report, err := c.Run(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		more = report.More
	}
	c.settle(b)
	share := 0
	for b.Loop() {
		b.StopTimer()
		share++
		c.exec(b, fmt.Sprintf(`update fact_table set amount = amount + 1 where row_key::bigint %% 100 = %d`, 2*share))
		c.exec(b, fmt.Sprintf(`delete from fact_table where row_key::bigint %% 100 = %d`, 2*share+1))
		peak := PeakHeap()
		b.StartTimer()
		r, err := c.reconciled(b, true)
		b.ReportMetric(peak(), "MiB-heap")
		if err != nil || r.Changed != facts/100 || r.Gone != facts/100 {
			b.Fatalf("%+v, %v", r, err)
		}
	}
}

// PeakHeap measures the heap until it is asked how large it was at most, in MiB.
func PeakHeap() func() float64 {
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(20 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	return func() float64 {
		close(stop)
		return float64(<-peak) / (1 << 20)
	}
}
