package smevtest_test

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/adapter/smev/smevtest"
)

// soakMessages is how many messages go through the chaos, 10 000 if the
// environment asks for it.
func soakMessages(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("SMEVTEST_SOAK")); err == nil {
		return n
	}
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	if raceEnabled {
		return 40
	}
	return 150
}

// A patient client gets everything through a fifth of all calls in trouble,
// exactly once, and nothing stays.
func TestSoak(t *testing.T) {
	n := soakMessages(t)
	w := newWorld(t, func(o *smevtest.Options) {
		o.Save, o.RedeliverAfter, o.Delay = "", time.Minute, time.Second
		o.Answers, o.Multipart = smevtest.AnswerFile, smevtest.Alternate
	})
	w.accepted(w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml"), "")
	w.clock.Advance(time.Second)
	w.take()
	if err := w.bus.Script().SetChaos(smevtest.Chaos{Seed: 42, Share: 0.2, MaxDelay: smevtest.Duration(time.Millisecond)}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	handled := map[string]bool{}
	for i := range n {
		w.clock.Advance(time.Second)
		w.deliver(manyFacts(t, 1, i))
		if i%10 == 0 {
			w.push(smevtest.Push{Content: []byte(question)})
		}
		if i%5 == 0 {
			w.drain(handled)
		}
	}
	for tries := 0; w.bus.Ledger().Summary().Unacked > 0 && tries < 200; tries++ {
		w.clock.Advance(time.Minute)
		w.idle()
		w.drain(handled)
	}
	took := time.Since(began)
	sum := w.bus.Ledger().Summary()
	if sum.Accepted != n+1 || sum.RecordsAccepted["fact"] != n || sum.Unacked != 0 {
		t.Errorf("summary = %s", sum)
	}
	for _, id := range w.bus.Ledger().Messages() {
		if m, _ := w.bus.Ledger().Message(id); m.Processed == nil || m.Processed.Refusal != "" {
			t.Errorf("message %s: %+v", id, m.Processed)
		}
	}
	for _, v := range w.bus.Ledger().Violations() {
		t.Errorf("violation %+v", v)
	}
	trouble, calls := 0, 0
	for what, k := range sum.Troubles {
		if !strings.HasPrefix(what, "LOGIN") { // the others are not counted
			trouble += k
		}
	}
	for operation, k := range sum.Calls {
		if operation != "LOGIN" {
			calls += k
		}
	}
	if share := float64(trouble) / float64(calls); share < 0.12 || share > 0.28 {
		t.Errorf("%d of %d calls met trouble", trouble, calls)
	}
	if len(handled) < n {
		t.Errorf("%d messages were handled", len(handled))
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d messages, %d calls and transfers, %d in trouble, in %v; heap %d MiB, %d MiB from the system",
		n, calls, trouble, took.Round(time.Millisecond), memory.HeapAlloc>>20, memory.Sys>>20)
}

// deliver uploads and sends a package until the bus has it.
func (w *world) deliver(content []byte) {
	w.Helper()
	id := messageID(w.clock.Now())
	for tries := 0; w.storeAgain(id, content) != nil; tries++ {
		if tries == 50 {
			w.Fatal("the file cannot be stored")
		}
	}
	message := w.sign(w.sendRequest(id, storage, w.header(id, content)), "SenderProvidedRequestData")
	for range 50 {
		switch r := w.post(message); {
		case r.fault == "MessageIsAlreadySent", r.err == nil && r.status == 200 && r.at("MessageMetadata") != nil:
			return
		}
	}
	w.Fatal("the message cannot be sent")
}

// storeAgain stores a file in a folder that may be there.
func (w *world) storeAgain(id string, content []byte) error {
	c, err := ftp.Dial(w.bus.FTPAddr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		return err
	}
	defer func() { _ = c.Quit() }()
	if err := c.Login("anonymous", "smev"); err != nil {
		return err
	}
	_ = c.MakeDir(id) // there from an earlier attempt
	return errors.Join(c.ChangeDir(id), c.Stor("package.xml", bytes.NewReader(content)))
}

// drain takes everything there is, checks it and acknowledges it.
func (w *world) drain(handled map[string]bool) {
	w.Helper()
	for failures := 0; failures < 20; {
		r := w.get()
		id := r.answerID()
		if id == "" {
			r = w.getRequest()
			id = r.requestID()
		}
		switch {
		case r.err != nil || r.fault != "" || r.status != 200:
			failures++
			continue
		case id == "":
			return
		}
		handled[id] = true
		w.ack(id, true)
	}
}
