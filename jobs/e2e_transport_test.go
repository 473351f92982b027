package jobs_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/bus"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/jobs"
)

// overMemory puts a world on the other transport.
func overMemory(t *testing.T, facts int) (*world, *memoryBus) {
	t.Helper()
	w := wholeWorld(t, facts)
	r, err := receiver.New(receiver.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	b := newMemoryBus(r, w.clock.Now)
	w.sign.Builder, w.send.Bus, w.send.Files = b, b, b
	w.receive.Bus, w.fetch.Files = b, b
	w.form.MaxRecords = 100
	return w, b
}

// rounds takes everything there is to ЕГИССО and back: an organisation gets its code
// first, then come measures, and what names them.
func (w *world) rounds() {
	w.Helper()
	w.run(w.collect)
	for range 6 {
		w.everything()
	}
}

// TestAnotherTransportCarriesAllRegisters: the jobs know no SMEV.
func TestAnotherTransportCarriesAllRegisters(t *testing.T) {
	t.Parallel()
	w, b := overMemory(t, 20)
	w.rounds()
	if open := w.count(`select count(*) from egisso.record where state <> 'accepted'`); open > 0 {
		t.Errorf("%d records are not accepted", open)
	}
	held := b.receiver.Held()
	if ours := w.count(`select count(*) from egisso.source_row where register = 'fact' and accepted_id is not null`); len(held.Facts) != 20 || ours != 20 {
		t.Errorf("ЕГИССО holds %d facts, the gateway says %d", len(held.Facts), ours)
	}
	if n := len(b.queues[bus.Answers]); n > 0 {
		t.Errorf("%d answers are not acknowledged", n)
	}
	w.exec(`update mis.recipe set pack_qty = pack_qty + 1 where id = 50003`)
	w.rounds()
	if n := w.count(`select count(*) from egisso.record where kind = 'alterationBasedOnPreviousErrors' and state = 'accepted'`); n != 1 {
		t.Errorf("%d alterations are accepted", n)
	}
}

// TestAnotherTransportLosesAndRefuses: the outcome of a call decides what follows,
// whatever made the call.
func TestAnotherTransportLosesAndRefuses(t *testing.T) {
	t.Parallel()
	w, b := overMemory(t, 5)
	b.lose = 1 << 20 // each message arrives, and its reply is lost
	w.run(w.collect)
	for range 12 {
		for _, job := range []jobs.Job{w.decide, w.form, w.sign, w.send, w.receive, w.apply} {
			_, _ = job.Run(t.Context()) // what is lost is an error of that run
		}
		w.exec(`update egisso.message set next_attempt_at = now()`)
	}
	if got := w.count(`select count(*) from egisso.record where register = 'fact' and state = 'accepted'`); got != 5 {
		t.Errorf("%d facts are accepted", got)
	}
	if n := w.count(`select count(*) from egisso.message where package_id is not null`); n != w.count(`select count(*) from egisso.package`) {
		t.Errorf("%d messages: a package was sent under two ids", n)
	}

	w.exec(`update mis.recipe set pack_qty = pack_qty + 1 where id = 50003`)
	b.lose, b.refuse = 0, func(string) *bus.Error {
		return &bus.Error{Class: bus.ClassFixData, Refused: "Wrong", Reason: "содержимое не принято", Absent: true, Err: errors.New("wrong content")}
	}
	for _, job := range []jobs.Job{w.collect, w.decide, w.form, w.sign} {
		w.run(job)
	}
	if _, err := w.send.Run(t.Context()); bus.ClassOf(err) != bus.ClassFixData {
		t.Errorf("sent: %v", err)
	}
	if n := w.count(`select count(*) from egisso.package where state = 'send_failed' and info like '%содержимое не принято%'`); n != 1 {
		t.Errorf("%d packages tell that they were refused", n)
	}
}

// TestAnotherTransportBringsMessagesOfOthers: a protocol in a file, another file than was
// announced, a request nobody handles, and what cannot be read.
func TestAnotherTransportBringsMessagesOfOthers(t *testing.T) {
	t.Parallel()
	w, b := overMemory(t, 1)
	in := newIncomingOf(w)
	in.listen.Bus, in.respond.Builder = b, b
	b.queues[bus.Requests] = []memoryMessage{{ID: "r1", To: "back", Sender: evil, Kind: string(bus.IncomingRequest), Content: question}}
	in.around()
	in.around()
	if len(b.replies) != 1 || b.replies[0].Code != "UNKNOWN_REQUEST_DESCRIPTION" {
		t.Errorf("answered %v", b.replies)
	}

	good, bad := uuid.NewString(), uuid.NewString()
	b.storage[good], b.storage[bad] = []byte("файл"), []byte("другой")
	sum := sha256.Sum256([]byte("файл"))
	for _, id := range []string{good, bad} {
		b.queues[bus.Answers] = append(b.queues[bus.Answers], memoryMessage{ID: id, Kind: string(bus.AnswerStatus), Sender: "EGISSO",
			Files: []bus.File{{ID: id, Announced: base64.StdEncoding.EncodeToString(sum[:])}}})
	}
	for range 4 {
		for _, job := range []jobs.Job{w.receive, w.fetch} {
			_, _ = job.Run(t.Context())
		}
		w.exec(`update egisso.received_file set next_attempt_at = now()`)
		w.exec(`update egisso.answer set next_ack_at = now()`)
	}
	if got := w.count(`select count(*) from egisso.received_file where name = $1 and state = 'checked'`, good); got != 1 {
		t.Error("the file that was announced is not taken")
	}
	if got := w.count(`select count(*) from egisso.received_file where name = $1 and state = 'refused'`, bad); got != 1 {
		t.Error("another file than was announced is not refused")
	}
}
