package smevtest_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
)

// manyFacts is a package of n copies of a sample fact under different ids.
func manyFacts(tb testing.TB, n, salt int) []byte {
	tb.Helper()
	sample := string(samples.Read(tb, "samples/10.06.S-1.1.0/valid.data.one-prescription.xml"))
	fact := regexp.MustCompile(`(?s)<p:fact>.*</p:fact>`).FindString(sample)
	id := regexp.MustCompile(`<p:uuid>[^<]*</p:uuid>`)
	var all strings.Builder
	for i := range n {
		all.WriteString(id.ReplaceAllString(fact, fmt.Sprintf(`<p:uuid>10060000-0000-4000-9000-%04d%08d</p:uuid>`, salt, i)))
	}
	out := strings.Replace(sample, fact, all.String(), 1)
	return []byte(regexp.MustCompile(`<p:packageId>[^<]*`).ReplaceAllString(out, fmt.Sprintf(`<p:packageId>10060000-0000-4000-8000-%012d`, salt)))
}

// Many senders of the same message at once: it is accepted once.
func TestConcurrentResends(t *testing.T) {
	w := newWorld(t, nil)
	message := w.sign(w.sendRequest(messageID(w.clock.Now()), storage, ""), "SenderProvidedRequestData")
	var wg sync.WaitGroup
	replies := make(chan string, 16)
	for range cap(replies) {
		wg.Go(func() { replies <- w.post(message).fault })
	}
	wg.Wait()
	close(replies)
	count := map[string]int{}
	for r := range replies {
		count[r]++
	}
	if count[""] != 1 || count["MessageIsAlreadySent"] != 15 {
		t.Errorf("replies = %v", count)
	}
	w.idle()
	if sum := w.bus.Ledger().Summary(); sum.Accepted != 1 || sum.Answers != 1 || sum.Violations != 0 {
		t.Errorf("summary = %s", sum)
	}
}

// A full package goes through, and a restart remembers every fact of it.
func TestFullPackage(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, func(o *smevtest.Options) {
		o.Ledger = filepath.Join(dir, "ledger.jsonl")
		o.Save = ""
	})
	w.measures()
	began := time.Now()
	packages := 3
	if raceEnabled {
		packages = 1 // half a minute each
	}
	for salt := range packages {
		w.clock.Advance(time.Second)
		w.accepted(storage, w.upload(manyFacts(t, 1000, salt)))
		if got := w.take().valueOf("recordNumSuccess"); got != "1000" {
			t.Fatalf("accepted %q of 1000", got)
		}
	}
	t.Logf("%d packages of 1000 facts: %v", packages, time.Since(began))
	w.stop()
	w.run()
	if n := len(w.bus.Ledger().AcceptedIDs("fact")); n != 1000*packages {
		t.Errorf("%d facts after the restart", n)
	}
	if sum := w.bus.Ledger().Summary(); sum.SameContent != 1000*packages-1 || sum.Violations != 0 {
		t.Errorf("summary = %s", sum)
	}
	w.clock.Advance(time.Second)
	w.accepted(storage, w.upload(manyFacts(t, 1001, 9)))
	if got := w.take().valueOf("message"); !strings.Contains(got, "не соответствует схеме") {
		t.Errorf("1001 facts: %q", got)
	}
}
