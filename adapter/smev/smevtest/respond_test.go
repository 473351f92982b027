package smevtest_test

import (
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/ledger"
)

func TestRequestAnsweredInEveryWay(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, nil)
			w.version = version
			id := w.push(smevtest.Push{Type: smevtest.PushRequest, From: "OTHER", FromName: "Чужая система", Content: []byte(question), Test: true})
			r := w.takeRequest()
			to := r.text("RequestMessage", "Request", "ReplyTo")
			if r.text("RequestMessage", "Request", "MessageMetadata", "Sender", "Mnemonic") != "OTHER" || to == "" ||
				r.at("RequestMessage", "Request", "SenderProvidedRequestData", "TestMessage") == nil {
				t.Errorf("request = %+v", r.body)
			}
			if a := w.ack(id, true); a.fault != "" {
				t.Errorf("ack: %s", a.fault)
			}
			for _, answer := range []string{progress, rejection} {
				w.clock.Advance(time.Second)
				responseID, message, reply := w.respond(to, answer)
				if reply.fault != "" {
					t.Fatalf("refused: %s %s", reply.fault, reply.words)
				}
				w.verify(reply.at("SMEVSignature"), reply.at("MessageMetadata"), "bus")
				if reply.text("MessageMetadata", "MessageType") != "RESPONSE" || reply.text("MessageMetadata", "MessageId") != responseID {
					t.Error("the metadata are not those of the response")
				}
				if again := w.post(message); again.fault != "MessageIsAlreadySent" {
					t.Errorf("resend: %q", again.fault)
				}
			}
			w.idle()
			l := w.bus.Ledger()
			got := l.Responses()
			if len(got) != 2 || got[0].Kind != ledger.ResponseStatus || got[1].Kind != ledger.ResponseRejected ||
				got[1].RequestID != id || strings.Join(got[1].Codes, " ") != "UNKNOWN_REQUEST_DESCRIPTION" {
				t.Errorf("responses = %+v", got)
			}
			if v := l.Violations(); len(v) != 0 {
				t.Errorf("violations = %v", v)
			}
			w.clock.Advance(time.Second)
			if _, _, reply := w.respond(to, rejection); reply.fault != "" {
				t.Errorf("second answer: %q", reply.fault)
			}
			if v := l.Violations(); len(v) != 1 || v[0].Kind != ledger.RequestAnsweredTwice {
				t.Errorf("violations = %v", v)
			}
			w.lintSaved()
		})
	}
}

func TestResponsesTheBusRefuses(t *testing.T) {
	w := newWorld(t, nil)
	w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
	to := w.takeRequest().text("RequestMessage", "Request", "ReplyTo")
	content := func(s string) string { return `<b:MessagePrimaryContent>` + s + `</b:MessagePrimaryContent>` }
	for _, c := range []struct{ name, to, answer, want string }{
		{"to nobody", "x" + to, rejection, "RecipientIsNotFound"},
		{"a request as an answer", to, content(storage), "IncorrectResponseContentType"},
		{"the question itself", to, content(question), "IncorrectResponseContentType"},
		{"an answer of another kind", to, content(`<a:answer xmlns:a="urn:example:other"/>`), "BusinessDataTypeIsNotSupported"},
		{"a status of the bus", to, `<t:AsyncProcessingStatus><t:OriginalMessageId>` + messageID(start) +
			`</t:OriginalMessageId><t:StatusCategory>cancelled</t:StatusCategory></t:AsyncProcessingStatus>`, "InvalidContent"},
		{"an answer", to, content(`<a:answer xmlns:a="urn:example:question">да</a:answer>`), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.clock.Advance(time.Second)
			if _, _, r := w.respond(c.to, c.answer); r.fault != c.want {
				t.Errorf("fault = %q (%s), want %q", r.fault, r.words, c.want)
			}
		})
	}
	w.idle()
	if got := w.bus.Ledger().Responses(); len(got) != 1 || !strings.Contains(got[0].Content, ">да<") {
		t.Errorf("responses = %+v", got)
	}
}

func TestResponseRefusedAfterwards(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, nil)
			w.version = version
			w.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question)})
			to := w.takeRequest().text("RequestMessage", "Request", "ReplyTo")
			w.script(smevtest.Rule{On: "SendResponse", Reject: "InvalidContent"})
			id, _, r := w.respond(to, rejection)
			if r.fault != "" {
				t.Fatal(r.fault)
			}
			w.idle()
			status := []string{"ResponseMessage", "Response", "SenderProvidedResponseData", "AsyncProcessingStatus"}
			told := w.take()
			want := map[string]string{"1.1": "requestIsRejectedBySmev"}[version]
			if want == "" {
				want = "responseIsRejectedBySmev"
			}
			if got := told.text(append(status, "StatusCategory")...); got != want {
				t.Errorf("status = %q", got)
			}
			if got := told.text(append(status, "OriginalMessageId")...); got != id {
				t.Errorf("status of %q, want %q", got, id)
			}
			w.clock.Advance(time.Second)
			if _, _, r := w.respond(to, rejection); r.fault != "" {
				t.Error(r.fault)
			}
			w.idle()
			if v := w.bus.Ledger().Violations(); len(v) != 0 {
				t.Errorf("an answer in place of a refused one is a violation: %v", v)
			}
			w.lintSaved()
		})
	}
}

// A request of one participant to another comes back as an answer, signed by
// the one who answered.
func TestResponseReachesTheParticipantWhoAsked(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) {
		o.Senders = append(o.Senders, smevtest.Sender{Mnemonic: "OTHER", Name: "Другая система", Certificate: identity(t, "stranger").Certificate})
	})
	id := w.push(smevtest.Push{Type: smevtest.PushRequest, From: "OTHER", Content: []byte(question), TransactionCode: "tc"})
	to := w.takeRequest().text("RequestMessage", "Request", "ReplyTo")
	w.ack(id, true)
	file := []byte("<facts/>")
	content := `<b:MessagePrimaryContent> <a:answer xmlns:a="urn:example:question">A &gt; B &gt;</a:answer></b:MessagePrimaryContent>` + w.upload(file)
	if _, _, r := w.respond(to, content); r.fault != "" {
		t.Fatalf("%s: %s", r.fault, r.words)
	}
	w.idle()
	client := w.signer
	w.signer = w.signerOf("stranger")
	r := w.get()
	response := []string{"ResponseMessage", "Response"}
	w.verify(r.at("ResponseMessage", "SMEVSignature"), r.at(response...), "bus")
	w.verify(r.at(append(response, "SenderInformationSystemSignature")...), r.at(append(response, "SenderProvidedResponseData")...), "client")
	if r.text(append(response, "OriginalMessageId")...) != id || r.text(append(response, "OriginalTransactionCode")...) != "tc" ||
		r.valueOf("answer") != "A > B >" {
		t.Errorf("answer = %+v", r.body)
	}
	if got := w.download(r.at(append(response, "FSAttachmentsList")...).Elements()[0]); string(got) != string(file) {
		t.Errorf("file = %q", got)
	}
	if a := w.ack(r.answerID(), true); a.fault != "" {
		t.Error(a.fault)
	}
	w.signer = client
	w.lintSaved()
}
