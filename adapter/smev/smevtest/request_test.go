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
