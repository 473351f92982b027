package main

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/xmlsafe"
)

// extract takes the elements of the records out of the document they were sent in, as they
// are: octets of the document, of which the signature is.
func (g *gathering) extract(p *casePackage, document []byte) {
	if len(document) == 0 {
		return
	}
	for _, r := range p.Records {
		element, offset := elementOf(document, r.ID)
		if element == nil || r.Element != "" {
			continue
		}
		r.Element, r.Offset = fmt.Sprintf("records/%s/%s.xml", p.ID, r.ID), offset
		g.put(r.Element, element)
	}
}

// elementOf finds the element whose own id is this: its child holds it. What only refers to
// it (assignmentFactUuid) is passed over. nil: there is none.
func elementOf(document []byte, id uuid.UUID) (element []byte, offset int) {
	d := xml.NewDecoder(bytes.NewReader(document))
	var starts []int // of open elements
	var names []string
	found := -1 // depth of the element
	for {
		at := int(d.InputOffset())
		token, err := d.RawToken()
		if err != nil {
			return nil, 0
		}
		switch t := token.(type) {
		case xml.StartElement:
			starts, names = append(starts, at), append(names, t.Name.Local)
		case xml.CharData:
			n := len(starts)
			if found < 0 && n > 1 && names[n-1] != "assignmentFactUuid" && strings.EqualFold(string(bytes.TrimSpace(t)), id.String()) {
				found = n - 2
			}
		case xml.EndElement:
			if len(starts) == 0 {
				return nil, 0
			}
			if len(starts)-1 == found {
				offset = starts[found]
				return document[offset:d.InputOffset()], offset
			}
			starts, names = starts[:len(starts)-1], names[:len(names)-1]
		}
	}
}

// inlineFile is the file inside a message, in base64; nil if there is none.
func inlineFile(envelope []byte) (file []byte) {
	if len(envelope) == 0 {
		return nil
	}
	doc, err := xmlsafe.Parse(envelope, signature.Limits)
	if err != nil {
		return nil
	}
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if e.Local != "Content" || len(e.Children) != 1 || file != nil {
			return file == nil
		}
		if text, ok := e.Children[0].(xmlsafe.Text); ok {
			if content, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), "")); err == nil {
				file = content
			}
		}
		return true
	})
	return file
}
