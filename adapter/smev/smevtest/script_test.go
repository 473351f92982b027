package smevtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/crypto/xmldsig"
)

func TestEveryFaultOnDemand(t *testing.T) {
	w := newWorld(t, nil)
	for _, name := range smevtest.FaultNames() {
		for range 2 { // with and without content
			w.script(smevtest.Rule{On: "SendRequest", Fault: name})
			_, _, r := w.send(storage, "")
			if got, _, _ := strings.Cut(r.fault, "/"); got != name {
				t.Errorf("fault = %q, want %q", r.fault, name)
			}
		}
	}
	w.script(smevtest.Rule{On: "GetResponse", Fault: "SignatureVerificationFault/CertificateIsNotFound", Status: 200})
	if r := w.get(); r.fault != "SignatureVerificationFault/CertificateIsNotFound" || r.status != 200 {
		t.Errorf("reply = %+v", r)
	}
	if n := w.bus.Script().Left(); n != 0 {
		t.Errorf("%d rules are left", n)
	}
	w.lintSaved()
}

func TestSkipAndTimes(t *testing.T) {
	w := newWorld(t, nil)
	w.script(smevtest.Rule{On: "*", Skip: 1, Times: 2, Fault: "SMEVFailure"})
	var got []string
	for range 4 {
		got = append(got, w.get().fault)
	}
	if strings.Join(got, ",") != ",SMEVFailure,SMEVFailure," {
		t.Errorf("faults = %v", got)
	}
}

func TestLostReplies(t *testing.T) {
	w := newWorld(t, nil)
	for _, drop := range []string{"before", "after"} {
		w.script(smevtest.Rule{On: "SendRequest", Drop: drop})
		id, message, r := w.send(storage, "")
		if r.err == nil {
			t.Fatalf("drop %s: a reply came", drop)
		}
		want := map[string]string{"before": "", "after": "MessageIsAlreadySent"}[drop]
		if r := w.post(message); r.fault != want || r.err != nil {
			t.Errorf("drop %s: resend gave %q, %v", drop, r.fault, r.err)
		}
		if m, _ := w.bus.Ledger().Message(id); !m.Accepted {
			t.Errorf("drop %s: not accepted", drop)
		}
		w.clock.Advance(time.Second)
	}
	w.idle()
	if sum := w.bus.Ledger().Summary(); sum.Accepted != 2 || sum.Violations != 0 {
		t.Errorf("summary = %s", sum)
	}
}

func TestGarbageAndTampering(t *testing.T) {
	w := newWorld(t, nil)
	w.accepted(storage, "")
	for _, kind := range []string{"html", "truncated", "empty", "soap"} {
		w.script(smevtest.Rule{On: "Ack", Garbage: kind})
		r := w.ack("8a0f0c8e-1111-1111-8111-000000000001", true)
		if r.err == nil && (r.body == nil || r.body.Local != "Unexpected") {
			t.Errorf("%s: reply = %+v", kind, r)
		}
	}
	w.script(smevtest.Rule{On: "GetResponse", Tamper: true, Duplicate: true})
	r := w.get()
	_, err := xmldsig.Verify(r.at("ResponseMessage", "SMEVSignature").Elements()[0], r.at("ResponseMessage", "Response"), xmldsig.VerifyOptions{})
	if err == nil {
		t.Error("the tampered answer verifies")
	}
	if again := w.get(); again.answerID() != r.answerID() {
		t.Error("the answer was not delivered again")
	} else {
		w.verify(again.at("ResponseMessage", "SMEVSignature"), again.at("ResponseMessage", "Response"), "bus")
	}
}

func TestScriptedAnswers(t *testing.T) {
	w := newWorld(t, nil)
	data := []string{"ResponseMessage", "Response", "SenderProvidedResponseData"}
	w.script(smevtest.Rule{On: "SendRequest", RequestRejected: "ACCESS_DENIED"})
	w.accepted(storage, "")
	if got := w.take().text(append(data, "RequestRejected", "RejectionReasonCode")...); got != "ACCESS_DENIED" {
		t.Errorf("rejection = %q", got)
	}
	w.clock.Advance(time.Second)
	w.script(smevtest.Rule{On: "SendRequest", RequestStatus: true, Interim: true, AnswerDelay: smevtest.Duration(time.Minute)})
	w.accepted(w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml"), "")
	if got := w.take().text(append(data, "RequestStatus", "StatusCode")...); got != "1" {
		t.Errorf("status = %q", got)
	}
	if got := w.take().valueOf("packageStatus"); got != "2" {
		t.Errorf("packageStatus = %q", got)
	}
	if r := w.get(); r.answerID() != "" {
		t.Error("the final answer came early")
	}
	w.clock.Advance(time.Minute)
	if got := w.take().valueOf("packageStatus"); got != "3" {
		t.Errorf("packageStatus = %q", got)
	}
	w.script(smevtest.Rule{On: "SendRequest", Reject: "AccessDenied"}, smevtest.Rule{On: "SendRequest", NoAnswer: true})
	w.accepted(storage, "")
	if got := w.take().text(append(data, "AsyncProcessingStatus", "StatusCategory")...); got != "requestIsRejectedBySmev" {
		t.Errorf("status = %q", got)
	}
	w.clock.Advance(time.Second)
	w.accepted(storage, "")
	if r := w.get(); r.answerID() != "" {
		t.Error("an answer came although the script forbids it")
	}
	w.lintSaved()
}

func TestOutOfOrderAndAgainAfterAck(t *testing.T) {
	w := newWorld(t, nil)
	first := w.accepted(storage, "")
	w.clock.Advance(time.Second)
	second := w.accepted(storage, "")
	w.script(smevtest.Rule{On: "GetResponse", Newest: true}, smevtest.Rule{On: "Ack", Duplicate: true})
	original := func(r reply) string { return r.text("ResponseMessage", "Response", "OriginalMessageId") }
	newest := w.take()
	if original(newest) != second {
		t.Error("the newest answer did not come first")
	}
	if got := original(w.take()); got != first {
		t.Errorf("then came the answer to %q, want %q", got, first)
	}
	if again := w.take(); again.answerID() != newest.answerID() {
		t.Error("the acknowledged answer did not come again")
	}
	if r := w.get(); r.answerID() != "" {
		t.Error("something is left")
	}
}

func TestBrokenUpload(t *testing.T) {
	w := newWorld(t, nil)
	w.script(smevtest.Rule{On: "STOR", CutAfter: 100})
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml")
	id := messageID(w.clock.Now())
	if err := w.store(id, facts); err == nil {
		t.Fatal("the upload did not break")
	}
	w.accepted(storage, w.header(id, facts))
	if got := w.take().text("ResponseMessage", "Response", "SenderProvidedResponseData", "AsyncProcessingStatus", "StatusDetails"); !strings.Contains(got, "Хэш файла") {
		t.Errorf("status = %q", got)
	}
}

// tryScript reads a script from a file with this text.
func tryScript(t *testing.T, text string) (*smevtest.Script, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return smevtest.ReadScript(path)
}

func readScript(t *testing.T, text string) *smevtest.Script {
	t.Helper()
	s, err := tryScript(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadScript(t *testing.T) {
	s, err := tryScript(t, `{"rules":[
		{"on":"SendRequest","times":3,"fault":"SMEVFailure"},
		{"on":"GetResponse","skip":2,"drop":"after","delay":"1.5s"}]}`)
	if err != nil || s.Left() != 2 {
		t.Errorf("script = %v, %v", s, err)
	}
	for name, text := range map[string]string{
		"operation": `{"rules":[{"on":"Send"}]}`,
		"fault":     `{"rules":[{"on":"*","fault":"NoSuchFault"}]}`,
		"drop":      `{"rules":[{"on":"*","drop":"later"}]}`,
		"garbage":   `{"rules":[{"on":"*","garbage":"x"}]}`,
		"field":     `{"rules":[{"on":"*","often":3}]}`,
		"duration":  `{"rules":[{"on":"*","delay":"soon"}]}`,
		"form":      `{"rules":[{"on":"*","form":"x"}]}`,
		"refusal":   `{"rules":[{"on":"STOR","refuse":"x"}]}`,
		"answer":    `{"rules":[{"on":"SendRequest","answers":"x"}]}`,
		"way":       `{"rules":[{"on":"SendRequest","statusBy":"x"}]}`,
		"file":      `{"rules":[{"on":"SendRequest","file":"x"}]}`,
		"oddity":    `{"rules":[{"on":"SendRequest","oddity":"x"}]}`,
		"code":      `{"rules":[{"on":"SendRequest","requestRejected":"x"}]}`,
		"share":     `{"chaos":{"share":2}}`,
		"kind":      `{"chaos":{"share":1,"kinds":["x"]}}`,
		"pause":     `{"chaos":{"share":1,"maxDelay":"-1s"}}`,
		"push":      `{"push":[{"to":"MIS01","content":"missing.xml"}]}`,
		"outage":    `{"downtime":[{"for":"1h","as":"x"}]}`,
		"length":    `{"downtime":[{"after":"1h"}]}`,
	} {
		if _, err := tryScript(t, text); err == nil {
			t.Errorf("a wrong %s was accepted", name)
		}
	}
}
