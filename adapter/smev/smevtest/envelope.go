package smevtest

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

// unpack returns the SOAP envelope of an HTTP body and, of a multipart one,
// the other parts by Content-ID (adapter/smev/SPEC.md#transport, #inline-files).
func unpack(contentType string, body []byte) (root []byte, parts map[string][]byte, flt *fault) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(media, "multipart/") {
		return body, nil, nil
	}
	reader := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	parts = map[string][]byte{}
	start := strings.Trim(params["start"], "<>")
	for {
		p, err := reader.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, clientFault("Сообщение multipart не читается: %v", err)
		}
		data, err := readPart(p)
		if err != nil {
			return nil, nil, clientFault("Часть multipart не читается: %v", err)
		}
		id := strings.Trim(p.Header.Get("Content-ID"), "<>")
		if root == nil && (start == "" || id == start) {
			root = data
			continue
		}
		parts[id] = data
	}
	if root == nil {
		return nil, nil, clientFault("В сообщении multipart нет корневой части")
	}
	return root, parts, nil
}

// readPart reads a part in the transfer encoding it names.
func readPart(p *multipart.Part) ([]byte, error) {
	switch encoding := strings.ToLower(p.Header.Get("Content-Transfer-Encoding")); encoding {
	case "", "binary", "8bit", "7bit":
		return io.ReadAll(p)
	case "base64":
		return io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
	case "quoted-printable":
		return io.ReadAll(quotedprintable.NewReader(p))
	default:
		return nil, fmt.Errorf("transfer encoding %q is not known", encoding)
	}
}

// parseEnvelope reads the envelope strictly and returns the only child of
// soap:Body, XOP parts put in place, and whether soap:Header is there.
func parseEnvelope(root []byte, parts map[string][]byte) (body *xmlsafe.Element, header bool, flt *fault) {
	limits := treeLimits
	limits.AllowDuplicateIDs = true // a fault of its own, see countID
	doc, err := xmlsafe.Parse(root, limits)
	if err != nil {
		return nil, false, clientFault("Конверт SOAP не разобран: %v", err)
	}
	if !doc.Root.Is(soapNamespace, "Envelope") {
		return nil, false, clientFault("Документ не является конвертом SOAP 1.1")
	}
	bodies := doc.Root.Childs(soapNamespace, "Body")
	headers := doc.Root.Childs(soapNamespace, "Header")
	if len(bodies) != 1 || len(headers) > 1 || len(doc.Root.Elements()) != len(bodies)+len(headers) {
		return nil, false, clientFault("В конверте SOAP должны быть Header и Body")
	}
	kids := bodies[0].Elements()
	if len(kids) != 1 {
		return nil, false, clientFault("В soap:Body должен быть ровно один элемент")
	}
	if flt := putParts(kids[0], parts); flt != nil {
		return nil, false, flt
	}
	return kids[0], len(headers) == 1, nil
}

// putParts replaces every xop:Include by the base64 text of its part, before
// anything is checked or hashed.
func putParts(e *xmlsafe.Element, parts map[string][]byte) *fault {
	kids := e.Elements()
	if len(kids) == 1 && kids[0].Is(xopNamespace, "Include") {
		href, _ := kids[0].Attr("", "href")
		id, isCID := strings.CutPrefix(href, "cid:")
		data, found := parts[id]
		if plain, err := url.PathUnescape(id); !found && err == nil {
			data, found = parts[plain]
		}
		if !isCID || !found {
			return clientFault("Нет части MIME для %s", e.Local)
		}
		e.Children = []xmlsafe.Node{xmlsafe.Text(base64.StdEncoding.EncodeToString(data))}
		if len(data) == 0 {
			e.Children = nil
		}
		return nil
	}
	for _, k := range kids {
		if flt := putParts(k, parts); flt != nil {
			return flt
		}
	}
	return nil
}
