package jobs_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"egissogw/adapter/retry"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// counted tells how often each job finished.
type counted struct {
	mu       sync.Mutex
	finished map[string]int
	changed  chan struct{}
}

// JobStarted implements the scheduler's ledger.
func (c *counted) JobStarted(context.Context, string) error { return nil }

// JobFinished implements the scheduler's ledger.
func (c *counted) JobFinished(_ context.Context, name, _ string, _ store.JobCause) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished[name]++
	close(c.changed)
	c.changed = make(chan struct{})
	return nil
}

// after waits until the job has finished once more than before.
func (c *counted) after(name string, before int) {
	for {
		c.mu.Lock()
		done, changed := c.finished[name] > before, c.changed
		c.mu.Unlock()
		if done {
			return
		}
		<-changed
	}
}

func (c *counted) count(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.finished[name]
}

// impatient gives an upload that cannot succeed up before its own pauses, which
// are of the machine's clock.
type impatient struct {
	files interface {
		Upload(ctx context.Context, uuid, name string, content io.ReadSeeker) error
	}
	down *bool
}

// Upload implements what Send asks of a file storage.
func (i impatient) Upload(ctx context.Context, uuid, name string, content io.ReadSeeker) error {
	if !*i.down {
		return i.files.Upload(ctx, uuid, name, content)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second/2)
	defer cancel()
	err := i.files.Upload(ctx, uuid, name, content)
	if errors.Is(err, context.DeadlineExceeded) {
		err = &smev.FileStoreError{Step: "connect", Err: errors.New("no answer")}
	}
	return err
}

// TestDowntime takes the bus down for an hour of everybody's clock while
// messages are in every stage, some of them in doubt: the log tells of it in a
// few lines, and everything is done soon after.
func TestDowntime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	for _, outage := range []smevtest.Outage{smevtest.OutageReset, smevtest.OutageUnavailable, smevtest.OutageFailure} {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			hourDown(t, outage)
		})
	}
}

const (
	answered  = 5  // messages whose answer waits at the bus
	uploaded  = 10 // messages whose files are stored, and which are not sent
	unstarted = 2  // messages of which nothing has left
)

func hourDown(t *testing.T, outage smevtest.Outage) {
	log := &journal{}
	const facts = answered + uploaded + unstarted
	w := newWorld(t, facts, log, nil)
	w.measuresAccepted()
	measures := w.count(`select count(*) from egisso.record`)
	dirty := func(n int) {
		w.exec(`update egisso.source_row set dirty = true where register = 'fact' and (register, row_key) in (
			select s.register, s.row_key from egisso.source_row s where s.register = 'fact'
			and not exists (select from egisso.record r where r.register = s.register and r.row_key = s.row_key) order by s.row_key limit $1)`, n)
		for _, job := range []jobs.Job{w.decide, w.form, w.sign} {
			w.run(job)
		}
	}
	dirty(answered)
	w.run(w.send)
	w.idle()
	dirty(uploaded)
	w.script(smevtest.Rule{On: "SendRequest", Fault: "DestinationOverflow", Times: uploaded / 2})
	w.script(smevtest.Rule{On: "SendRequest", Drop: "after", Times: uploaded / 2})
	for range uploaded {
		if _, err := w.send.Run(context.Background()); err == nil {
			t.Fatal("a message went out")
		}
	}
	dirty(unstarted)

	down := true
	w.send.Files = impatient{w.files, &down}
	send, receive := w.breaker(retry.Backoff{Min: retryMin, Max: retryMax})
	order := []jobs.Job{w.decide, w.form, w.sign, send, receive, w.apply}
	var entries []jobs.Entry
	for _, job := range order {
		entries = append(entries, jobs.Entry{Job: job})
	}
	ran := &counted{finished: map[string]int{}, changed: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	scheduler := jobs.NewScheduler(entries, time.UTC, ran, w.log, w.clock.Now)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		scheduler.Run(ctx, context.WithoutCancel(ctx))
	}()
	step := func(d time.Duration, jobs ...jobs.Job) {
		w.advance(d)
		for _, job := range jobs {
			before := ran.count(job.Name())
			scheduler.Wake(job.Name())
			ran.after(job.Name(), before)
		}
	}

	w.bus.SetOutage(outage)
	calm := len(log.lines())
	calls := len(w.bus.Ledger().Calls(""))
	for minute := range 60 {
		if minute%10 == 0 {
			step(time.Minute, order...)
		} else {
			step(time.Minute, send, receive, w.apply)
		}
	}
	during := log.lines()[calm:]
	calls = len(w.bus.Ledger().Calls("")) - calls

	w.bus.SetOutage(smevtest.OutageNone)
	down = false
	back := w.clock.Now()
	done := func() bool {
		return w.count(`select count(*) from egisso.record where state = 'accepted'`) == facts+measures &&
			w.count(`select count(*) from egisso.answer where acked_at is null`) == 0
	}
	for range 60 {
		if done() {
			break
		}
		step(time.Minute, order...)
	}
	recovery := w.clock.Now().Sub(back)
	cancel()
	<-ended
	w.clean(facts + measures)
	if most := 2*retryMax + time.Minute; recovery > most { // the breaker's longest pause, then a message's
		t.Errorf("recovered %s after the end, want %s at most", recovery, most)
	}
	if most := 60; len(during) > most {
		t.Errorf("%d log lines in an hour, at most %d are right:\n%s", len(during), most, strings.Join(during, ""))
	}
	result(t, "an hour of %s: %d log lines, %d calls the bus could read; everything done %s after it:\n%s",
		outage, len(during), calls, recovery.Round(time.Second), strings.Join(during, ""))
}
