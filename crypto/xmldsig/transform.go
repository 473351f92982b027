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

// ErrInstruction: a processing instruction in a signed element of the bus. The
// transform does not show it to the digest, so that anybody may put it there.
var ErrInstruction = errors.New("processing instruction inside the signed element")

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
		Declarations: len(c14n), TextLength: len(c14n), Namespaces: len(c14n), AllowDuplicateIDs: true,
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
	return xmlsafe.Walk(e, newTransformer(w))
}

// transformer writes the transformed form of what it is shown, one element. A
// comment does not end a block of text, since canonicalisation has joined what
// surrounds it; a processing instruction does.
type transformer struct {
	sink
	next   int // number of the next prefix; numbers are never used again
	scope  xmlsafe.Scope[int]
	open   []openTag
	sorted []xmlsafe.Attr
	block  string // the block of text so far,
	joined []byte // or here, if it is made of several
	// refuseInst refuses processing instructions: the form does not show them.
	refuseInst bool
	// reader is told what is written, if there is one.
	reader *reader
}

// openTag is an element whose end tag is not written yet.
type openTag struct {
	number int // of its prefix
	outer  int // length of the scope before it
}

func newTransformer(w io.Writer) *transformer { return &transformer{sink: newSink(w), next: 1} }

// StartElement implements xmlsafe.Visitor.
func (t *transformer) StartElement(e *xmlsafe.Element) error {
	if err := t.flushBlock(); err != nil {
		return err
	}
	if e.Space == "" || e.Space == xmlsafe.XMLNamespace {
		return fmt.Errorf("%w: element %q has no namespace of its own", ErrTransform, e.Path())
	}
	tag := openTag{outer: t.scope.Len()}
	tag.number = t.bind(e.Space)
	t.open = append(t.open, tag)
	attrs := t.inOrder(e.Attrs)
	for i := range attrs {
		switch attrs[i].Space {
		case "":
		case xmlsafe.XMLNamespace:
			return fmt.Errorf("%w: attribute xml:%.80s of element %q", ErrTransform, attrs[i].Local, e.Path())
		default:
			t.bind(attrs[i].Space)
		}
	}
	t.buf = append(t.buf, '<')
	t.name(tag.number, e.Local)
	for i := tag.outer; i < t.scope.Len(); i++ {
		uri, number := t.scope.At(i)
		t.buf = append(t.buf, " xmlns:ns"...)
		t.buf = strconv.AppendInt(t.buf, int64(number), 10)
		t.buf = append(t.buf, `="`...)
		t.escaped(uri, &transformValue)
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
		t.escaped(a.Value, &transformValue)
		t.buf = append(t.buf, '"')
	}
	t.buf = append(t.buf, '>')
	t.spill()
	if t.reader != nil && t.err == nil {
		return t.reader.start(e, attrs)
	}
	return t.err
}

// EndElement implements xmlsafe.Visitor.
func (t *transformer) EndElement(e *xmlsafe.Element) error {
	if err := t.flushBlock(); err != nil {
		return err
	}
	last := len(t.open) - 1
	t.buf = append(t.buf, "</"...)
	t.name(t.open[last].number, e.Local)
	t.buf = append(t.buf, '>')
	t.spill()
	t.scope.Cut(t.open[last].outer)
	t.open = t.open[:last]
	if t.reader != nil && t.err == nil {
		t.err = t.reader.end()
	}
	if last == 0 {
		return t.flush()
	}
	return t.err
}

// Text implements xmlsafe.Visitor.
func (t *transformer) Text(s string) error {
	switch {
	case len(t.joined) > 0:
		t.joined = append(t.joined, s...)
	case t.block == "":
		t.block = s
	default:
		t.joined = append(append(t.joined, t.block...), s...)
	}
	return nil
}

// ProcInst implements xmlsafe.Visitor.
func (t *transformer) ProcInst(target, _ string) error {
	if t.refuseInst {
		return fmt.Errorf("%w: %.80q", ErrInstruction, target)
	}
	return t.flushBlock()
}

// flushBlock writes the block of text that has ended.
func (t *transformer) flushBlock() error {
	block := t.block
	if len(t.joined) > 0 {
		block = string(t.joined)
		t.joined = t.joined[:0]
	}
	t.block = ""
	if insignificant(block) {
		return t.err
	}
	t.sink.block(block)
	t.spill()
	if t.reader != nil && t.err == nil {
		return t.reader.text(block)
	}
	return t.err
}

// bind gives the number of the prefix in scope for uri, a new one if there is
// none.
func (t *transformer) bind(uri string) int {
	if number, ok := t.scope.Lookup(uri); ok {
		return number
	}
	number := t.next
	t.next++
	t.scope.Bind(uri, number)
	return number
}

// name writes a name with the prefix of that number.
func (t *transformer) name(number int, local string) {
	t.buf = appendNumbered(t.buf, number, local)
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
