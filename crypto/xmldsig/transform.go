package xmldsig

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// ErrTransform is returned for content the transform of the bus cannot
// express: elements in no namespace and attributes or elements of the xml
// namespace. The reference implementation fails on them as well.
var ErrTransform = errors.New("content cannot pass the SMEV transform")

// Transform applies the transform urn://smev-gov-ru/xmldsig/transform to an
// octet stream, which by the protocol is always the output of exclusive
// canonicalisation. On error part of the output may have been written.
func Transform(w io.Writer, c14n []byte) error {
	doc, err := parseCanonical(string(c14n))
	if err != nil {
		return err
	}
	return TransformElement(w, doc.Root)
}

// parseCanonical reads the output of a canonicalisation. What it was made from
// has passed stricter limits before, so there are none here but those that
// follow from its size.
func parseCanonical(c14n string) (*xmlsafe.Document, error) {
	const deep = 4096
	doc, err := xmlsafe.ParseString(c14n, xmlsafe.Limits{
		Bytes: len(c14n), Depth: deep, Elements: len(c14n), Attributes: len(c14n),
		TextLength: len(c14n), Namespaces: len(c14n), AllowDuplicateIDs: true,
	})
	if err != nil {
		return nil, fmt.Errorf("read canonical form: %w", err)
	}
	return doc, nil
}

// TransformElement writes what Transform would make of the exclusive canonical
// form of e, in one pass over the tree. On error part of the output may have
// been written.
func TransformElement(w io.Writer, e *xmlsafe.Element) error {
	t := transformer{sink: newSink(w), next: 1}
	if err := t.element(e); err != nil {
		return err
	}
	if err := t.flush(); err != nil {
		return fmt.Errorf("write transformed form: %w", err)
	}
	return nil
}

// binding is a namespace given the prefix ns<number> by an open element.
type binding struct {
	uri    string
	number int
}

// transformer is the state of one TransformElement.
type transformer struct {
	sink
	next   int // number of the next prefix; numbers are never used again
	scope  []binding
	sorted []xmlsafe.Attr
	block  []byte // a block of text made of several nodes
}

// element writes one element with everything below it.
func (t *transformer) element(e *xmlsafe.Element) error {
	outer := len(t.scope)
	number, err := t.startTag(e)
	if err != nil {
		return err
	}
	if err := t.content(e); err != nil {
		return err
	}
	t.buf = append(t.buf, "</"...)
	t.name(number, e.Local)
	t.buf = append(t.buf, '>')
	t.spill()
	t.scope = t.scope[:outer]
	return nil
}

// startTag writes the start tag of e and gives the number of its prefix.
func (t *transformer) startTag(e *xmlsafe.Element) (int, error) {
	outer := len(t.scope)
	if e.Space == "" || e.Space == xmlsafe.XMLNamespace {
		return 0, fmt.Errorf("%w: element %q has no namespace of its own", ErrTransform, e.Path())
	}
	number := t.bind(e.Space)
	attrs := t.inOrder(e.Attrs)
	for i := range attrs {
		switch attrs[i].Space {
		case "":
		case xmlsafe.XMLNamespace:
			return 0, fmt.Errorf("%w: attribute xml:%s of element %q", ErrTransform, attrs[i].Local, e.Path())
		default:
			t.bind(attrs[i].Space)
		}
	}
	t.buf = append(t.buf, '<')
	t.name(number, e.Local)
	for _, b := range t.scope[outer:] {
		t.buf = append(t.buf, " xmlns:ns"...)
		t.buf = strconv.AppendInt(t.buf, int64(b.number), 10)
		t.buf = append(t.buf, `="`...)
		t.buf = appendValue(t.buf, b.uri)
		t.buf = append(t.buf, '"')
	}
	for i := range attrs {
		a := &attrs[i]
		t.buf = append(t.buf, ' ')
		if a.Space != "" {
			t.name(t.bind(a.Space), a.Local)
		} else {
			t.buf = append(t.buf, a.Local...)
		}
		t.buf = append(t.buf, `="`...)
		t.buf = appendValue(t.buf, a.Value)
		t.buf = append(t.buf, '"')
	}
	t.buf = append(t.buf, '>')
	return number, nil
}

// content writes the children of e. A comment does not end a block of text,
// since canonicalisation has joined what surrounds it; a processing
// instruction does.
func (t *transformer) content(e *xmlsafe.Element) error {
	var block string
	joined := false
	flush := func() {
		if joined {
			block = string(t.block)
		}
		if !insignificant(block) {
			t.buf = appendText(t.buf, block)
			t.spill()
		}
		block, joined = "", false
	}
	for _, n := range e.Children {
		switch n := n.(type) {
		case xmlsafe.Text:
			switch {
			case joined:
				t.block = append(t.block, n...)
			case block == "":
				block = string(n)
			default:
				t.block = append(append(t.block[:0], block...), n...)
				joined = true
			}
		case *xmlsafe.Element:
			flush()
			if err := t.element(n); err != nil {
				return err
			}
		case *xmlsafe.ProcInst:
			flush()
		}
	}
	flush()
	return nil
}

// bind gives the number of the prefix in scope for uri, a new one if there is
// none.
func (t *transformer) bind(uri string) int {
	for i := len(t.scope) - 1; i >= 0; i-- {
		if t.scope[i].uri == uri {
			return t.scope[i].number
		}
	}
	number := t.next
	t.next++
	t.scope = append(t.scope, binding{uri, number})
	return number
}

// name writes a name with the prefix of that number.
func (t *transformer) name(number int, local string) {
	t.buf = append(t.buf, "ns"...)
	t.buf = strconv.AppendInt(t.buf, int64(number), 10)
	t.buf = append(append(t.buf, ':'), local...)
}

// inOrder gives attributes in the order of the transform.
func (t *transformer) inOrder(attrs []xmlsafe.Attr) []xmlsafe.Attr {
	if slices.IsSortedFunc(attrs, compareTransform) {
		return attrs
	}
	t.sorted = append(t.sorted[:0], attrs...)
	slices.SortFunc(t.sorted, compareTransform)
	return t.sorted
}

// compareTransform: attributes with a namespace come first, by URI and local
// name, then those without one by local name; in UTF-16 code units.
func compareTransform(a, b xmlsafe.Attr) int {
	if (a.Space == "") != (b.Space == "") {
		return strings.Compare(b.Space, a.Space)
	}
	if d := compareUTF16(a.Space, b.Space); d != 0 {
		return d
	}
	return compareUTF16(a.Local, b.Local)
}
