package smev

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
)

// TestCallsAreValidAndSigned builds every call of every operation and looks at it
// as the bus does: the operator's schema (for 1.2 ours), and the signature found
// by its place.
func TestCallsAreValidAndSigned(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	type build func(context.Context, Version) ([]byte, error)
	selector := Selector{NamespaceURI: testContentSpace, LocalName: "response", NodeID: "node"}
	full := testRequest()
	full.ReferenceMessageID = full.MessageID
	full.TransactionCode = "code & <more>"
	full.NodeID = "1"
	full.EndOfLife = testNow.AddDate(0, 0, 7)
	full.Prefixes = []xmldsig.Prefix{{Prefix: "c", URI: testContentSpace}}
	full.Files = []FileRef{
		{UUID: testFolder, FileName: "файл <1>.xml", NamespaceURI: "urn:x", Hash: make([]byte, 32), MimeType: "application/xml", SignaturePKCS7: []byte("cms")},
		{UUID: testFolder, Hash: make([]byte, 32), MimeType: "application/xml"},
	}
	full.Attachments = []Attachment{{ID: "_a.1", MimeType: "text/plain", NamespaceURI: "urn:x", SignaturePKCS7: []byte("cms"), Content: randomBytes(1000)}}
	full.BusinessProcessMetadata = `<x:code xmlns:x="urn:frgu" kind="a">1234.567890</x:code>`
	full.Test = true

	calls := []struct {
		name   string
		op     Operation
		basic  bool // the signed element is in the namespace basic
		signed string
		build  build
	}{
		{"send", OpSendRequest, false, "SenderProvidedRequestData", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildSendRequest(ctx, v, signer, testRequest())
		}},
		{"send everything", OpSendRequest, false, "SenderProvidedRequestData", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildSendRequest(ctx, v, signer, full)
		}},
		{"poll", OpGetResponse, true, "MessageTypeSelector", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildGetResponse(ctx, v, signer, Selector{}, testNow)
		}},
		{"poll with a selector", OpGetResponse, true, "MessageTypeSelector", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildGetResponse(ctx, v, signer, selector, testNow)
		}},
		{"take requests", OpGetRequest, true, "MessageTypeSelector", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildGetRequest(ctx, v, signer, Selector{}, testNow)
		}},
		{"ack", OpAck, true, "AckTargetMessage", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildAck(ctx, v, signer, NewMessageID(testNow), true)
		}},
		{"ack of a bad signature", OpAck, true, "AckTargetMessage", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildAck(ctx, v, signer, NewMessageID(testNow), false)
		}},
		{"answer", OpSendResponse, false, "SenderProvidedResponseData", func(ctx context.Context, v Version) ([]byte, error) {
			r := Response{MessageID: NewMessageID(testNow), To: "opaque & <more>", Content: testContent, Files: full.Files, Attachments: full.Attachments}
			return BuildSendResponse(ctx, v, signer, r)
		}},
		{"refuse a request", OpSendResponse, false, "SenderProvidedResponseData", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildSendResponse(ctx, v, signer, Response{MessageID: NewMessageID(testNow), To: "a", Rejections: []Rejection{
				{Code: "UNKNOWN_REQUEST_DESCRIPTION", Description: "вид сведений не поддерживается"}, {Code: "NO_DATA"},
			}})
		}},
		{"status of a request", OpSendResponse, false, "SenderProvidedResponseData", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildSendResponse(ctx, v, signer, Response{MessageID: NewMessageID(testNow), To: "a", Status: &RequestStatus{
				Code: -1, Description: "в работе", Parameters: []StatusParameter{{"a", "1"}, {"b", ""}},
			}})
		}},
		{"status", OpGetStatus, true, "Timestamp", func(ctx context.Context, v Version) ([]byte, error) {
			return BuildGetStatus(ctx, v, signer, testNow)
		}},
	}
	for _, v := range Versions() {
		for _, c := range calls {
			t.Run(v.Name+" "+c.name, func(t *testing.T) {
				envelope, err := c.build(t.Context(), v)
				if err != nil {
					t.Fatal(err)
				}
				space := v.Types
				if c.basic {
					space = v.Basic
				}
				checkCall(t, envelope, v, c.op, space, c.signed, signer)
				validate(t, envelope, v.Name)
			})
		}
	}
}

func TestSendRequestSignsWithBothKeySizes(t *testing.T) {
	for name, curve := range map[string]*gost3410.Curve{"256": gost3410.CryptoProA(), "512": gost3410.TC26_512A()} {
		t.Run(name, func(t *testing.T) {
			signer := newTestSigner(t, curve)
			envelope, err := BuildSendRequest(t.Context(), Version13, signer, testRequest())
			if err != nil {
				t.Fatal(err)
			}
			checkCall(t, envelope, Version13, OpSendRequest, Version13.Types, "SenderProvidedRequestData", signer)
		})
	}
}

func TestSendRequestCarriesItsParts(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	r := testRequest()
	hash := randomBytes(32)
	r.Files = []FileRef{{UUID: testFolder, FileName: "data.xml", Hash: hash, MimeType: "application/xml"}}
	r.Attachments = []Attachment{{ID: "_1", MimeType: "text/plain", Content: []byte("hello")}}
	for _, v := range Versions() {
		t.Run(v.Name, func(t *testing.T) {
			envelope, err := BuildSendRequest(t.Context(), v, signer, r)
			if err != nil {
				t.Fatal(err)
			}
			data := checkCall(t, envelope, v, OpSendRequest, v.Types, "SenderProvidedRequestData", signer)
			if got := data.Child(v.Types, "MessageID").Text(); got != r.MessageID {
				t.Errorf("MessageID %s", got)
			}
			content := data.Child(v.Basic, "MessagePrimaryContent").Elements()
			if len(content) != 1 || !content[0].Is(testContentSpace, "request") {
				t.Error("primary content is missing")
			}
			ref := data.Child(v.Basic, "RefAttachmentHeaderList").Child(v.Basic, "RefAttachmentHeader")
			if got := ref.Child(v.Basic, "Hash").Text(); got != base64.StdEncoding.EncodeToString(hash) {
				t.Errorf("Hash %s", got)
			}
			if got := ref.Child(v.Basic, "FileName") != nil; got != v.FileDetails {
				t.Errorf("FileName present: %v", got)
			}
			attachment := body(t, envelope).Child(v.Basic, "AttachmentContentList").Child(v.Basic, "AttachmentContent")
			if attachment.Child(v.Basic, "Id").Text() != "_1" || attachment.Child(v.Basic, "Content").Text() != "aGVsbG8=" {
				t.Error("attachment content is wrong")
			}
		})
	}
}

func TestBuildRefuses(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	file := FileRef{UUID: testFolder, Hash: []byte{1}, MimeType: "application/xml"}
	for name, spoil := range map[string]func(*Request){
		"id of version 4":         func(r *Request) { r.MessageID = "39f52a38-9a54-41ea-b23a-3316e2108089" },
		"no id":                   func(r *Request) { r.MessageID = "" },
		"no content":              func(r *Request) { r.Content = nil },
		"content fails":           func(r *Request) { r.Content = func(ContentWriter) error { return errors.New("broken") } },
		"empty content":           func(r *Request) { r.Content = func(ContentWriter) error { return nil } },
		"two roots":               func(r *Request) { r.Content = func(w ContentWriter) error { testContent(w); return testContent(w) } },
		"unclosed content":        func(r *Request) { r.Content = func(w ContentWriter) error { w.Start("urn:x", "a"); return nil } },
		"content closes too much": func(r *Request) { r.Content = func(w ContentWriter) error { testContent(w); w.End(); return nil } },
		"text outside the root":   func(r *Request) { r.Content = func(w ContentWriter) error { testContent(w); w.Text("x"); return nil } },
		"content in no namespace": func(r *Request) { r.Content = func(w ContentWriter) error { w.Element("", "a", ""); return nil } },
		"character XML cannot hold": func(r *Request) {
			r.Content = func(w ContentWriter) error { w.Element("urn:x", "a", "\x00"); return nil }
		},
		"long NodeID":              func(r *Request) { r.NodeID = strings.Repeat("я", 51) },
		"file without hash":        func(r *Request) { f := file; f.Hash = nil; r.Files = []FileRef{f} },
		"file of a strange type":   func(r *Request) { f := file; f.MimeType = "model/x"; r.Files = []FileRef{f} },
		"attachment id with digit": func(r *Request) { r.Attachments = []Attachment{{ID: "1a", MimeType: "text/plain"}} },
		"attachment id twice": func(r *Request) {
			r.Attachments = []Attachment{{ID: "a", MimeType: "text/plain"}, {ID: "a", MimeType: "text/plain"}}
		},
		"attachment id of the block": func(r *Request) {
			r.Attachments = []Attachment{{ID: idRequest, MimeType: "text/plain"}}
		},
		"metadata is not XML":        func(r *Request) { r.BusinessProcessMetadata = "<a>" },
		"metadata is text":           func(r *Request) { r.BusinessProcessMetadata = "1234.567890" },
		"metadata without namespace": func(r *Request) { r.BusinessProcessMetadata = "<code>1</code>" },
	} {
		t.Run(name, func(t *testing.T) {
			r := testRequest()
			spoil(&r)
			if envelope, err := BuildSendRequest(t.Context(), Version13, signer, r); err == nil {
				t.Errorf("accepted: %s", envelope)
			}
		})
	}
	if _, err := BuildAck(t.Context(), Version13, signer, "", true); err == nil {
		t.Error("Ack without an id accepted")
	}
	if _, err := BuildGetResponse(t.Context(), Version13, signer, Selector{LocalName: "response"}, testNow); err == nil {
		t.Error("selector without a namespace accepted")
	}
}

// TestAckEchoesForeignIDs: the bus chooses ids as it likes (SPEC.md#messageid).
func TestAckEchoesForeignIDs(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	const id = "ANY-id/of_the:bus"
	envelope, err := BuildAck(t.Context(), Version13, signer, id, true)
	if err != nil {
		t.Fatal(err)
	}
	target := checkCall(t, envelope, Version13, OpAck, Version13.Basic, "AckTargetMessage", signer)
	if accepted, _ := target.Attr("", "accepted"); target.Text() != id || accepted != "true" {
		t.Errorf("id %s, accepted %s", target.Text(), accepted)
	}
}

// TestLargeContentIsWrittenOnce: content of any size streams through the writer
// in one pass.
func TestLargeContentIsWrittenOnce(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	r := testRequest()
	const rows = 20_000
	calls := 0
	r.Content = func(w ContentWriter) error {
		calls++
		w.Start("urn:x", "list")
		for range rows {
			w.Element("urn:x", "row", "value & value")
		}
		w.End()
		return nil
	}
	envelope, err := BuildSendRequest(t.Context(), Version13, signer, r)
	if err != nil {
		t.Fatal(err)
	}
	if calls != 1 || bytes.Count(envelope, []byte("value &amp; value")) != rows {
		t.Errorf("content written %d times", calls)
	}
	checkCall(t, envelope, Version13, OpSendRequest, Version13.Types, "SenderProvidedRequestData", signer)
}
