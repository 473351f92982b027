package smevtest_test

import (
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/streebog"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

var queueStatus = []string{"SmevAsyncProcessingMessage", "AsyncProcessingStatusData", "AsyncProcessingStatus"}

func TestStatusesByGetStatus(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, func(o *smevtest.Options) { o.Statuses = smevtest.StatusByGetStatus })
			w.version = version
			if r := w.getStatus(); r.at(queueStatus...) != nil || r.fault != "" {
				t.Errorf("an empty queue gave %+v", r)
			}
			w.script(smevtest.Rule{On: "SendRequest", Statuses: []string{"requestIsAcceptedBySmev", "underProcessing"}, Reject: "InvalidContent"})
			id := w.accepted(storage, "")
			if r := w.get(); r.answerID() != "" {
				t.Error("a status came by GetResponse")
			}
			for _, want := range []string{"requestIsAcceptedBySmev", "underProcessing", "requestIsRejectedBySmev"} {
				r := w.getStatus()
				w.verify(r.at("SmevAsyncProcessingMessage", "SMEVSignature"), r.at(queueStatus[:2]...), "bus")
				if r.text(append(queueStatus, "StatusCategory")...) != want || r.text(append(queueStatus, "OriginalMessageId")...) != id {
					t.Errorf("status %s of %s, want %s", r.text(append(queueStatus, "StatusCategory")...), r.text(append(queueStatus, "OriginalMessageId")...), want)
				}
			}
			if r := w.getStatus(); r.at(queueStatus...) != nil {
				t.Error("a status came again")
			}
			if sum := w.bus.Ledger().Summary(); sum.Unacked != 0 || sum.Answers != 3 {
				t.Errorf("summary = %s", sum)
			}
			w.lintSaved()
		})
	}
}

func TestStatusesBothWaysAndAcknowledged(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) {
		o.Statuses, o.StatusAck, o.RedeliverAfter = smevtest.StatusByBoth, true, time.Minute
	})
	w.script(smevtest.Rule{On: "SendRequest", Reject: "AccessDenied"})
	w.accepted(storage, "")
	if got := w.take().text(append(answerData, "AsyncProcessingStatus", "StatusCategory")...); got != "requestIsRejectedBySmev" {
		t.Errorf("by GetResponse: %q", got)
	}
	if w.getStatus().at(queueStatus...) == nil {
		t.Error("nothing by GetStatus")
	}
	if w.bus.Waiting("MIS01", ledger.Statuses) != 1 {
		t.Error("the status is gone without an acknowledgement")
	}
	w.clock.Advance(time.Minute)
	w.script(smevtest.Rule{On: "GetStatus", Tamper: true})
	r := w.getStatus()
	wrapper := r.at("SmevAsyncProcessingMessage", "SMEVSignature")
	if _, err := xmldsig.Verify(wrapper.Elements()[0], r.at(queueStatus[:2]...), xmldsig.VerifyOptions{}); err == nil {
		t.Error("the tampered status verifies")
	}
}

func TestOrderOfStatusesAndAnswers(t *testing.T) {
	kind := func(r reply) string {
		data := reply{body: r.at(answerData...)}
		for _, e := range data.body.Elements() {
			switch e.Local {
			case "AsyncProcessingStatus":
				return data.text("AsyncProcessingStatus", "StatusCategory")
			case "RequestStatus", "RequestRejected":
				return e.Local
			}
		}
		return r.content().Local + r.valueOf("packageStatus")
	}
	w := newWorld(t, nil)
	measures := w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml")
	for _, c := range []struct {
		name string
		rule smevtest.Rule
		want string
	}{
		{"before", smevtest.Rule{Statuses: []string{"underProcessing"}, RequestStatus: true, Interim: true}, "underProcessing RequestStatus response2 response3"},
		{"after", smevtest.Rule{Statuses: []string{"underProcessing"}, RequestStatus: true, StatusLast: true}, "response3 underProcessing RequestStatus"},
		{"twice", smevtest.Rule{Twice: true}, "response3 response3"},
		{"rejected", smevtest.Rule{Statuses: []string{"underProcessing"}, RequestRejected: "NO_DATA"}, "underProcessing RequestRejected"},
		{"odd content", smevtest.Rule{Oddity: "unknownContent"}, "notice response3"},
		{"odd original", smevtest.Rule{Oddity: "foreign"}, "notice response3"},
		{"no original", smevtest.Rule{Oddity: "withoutOriginal"}, "notice response3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.clock.Advance(time.Second)
			c.rule.On = "SendRequest"
			w.script(c.rule)
			id := w.accepted(measures, "")
			var got []string
			ids := map[string]bool{}
			for range strings.Fields(c.want) {
				r := w.take()
				got = append(got, kind(r))
				ids[r.answerID()] = true
				original := r.text("ResponseMessage", "Response", "OriginalMessageId")
				if odd := kind(r) == "notice" && c.rule.Oddity != "unknownContent"; (original == id) == odd {
					t.Errorf("%s is an answer to %q", kind(r), original)
				}
			}
			if strings.Join(got, " ") != c.want || len(ids) != len(got) {
				t.Errorf("answers = %v, want %s", got, c.want)
			}
			if r := w.get(); r.answerID() != "" {
				t.Errorf("and then %s", kind(r))
			}
		})
	}
}

func TestStatistics(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.Statuses, o.Delay = smevtest.StatusByGetStatus, time.Minute })
	w.version = "1.1"
	check := func(want string) {
		t.Helper()
		if got := w.statistics().pending(); got != want {
			t.Errorf("pending %s, want %s", got, want)
		}
	}
	check("REQUEST 0 RESPONSE 0 STATUS 0")
	for range 3 {
		w.push(smevtest.Push{Content: []byte(question)})
	}
	w.push(smevtest.Push{Content: []byte(question), After: time.Hour})
	w.script(smevtest.Rule{On: "SendRequest", Statuses: []string{"underProcessing"}})
	w.accepted(storage, "")
	check("REQUEST 3 RESPONSE 0 STATUS 1")
	w.clock.Advance(time.Minute)
	check("REQUEST 3 RESPONSE 1 STATUS 1")
	w.take()
	r := w.takeRequest()
	check("REQUEST 3 RESPONSE 0 STATUS 1")
	w.ack(r.requestID(), true)
	w.getStatus()
	check("REQUEST 2 RESPONSE 0 STATUS 0")
	w.lintSaved()
}

func TestRedeliveryLimit(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.RedeliverAfter, o.RedeliverLimit = -1, 3 })
	w.accepted(storage, "")
	id := w.get().answerID()
	for range 2 {
		if w.get().answerID() != id {
			t.Error("not delivered again at once")
		}
	}
	if w.get().answerID() != "" {
		t.Error("delivered a fourth time")
	}
	if a := w.ack(id, true); a.fault != "" {
		t.Errorf("ack: %s", a.fault)
	}
}

func TestPersonalSignature(t *testing.T) {
	w := newWorld(t, nil)
	content := strings.Replace(storage, "<request ", `<request Id="PERSONAL" `, 1)
	// The schema of 10.10.I has no Id, so the signature is tried on a response.
	content = strings.NewReplacer("urn://egisso-ru/msg/10.10.I/1.0.3", "urn:example:question", "request", "answer").Replace(content)
	doc, err := xmlsafe.Parse([]byte(content), xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	h := streebog.New256()
	if err := xmldsig.TransformElement(h, doc.Root); err != nil {
		t.Fatal(err)
	}
	personal, err := xmldsig.Sign(t.Context(), w.signer, "PERSONAL", h.Sum(nil))
	if err != nil {
		t.Fatal(err)
	}
	w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
	to := w.takeRequest().text("RequestMessage", "Request", "ReplyTo")
	answer := `<b:MessagePrimaryContent>` + content + `</b:MessagePrimaryContent><t:PersonalSignature>` + string(personal) + `</t:PersonalSignature>`
	for _, c := range []struct {
		answer  string
		refused bool
	}{{answer, false}, {strings.Replace(answer, ">true<", ">1<", 1), true}} {
		w.clock.Advance(time.Second)
		if _, _, r := w.respond(to, c.answer); r.fault != "" {
			t.Fatalf("%s: %s", r.fault, r.words)
		}
		w.idle()
		if r := w.get(); (r.answerID() != "") != c.refused {
			t.Errorf("refused: %t, want %t", r.answerID() != "", c.refused)
		}
	}
}
