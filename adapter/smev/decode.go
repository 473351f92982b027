package smev

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// decodeInto fills one of the types generated in package wsdl from an element
// that is already parsed and verified: the decoder is fed from the tree, nothing
// is serialised again. The generated types belong to one schema version; the
// namespaces of v are mapped to it, so that they read every version. What a
// version does not know stays empty.
//
// Foreign content (primary content, signatures, metadata of the business
// process) is left out: generated types cannot hold it.
func decodeInto(e *xmlsafe.Element, v Version, out any) error {
	source := &treeReader{version: v, root: e}
	if err := xml.NewTokenDecoder(source).Decode(out); err != nil {
		return fmt.Errorf("decode %s: %w", e.Local, err)
	}
	return nil
}

// treeReader walks a tree as an xml.TokenReader.
type treeReader struct {
	version Version
	root    *xmlsafe.Element
	stack   []treeFrame
	done    bool
}

type treeFrame struct {
	element *xmlsafe.Element
	next    int
}

// Token implements xml.TokenReader.
func (r *treeReader) Token() (xml.Token, error) {
	if r.done {
		return nil, io.EOF
	}
	if len(r.stack) == 0 {
		return r.start(r.root), nil
	}
	frame := &r.stack[len(r.stack)-1]
	for frame.next < len(frame.element.Children) && !isForeign(frame.element.Local) {
		child := frame.element.Children[frame.next]
		frame.next++
		switch child := child.(type) {
		case xmlsafe.Text:
			return xml.CharData(child), nil
		case *xmlsafe.Element:
			return r.start(child), nil
		}
	}
	name := r.name(frame.element)
	r.stack = r.stack[:len(r.stack)-1]
	r.done = len(r.stack) == 0
	return xml.EndElement{Name: name}, nil
}

func (r *treeReader) start(e *xmlsafe.Element) xml.StartElement {
	r.stack = append(r.stack, treeFrame{element: e})
	start := xml.StartElement{Name: r.name(e)}
	for _, a := range e.Attrs {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Space: a.Space, Local: a.Local}, Value: a.Value})
	}
	return start
}

func (r *treeReader) name(e *xmlsafe.Element) xml.Name {
	space := e.Space
	switch space {
	case "":
	case r.version.Types:
		space = generatedVersion.Types
	case r.version.Basic:
		space = generatedVersion.Basic
	case r.version.Faults:
		space = generatedVersion.Faults
	case r.version.Routing:
		space = generatedVersion.Routing
	}
	return xml.Name{Space: space, Local: e.Local}
}

// generatedVersion is the version of the types in package wsdl.
var generatedVersion = Version13

func isForeign(local string) bool {
	return local == "MessagePrimaryContent" || local == "BusinessProcessMetadata" || strings.HasSuffix(local, "Signature")
}

// text gives the value of an optional part of a generated type.
func text[T ~string](p *T) string {
	if p == nil {
		return ""
	}
	return string(*p)
}
