package mis_test

import (
	"runtime"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

// TestMemoryDoesNotGrowWithTheRows reads many and few rows and compares how much
// lives at the worst moment.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	if testing.Short() {
		t.Skip("generates 100,000 prescriptions")
	}
	few, many := peak(t, 2_500), peak(t, 100_000)
	t.Logf("alive at most: %d KiB reading 2,500 rows, %d KiB reading 100,000", few>>10, many>>10)
	if many > 2*few+8<<20 {
		t.Errorf("%d KiB for 100,000 rows, %d KiB for 2,500", many>>10, few>>10)
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
