package jobs_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/mis/refmis"
	"egissogw/jobs"
)

// TestOneConnectionIsEnough lets every job work with a single connection for
// transactions: what a job asks while it is inside one must not wait for another,
// or as many jobs as there are connections would wait for each other for ever.
func TestOneConnectionIsEnough(t *testing.T) {
	url := wholeDatabase(t, 60)
	one := "?pool_max_conns=1"
	if strings.Contains(url, "?") {
		one = "&pool_max_conns=1"
	}
	w := &classified{incoming: newIncomingOf(worldOn(t, url+one, io.Discard, nil))}
	w.all = w.measures()
	w.handle.Handlers = []jobs.IncomingHandler{jobs.ClassifierPush{Store: w.store, Senders: known, Log: w.log}}
	w.decide.Classifier = w.store.Classifier
	w.classifierAtBus(refmis.KMSZ(7, egisso.StatusActive, w.all), w.all)

	done := make(chan struct{})
	go func() {
		defer close(done)
		w.ask()
		for range 3 {
			w.run(w.collect)
			w.everything()
		}
		w.publish(refmis.KMSZ(8, egisso.StatusPublished, w.all, diabetes))
		w.activate(8, 7)
		w.run(w.statuses())
		w.everything()
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		t.Fatal("a job waits for a second connection")
	}
	if n := w.count(`select count(*) from egisso.record where register = 'fact' and state like 'accepted%'`); n == 0 {
		t.Error("no fact was accepted")
	}
}
