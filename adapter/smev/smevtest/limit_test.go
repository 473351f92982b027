package smevtest_test

import (
	"bytes"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
)

func TestQuota(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, func(o *smevtest.Options) {
		o.Quota, o.QuotaHold = 1000, time.Hour
		o.Ledger, o.FTPDir = filepath.Join(dir, "ledger.jsonl"), filepath.Join(dir, "ftp")
	})
	send := func(size int) reply {
		w.clock.Advance(time.Second)
		_, _, r := w.send(storage, w.upload(bytes.Repeat([]byte("x"), size)))
		return r
	}
	if r := send(1001); r.fault != "QuoteLimitExceeded" {
		t.Errorf("more than the quota: %q", r.fault)
	}
	if r := send(600); r.fault != "" {
		t.Errorf("the first file: %q", r.fault)
	}
	check := func(when string) {
		t.Helper()
		r := send(401)
		fault := []string{"detail", "QuoteLimitExceeded"}
		if r.fault != "QuoteLimitExceeded" || r.text(append(fault, "RemainedTotalQuoteSize")...) != "400" ||
			r.text(append(fault, "RealTotalAttachmentSize")...) != "401" {
			t.Errorf("%s: %q, remains %s", when, r.fault, r.text(append(fault, "RemainedTotalQuoteSize")...))
		}
	}
	check("the second file")
	w.stop()
	w.run()
	check("after a restart")
	w.clock.Advance(time.Hour)
	if r := send(401); r.fault != "" {
		t.Errorf("when the first is forgotten: %q", r.fault)
	}
	w.idle()
	w.lintSaved()
}

func TestOverflow(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.QueueLimit = 2 })
	w.bus.Pause()
	var faults []string
	var last []byte
	for range 3 {
		w.clock.Advance(time.Second)
		_, message, r := w.send(storage, "")
		faults, last = append(faults, r.fault), message
	}
	if faults[1] != "" || faults[2] != "DestinationOverflow" {
		t.Errorf("faults = %q", faults)
	}
	w.bus.Resume()
	w.idle()
	if r := w.post(last); r.fault != "" {
		t.Errorf("when the queue is empty: %q", r.fault)
	}
	w.lintSaved()
}

func TestOverflowWhileAnswersAreLate(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.QueueLimit, o.Delay = 1, time.Minute })
	w.accepted(storage, "")
	w.clock.Advance(time.Second)
	if _, _, r := w.send(storage, ""); r.fault != "DestinationOverflow" {
		t.Errorf("fault = %q", r.fault)
	}
	w.clock.Advance(time.Minute)
	if _, _, r := w.send(storage, ""); r.fault != "" {
		t.Errorf("fault = %q", r.fault)
	}
}

func TestRate(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.Rate = smevtest.Rate{Calls: 2, Per: time.Minute} })
	w.get()
	w.clock.Advance(30 * time.Second)
	w.get()
	_, message, r := w.send(storage, "")
	if r.status != http.StatusServiceUnavailable || r.retryAfter != "31" {
		t.Errorf("status %d, Retry-After %q", r.status, r.retryAfter)
	}
	w.clock.Advance(30 * time.Second)
	if r := w.post(message); r.fault != "" || r.status != 200 {
		t.Errorf("later: %+v", r)
	}
	if calls := w.bus.Ledger().Calls("SendRequest"); len(calls) != 2 || calls[0].Fault != "HTTP 503" || calls[1].Fault != "" {
		t.Errorf("calls = %+v", calls)
	}
	w.options.Rate.Fault = "SMEVFailure"
	w.stop()
	w.run()
	w.clock.Advance(time.Hour)
	w.get()
	w.get()
	if r := w.get(); r.fault != "SMEVFailure" {
		t.Errorf("fault = %q", r.fault)
	}
}

// An hour without the bus passes in a moment.
func TestDowntime(t *testing.T) {
	for _, outage := range []smevtest.Outage{smevtest.OutageReset, smevtest.OutageUnavailable, smevtest.OutageFailure} {
		t.Run(string(outage), func(t *testing.T) {
			w := newWorld(t, func(o *smevtest.Options) {
				o.Script = readScript(t, `{"downtime":[{"after":"10m","for":"1h","as":"`+string(outage)+`"}]}`)
			})
			w.accepted(storage, "")
			w.clock.Advance(10 * time.Minute)
			tries := 0
			for {
				r := w.get()
				if r.answerID() != "" {
					break
				}
				switch {
				case outage == smevtest.OutageReset && r.err == nil,
					outage == smevtest.OutageUnavailable && r.status != http.StatusServiceUnavailable,
					outage == smevtest.OutageFailure && r.fault != "SMEVFailure":
					t.Fatalf("reply = %+v", r)
				}
				if err := w.store(messageID(w.clock.Now()), []byte("x")); err == nil {
					t.Error("the file storage works")
				}
				tries++
				w.clock.Advance(10 * time.Minute)
			}
			if tries != 6 {
				t.Errorf("%d calls failed", tries)
			}
		})
	}
}

func TestOutageByHand(t *testing.T) {
	w := newWorld(t, nil)
	w.bus.SetOutage(smevtest.OutageReset)
	if r := w.get(); r.err == nil {
		t.Error("a reply came")
	}
	w.bus.SetOutage(smevtest.OutageNone)
	if r := w.get(); r.err != nil || r.fault != "" {
		t.Errorf("reply = %+v", r)
	}
}

func TestWaitAcked(t *testing.T) {
	w := newWorld(t, nil)
	w.accepted(storage, "")
	done := make(chan error, 1)
	go func() { done <- w.bus.WaitAcked(w.Context(), "MIS01") }()
	w.take()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := w.bus.Waiting("MIS01", ledger.Responses); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestClock(t *testing.T) {
	c := smevtest.RunningClock()
	c.Advance(time.Hour)
	if ahead := time.Until(c.Now()); ahead < 59*time.Minute || ahead > time.Hour {
		t.Errorf("ahead by %v", ahead)
	}
}
