package main

import (
	"bufio"
	"bytes"
	"context"
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

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// document is an XML document as it came: a file of its own, or the root part of
// a multipart HTTP body saved to a file.
type document struct {
	root *xmlsafe.Element
	// source is what root was read from; the offsets of elements refer to it.
	source []byte
	// inlined says that root has parts in it which are not in source.
	inlined bool
	// notes are worth knowing whatever is done with the document.
	notes []string
}

var errNotXML = errors.New("это не XML")

// readOutline reads XML or a saved HTTP body; of a large document the tree has only
// what signatures and Ids need (xmldsig.Outline).
func (a *app) readOutline(ctx context.Context, name string) (*document, error) {
	data, err := a.read(ctx, name)
	if err != nil {
		return nil, err
	}
	doc, err := parseOutline(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shownName(name), err)
	}
	return doc, nil
}

// Senders choose Ids freely; the one that is asked for must be unique.
var documentLimits = xmlsafe.Limits{AllowDuplicateIDs: true}

// parseOutline gives the whole document where parts have to be put into it.
func parseOutline(data []byte) (*document, error) {
	source, _, err := envelope(data)
	if err != nil {
		return nil, err
	}
	if !looksLikeXML(source) {
		return nil, errNotXML
	}
	outline, err := xmldsig.Outline(source, documentLimits)
	if err != nil {
		return nil, because(err)
	}
	if xmldsig.HasXOP(outline.Root) {
		return parseDocument(data)
	}
	return &document{root: outline.Root, source: source}, nil
}

// parseDocument reads XML or a saved HTTP body, with or without the headers.
func parseDocument(data []byte) (*document, error) {
	source, parts, err := envelope(data)
	if err != nil {
		return nil, err
	}
	if !looksLikeXML(source) {
		return nil, errNotXML
	}
	parsed, err := xmlsafe.Parse(source, documentLimits)
	if err != nil {
		return nil, because(err)
	}
	doc := &document{root: parsed.Root, source: source}
	switch {
	case !xmldsig.HasXOP(doc.root):
	case parts == nil:
		doc.notes = append(doc.notes, "в документе есть xop:Include, но нет частей MIME: сохраните тело HTTP целиком")
	default:
		doc.inlined = true
		if err := xmldsig.InlineXOP(doc.root, parts); err != nil {
			doc.notes = append(doc.notes, because(err).Error())
		}
	}
	return doc, nil
}

func looksLikeXML(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("<"))
}

// byID finds the only element with that Id.
func (d *document) byID(id string) (*xmlsafe.Element, error) {
	var found []*xmlsafe.Element
	d.root.Walk(func(e *xmlsafe.Element) bool {
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
