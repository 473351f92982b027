package smev

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/softkey"
	"egissogw/crypto/xmldsig"
)

// messageID is the id in an envelope of ours.
func messageID(envelope []byte) string { return firstText(envelope, "MessageID") }

// testBus is a minimal bus: it answers each call with the next prepared reply and
// keeps what it was sent.
type testBus struct {
	t      testing.TB
	signer *softkey.Signer
	server *httptest.Server

	mu      sync.Mutex
	replies []http.HandlerFunc
	bodies  [][]byte
	headers []http.Header
}

func newBus(t *testing.T) *testBus {
	b := &testBus{t: t, signer: newTestSigner(t, gost3410.CryptoProXchA())}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		b.bodies = append(b.bodies, body)
		b.headers = append(b.headers, r.Header.Clone())
		var reply http.HandlerFunc
		if len(b.replies) > 0 {
			reply, b.replies = b.replies[0], b.replies[1:]
		}
		b.mu.Unlock()
		if reply == nil {
			t.Error("a call nobody expected")
			return
		}
		reply(w, r)
	}))
	t.Cleanup(b.server.Close)
	return b
}

func (b *testBus) then(replies ...http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replies = append(b.replies, replies...)
}

func (b *testBus) client(change ...func(*Options)) *Client {
	b.t.Helper()
	o := Options{
		URL: b.server.URL + "/ws", Version: Version13, Signer: newTestSigner(b.t, gost3410.TC26_256A()),
		Trust: func(c *cert.Certificate) error {
			if !c.Equal(b.signer.Certificate()) {
				return errors.New("not the bus")
			}
			return nil
		},
		Now:     func() time.Time { return testNow },
		Timeout: 10 * time.Second,
	}
	for _, f := range change {
		f(&o)
	}
	c, err := NewClient(o)
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// signed writes an element and the bus's signature over it.
func (b *testBus) signed(write func(w *xmldsig.Writer), id string) string {
	b.t.Helper()
	var wire bytes.Buffer
	digest := cert.NewDigest(b.signer.Certificate().DigestSize())
	w := xmldsig.NewWriter(&wire, digest, []xmldsig.Prefix{{Prefix: "ns2", URI: Version13.Types}, {Prefix: "", URI: Version13.Basic}})
	write(w)
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	signature, err := xmldsig.Sign(context.Background(), b.signer, id, digest.Sum(nil))
	if err != nil {
		b.t.Fatal(err)
	}
	return wire.String() + `<ns2:SMEVSignature xmlns:ns2="` + Version13.Types + `">` + string(signature) + `</ns2:SMEVSignature>`
}

func soapReply(inner string) string {
	return `<soap:Envelope xmlns:soap="` + SOAPNamespace + `"><soap:Body>` + inner + `</soap:Body></soap:Envelope>`
}

func inReply(op Operation, inner string) string {
	return soapReply(`<t:` + op.ReplyElement() + ` xmlns:t="` + Version13.Types + `">` + inner + `</t:` + op.ReplyElement() + `>`)
}

func answerXML(text string) http.HandlerFunc { return answerWith(200, "text/xml; charset=utf-8", text) }

func answerWith(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, text)
	}
}

func faultXML(name string) string {
	return soapReply(`<soap:Fault><faultcode>soap:Server</faultcode><faultstring>текст</faultstring><detail><f:` + name + ` xmlns:f="` + Version13.Faults + `"/></detail></soap:Fault>`)
}

func (b *testBus) receipt(id string) string {
	return inReply(OpSendRequest, b.signed(func(w *xmldsig.Writer) {
		w.StartAttrs(Version13.Types, "MessageMetadata", idAttr("SIGNED_BY_SMEV"))
		w.Element(Version13.Types, "MessageId", id)
		w.Element(Version13.Types, "MessageType", "REQUEST")
		w.Element(Version13.Types, "SendingTimestamp", formatMoment(testNow))
		w.Element(Version13.Types, "Status", "requestIsQueued")
		w.End()
	}, "SIGNED_BY_SMEV"))
}

// opaqueText is a To that is base64 of opaqueBytes, so that it can travel as a
// MIME part.
const (
	opaqueBytes = "opaque\x00bytes"
	opaqueText  = "b3BhcXVlAGJ5dGVz"
)

// message writes a ResponseMessage whose data part the caller fills.
func (b *testBus) message(id string, data func(w *xmldsig.Writer)) string {
	return b.messageTo(id, "opaque", data)
}

func (b *testBus) messageTo(id, to string, data func(w *xmldsig.Writer)) string {
	return inReply(OpGetResponse, `<t:ResponseMessage>`+b.signed(func(w *xmldsig.Writer) {
		w.StartAttrs(Version13.Types, "Response", idAttr("SIGNED_BY_SMEV"))
		w.Element(Version13.Types, "OriginalMessageId", "11111111-0000-11ef-8000-000000000000")
		w.StartAttrs(Version13.Types, "SenderProvidedResponseData", idAttr("PROVIDER"))
		w.Element(Version13.Types, "MessageID", id)
		w.Element(Version13.Types, "To", to)
		data(w)
		w.End()
		w.Start(Version13.Types, "MessageMetadata")
		w.Element(Version13.Types, "MessageId", id)
		w.Element(Version13.Types, "MessageType", "RESPONSE")
		w.Element(Version13.Types, "SendingTimestamp", formatMoment(testNow))
		w.End()
		w.End()
	}, "SIGNED_BY_SMEV")+`</t:ResponseMessage>`)
}

func TestSendRequestPostsTheSameBytes(t *testing.T) {
	b := newBus(t)
	c := b.client()
	r := testRequest()
	envelope, err := BuildSendRequest(t.Context(), Version13, c.options.Signer, r)
	if err != nil {
		t.Fatal(err)
	}
	kept := bytes.Clone(envelope)
	// The first reply is lost, the second call succeeds, the third is told so.
	b.then(
		func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		answerXML(b.receipt(r.MessageID)),
		answerWith(500, "text/xml", faultXML("MessageIsAlreadySent")),
	)
	if _, err := c.SendRequest(t.Context(), messageID(envelope), envelope); Classify(err) != ClassRetry {
		t.Errorf("broken connection: class %v of %v", Classify(err), err)
	}
	receipt, err := c.SendRequest(t.Context(), messageID(envelope), envelope)
	if err != nil {
		t.Fatal(err)
	}
	if receipt.MessageID != r.MessageID || receipt.Status != "requestIsQueued" || !receipt.SentAt.Equal(testNow) {
		t.Errorf("receipt %+v", receipt)
	}
	if _, err := c.SendRequest(t.Context(), messageID(envelope), envelope); Classify(err) != ClassAlreadyDone {
		t.Errorf("repeated send: class %v of %v", Classify(err), err)
	}
	for i, body := range b.bodies {
		if !bytes.Equal(body, kept) {
			t.Errorf("attempt %d posted other bytes", i+1)
		}
		h := b.headers[i]
		if h.Get("SOAPAction") != `"urn:SendRequest"` || h.Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Errorf("headers %v", h)
		}
	}
}

func TestSendRequestErrors(t *testing.T) {
	other := NewMessageID(testNow)
	tests := []struct {
		name  string
		reply func(b *testBus, id string) http.HandlerFunc
		class Class
		is    error
	}{
		{"fault under 500", func(*testBus, string) http.HandlerFunc { return answerWith(500, "text/xml", faultXML("AccessDenied")) }, ClassFixConfiguration, nil},
		{"fault under 200", func(*testBus, string) http.HandlerFunc { return answerXML(faultXML("InvalidContent")) }, ClassFixData, nil},
		{"unknown fault", func(*testBus, string) http.HandlerFunc { return answerXML(faultXML("Mystery")) }, ClassUnknown, nil},
		{"bad gateway", func(*testBus, string) http.HandlerFunc { return answerWith(502, "text/html", "<html>") }, ClassRetry, nil},
		{"500 with a reply that is no fault", func(b *testBus, id string) http.HandlerFunc { return answerWith(500, "text/xml", b.receipt(id)) }, ClassRetry, nil},
		{"redirect", func(*testBus, string) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", 307) }
		}, ClassRetry, nil},
		{"garbage under 200", func(*testBus, string) http.HandlerFunc { return answerXML("garbage") }, ClassUnknown, ErrMalformedReply},
		{"empty reply", func(*testBus, string) http.HandlerFunc { return answerXML("") }, ClassUnknown, ErrMalformedReply},
		{"empty body", func(*testBus, string) http.HandlerFunc { return answerXML(soapReply("")) }, ClassUnknown, ErrMalformedReply},
		{"doctype", func(*testBus, string) http.HandlerFunc {
			return answerXML(`<!DOCTYPE x [<!ENTITY a "b">]>` + soapReply(""))
		}, ClassUnknown, ErrMalformedReply},
		{"reply of another operation", func(*testBus, string) http.HandlerFunc { return answerXML(inReply(OpAck, "")) }, ClassUnknown, ErrMalformedReply},
		{"no signature", func(b *testBus, id string) http.HandlerFunc {
			whole := b.receipt(id)
			from, to := strings.Index(whole, "<ns2:SMEVSignature"), strings.Index(whole, "</ns2:SMEVSignature>")+len("</ns2:SMEVSignature>")
			return answerXML(whole[:from] + whole[to:])
		}, ClassUnknown, ErrUnverified},
		{"changed after signing", func(b *testBus, id string) http.HandlerFunc {
			return answerXML(strings.Replace(b.receipt(id), "requestIsQueued", "requestIsLost", 1))
		}, ClassUnknown, ErrUnverified},
		{"signed by somebody else", func(b *testBus, id string) http.HandlerFunc {
			other := &testBus{t: b.t, signer: newTestSigner(b.t, gost3410.TC26_256A())}
			return answerXML(other.receipt(id))
		}, ClassUnknown, ErrUnverified},
		{"receipt for another message", func(b *testBus, _ string) http.HandlerFunc { return answerXML(b.receipt(other)) }, ClassUnknown, ErrMalformedReply},
		{"too large", func(*testBus, string) http.HandlerFunc { return answerXML(strings.Repeat(" ", 1<<20)) }, ClassUnknown, ErrMalformedReply},
		{"gzip bomb", func(*testBus, string) http.HandlerFunc { return answerGzip(strings.Repeat(" ", 4<<20)) }, ClassUnknown, ErrMalformedReply},
		{"broken gzip", func(*testBus, string) http.HandlerFunc {
			return func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				io.WriteString(w, "not gzip")
			}
		}, ClassRetry, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBus(t)
			c := b.client(func(o *Options) { o.Limits.Body = 256 << 10 })
			r := testRequest()
			envelope, err := BuildSendRequest(t.Context(), Version13, c.options.Signer, r)
			if err != nil {
				t.Fatal(err)
			}
			b.then(tt.reply(b, r.MessageID))
			_, err = c.SendRequest(t.Context(), messageID(envelope), envelope)
			if err == nil {
				t.Fatal("success")
			}
			if got := Classify(err); got != tt.class {
				t.Errorf("class %v of %v, want %v", got, err, tt.class)
			}
			if tt.is != nil {
				var reply *ReplyError
				if !errors.Is(err, tt.is) || !errors.As(err, &reply) {
					t.Errorf("error %v is not %v with the reply", err, tt.is)
				}
			}
		})
	}
}

func answerGzip(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, text)
		z.Close()
	}
}

func TestAck(t *testing.T) {
	const id = "22222222-0000-11ef-8000-000000000000"
	tests := []struct {
		name  string
		reply http.HandlerFunc
		class Class
		ok    bool
	}{
		{"confirmed", answerXML(inReply(OpAck, "")), 0, true},
		{"entirely empty body", answerXML(soapReply("")), 0, true},
		{"confirmed before", answerWith(500, "text/xml", faultXML("TargetMessageIsNotFound")), 0, true},
		{"refused", answerWith(500, "text/xml", faultXML("SenderIsNotRegistered")), ClassFixConfiguration, false},
		{"already sent makes no sense here", answerWith(500, "text/xml", faultXML("MessageIsAlreadySent")), ClassUnknown, false},
		{"another reply", answerXML(inReply(OpGetResponse, "")), ClassUnknown, false},
		{"unavailable", answerWith(503, "text/html", ""), ClassRetry, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBus(t)
			b.then(tt.reply)
			err := b.client().Ack(t.Context(), id, true)
			if tt.ok != (err == nil) || err != nil && Classify(err) != tt.class {
				t.Errorf("class %v of %v", Classify(err), err)
			}
		})
	}
}

func TestCallsTimeOut(t *testing.T) {
	b := newBus(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	b.then(func(w http.ResponseWriter, _ *http.Request) { <-release })
	c := b.client(func(o *Options) { o.Timeout = 50 * time.Millisecond })
	_, err := c.GetResponse(t.Context())
	if Classify(err) != ClassRetry || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("class %v of %v", Classify(err), err)
	}
}

func TestErrorsHideTheAddress(t *testing.T) {
	b := newBus(t)
	c := b.client(func(o *Options) { o.URL = "http://user:hidden@127.0.0.1:1/ws" })
	if _, err := c.GetResponse(t.Context()); err == nil || strings.Contains(err.Error(), "hidden") {
		t.Errorf("error %v", err)
	}
}

func TestNewClientRefuses(t *testing.T) {
	good := Options{URL: "http://127.0.0.1/", Version: Version13, Signer: newTestSigner(t, gost3410.TC26_256A()), Trust: trustAll}
	if _, err := NewClient(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Options){
		"no address":    func(o *Options) { o.URL = "" },
		"not http":      func(o *Options) { o.URL = "ftp://x/" },
		"no version":    func(o *Options) { o.Version = Version{} },
		"no signer":     func(o *Options) { o.Signer = nil },
		"no trust":      func(o *Options) { o.Trust = nil },
		"half selector": func(o *Options) { o.Selector.LocalName = "x" },
	} {
		o := good
		spoil(&o)
		if _, err := NewClient(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
