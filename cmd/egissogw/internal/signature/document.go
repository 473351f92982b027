package signature

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"slices"
	"strings"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// Document is an XML document as it came: a file of its own, or the root part of
// a multipart HTTP body saved to a file.
type Document struct {
	Root *xmlsafe.Element
	// Source is what root was read from; the offsets of elements refer to it.
	Source []byte
	// inlined says that root has parts in it which are not in source.
	inlined bool
	// Notes are worth knowing whatever is done with the document.
	Notes []string
}

var ErrNotXML = errors.New("это не XML")

// Senders choose Ids freely; the one that is asked for must be unique.
var Limits = xmlsafe.Limits{AllowDuplicateIDs: true}

// Outline reads XML or a saved HTTP body; of a large document the tree has only
// what signatures and Ids need (xmldsig.Outline), but all of it where parts have to be put into it.
func Outline(data []byte) (*Document, error) {
	source, _, err := envelope(data)
	if err != nil {
		return nil, err
	}
	if !LooksLikeXML(source) {
		return nil, ErrNotXML
	}
	outline, err := xmldsig.Outline(source, Limits)
	if err != nil {
		return nil, fault.Because(err)
	}
	if xmldsig.HasXOP(outline.Root) {
		return Parse(data)
	}
	return &Document{Root: outline.Root, Source: source}, nil
}

// Parse reads XML or a saved HTTP body, with or without the headers.
func Parse(data []byte) (*Document, error) {
	source, parts, err := envelope(data)
	if err != nil {
		return nil, err
	}
	if !LooksLikeXML(source) {
		return nil, ErrNotXML
	}
	parsed, err := xmlsafe.Parse(source, Limits)
	if err != nil {
		return nil, fault.Because(err)
	}
	doc := &Document{Root: parsed.Root, Source: source}
	switch {
	case !xmldsig.HasXOP(doc.Root):
	case parts == nil:
		doc.Notes = append(doc.Notes, "в документе есть xop:Include, но нет частей MIME: сохраните тело HTTP целиком")
	default:
		doc.inlined = true
		if err := xmldsig.InlineXOP(doc.Root, parts); err != nil {
			doc.Notes = append(doc.Notes, fault.Because(err).Error())
		}
	}
	return doc, nil
}

// IsDocument tells by the beginning of a file whether it is XML or a saved HTTP body.
func IsDocument(head []byte) bool {
	return LooksLikeXML(head) || isHeader(head) || firstBoundary(head) != ""
}

func LooksLikeXML(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("<"))
}

// Refers tells whether parts of the document are beside it (xop:Include).
func (d *Document) Refers() bool { return xmldsig.HasXOP(d.Root) }

// IsSignature tells whether the document is a signature and nothing else.
func (d *Document) IsSignature() bool { return d.Root.Is(xmldsig.Namespace, "Signature") }

// Kind is soap or xml.
func (d *Document) Kind() string {
	if d.Root.Is(SoapNamespace, "Envelope") {
		return "soap"
	}
	return "xml"
}

// Transform writes the octets of an element that are hashed for a signature of the bus.
func (d *Document) Transform(w io.Writer, e *xmlsafe.Element) error {
	if d.inlined {
		return xmldsig.TransformElement(w, e)
	}
	return xmldsig.TransformSource(w, d.Source, e)
}

// ByID finds the only element with that Id.
func (d *Document) ByID(id string) (*xmlsafe.Element, error) {
	var found []*xmlsafe.Element
	d.Root.Walk(func(e *xmlsafe.Element) bool {
		if slices.ContainsFunc(e.Attrs, func(a xmlsafe.Attr) bool { return xmlsafe.IsID(a) && a.Value == id }) {
			found = append(found, e)
		}
		return true
	})
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("элемента с Id %q в документе нет", id)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("Id %q имеют несколько элементов (%d): неизвестно, какой нужен", id, len(found))
}

// envelope takes the XML out of a saved HTTP message or multipart body
// (adapter/smev/SPEC.md#transport, #inline-files). Of anything else it gives the data itself and
// no parts.
func envelope(data []byte) (root []byte, parts map[string][]byte, err error) {
	var start, boundary string
	if isHeader(data) {
		var header textproto.MIMEHeader
		if header, data, err = splitHeader(data); err != nil {
			return nil, nil, err
		}
		media, params, err := mime.ParseMediaType(header.Get("Content-Type"))
		if err != nil {
			return nil, nil, fmt.Errorf("заголовок Content-Type не читается: %w", err)
		}
		if !strings.HasPrefix(media, "multipart/") {
			return data, nil, nil
		}
		start, boundary = trimAngles(params["start"]), params["boundary"]
	} else if boundary = firstBoundary(data); boundary == "" {
		return data, nil, nil
	}
	parts = map[string][]byte{}
	reader := multipart.NewReader(bytes.NewReader(data), boundary)
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("тело multipart не читается: %w", err)
		}
		content, err := partContent(p)
		if err != nil {
			return nil, nil, fmt.Errorf("часть MIME не читается: %w", err)
		}
		id := trimAngles(p.Header.Get("Content-ID"))
		if root == nil || start != "" && id == start { // RFC 2387: without start the first part is the root
			root = content
		}
		parts[id] = content
	}
	if root == nil {
		return nil, nil, errors.New("тело multipart не содержит частей")
	}
	return root, parts, nil
}

// isHeader tells whether the data begin with an HTTP status line or MIME header.
func isHeader(data []byte) bool {
	line, _, _ := bytes.Cut(data[:min(len(data), 256)], []byte("\n"))
	lower := strings.ToLower(string(line))
	return strings.HasPrefix(lower, "http/1.") || strings.HasPrefix(lower, "http/2") ||
		strings.HasPrefix(lower, "content-type:") || strings.HasPrefix(lower, "mime-version:")
}

// splitHeader reads the header; a status line before it is passed over.
func splitHeader(data []byte) (textproto.MIMEHeader, []byte, error) {
	if bytes.HasPrefix(data, []byte("HTTP/")) {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	text := bufio.NewReader(bytes.NewReader(data))
	header, err := textproto.NewReader(text).ReadMIMEHeader()
	if err != nil {
		return nil, nil, fmt.Errorf("заголовки HTTP не читаются: %w", err)
	}
	body, err := io.ReadAll(text)
	return header, body, err
}

// firstBoundary is the boundary of a multipart body by its first line, which a
// part's header has to follow; empty where the data are none.
func firstBoundary(data []byte) string {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(data, "\r\n"), []byte("\n"))
	boundary, ok := strings.CutPrefix(strings.TrimRight(string(line), " \t\r"), "--")
	if !ok || len(boundary) > 70 { // RFC 2046 section 5.1.1
		return ""
	}
	if !strings.HasPrefix(strings.ToLower(string(rest[:min(len(rest), 16)])), "content-") {
		return ""
	}
	return boundary
}

func partContent(p *multipart.Part) ([]byte, error) {
	switch encoding := strings.ToLower(p.Header.Get("Content-Transfer-Encoding")); encoding {
	case "", "binary", "8bit", "7bit":
		return io.ReadAll(p)
	case "base64":
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
	case "quoted-printable":
		return io.ReadAll(quotedprintable.NewReader(p))
	default:
		return nil, fmt.Errorf("неизвестная кодировка передачи %.20q", encoding)
	}
}

func trimAngles(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
}
