package page

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
)

// The page takes less than a mebibyte for as long as it is there; without it there is
// nothing: templates and words are read by New.
func TestCost(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	p, err := New(Options{Token: "0123456789abcdef", Hosts: Loopback, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 100 {
		answer := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/journal", nil)
		r.Host = "localhost"
		p.ServeHTTP(answer, r)
		if answer.Code != http.StatusUnauthorized {
			t.Fatal(answer.Code)
		}
	}
	if took := int64(heap()) - int64(before); took > 1<<20 {
		t.Errorf("%d KiB", took>>10)
	} else {
		t.Logf("%d KiB", took>>10)
	}
	runtime.KeepAlive(p)
}
