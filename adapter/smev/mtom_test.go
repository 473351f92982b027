package smev

import (
	"bytes"
	"mime"
	"net/http"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
)

func requestWithAttachments(contents ...[]byte) Request {
	r := testRequest()
	for i, content := range contents {
		r.Attachments = append(r.Attachments, Attachment{
			ID: "_" + string(rune('a'+i)), MimeType: "application/octet-stream",
			SignaturePKCS7: []byte("detached signature"), Content: content,
		})
	}
	return r
}

// TestPackedAttachmentsAreTheSameMessage: what a receiver makes of the parts is
// the stored envelope, byte for byte, and so its signature holds.
func TestPackedAttachmentsAreTheSameMessage(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	for name, contents := range map[string][][]byte{
		"one":                      {randomBytes(1000)},
		"several":                  {randomBytes(1), randomBytes(100_000), []byte("text\r\n--uuid:\r\n")},
		"one of them empty":        {randomBytes(10), nil},
		"looks like an xop marker": {[]byte(`<xop:Include href="cid:x"/>`)},
	} {
		for _, v := range Versions() {
			t.Run(name+" "+v.Name, func(t *testing.T) {
				envelope, err := BuildSendRequest(t.Context(), v, signer, requestWithAttachments(contents...))
				if err != nil {
					t.Fatal(err)
				}
				contentType, packed, err := packAttachments(envelope)
				if err != nil {
					t.Fatal(err)
				}
				media, params, err := mime.ParseMediaType(contentType)
				if err != nil || media != "multipart/related" || params["type"] != "application/xop+xml" || params["start-info"] != "text/xml" {
					t.Errorf("content type %s: %v", contentType, err)
				}
				root, parts, err := unwrap(contentType, packed, Limits{}.withDefaults())
				if err != nil {
					t.Fatal(err)
				}
				for _, content := range contents {
					if len(content) > 0 && !bytes.Contains(packed, content) {
						t.Error("content is not there as it is")
					}
				}
				data := body(t, root).Child(v.Types, "SenderProvidedRequestData")
				for _, h := range data.Child(v.Basic, "AttachmentHeaderList").Elements() {
					if h.Child(v.Basic, "SignaturePKCS7").Text() == "" {
						t.Error("binary inside the signed block does not stay text")
					}
				}
				restored, err := inline(root, parts, Limits{}.withDefaults())
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(restored, envelope) {
					t.Errorf("restored\n%s\nfrom\n%s", restored, envelope)
				}
				checkCall(t, restored, v, OpSendRequest, v.Types, "SenderProvidedRequestData", signer)
				again, repeated, err := packAttachments(envelope)
				if err != nil || again != contentType || !bytes.Equal(repeated, packed) {
					t.Error("a repetition differs")
				}
			})
		}
	}
}

func TestNothingToPack(t *testing.T) {
	signer := newTestSigner(t, gost3410.TC26_256A())
	r := testRequest()
	// The name in content is not the list.
	r.Content = func(w ContentWriter) error {
		w.Element("urn:x", "AttachmentContentList", "AAAA")
		return nil
	}
	envelope, err := BuildSendRequest(t.Context(), Version13, signer, r)
	if err != nil {
		t.Fatal(err)
	}
	contentType, packed, err := packAttachments(envelope)
	if err != nil || contentType != plainContentType || !bytes.Equal(packed, envelope) {
		t.Errorf("%s, %v", contentType, err)
	}
}

func TestClientSendsParts(t *testing.T) {
	for name, tt := range map[string]struct {
		mtom      bool
		multipart bool
		request   Request
	}{
		"with attachments":    {true, true, requestWithAttachments(randomBytes(1000))},
		"without attachments": {true, false, testRequest()},
		"not wanted":          {false, false, requestWithAttachments(randomBytes(1000))},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBus(t)
			c := b.client(func(o *Options) { o.MTOM = tt.mtom })
			envelope, err := BuildSendRequest(t.Context(), Version13, c.options.Signer, tt.request)
			if err != nil {
				t.Fatal(err)
			}
			var contentType string
			b.then(func(w http.ResponseWriter, r *http.Request) {
				contentType = r.Header.Get("Content-Type")
				answerXML(b.receipt(tt.request.MessageID))(w, r)
			})
			if _, err := c.SendRequest(t.Context(), messageID(envelope), envelope); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(contentType, "multipart/") != tt.multipart {
				t.Errorf("sent as %s", contentType)
			}
		})
	}
}
