package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/retry"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/store"
	"egissogw/jobs"
)

// often is a schedule that always fires again after a moment.
type often time.Duration

// Next implements cron.Schedule.
func (o often) Next(t time.Time) time.Time { return t.Add(time.Duration(o)) }

// noLedger forgets when jobs ran.
type noLedger struct{}

func (noLedger) JobStarted(context.Context, string) error                          { return nil }
func (noLedger) JobFinished(context.Context, string, string, store.JobCause) error { return nil }

// hasty makes every pause so short that it passes while the test waits.
func (w *world) hasty() {
	w.form.RetryMin, w.form.RetryMax = 20*time.Millisecond, 200*time.Millisecond
	w.send.RetryMin, w.send.RetryMax = 20*time.Millisecond, 200*time.Millisecond
}

// breaker is shared by the jobs of one gateway, as serve does it.
func (w *world) breaker(open retry.Backoff) (jobs.Send, jobs.Receive) {
	b := &bus.Breaker{Policy: bus.BreakerPolicy{Open: open}, Changed: func(c bus.BreakerChange, _ bus.BreakerState) {
		w.log.Error("breaker", "opened", c == bus.BreakerOpened)
	}}
	send, receive := w.send, w.receive
	send.Breaker, receive.Breaker = b, b
	send.FileBreaker = &bus.Breaker{Policy: bus.BreakerPolicy{Open: open}}
	return send, receive
}

// gateways runs so many gateways over one database, most of them only to send,
// until the function returned is called.
func (w *world) gateways(senders int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, senders)
	// Whatever a gateway does wakes its next job, and another of so many looks soon.
	every := often(200 * time.Millisecond)
	for i := range senders {
		send, receive := w.breaker(retry.Backoff{Min: 20 * time.Millisecond, Max: 200 * time.Millisecond})
		entries := []jobs.Entry{{Job: send, Schedule: every, Wakes: []string{"receive"}}}
		if i < 2 {
			entries = append(entries,
				jobs.Entry{Job: w.decide, Schedule: every, Wakes: []string{"form"}}, jobs.Entry{Job: w.form, Schedule: every, Wakes: []string{"sign"}},
				jobs.Entry{Job: w.sign, Schedule: every, Wakes: []string{"send"}}, jobs.Entry{Job: receive, Schedule: every, Wakes: []string{"apply"}},
				jobs.Entry{Job: w.apply, Schedule: every, Wakes: []string{"decide"}})
			entries = append(entries, w.bringing(receive.Breaker, every)...)
		}
		go func() {
			jobs.NewScheduler(entries, time.UTC, noLedger{}, w.log, time.Now).Run(ctx, context.WithoutCancel(ctx))
			ended <- struct{}{}
		}()
	}
	return func() {
		cancel()
		for range senders {
			<-ended
		}
	}
}

// bringing are the jobs of what the bus brings besides answers, and of files.
func (w *world) bringing(breaker *bus.Breaker, every often) []jobs.Entry {
	lease := 5 * time.Minute
	fetch := w.fetch
	fetch.RetryMin, fetch.RetryMax = w.send.RetryMin, w.send.RetryMax
	return []jobs.Entry{
		{Job: fetch, Schedule: every, Wakes: []string{"receive", "apply"}},
		{Job: jobs.Listen{Store: w.store, Switch: w.store, Bus: w.client, Breaker: breaker, Now: w.clock.Now, Log: w.log}, Schedule: every, Wakes: []string{"handle"}},
		{Job: jobs.Handle{Store: w.store, RejectUnexpected: true, Lease: lease, Log: w.log}, Schedule: every, Wakes: []string{"respond"}},
		{Job: jobs.Respond{Store: w.store, Switch: w.store, Builder: w.sign.Builder, Lease: lease, Now: w.clock.Now, Log: w.log}, Schedule: every, Wakes: []string{"send"}},
	}
}

// soakMessages is how many messages go through the trouble: by themselves so many that
// most kinds of it occur, in a long run what EGISSOGW_SOAK says.
func soakMessages(t *testing.T) int {
	text := os.Getenv("EGISSOGW_SOAK")
	if text == "" {
		if testing.Short() {
			t.Skip("takes some seconds")
		}
		return 28
	}
	serverVacuums(t)
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("EGISSOGW_SOAK is %q", text)
	}
	return n
}

// TestSoak sends facts in messages of their own while a fifth of all calls and
// transfers meets trouble of every kind: the end is as if there had been none.
func TestSoak(t *testing.T) { soak(t, soakMessages(t), smevtest.AnswerInline) }

// TestSoakOfFiles does the same with protocols that come as files, a quarter as
// many messages, and requests of others among them.
func TestSoakOfFiles(t *testing.T) { soak(t, max(soakMessages(t)/4, 1), smevtest.AnswerFile) }

func soak(t *testing.T, n int, answers smevtest.AnswerForm) {
	log := &journal{}
	w := newWorld(t, n, log, func(o *smevtest.Options) {
		o.RedeliverAfter, o.Multipart, o.Answers = time.Second, smevtest.Alternate, answers
	})
	w.measuresAccepted()
	measures := w.count(`select count(*) from egisso.record`)
	w.hasty()
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	chaos := smevtest.Chaos{Seed: 7, Share: 0.2, MaxDelay: smevtest.Duration(time.Millisecond), MaxLate: smevtest.Duration(time.Second)}
	if err := w.bus.Script().SetChaos(chaos); err != nil {
		t.Fatal(err)
	}
	requests := 0
	if answers == smevtest.AnswerFile {
		requests = n/5 + 1
	}
	for i := range requests {
		push := smevtest.Push{Name: strconv.Itoa(i), Type: smevtest.PushRequest, To: mnemonic, Content: []byte(question)}
		if _, err := w.bus.Push(t.Context(), push); err != nil {
			t.Fatal(err)
		}
	}
	began, quiet := time.Now(), len(log.lines())
	stop := w.gateways(8)
	left := w.soaked(n, measures)
	stop()
	took := time.Since(began)
	if left != "" {
		t.Errorf("not done after %s: %s", took.Round(time.Second), left)
	}
	w.clean(n + measures)
	if r := w.bus.Ledger().Responses(); len(r) != requests {
		t.Errorf("%d of %d requests are answered", len(r), requests)
	}
	if k := w.count(`select count(*) from egisso.incoming where verified and reply is distinct from 'delivered'`); k > 0 {
		t.Errorf("%d requests are not done with", k)
	}

	sum := w.bus.Ledger().Summary()
	trouble, calls := 0, 0
	for _, k := range sum.Troubles {
		trouble += k
	}
	for _, k := range sum.Calls {
		calls += k
	}
	if share := float64(trouble) / float64(calls); n >= 80 && (share < 0.1 || share > 0.3) {
		t.Errorf("%d of %d calls met trouble", trouble, calls)
	}
	lines := len(log.lines()) - quiet
	if most := linesPerMessage*n + 1000; lines > most {
		t.Errorf("%d log lines for %d messages, at most %d are right", lines, n, most)
	}
	result(t, "%d messages in %s: %d posts, %d calls and transfers, %d of them in trouble of %d kinds, %d answers delivered %d times, %d log lines (%.1f a message), %d packages ask for a look",
		n, took.Round(time.Millisecond), sum.Attempts, calls, trouble, len(sum.Troubles), sum.Answers, sum.Deliveries, lines, float64(lines)/float64(n),
		w.count(`select count(*) from egisso.package where review is not null`))
}

// result tells how a long test went, also in the file named by EGISSOGW_SOAK_RESULT,
// which stays when the output has scrolled away.
func result(t *testing.T, format string, args ...any) {
	t.Helper()
	text := fmt.Sprintf(format, args...)
	t.Log(text)
	path := os.Getenv("EGISSOGW_SOAK_RESULT")
	if path == "" {
		return
	}
	verdict := map[bool]string{true: "FAILED", false: "passed"}[t.Failed()]
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintf(f, "%s %s %s: %s\n", time.Now().Format(time.DateTime), t.Name(), verdict, text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Error(err)
	}
}

// linesPerMessage: what is said of every message anyway (formed, signed, sent,
// stored, applied) and of its statuses, and a little trouble.
const linesPerMessage = 20

// soaked waits until everything is decided on both sides and says what is left.
func (w *world) soaked(n, measures int) (left string) {
	w.Helper()
	// Acknowledgements are put off for longer than anybody wants to watch.
	const hurry = `update egisso.answer set next_ack_at = now() where acked_at is null and verified and next_ack_at > now()`
	const hurryToo = `update egisso.incoming set next_ack_at = now() where acked_at is null and verified and next_ack_at > now()`
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute + time.Duration(n)*time.Second/2)
	for {
		accepted := w.count(`select count(*) from egisso.record where state = 'accepted'`)
		open := w.count(`select count(*) from egisso.message where state in ('pending', 'in_doubt')`)
		answers := w.count(`select count(*) from egisso.answer where verified and (acked_at is null or applied_at is null)`)
		answers += w.count(`select count(*) from egisso.incoming where verified and (acked_at is null or reply in ('due', 'signed') or verdict is null)`)
		waiting := w.bus.Waiting(mnemonic, ledger.Responses) + w.bus.Waiting(mnemonic, ledger.Requests)
		if accepted == n+measures && open+answers+waiting == 0 {
			return ""
		}
		select {
		case <-end:
			return fmt.Sprintf("%d of %d accepted, %d messages, %d answers here, %d at the bus", accepted, n+measures, open, answers, waiting)
		case <-tick.C:
			w.exec(hurry)
			w.exec(hurryToo)
		}
	}
}
