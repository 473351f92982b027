package smevtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/adapter/smev/smevtest/ledger"
)

// question is a request to a participant that expects none.
const question = `<q:question xmlns:q="urn:example:question"><q:text>Кто вы?</q:text></q:question>`

func TestBroadcasts(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, func(o *smevtest.Options) { o.RedeliverAfter = time.Minute })
			w.version = version
			published := w.push(smevtest.Push{Content: samples.Read(t, "samples/10.01.O-1.0.3/valid.request.v8-published.xml")})
			activated := w.push(smevtest.Push{Content: samples.Read(t, "samples/10.03.O-1.0.1/valid.request.v8-active-v7-archive.xml")})
			if w.get().answerID() != "" {
				t.Error("GetResponse handed out a broadcast")
			}
			r := w.takeRequest()
			request := []string{"RequestMessage", "Request"}
			if r.requestID() != published || r.text(append(request, "MessageMetadata", "MessageType")...) != "BROADCAST" {
				t.Errorf("message %s is a %s", r.requestID(), r.text(append(request, "MessageMetadata", "MessageType")...))
			}
			// 1.1 as it was seen, with both; later versions by the schema's words.
			if hasTo := r.at(append(request, "ReplyTo")...) != nil; hasTo != (version == "1.1") {
				t.Errorf("ReplyTo: %t", hasTo)
			}
			if has := r.at(append(request, "MessageMetadata", "Recipient")...) != nil; has != (version == "1.1") {
				t.Errorf("Recipient: %t", has)
			}
			content := r.at(append(request, "SenderProvidedRequestData", "MessagePrimaryContent")...).Elements()[0]
			if !content.Is("urn://egisso-ru/msg/10.01.O/1.0.3", "request") {
				t.Errorf("content is {%s}%s", content.Space, content.Local)
			}
			if again := w.takeRequest(); again.requestID() != activated {
				t.Errorf("the second message is %s", again.requestID())
			}
			w.clock.Advance(time.Minute)
			if again := w.takeRequest(); again.requestID() != published {
				t.Error("the broadcast was not delivered again")
			}
			for _, id := range []string{published, activated} {
				if a := w.ack(id, true); a.fault != "" {
					t.Errorf("ack: %s", a.fault)
				}
			}
			w.clock.Advance(time.Hour)
			if r := w.getRequest(); r.requestID() != "" || r.fault != "" {
				t.Errorf("something is left: %+v", r)
			}
			if _, _, r := w.respond("", rejection); r.fault != "RecipientIsNotFound" {
				t.Errorf("response to a broadcast: %q", r.fault)
			}
			w.lintSavedBut("SendResponseRequest") // To was empty on purpose
		})
	}
}

func TestSelectorAndNodeOfRequests(t *testing.T) {
	w := newWorld(t, nil)
	w.push(smevtest.Push{Content: []byte(question), Type: smevtest.PushRequest, NodeID: "n1"})
	selection := func(space string) string {
		return `<b:NamespaceURI>` + space + `</b:NamespaceURI><b:RootElementLocalName>question</b:RootElementLocalName>`
	}
	if r := w.getRequest(); r.requestID() != "" {
		t.Error("a message for a node was delivered without the node")
	}
	if r := w.getRequestFor(selection("urn:nobody"), "n1"); r.fault != "UnknownMessageType" {
		t.Errorf("unknown type: %q", r.fault)
	}
	if r := w.getRequestFor(selection("urn:example:question"), "n1"); r.requestID() == "" {
		t.Error("the selector lost the message")
	}
}

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

func TestCancel(t *testing.T) {
	w := newWorld(t, nil)
	w.version = "1.1"
	request := w.push(smevtest.Push{Name: "question", Type: smevtest.PushRequest, Content: []byte(question)})
	cancel := w.push(smevtest.Push{Type: smevtest.PushCancel, Cancels: "question"})
	w.version = "1.3"
	if r := w.takeRequest(); r.requestID() != request {
		t.Errorf("first %q", r.requestID())
	}
	if r := w.getRequest(); r.requestID() != "" {
		t.Error("1.3 handed out a cancellation")
	}
	w.ack(request, true)
	w.version = "1.1"
	r := w.takeRequest()
	if r.requestID() != cancel || r.text("RequestMessage", "Cancel", "MessageReference") != request {
		t.Errorf("cancellation %q of %q", r.requestID(), r.text("RequestMessage", "Cancel", "MessageReference"))
	}
	if a := w.ack(cancel, true); a.fault != "" {
		t.Error(a.fault)
	}
	if _, err := os.Stat(w.save); err == nil {
		w.lintSavedAs("1.1", "AckRequest", "GetRequestRe")
	}
}

func TestPushRefuses(t *testing.T) {
	w := newWorld(t, nil)
	for name, p := range map[string]smevtest.Push{
		"nobody":             {To: "NOBODY", Content: []byte(question)},
		"type":               {To: "MIS01", Type: "letter", Content: []byte(question)},
		"content":            {To: "MIS01", Content: []byte("hello")},
		"cancels nothing":    {To: "MIS01", Type: smevtest.PushCancel},
		"version":            {To: "MIS01", Type: smevtest.PushResponse, Version: "2", Content: []byte(question)},
		"name of a file":     {To: "MIS01", Content: []byte(question), Files: []smevtest.File{{Name: "../x", Content: strings.NewReader("x")}}},
		"file not readable":  {To: "MIS01", Content: []byte(question), Files: []smevtest.File{{Name: "x", Content: brokenReader{}}}},
		"attached, the same": {To: "MIS01", Content: []byte(question), Files: []smevtest.File{{Name: "x", Content: brokenReader{}, Attached: true}}},
	} {
		if _, err := w.bus.Push(t.Context(), p); err == nil {
			t.Errorf("%s: pushed", name)
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, os.ErrClosed }

func TestScriptedPushHappensOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("question.xml", question)
	write("file.txt", "file")
	script := write("script.json", `{"push":[
		{"to":"MIS01","content":"question.xml","after":"1m"},
		{"to":"MIS01","type":"request","content":"question.xml","name":"q","from":"OTHER","files":[{"path":"file.txt","mimeType":"text/plain"}]},
		{"to":"MIS01","type":"response","content":"question.xml","original":"8a0f0c8e-1111-1111-8111-000000000001"}]}`)
	var err error
	w := newWorld(t, func(o *smevtest.Options) {
		o.Ledger, o.FTPDir = filepath.Join(dir, "ledger.jsonl"), filepath.Join(dir, "ftp")
		if o.Script, err = smevtest.ReadScript(script); err != nil {
			t.Fatal(err)
		}
	})
	w.stop()
	w.run()
	w.ack(w.takeRequest().requestID(), true)
	if r := w.getRequest(); r.requestID() != "" {
		t.Error("the broadcast came early or the request twice")
	}
	if w.take().valueOf("text") != "Кто вы?" {
		t.Error("the response is missing")
	}
	w.clock.Advance(time.Minute)
	w.ack(w.takeRequest().requestID(), true)
	w.stop()
	w.run()
	w.clock.Advance(time.Minute)
	if sum := w.bus.Ledger().Summary(); sum.Pushed != 3 || w.bus.Waiting("MIS01", ledger.Requests) != 0 {
		t.Errorf("summary = %s", sum)
	}
}
