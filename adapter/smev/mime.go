package smev

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/url"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// Limits bound what a reply may cost. Zero fields mean the defaults.
type Limits struct {
	// Body is the largest reply in bytes after decompression, and the largest
	// envelope after XOP parts have been put in (default 64 MiB).
	Body int64
	// Parts is the largest number of MIME parts (default 1000).
	Parts int
	// XML bounds the parsed envelope.
	XML xmlsafe.Limits
}

const (
	defaultBodyLimit = 64 << 20
	defaultPartLimit = 1000
)

func (l Limits) withDefaults() Limits {
	if l.Body <= 0 {
		l.Body = defaultBodyLimit
	}
	if l.Parts <= 0 {
		l.Parts = defaultPartLimit
	}
	if l.XML.Bytes <= 0 {
		l.XML.Bytes = int(l.Body)
	}
	// Senders choose the ids inside their content freely; a message must not
	// block the queue because two of them collide. The id a signature refers
	// to is checked for uniqueness where the signature is verified.
	l.XML.AllowDuplicateIDs = true
	return l
}

// part is one part of a multipart reply.
type part struct {
	id      string // Content-ID without < and >
	content []byte
}

// unwrap gives the SOAP envelope of an HTTP body: the body itself or, of a
// multipart/related body, the root part and the others (SPEC.md#transport, #inline-files). Replies
// may be multipart without having any attachment.
func unwrap(contentType string, body []byte, lim Limits) (envelope []byte, parts []part, err error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil && media == "" && contentType != "" {
		return nil, nil, malformed("content type cannot be read")
	}
	if !strings.HasPrefix(media, "multipart/") {
		if charset := params["charset"]; charset != "" && !isUTF8(charset) {
			return nil, nil, malformed("charset %.20q is not utf-8", charset)
		}
		return body, nil, nil
	}
	if params["boundary"] == "" {
		return nil, nil, malformed("multipart body without boundary")
	}
	root := -1
	reader := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, malformed("multipart body: %w", err)
		}
		if len(parts) == lim.Parts {
			return nil, nil, malformed("more than %d mime parts", lim.Parts)
		}
		content, err := decodePart(p)
		if err != nil {
			return nil, nil, malformed("mime part %d: %w", len(parts), err)
		}
		id := stripAngles(p.Header.Get("Content-ID"))
		if id != "" && root < 0 && id == stripAngles(params["start"]) {
			root = len(parts)
			if _, params, err := mime.ParseMediaType(p.Header.Get("Content-Type")); err == nil {
				if charset := params["charset"]; charset != "" && !isUTF8(charset) {
					return nil, nil, malformed("charset %.20q is not utf-8", charset)
				}
			}
		}
		parts = append(parts, part{id: id, content: content})
	}
	if len(parts) == 0 {
		return nil, nil, malformed("multipart body without parts")
	}
	if root < 0 {
		root = 0 // RFC 2387: without a (matching) start the first part is the root
	}
	return parts[root].content, parts, nil
}

func isUTF8(charset string) bool {
	return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8") || strings.EqualFold(charset, "us-ascii")
}

func decodePart(p *multipart.Part) ([]byte, error) {
	var r io.Reader = p
	switch encoding := strings.ToLower(strings.TrimSpace(p.Header.Get("Content-Transfer-Encoding"))); encoding {
	case "", "binary", "8bit", "7bit":
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, p)
	case "quoted-printable":
		r = quotedprintable.NewReader(p)
	default:
		return nil, fmt.Errorf("transfer encoding %.20q is not known", encoding)
	}
	return io.ReadAll(r)
}

func stripAngles(id string) string {
	id = strings.TrimSpace(id)
	if inner, ok := strings.CutPrefix(id, "<"); ok {
		return strings.TrimSuffix(inner, ">")
	}
	return id
}

// inline puts the bytes of MIME parts, as base64 without line breaks, where the
// envelope refers to them by xop:Include. This comes before any digest: inside a
// signed block the reference stands for the base64 text (SPEC.md#inline-files).
//
// A reference without its part is left as it is: the signature over it will not
// hold, and that is how the message is then reported.
func inline(envelope []byte, parts []part, lim Limits) ([]byte, error) {
	if len(parts) == 0 || !bytes.Contains(envelope, []byte(XOPNamespace)) {
		return envelope, nil
	}
	doc, err := xmlsafe.Parse(envelope, lim.XML)
	if err != nil {
		return nil, malformed("envelope: %w", err)
	}
	var includes []*xmlsafe.Element
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if e.Is(XOPNamespace, "Include") {
			includes = append(includes, e)
		}
		return true
	})
	put, size, err := resolve(includes, parts, len(envelope))
	if err != nil {
		return nil, err
	}
	if len(put) == 0 {
		return envelope, nil
	}
	// A part named many times must not make much of little.
	most := int64(2*len(envelope) + 64<<10)
	for _, p := range parts {
		most += 2 * int64(base64.StdEncoding.EncodedLen(len(p.content)))
	}
	if most = min(most, lim.Body); int64(size) > most {
		return nil, malformed("envelope with its parts is larger than %d bytes", most)
	}
	var out bytes.Buffer
	out.Grow(size)
	copied := 0
	for _, p := range put {
		out.Write(envelope[copied:p.start])
		encoder := base64.NewEncoder(base64.StdEncoding, &out)
		encoder.Write(p.content) // a bytes.Buffer takes everything
		encoder.Close()
		copied = p.end
	}
	out.Write(envelope[copied:])
	return out.Bytes(), nil
}

// placed is the content of a part that takes the place of an Include.
type placed struct {
	start, end int
	content    []byte
}

// resolve finds what the includes name, in the order of the document, and how large an
// envelope of so many bytes becomes with it. Includes of parts that are missing stay.
func resolve(includes []*xmlsafe.Element, parts []part, envelope int) (put []placed, size int, err error) {
	size = envelope
	for _, e := range includes {
		// An Include inside an Include lies before the end of the last one.
		if e.Parent == nil || len(put) > 0 && e.Start < put[len(put)-1].end {
			return nil, 0, malformed("xop:Include in an impossible place")
		}
		for _, n := range e.Parent.Children {
			if text, ok := n.(xmlsafe.Text); n != xmlsafe.Node(e) && (!ok || strings.TrimSpace(string(text)) != "") {
				return nil, 0, malformed("xop:Include beside other content in %s", e.Parent.Local)
			}
		}
		href, _ := e.Attr("", "href")
		if content, found := findPart(href, parts); found {
			put = append(put, placed{e.Start, e.End, content})
			size += base64.StdEncoding.EncodedLen(len(content)) - (e.End - e.Start)
		}
	}
	return put, size, nil
}

// findPart finds the part a cid: URL names; the rest of the URL may be
// percent-encoded or not (SPEC.md#inline-files).
func findPart(href string, parts []part) ([]byte, bool) {
	raw, ok := strings.CutPrefix(href, "cid:")
	if !ok {
		return nil, false
	}
	decoded, err := url.PathUnescape(raw)
	if err != nil {
		decoded = raw
	}
	for _, want := range []string{decoded, raw} {
		for _, p := range parts {
			if p.id != "" && p.id == want {
				return p.content, true
			}
		}
	}
	return nil, false
}
