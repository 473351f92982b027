package mis_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// rowsVariable sets how many rows the tests of quantity read.
const rowsVariable = "EGISSOGW_TEST_ROWS"

// TestMemoryDoesNotGrowWithTheRows reads many and few rows and compares how much
// lives at the worst moment.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	if testing.Short() {
		t.Skip("generates thousands of prescriptions")
	}
	const fewRows = 1_000
	manyRows := 8_000
	if text := os.Getenv(rowsVariable); text != "" {
		var err error
		if manyRows, err = strconv.Atoi(text); err != nil || manyRows < 2*fewRows {
			t.Fatalf("%s must be a number of rows from %d on", rowsVariable, 2*fewRows)
		}
	}
	few, many := peak(t, fewRows), peak(t, manyRows)
	t.Logf("alive at most: %d KiB reading %d rows, %d KiB reading %d", few>>10, fewRows, many>>10, manyRows)
	if many > 2*few+4<<20 {
		t.Errorf("%d KiB for %d rows, %d KiB for %d", many>>10, manyRows, few>>10, fewRows)
	}
}

// peak reads the facts of a new reference МИС and returns the most that lived on
// the heap, above what lived before.
func peak(t *testing.T, facts int) (most uint64) {
	t.Helper()
	url := pgtest.Database(t)
	conn := connect(t, url)
	if _, err := refmis.Generate(t.Context(), conn, refmis.Options{Seed: 3, Facts: facts}); err != nil {
		t.Fatal(err)
	}
	s := open(t, url)
	before := alive()
	n := 0
	_, err := s.Changed(t.Context(), egisso.RegisterFact, mis.Cursor{}, func(mis.Row) error {
		if n++; n%(facts/10) == 0 {
			if now := alive(); now > before {
				most = max(most, now-before)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != facts {
		t.Errorf("%d rows, want %d", n, facts)
	}
	return most
}

func alive() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
