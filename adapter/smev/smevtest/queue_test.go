package smevtest_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
)

func TestRedeliveryAndAck(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.RedeliverAfter = time.Minute })
	original := w.accepted(storage, "")
	first := w.get()
	id := first.answerID()
	if id == "" {
		t.Fatal("no answer")
	}
	if r := w.get(); r.answerID() != "" {
		t.Error("delivered again at once")
	}
	w.clock.Advance(59 * time.Second)
	if r := w.get(); r.answerID() != "" {
		t.Error("delivered again too early")
	}
	w.clock.Advance(time.Second)
	if r := w.get(); r.answerID() != id {
		t.Errorf("redelivered %q, want %q", r.answerID(), id)
	}
	if r := w.ack(original, true); r.fault != "TargetMessageIsNotFound" {
		t.Errorf("ack of the original message: %q", r.fault)
	}
	if r := w.ack(id, false); r.fault != "" {
		t.Errorf("ack: %q", r.fault)
	}
	if r := w.ack(id, true); r.fault != "TargetMessageIsNotFound" {
		t.Errorf("second ack: %q", r.fault)
	}
	w.clock.Advance(time.Hour)
	if r := w.get(); r.answerID() != "" {
		t.Error("delivered after acknowledgement")
	}
	sum := w.bus.Ledger().Summary()
	if sum.Deliveries != 2 || sum.AcksRefused != 1 || sum.Unacked != 0 {
		t.Errorf("summary = %s", sum)
	}
	if v := w.bus.Ledger().Violations(); len(v) != 1 || v[0].Kind != "unknown-ack" {
		t.Errorf("violations = %v", v)
	}
}

func TestUndeliveredAnswerCannotBeAcknowledged(t *testing.T) {
	w := newWorld(t, nil)
	w.accepted(storage, "")
	w.clock.Advance(time.Second)
	w.accepted(storage, "")
	first := w.get()
	second := w.get()
	if first.answerID() == second.answerID() || second.answerID() == "" {
		t.Fatal("the second answer is held back by the first")
	}
	for _, r := range []reply{first, second} {
		if a := w.ack(r.answerID(), true); a.fault != "" {
			t.Error(a.fault)
		}
	}
}

func TestBlockingQueue(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.Blocking = true })
	w.accepted(storage, "")
	w.clock.Advance(time.Second)
	w.accepted(storage, "")
	first := w.get()
	if r := w.get(); r.answerID() != "" {
		t.Error("an answer was delivered past an unacknowledged one")
	}
	w.ack(first.answerID(), true)
	if r := w.get(); r.answerID() == "" {
		t.Error("the second answer is lost")
	}
}

func TestDelaySelectorAndNode(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.Delay = time.Minute })
	w.accepted(storage, "")
	if r := w.get(); r.answerID() != "" {
		t.Error("answered too early")
	}
	w.clock.Advance(time.Minute)
	selection := func(space string) string {
		return `<b:NamespaceURI>` + space + `</b:NamespaceURI><b:RootElementLocalName>response</b:RootElementLocalName>`
	}
	if r := w.getSelected(selection("urn://egisso-ru/msg/10.05.I/2.1.0")); r.answerID() != "" {
		t.Error("the selector did not select")
	}
	if r := w.getSelected(selection("urn://egisso-ru/msg/10.10.I/1.0.3")); r.answerID() == "" {
		t.Error("the selector lost the answer")
	}
	message := w.sendRequest(messageID(w.clock.Now()), storage, "")
	message = strings.Replace(message, "</t:MessageID>", "</t:MessageID><t:TransactionCode>tc</t:TransactionCode><t:NodeID>n1</t:NodeID>", 1)
	if r := w.post(w.sign(message, "SenderProvidedRequestData")); r.fault != "" {
		t.Fatal(r.fault)
	}
	w.idle()
	w.clock.Advance(time.Minute)
	if r := w.get(); r.answerID() != "" {
		t.Error("an answer for a node was delivered without the node")
	}
	r := w.post(w.sign(w.envelope("GetResponseRequest", `<b:MessageTypeSelector Id="a"><b:Timestamp>`+
		w.clock.Now().Format(time.RFC3339)+`</b:Timestamp><b:NodeID>n1</b:NodeID></b:MessageTypeSelector>`), "MessageTypeSelector"))
	if r.text("ResponseMessage", "Response", "OriginalTransactionCode") != "tc" {
		t.Error("the node's answer is missing or lacks OriginalTransactionCode")
	}
}

func TestRestartWithLedger(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, func(o *smevtest.Options) {
		o.Ledger = filepath.Join(dir, "ledger.jsonl")
		o.FTPDir = filepath.Join(dir, "ftp")
	})
	restart := func() {
		t.Helper()
		w.stop()
		w.run()
	}
	w.measures()
	w.clock.Advance(time.Second)
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml")
	_, message, r := w.send(storage, w.upload(facts))
	if r.fault != "" {
		t.Fatal(r.fault)
	}
	restart() // perhaps before the message was processed
	w.idle()
	if r := w.post(message); r.fault != "MessageIsAlreadySent" {
		t.Errorf("after the restart the message was taken again: %q", r.fault)
	}
	got := w.get()
	if got.valueOf("recordNumSuccess") != "4" {
		t.Fatalf("accepted %q of 4 facts", got.valueOf("recordNumSuccess"))
	}
	restart() // delivered, not acknowledged
	again := w.get()
	if again.answerID() != got.answerID() {
		t.Errorf("after the restart the answer is %q, want %q", again.answerID(), got.answerID())
	}
	if r := w.ack(again.answerID(), true); r.fault != "" {
		t.Errorf("ack: %s", r.fault)
	}
	restart()
	if r := w.get(); r.answerID() != "" {
		t.Error("the acknowledged answer came back")
	}
	w.clock.Advance(time.Second)
	w.accepted(storage, w.upload([]byte(strings.ReplaceAll(string(facts), "-8000-000000000001", "-8000-000000000777"))))
	if got := w.take(); got.valueOf("recordNumSuccess") != "" {
		t.Error("facts accepted before the restart were accepted again")
	}
	l := w.bus.Ledger()
	if n := len(l.AcceptedIDs("fact")); n != 4 {
		t.Errorf("%d facts accepted", n)
	}
	for _, id := range l.AcceptedIDs("") {
		if l.Accepted(id) != 1 {
			t.Errorf("record %s accepted %d times", id, l.Accepted(id))
		}
	}
	if v := l.Violations(); len(v) != 4 {
		t.Errorf("violations = %v", v)
	}
}
