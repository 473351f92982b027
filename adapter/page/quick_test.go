package page_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const quickEnough = 100 * time.Millisecond

// TestPagesAreQuick measures every page over EGISSOGW_PAGE_ROWS facts (make acceptance), also
// deep in the lists, before statistics were gathered and after.
func TestPagesAreQuick(t *testing.T) {
	rows, err := strconv.Atoi(os.Getenv("EGISSOGW_PAGE_ROWS"))
	if err != nil {
		t.Skip("EGISSOGW_PAGE_ROWS is no number of facts: make acceptance")
	}
	text, err := os.ReadFile("testdata/large.sql")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, strings.ReplaceAll(string(text), "$rows", strconv.Itoa(rows)), nil)
	paths := []string{"/", "/journal", "/journal?show=open", "/journal?show=unaccepted", "/journal?register=lmsz", "/journal?register=onmsz", "/registers", "/kmsz",
		"/records?register=fact", "/records?register=fact&state=blocked", "/records?register=fact&state=ready", "/records?register=fact&state=rejected",
		"/records?register=fact&state=accepted_with_warnings", "/records?register=fact&state=accepted", "/records?register=fact&state=waiting",
		"/records?register=fact&state=new", "/records?register=fact&state=nothing_to_send", "/records?q=500", "/records?q=zz",
		"/records?q=00000000-0000-0000-0000-000000000000", packageLink.FindString(w.see(t, "/journal?show=unaccepted"))}
	for _, path := range paths { // and a page in the middle
		if at, more := strings.CutSuffix(path, "&state=accepted"); more {
			paths = append(paths, at+"&state=accepted&after=k"+strconv.Itoa(100000000 + rows/2)[1:], at+"&state=rejected&after=k"+strconv.Itoa(100000000 + rows/2)[1:])
		}
	}
	paths = append(paths, "/journal?before="+time.Now().AddDate(0, -3, 0).UTC().Format(time.RFC3339))
	for _, analysed := range []bool{false, true} {
		if analysed {
			w.exec(t, "vacuum analyze")
		}
		for {
			if text := w.see(t, "/"); strings.Contains(text, "<svg") && !strings.Contains(w.see(t, "/registers"), "ещё считаются") {
				break // what is counted in the background is there
			}
		}
		w.background(t)
		for _, path := range paths {
			took := time.Hour
			for range 5 { // the quickest: what is read of the disk and what else the machine does is not the page's time
				start := time.Now()
				w.see(t, path)
				took = min(took, time.Since(start))
			}
			t.Logf("%6.1f ms %v %s", float64(took.Microseconds())/1000, analysed, path)
			if took > quickEnough {
				t.Errorf("%s takes %s", path, took)
			}
		}
	}
}

// background says how long what is remembered takes: nobody waits for it but the first.
func (w *world) background(t *testing.T) {
	t.Helper()
	for name, ask := range map[string]func() error{
		"numbers": func() error { _, err := w.store.Numbers(t.Context()); return err },
		"records": func() error { _, err := w.store.RecordCounts(t.Context()); return err },
		"days": func() error {
			_, err := w.store.Viewer(time.Minute).Daily(t.Context(), w.now(), time.UTC, 30)
			return err
		},
	} {
		start := time.Now()
		if err := ask(); err != nil {
			t.Error(err)
		}
		t.Logf("%6.0f ms in the background: %s", float64(time.Since(start).Milliseconds()), name)
	}
}
