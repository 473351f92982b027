package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
)

// TestStrangersFillNoDatabase: of messages the bus signed and nobody confirmed the sender
// of, so many bytes are kept in a day. The others stay at the bus, are shown, and are taken
// when there is room; those of who is believed do not wait for them.
func TestStrangersFillNoDatabase(t *testing.T) {
	for name, c := range map[string]struct {
		push  smevtest.Push
		table string
	}{
		"requests":           {smevtest.Push{From: evil, Type: smevtest.PushRequest, Content: []byte(question)}, "incoming"},
		"broadcasts":         {smevtest.Push{From: evil, Content: []byte(notice)}, "incoming"},
		"answers to nothing": {smevtest.Push{From: evil, Type: smevtest.PushResponse, Content: []byte(notice), OriginalID: "nothing"}, "answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newIncoming(t, smev.Version13)
			const room, pushed = 3, 6
			w.push(c.push)
			w.rounds(1)
			size := w.count(`select octet_length(raw) from egisso.` + c.table)
			w.store.KeepUnbelieved(int64(room*size + size/2))
			for range pushed - 1 {
				w.push(c.push)
			}
			believed := w.push(smevtest.Push{Content: []byte(notice)})
			w.rounds(3)
			want := fmt.Sprintf("%d stored, %d wait, unkept true", room, pushed-room)
			if got := w.flood(c.table); got != want {
				t.Errorf("over the bound: %s, want %s", got, want)
			}
			w.want(believed, "unhandled none review")

			w.store.KeepUnbelieved(1 << 20)
			w.rounds(3)
			want = fmt.Sprintf("%d stored, 0 wait, unkept true", pushed)
			if got := w.flood(c.table); got != want {
				t.Errorf("with room again: %s, want %s", got, want)
			}
		})
	}
}

// rounds runs the jobs of incoming messages, with redeliveries between.
func (w *incoming) rounds(n int) {
	w.Helper()
	for range n {
		w.advance(time.Hour)
		w.around()
	}
}

// flood tells what is stored of strangers and what is left at the bus.
func (w *incoming) flood(table string) string {
	w.Helper()
	of := "select count(*) from egisso.incoming where stranger and acked_at is not null"
	if table == "answer" {
		of = "select count(*) from egisso.answer where about is null and acked_at is not null"
	}
	waiting := w.bus.Waiting(mnemonic, ledger.Requests) + w.bus.Waiting(mnemonic, ledger.Responses)
	operation := map[string]string{"answer": "GetResponse", "incoming": "GetRequest"}[table]
	return fmt.Sprintf("%d stored, %d wait, unkept %v", w.count(of), waiting, w.finding("unkept", operation))
}

// TestOneMessageIsAnsweredOftenByStrangers: a package waits for a person because of the
// first of them; the others are kept within the bound, and the true answer is applied.
func TestOneMessageIsAnsweredOftenByStrangers(t *testing.T) {
	w := stranger(t, known, smevtest.Rule{Stranger: evil, AnswerDelay: smevtest.Duration(time.Hour)})
	w.store.KeepUnbelieved(1)
	in := newIncomingOf(w)
	var message string
	if err := w.pool.QueryRow(t.Context(), `select about from egisso.answer where held_at is not null`).Scan(&message); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		in.push(smevtest.Push{From: evil, Type: smevtest.PushResponse, Content: []byte(notice), OriginalID: message})
	}
	w.everything()
	if got := w.flight(); got != "packed queued held 1 unacked 0" || !w.finding("unkept", "GetResponse") {
		t.Errorf("over the bound: %s", got)
	}
	w.advance(2 * time.Hour)
	w.everything()
	if got := w.flight(); !strings.HasPrefix(got, "accepted answered held 1") {
		t.Errorf("with ЕГИССО's answer: %s", got)
	}
}
