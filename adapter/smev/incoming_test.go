package smev

import (
	"errors"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
)

// request writes a RequestMessage.
func (b *testBus) request(id, messageType, replyTo string, data func(w *xmldsig.Writer)) string {
	v := Version13
	return inReply(OpGetRequest, `<t:RequestMessage>`+b.signed(func(w *xmldsig.Writer) {
		w.StartAttrs(v.Types, "Request", idAttr("SIGNED_BY_SMEV"))
		w.StartAttrs(v.Types, "SenderProvidedRequestData", idAttr("SIGNED_BY_CALLER"))
		w.Element(v.Types, "MessageID", id)
		data(w)
		w.End()
		w.Start(v.Types, "MessageMetadata")
		w.Element(v.Types, "MessageId", id)
		w.Element(v.Types, "MessageType", messageType)
		w.Element(v.Types, "SendingTimestamp", formatMoment(testNow))
		w.End()
		if replyTo != "" {
			w.Element(v.Types, "ReplyTo", replyTo)
		}
		w.End()
	}, "SIGNED_BY_SMEV")+`</t:RequestMessage>`)
}

func TestGetRequest(t *testing.T) {
	const id = "22222222-0000-11ef-8000-000000000000"
	content := func(w *xmldsig.Writer) {
		w.Start(Version13.Basic, "MessagePrimaryContent")
		w.Element("urn:x", "versions", "1")
		w.End()
	}
	tests := []struct {
		name, messageType, replyTo string
		data                       func(w *xmldsig.Writer)
		kind                       IncomingKind
	}{
		{"broadcast", "BROADCAST", "", content, IncomingBroadcast},
		{"broadcast with an address", "BROADCAST", "opaque", content, IncomingBroadcast},
		{"request", "REQUEST", "opaque", content, IncomingRequest},
		{"type of tomorrow", "TELEGRAM", "", content, IncomingUnknown},
		{"no content", "BROADCAST", "", func(*xmldsig.Writer) {}, IncomingUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBus(t)
			b.then(answerXML(b.request(id, tt.messageType, tt.replyTo, tt.data)))
			m, err := b.client().GetRequest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if m.Kind != tt.kind || m.MessageID != id || m.ReplyTo != tt.replyTo || m.Certificate == nil {
				t.Errorf("kind %s, id %s, reply to %q", m.Kind, m.MessageID, m.ReplyTo)
			}
			if known := tt.kind != IncomingUnknown; known && !strings.Contains(string(m.Content), ">1<") {
				t.Errorf("content %s", m.Content)
			}
		})
	}
	t.Run("empty queue", func(t *testing.T) {
		b := newBus(t)
		b.then(answerXML(inReply(OpGetRequest, "")))
		if m, err := b.client().GetRequest(t.Context()); m != nil || err != nil {
			t.Errorf("%v, %v", m, err)
		}
	})
	t.Run("changed after signing", func(t *testing.T) {
		b := newBus(t)
		b.then(answerXML(strings.Replace(b.request(id, "BROADCAST", "", content), ">1<", ">2<", 1)))
		m, err := b.client().GetRequest(t.Context())
		if !errors.Is(err, ErrUnverified) || m.MessageID != id || m.Content != nil || m.Kind != IncomingUnknown {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

// TestSampleIncomingOf11 reads a real request of schema 1.1 whose MIME part is
// lost: what it refers to is known, but it cannot be believed.
func TestSampleIncomingOf11(t *testing.T) {
	e := openSample(t, OpGetRequest, "text/xml", sample(t, "06-get-request-response-v11-xop-fs.xml"))
	m, err := readIncoming(e, Version11, trustAll)
	if !errors.Is(err, ErrUnverified) {
		t.Fatalf("error %v", err)
	}
	if m.MessageID == "" || m.Content != nil || m.FSAttachments != nil {
		t.Errorf("%+v", m)
	}
	// What a verified message of this shape gives: the decoder of the types
	// generated for 1.3 reads 1.1.
	e = openWhole(t, OpGetRequest, "text/xml", sample(t, "06-get-request-response-v11-xop-fs.xml"))
	request := e.body.Child(Version11.Types, "RequestMessage").Child(Version11.Types, "Request")
	if err := m.readRequest(&xmldsig.Verified{Element: request}, Version11); err != nil {
		t.Fatal(err)
	}
	if m.Kind != IncomingRequest || m.ReplyTo == "" || m.SenderMnemonic == "" || m.SentAt.IsZero() {
		t.Errorf("kind %s, from %q at %v", m.Kind, m.SenderMnemonic, m.SentAt)
	}
	if len(m.FSAttachments) != 1 || !strings.HasPrefix(m.FSAttachments[0].FileName, "/") || m.FSAttachments[0].Hash == "" {
		t.Errorf("files %v", m.FSAttachments)
	}
}

func TestCancelOf11(t *testing.T) {
	const id, request = "22222222-0000-11ef-8000-000000000000", "33333333-0000-11ef-8000-000000000000"
	b := newBus(t)
	v := Version11
	text := b.signed(func(w *xmldsig.Writer) {
		w.StartAttrs(v.Types, "Cancel", idAttr("SIGNED_BY_SMEV"))
		w.Element(v.Basic, "MessageReference", request)
		w.Element(v.Types, "MessageID", id)
		w.End()
	}, "SIGNED_BY_SMEV")
	text = `<t:GetRequestResponse xmlns:t="` + v.Types + `"><t:RequestMessage>` + text + `</t:RequestMessage></t:GetRequestResponse>`
	b.then(answerXML(soapReply(strings.ReplaceAll(text, Version13.Types, v.Types))))
	m, err := b.client(func(o *Options) { o.Version = v }).GetRequest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m.Kind != IncomingCancel || m.MessageID != id || m.CancelledMessageID != request {
		t.Errorf("%+v", m)
	}
}

func TestGetStatus(t *testing.T) {
	b := newBus(t)
	v := Version13
	status := `<t:SmevAsyncProcessingMessage>` + b.signed(func(w *xmldsig.Writer) {
		w.StartAttrs(v.Types, "AsyncProcessingStatusData", idAttr("STATUS"))
		w.Start(v.Types, "AsyncProcessingStatus")
		w.Element(v.Types, "OriginalMessageId", "33333333-0000-11ef-8000-000000000000")
		w.Element(v.Types, "StatusCategory", "requestIsRejectedBySmev")
		w.StartAttrs(v.Types, "SmevFault", xmldsig.Attr{Space: schemaInstanceNamespace, Local: "type", Value: "AccessDenied"})
		w.Element(v.Basic, "Description", "SMEV-1: нет права")
		w.End()
		w.End()
		w.End()
	}, "STATUS") + `</t:SmevAsyncProcessingMessage>`
	b.then(answerXML(inReply(OpGetStatus, "")), answerXML(inReply(OpGetStatus, status)), answerXML(inReply(OpGetStatus, strings.Replace(status, "нет", "есть", 1))))
	c := b.client()
	if s, err := c.GetStatus(t.Context()); s != nil || err != nil {
		t.Errorf("empty queue: %v, %v", s, err)
	}
	a, err := c.GetStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := a.AsyncStatus
	if a.Kind != AnswerAsyncStatus || a.MessageID != "" || a.OriginalMessageID != s.OriginalMessageID || len(a.Raw) == 0 {
		t.Errorf("status as an answer: %+v", a)
	}
	if s.Outcome() != AsyncRequestFailed || s.Fault.Class() != ClassFixConfiguration {
		t.Errorf("outcome %s, fault %v", s.Outcome(), s.Fault)
	}
	if a, err := c.GetStatus(t.Context()); !errors.Is(err, ErrUnverified) || a == nil || a.AsyncStatus != nil || len(a.Raw) == 0 {
		t.Errorf("changed after signing: %+v, %v", a, err)
	}
}

func TestSendResponse(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	base := func() Response { return Response{MessageID: NewMessageID(testNow), To: "opaque=="} }
	kinds := map[string]func(*Response){
		"content": func(r *Response) {
			r.Content = testContent
			r.Files = []FileRef{{UUID: testFolder, Hash: make([]byte, 32), MimeType: "application/xml"}}
			r.Attachments = []Attachment{{ID: "_1", MimeType: "text/plain", Content: []byte("hello")}}
		},
		"rejections": func(r *Response) {
			r.Rejections = []Rejection{{"UNKNOWN_REQUEST_DESCRIPTION", "запросы не обслуживаются"}, {"FAILURE", "сбой"}}
		},
		"status": func(r *Response) {
			r.Status = &RequestStatus{Code: 3, Description: "принято", Parameters: []StatusParameter{{"k", "v"}}}
		},
	}
	for name, fill := range kinds {
		for _, v := range Versions() {
			t.Run(v.Name+" "+name, func(t *testing.T) {
				r := base()
				fill(&r)
				envelope, err := BuildSendResponse(t.Context(), v, signer, r)
				if err != nil {
					t.Fatal(err)
				}
				checkCall(t, envelope, v, OpSendResponse, v.Types, "SenderProvidedResponseData", signer)
				if v != Version12 {
					validate(t, envelope, v.Name)
				}
			})
		}
	}
	for name, spoil := range map[string]func(*Response){
		"nothing":        func(*Response) {},
		"two kinds":      func(r *Response) { kinds["content"](r); kinds["status"](r) },
		"unknown reason": func(r *Response) { r.Rejections = []Rejection{{"BECAUSE", ""}} },
		"files alone":    func(r *Response) { kinds["status"](r); r.Files = []FileRef{{}} },
		"no id":          func(r *Response) { kinds["status"](r); r.MessageID = "" },
	} {
		r := base()
		spoil(&r)
		if _, err := BuildSendResponse(t.Context(), Version13, signer, r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
