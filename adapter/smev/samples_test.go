package smev

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// Real messages of the bus (smev3-vectors/messages). Their certificates have
// expired, so trust is a matter of the test.

func trustAll(*cert.Certificate) error { return nil }

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(shared(t, "spec", "smev3-vectors", "messages", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var betweenTags = regexp.MustCompile(`>\s+<`)

// asSigned undoes the re-indentation of some samples, which spoils SignedInfo.
func asSigned(data []byte) []byte { return betweenTags.ReplaceAll(data, []byte("><")) }

func openSample(t *testing.T, op Operation, contentType string, data []byte) *envelope {
	t.Helper()
	e, err := openEnvelope(op, 200, contentType, data, Limits{}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// openWhole is openSample for tests that look into what is signed without its
// signature: it is in the tree.
func openWhole(t *testing.T, op Operation, contentType string, data []byte) *envelope {
	t.Helper()
	e := openSample(t, op, contentType, data)
	if e.body == nil {
		return e
	}
	doc, err := xmlsafe.Parse(e.raw, e.limits)
	if err != nil {
		t.Fatal(err)
	}
	body, ok := doc.Root.Only(SOAPNamespace, "Body")
	if !ok {
		t.Fatal("no single soap:Body")
	}
	e.body = body.Elements()[0]
	return e
}

func TestSampleAnswerWithContent(t *testing.T) {
	e := openSample(t, OpGetResponse, "text/xml", sample(t, "03-get-response-response-v12.xml"))
	a, err := readAnswer(e, Version12, trustAll)
	if err != nil {
		t.Fatal(err)
	}
	if a.Kind != AnswerContent || a.OriginalMessageID != "39f52a38-9a54-11ea-b23a-3316e2108089" {
		t.Errorf("kind %s, original %s", a.Kind, a.OriginalMessageID)
	}
	if a.MessageID != "c0938f39-9a55-11ea-8ec7-2dd0b486eb66" {
		t.Errorf("message id %s", a.MessageID)
	}
	if a.SenderMnemonic == "" || a.SentAt.IsZero() || a.Certificate == nil {
		t.Errorf("metadata is incomplete: %q, %v", a.SenderMnemonic, a.SentAt)
	}
	doc, err := xmlsafe.Parse(a.Content, xmlsafe.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !doc.Root.Is("urn://x-artefacts-gis-ergz-public/2.0.0", "PublicPrintOutResponse") {
		t.Errorf("root of the content is {%s}%s", doc.Root.Space, doc.Root.Local)
	}
}

func TestSampleReceipts(t *testing.T) {
	for name, data := range map[string][]byte{
		"as received":                       sample(t, "02-send-request-response-v12.xml"),
		"indented, indentation taken away":  asSigned(sample(t, "14-send-request-response-v12-reindented.xml")),
		"in a multipart body with one part": multipartBody("b", "Content-ID: <r>\r\n\r\n"+string(sample(t, "02-send-request-response-v12.xml"))),
	} {
		t.Run(name, func(t *testing.T) {
			contentType := "text/xml"
			if data[0] == '-' {
				contentType = `multipart/related; boundary=b; start="<r>"`
			}
			r, err := readReceipt(openSample(t, OpSendRequest, contentType, data), Version12, OpSendRequest, trustAll)
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != "requestIsQueued" || r.MessageID == "" || r.SentAt.IsZero() || r.RecipientMnemonic == "" {
				t.Errorf("receipt %q %q %v %q", r.Status, r.MessageID, r.SentAt, r.RecipientMnemonic)
			}
		})
	}
}

func TestSampleAsyncRejection(t *testing.T) {
	data := sample(t, "11-get-response-async-rejected-v12.xml")
	const original = "ac9fbf27-8b8c-11eb-9086-e2bf794ac2e9"
	a, err := readAnswer(openSample(t, OpGetResponse, "text/xml", asSigned(data)), Version12, trustAll)
	if err != nil {
		t.Fatal(err)
	}
	if a.Kind != AnswerAsyncStatus || a.OriginalMessageID != original || a.AsyncStatus.OriginalMessageID != original {
		t.Fatalf("kind %s, original %s", a.Kind, a.OriginalMessageID)
	}
	if a.SenderMnemonic != "smev" || a.AsyncStatus.Outcome() != AsyncRequestFailed {
		t.Errorf("sender %s, outcome %s", a.SenderMnemonic, a.AsyncStatus.Outcome())
	}
	f := a.AsyncStatus.Fault
	if f == nil || f.Name != "InvalidContent" || f.SMEVCode != "403" || f.Class() != ClassFixData {
		t.Fatalf("fault %+v", f)
	}
	if len(f.ValidationErrors) != 1 || f.ValidationErrors[0].Position != -1 {
		t.Errorf("validation errors %+v", f.ValidationErrors)
	}
	if want := time.Date(2021, 3, 23, 4, 3, 8, 0, time.UTC); !a.SentAt.Equal(want) {
		t.Errorf("sent at %v", a.SentAt)
	}
}

// TestSampleUnverified: what does not verify is good for correlation only.
func TestSampleUnverified(t *testing.T) {
	refuse := func(*cert.Certificate) error { return errors.New("not ours") }
	tests := []struct {
		name, file string
		strip      bool
		trust      TrustFunc
	}{
		{"re-indented after signing", "11-get-response-async-rejected-v12.xml", false, trustAll},
		{"content replaced", "15-get-response-content-replaced-v12.xml", true, trustAll},
		{"certificate is not trusted", "03-get-response-response-v12.xml", false, refuse},
		{"no trust at all", "03-get-response-response-v12.xml", false, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := sample(t, tt.file)
			if tt.strip {
				data = asSigned(data)
			}
			a, err := readAnswer(openSample(t, OpGetResponse, "text/xml", data), Version12, tt.trust)
			if !errors.Is(err, ErrUnverified) {
				t.Fatalf("error %v", err)
			}
			if a.MessageID == "" || a.OriginalMessageID == "" || len(a.Raw) == 0 {
				t.Error("nothing to correlate by")
			}
			if a.Kind != AnswerUnknown || a.Content != nil || a.AsyncStatus != nil || a.Certificate != nil {
				t.Errorf("unverified values are given out: kind %s", a.Kind)
			}
		})
	}
}

func TestSampleEmptyQueue(t *testing.T) {
	for file, contentType := range map[string]string{
		"12-get-response-empty-queue-v12.xml":           "text/xml;charset=UTF-8",
		"13-get-response-empty-queue-multipart-v12.txt": `multipart/related; type="application/xop+xml"; boundary="f438a15e-9b5b-491f-9b47-aba4d00b8837"; start="<root.message@cxf.apache.org>"; start-info="text/xml"`,
	} {
		data := sample(t, file)
		for name, body := range map[string][]byte{"LF": data, "CRLF": bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))} {
			a, err := readAnswer(openSample(t, OpGetResponse, contentType, body), Version12, trustAll)
			if a != nil || err != nil {
				t.Errorf("%s with %s: %v, %v", file, name, a, err)
			}
		}
	}
}

func TestSampleFaults(t *testing.T) {
	const multipart16 = `multipart/related; type="application/xop+xml"; boundary="uuid:2942f834-b58c-4176-88e9-70a8b9c76260"; start="<root.message@cxf.apache.org>"; start-info="text/xml";charset=UTF-8`
	tests := []struct {
		file, contentType string
		op                Operation
		name, inner, smev string
		class             Class
	}{
		{"08-fault-target-message-is-not-found-v12.xml", "text/xml", OpAck, "TargetMessageIsNotFound", "", "501", ClassAlreadyDone},
		{"08-fault-target-message-is-not-found-v12.xml", "text/xml", OpSendRequest, "TargetMessageIsNotFound", "", "501", ClassUnknown},
		{"09-fault-signature-verification-v12.xml", "text/xml", OpGetResponse, "SignatureVerificationFault", "CertificateIsExpired", "100", ClassFixConfiguration},
		{"10-fault-without-detail.xml", "text/xml", OpSendRequest, "", "", "", ClassUnknown},
		{"16-fault-invalid-content-multipart-v12.txt", multipart16, OpSendRequest, "InvalidContent", "", "403", ClassFixData},
	}
	for _, tt := range tests {
		t.Run(filepath.Base(tt.file)+" on "+string(tt.op), func(t *testing.T) {
			e, err := openEnvelope(tt.op, 500, tt.contentType, sample(t, tt.file), Limits{}.withDefaults())
			if err != nil {
				t.Fatal(err)
			}
			f := e.fault
			if f == nil {
				t.Fatal("no fault")
			}
			if f.Name != tt.name || f.SignatureCode != tt.inner || f.SMEVCode != tt.smev || f.Class() != tt.class {
				t.Errorf("fault %q/%q SMEV-%s of class %v", f.Name, f.SignatureCode, f.SMEVCode, f.Class())
			}
			if f.FaultString == "" || f.Description == "" || f.HTTPStatus != 500 {
				t.Errorf("incomplete: %+v", f)
			}
		})
	}
}

// TestSampleOfAnotherVersion: versions are not mixed.
func TestSampleOfAnotherVersion(t *testing.T) {
	e := openSample(t, OpGetResponse, "text/xml", sample(t, "12-get-response-empty-queue-v12.xml"))
	if _, err := readAnswer(e, Version13, trustAll); !errors.Is(err, ErrMalformedReply) {
		t.Errorf("error %v", err)
	}
}
