package smevtest_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// reply is what came back.
type reply struct {
	err        error // of the transport
	status     int
	retryAfter string
	multipart  bool
	parts      int              // beside the envelope
	body       *xmlsafe.Element // child of soap:Body; nil if there is none
	fault      string           // name of the fault, with its code
	words      string           // of the fault
}

func (w *world) post(message []byte) reply {
	w.Helper()
	return w.postAs(message, "text/xml; charset=utf-8")
}

func (w *world) postAs(message []byte, contentType string) reply {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.bus.URL(w.version), bytes.NewReader(message))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer res.Body.Close()
	var r reply
	r.status, r.retryAfter = res.StatusCode, res.Header.Get("Retry-After")
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{err: err}
	}
	parts := map[string][]byte{}
	if media, params, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err == nil && media == "multipart/related" {
		if data, parts, err = readParts(data, params["boundary"]); err != nil {
			return reply{err: err}
		}
		r.multipart, r.parts = true, len(parts)
	}
	doc, err := xmlsafe.Parse(data, xmlsafe.DefaultLimits)
	if err == nil {
		err = xmldsig.InlineXOP(doc.Root, parts)
	}
	if err != nil {
		r.err = err
		return r
	}
	body := doc.Root.Child(soapNS, "Body")
	if body == nil {
		r.err = errors.New("not SOAP")
		return r
	}
	kids := body.Elements()
	if len(kids) == 0 {
		return r
	}
	r.body = kids[0]
	if r.body.Local == "Fault" {
		r.fault, r.words = "soap:Fault", r.body.Child("", "faultstring").Text()
		if d := r.body.Child("", "detail"); d != nil {
			f := d.Elements()[0]
			r.fault = f.Local
			if code := f.Child(exchange+"faults/"+w.version, "SignatureVerificationFault"); code != nil {
				r.fault += "/" + code.Text()
			}
		}
	}
	return r
}

// readParts returns the first part and the others by their ids.
func readParts(data []byte, boundary string) (root []byte, others map[string][]byte, err error) {
	reader := multipart.NewReader(bytes.NewReader(data), boundary)
	others = map[string][]byte{}
	for {
		p, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return root, others, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, err
		}
		if root == nil {
			root = content
		} else {
			others[p.Header.Get("Content-ID")] = content
		}
	}
}

// at follows a path of local names from the body.
func (r reply) at(path ...string) *xmlsafe.Element {
	e := r.body
	for _, local := range path {
		var next *xmlsafe.Element
		if e != nil {
			for _, c := range e.Elements() {
				if c.Local == local {
					next = c
				}
			}
		}
		e = next
	}
	return e
}

func (r reply) text(path ...string) string {
	if e := r.at(path...); e != nil {
		return e.Text()
	}
	return ""
}

// answerID is the id to acknowledge, empty for an empty queue.
func (r reply) answerID() string {
	return r.text("ResponseMessage", "Response", "MessageMetadata", "MessageId")
}

// content is the root of the business content.
func (r reply) content() *xmlsafe.Element {
	e := r.at("ResponseMessage", "Response", "SenderProvidedResponseData", "MessagePrimaryContent")
	if e == nil {
		return nil
	}
	return e.Elements()[0]
}
