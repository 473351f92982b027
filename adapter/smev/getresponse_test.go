package smev

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

func TestGetResponseKinds(t *testing.T) {
	const id = "22222222-0000-11ef-8000-000000000000"
	v := Version13
	tests := []struct {
		name  string
		data  func(w *xmldsig.Writer)
		check func(a *Answer) error
	}{
		{"content", func(w *xmldsig.Writer) {
			w.Start(v.Basic, "MessagePrimaryContent")
			w.Element("urn:x", "response", "текст > & <")
			w.End()
		}, func(a *Answer) error {
			if a.Kind != AnswerContent || string(a.Content) != `<ns1:response xmlns:ns1="urn:x">текст &gt; &amp; &lt;</ns1:response>` {
				return fmt.Errorf("content %s", a.Content)
			}
			return nil
		}},
		{"rejected twice", func(w *xmldsig.Writer) {
			for _, code := range []string{"NO_DATA", "FAILURE"} {
				w.Start(v.Types, "RequestRejected")
				w.Element(v.Types, "RejectionReasonCode", code)
				w.Element(v.Types, "RejectionReasonDescription", "почему")
				w.End()
			}
		}, func(a *Answer) error {
			if a.Kind != AnswerRejected || len(a.Rejections) != 2 || a.Rejections[1] != (Rejection{"FAILURE", "почему"}) {
				return fmt.Errorf("rejections %+v", a.Rejections)
			}
			return nil
		}},
		{"status", func(w *xmldsig.Writer) {
			w.Start(v.Types, "RequestStatus")
			w.Element(v.Types, "StatusCode", "7")
			w.Start(v.Types, "StatusParameter")
			w.Element(v.Types, "Key", "k")
			w.Element(v.Types, "Value", "v")
			w.End()
			w.Element(v.Types, "StatusDescription", "принято")
			w.End()
		}, func(a *Answer) error {
			if a.Kind != AnswerStatus || a.RequestStatus.Code != 7 || a.RequestStatus.Parameters[0] != (StatusParameter{"k", "v"}) {
				return fmt.Errorf("status %+v", a.RequestStatus)
			}
			return nil
		}},
		{"status of the bus with a category of tomorrow", func(w *xmldsig.Writer) {
			w.Start(v.Types, "AsyncProcessingStatus")
			w.Element(v.Types, "OriginalMessageId", "33333333-0000-11ef-8000-000000000000")
			w.Element(v.Types, "StatusCategory", "requestIsTeleported")
			w.End()
		}, func(a *Answer) error {
			if a.Kind != AnswerAsyncStatus || a.AsyncStatus.Outcome() != AsyncProgress || a.AsyncStatus.Fault != nil {
				return fmt.Errorf("status %+v", a.AsyncStatus)
			}
			return nil
		}},
		{"attachment that did not come", func(w *xmldsig.Writer) {
			w.Start(v.Basic, "MessagePrimaryContent")
			w.Element("urn:x", "response", "")
			w.End()
			w.Start(v.Basic, "AttachmentHeaderList")
			w.Start(v.Basic, "AttachmentHeader")
			w.Element(v.Basic, "contentId", "lost")
			w.Element(v.Basic, "MimeType", "text/plain")
			w.End()
			w.End()
		}, func(a *Answer) error {
			if len(a.Attachments) != 1 || !a.Attachments[0].Missing {
				return fmt.Errorf("attachments %+v", a.Attachments)
			}
			return nil
		}},
		{"two kinds at once", func(w *xmldsig.Writer) {
			w.Start(v.Types, "RequestStatus")
			w.Element(v.Types, "StatusCode", "7")
			w.End()
			w.Start(v.Types, "RequestRejected")
			w.End()
		}, unknownKind},
		{"none", func(*xmldsig.Writer) {}, unknownKind},
		{"something new", func(w *xmldsig.Writer) { w.Element(v.Types, "Telegram", "stop") }, unknownKind},
		{"content without a root", func(w *xmldsig.Writer) { w.Element(v.Basic, "MessagePrimaryContent", "") }, unknownKind},
		{"status code is no number", func(w *xmldsig.Writer) {
			w.Start(v.Types, "RequestStatus")
			w.Element(v.Types, "StatusCode", "seven")
			w.End()
		}, unknownKind},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBus(t)
			b.then(answerXML(b.message(id, tt.data)))
			a, err := b.client().GetResponse(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if a.MessageID != id || a.OriginalMessageID != "11111111-0000-11ef-8000-000000000000" || a.Certificate == nil {
				t.Errorf("ids %s, %s", a.MessageID, a.OriginalMessageID)
			}
			if err := tt.check(a); err != nil {
				t.Error(err)
			}
		})
	}
}

func unknownKind(a *Answer) error {
	if a.Kind != AnswerUnknown || a.Content != nil || a.Rejections != nil || a.RequestStatus != nil || a.AsyncStatus != nil {
		return fmt.Errorf("kind %s with values", a.Kind)
	}
	return nil
}

func TestGetResponseTransports(t *testing.T) {
	const id = "22222222-0000-11ef-8000-000000000000"
	content := func(w *xmldsig.Writer) {
		w.Start(Version13.Basic, "MessagePrimaryContent")
		w.Element("urn:x", "response", "ok")
		w.End()
	}
	tests := []struct {
		name  string
		reply func(message string) http.HandlerFunc
	}{
		{"plain", answerXML},
		{"gzip", answerGzip},
		{"multipart", func(m string) http.HandlerFunc {
			return answerWith(200, `multipart/related; type="application/xop+xml"; start="<r@x>"; boundary=b`,
				string(multipartBody("b", "Content-ID: <r@x>\r\n\r\n"+m)))
		}},
		{"signed text as an XOP part", func(m string) http.HandlerFunc {
			// "opaque" is To, inside the signed block; as base64 it is the text
			// of these bytes.
			m = strings.Replace(m, "<ns2:To>opaque</ns2:To>", `<ns2:To><x:Include xmlns:x="`+XOPNamespace+`" href="cid:p%40x"/></ns2:To>`, 1)
			return answerWith(200, `multipart/related; boundary=b`,
				string(multipartBody("b", "\r\n"+m, "Content-ID: <p@x>\r\nContent-Transfer-Encoding: binary\r\n\r\n"+opaqueBytes)))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBus(t)
			message := b.message(id, content)
			if strings.Contains(tt.name, "XOP") {
				message = b.messageTo(id, opaqueText, content)
				message = strings.Replace(message, opaqueText, "opaque", 1)
			}
			b.then(tt.reply(message))
			a, err := b.client().GetResponse(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if a.Kind != AnswerContent || !bytes.Contains(a.Content, []byte(">ok<")) {
				t.Errorf("kind %s, content %s", a.Kind, a.Content)
			}
		})
	}
}

func TestGetResponseUnverified(t *testing.T) {
	b := newBus(t)
	const id = "22222222-0000-11ef-8000-000000000000"
	message := b.message(id, func(w *xmldsig.Writer) {
		w.Start(Version13.Basic, "MessagePrimaryContent")
		w.Element("urn:x", "response", "accepted")
		w.End()
	})
	b.then(answerXML(strings.Replace(message, "accepted", "rejected", 1)))
	a, err := b.client().GetResponse(t.Context())
	if !errors.Is(err, ErrUnverified) || a == nil {
		t.Fatalf("%v, %v", a, err)
	}
	if a.MessageID != id || a.OriginalMessageID == "" || a.Content != nil || !bytes.Contains(a.Raw, []byte("rejected")) {
		t.Errorf("answer %+v", a)
	}
}

// TestSignatureWrapping moves the signed Response aside and puts another in its
// place: verification goes by place.
func TestSignatureWrapping(t *testing.T) {
	b := newBus(t)
	const id = "22222222-0000-11ef-8000-000000000000"
	content := func(text string) func(w *xmldsig.Writer) {
		return func(w *xmldsig.Writer) {
			w.Start(Version13.Basic, "MessagePrimaryContent")
			w.Element("urn:x", "response", text)
			w.End()
		}
	}
	good := b.message(id, content("honest"))
	evil := b.message(id, content("evil"))
	cut := func(s, from, to string) string {
		i := strings.Index(s, from)
		return s[i : strings.Index(s, to)+len(to)]
	}
	response, forged := cut(good, "<ns2:Response ", "</ns2:Response>"), cut(evil, "<ns2:Response ", "</ns2:Response>")
	message := "<t:ResponseMessage>"
	variants := map[string]string{
		"original hidden in the envelope": strings.Replace(strings.Replace(good, response, forged, 1), "<soap:Body>", "<soap:Header>"+response+"</soap:Header><soap:Body>", 1),
		"two responses":                   strings.Replace(good, response, forged+response, 1),
		"forged before the message":       strings.Replace(good, message, message+forged, 1),
		"original inside the forged":      strings.Replace(good, response, strings.Replace(forged, ">evil<", ">evil"+response+"<", 1), 1),
		"forged renamed Id":               strings.Replace(good, response, strings.Replace(forged, "SIGNED_BY_SMEV", "OTHER", 1)+"<x xmlns=\"urn:y\">"+response+"</x>", 1),
	}
	for name, text := range variants {
		t.Run(name, func(t *testing.T) {
			b.then(answerXML(text))
			a, err := b.client().GetResponse(t.Context())
			if err == nil {
				t.Fatalf("accepted: %s", a.Content)
			}
			if a != nil && (a.Content != nil || a.Kind != AnswerUnknown) {
				t.Errorf("gave out %s", a.Content)
			}
		})
	}
}

func TestGetResponseEmptyQueueAndFault(t *testing.T) {
	b := newBus(t)
	b.then(answerXML(inReply(OpGetResponse, "")), answerWith(500, "text/xml", faultXML("SMEVFailure")))
	c := b.client()
	if a, err := c.GetResponse(t.Context()); a != nil || err != nil {
		t.Errorf("empty queue: %v, %v", a, err)
	}
	if _, err := c.GetResponse(t.Context()); Classify(err) != ClassRetry {
		t.Errorf("fault: %v", err)
	}
	call := checkCall(t, b.bodies[0], Version13, OpGetResponse, Version13.Basic, "MessageTypeSelector", c.options.Signer)
	if got := call.Child(Version13.Basic, "Timestamp").Text(); got != "2025-06-02T12:00:00.005+03:00" {
		t.Errorf("Timestamp %s", got)
	}
}

// FuzzReadAnswer: whatever comes, values are only given out of what verifies.
func FuzzReadAnswer(f *testing.F) {
	b := &testBus{t: f, signer: newTestSigner(f, gost3410.CryptoProXchA())}
	for _, data := range []func(w *xmldsig.Writer){
		func(w *xmldsig.Writer) {
			w.Start(Version13.Basic, "MessagePrimaryContent")
			w.Element("urn:x", "response", "ok")
			w.End()
		},
		func(w *xmldsig.Writer) {
			w.Start(Version13.Types, "AsyncProcessingStatus")
			w.Element(Version13.Types, "OriginalMessageId", "o")
			w.Start(Version13.Types, "SmevFault")
			w.End()
			w.End()
		},
	} {
		f.Add([]byte(b.message("22222222-0000-11ef-8000-000000000000", data)))
	}
	f.Add([]byte(inReply(OpGetResponse, "")))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := openEnvelope(OpGetResponse, 200, "text/xml", body, Limits{Body: 1 << 20}.withDefaults())
		if err != nil {
			return
		}
		a, err := readAnswer(e, Version13, trustAll)
		switch {
		case err != nil && !errors.Is(err, ErrMalformedReply) && !errors.Is(err, ErrUnverified):
			t.Fatalf("error of no kind: %v", err)
		case a == nil:
		case a.Certificate == nil && (err == nil || a.Kind != AnswerUnknown || a.Content != nil):
			t.Fatal("values of an unverified answer are given out")
		case a.Kind == AnswerContent:
			if _, err := xmlsafe.Parse(a.Content, xmlsafe.Limits{}); err != nil {
				t.Fatalf("content does not stand alone: %v", err)
			}
		}
	})
}

// TestRepeatedIDs: what a sender does with identifiers inside its content must
// not block the queue. Only the identifier the bus's signature refers to has to
// be unique, or the message is kept and shown like any other that does not verify.
func TestRepeatedIDs(t *testing.T) {
	const id = "22222222-0000-11ef-8000-000000000000"
	for name, tt := range map[string]struct {
		ids      [2]string
		verified bool
	}{
		"the sender's own twice":     {[2]string{"row", "row"}, true},
		"that of the sender's block": {[2]string{"row", "PROVIDER"}, true},
		"that of the bus":            {[2]string{"row", "SIGNED_BY_SMEV"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBus(t)
			b.then(answerXML(b.message(id, func(w *xmldsig.Writer) {
				w.Start(Version13.Basic, "MessagePrimaryContent")
				w.Start("urn:x", "response")
				for _, inner := range tt.ids {
					w.StartAttrs("urn:x", "row", idAttr(inner))
					w.End()
				}
				w.End()
				w.End()
			})))
			a, err := b.client().GetResponse(t.Context())
			if tt.verified {
				if err != nil || a.Kind != AnswerContent || bytes.Count(a.Content, []byte("row")) < 2 {
					t.Errorf("%v", err)
				}
				return
			}
			if !errors.Is(err, ErrUnverified) || !errors.Is(err, xmldsig.ErrReference) || a == nil || a.MessageID != id || a.Content != nil {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}
