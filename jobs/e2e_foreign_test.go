package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// TestAnswersOfAnotherGatewayAreLeft: an answer to nothing of ours stays at the bus for who
// sent the message, is counted meanwhile, and is stored, acknowledged and shown when nobody
// came for it. One that its owner took is forgotten.
func TestAnswersOfAnotherGatewayAreLeft(t *testing.T) {
	w := newWorld(t, 1, t.Output(), nil)
	w.measuresAccepted()
	w.receive.ForeignWait = 4 * time.Hour
	in := newIncomingOf(w)
	for range 2 {
		in.push(smevtest.Push{Type: smevtest.PushResponse, Content: []byte(notice), OriginalID: "7d0c1c30-0000-11f0-8000-000000000001"})
	}
	state := func() string {
		return fmt.Sprintf("%d stored, %d acked, left %v, stranger %v", w.count(`select count(*) from egisso.answer where about is null`),
			w.count(`select count(*) from egisso.answer where about is null and acked_at is not null`), w.finding("foreign", ""), w.finding("stranger", ""))
	}
	w.everything()
	if got, want := state(), "0 stored, 0 acked, left true, stranger false"; got != want {
		t.Fatalf("at first: %s, want %s", got, want)
	}
	// Our own go on meanwhile, behind them.
	w.exec(`update egisso.source_row set dirty = true where register = 'fact'`)
	w.everything()
	if n := w.count(`select count(*) from egisso.record where register = 'fact' and state = 'accepted'`); n != 1 {
		t.Errorf("%d facts accepted behind the answers of others", n)
	}
	// Nobody takes them: the bus gives them out again.
	w.exec(`update egisso.foreign_answer set since = since - interval '4 hours'`)
	w.advance(time.Hour)
	w.everything()
	if n := w.count(`select count(*) from egisso.inbox where trouble = 'stranger' and not done`); n != 2 {
		t.Errorf("%d are shown, want 2: %s", n, state())
	}
	if got := w.count(`select count(*) from egisso.answer where about is null and acked_at is null`); got != 0 || w.finding("foreign", "") {
		t.Errorf("at the end: %s", state())
	}
}
