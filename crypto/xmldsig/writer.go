package xmldsig

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// ErrWriter is matched by every error a Writer reports about what it was asked
// to write, as opposed to errors of the writers behind it.
var ErrWriter = errors.New("cannot write XML")

// Attr is an attribute to write; its Prefix is ignored.
type Attr = xmlsafe.Attr

// Prefix is a namespace prefix for the wire form. An empty Prefix makes the
// URI the default namespace.
type Prefix struct {
	Prefix, URI string
}

// Writer writes one element in two forms at the same time:
//
//   - the wire form: compact XML for sending, with the given prefixes declared
//     on the outermost element and any other namespace where it is first used;
//   - the normal form: exactly what exclusive canonicalisation and the bus's
//     transform make of the wire form, that is, the octets to hash.
//
// It keeps no tree: memory does not grow with the document. Text is normalised
// on the way into both forms: CR LF and CR become LF, and a block of text that
// is white space only is left out, since the signature would not cover it.
//
// The first error stays and makes every later call do nothing; Close reports
// it. A Writer is not safe for concurrent use.
type Writer struct {
	wire, normal sink
	err          error

	spaces  []namespace
	open    []openElement
	bound   []int  // namespaces given a number by the open elements, inner last
	visible []int  // namespaces declared on the wire by the open elements
	next    []byte // number of the next prefix of the normal form, in decimal
	made    int    // wire prefixes made up so far
	listed  int    // namespaces declared on the outermost element
	started bool
	tagOpen bool // the last start tag of the wire form still lacks its '>'

	block  string // pending text, if pieces is empty
	pieces []byte // pending text made of several pieces
	sorted []Attr
}

// namespace is what the writer knows of one URI.
type namespace struct {
	uri string
	// prefix is that of the wire form, given once; declared tells whether it is
	// in scope.
	prefix   string
	declared bool
	// tag is the prefix of the normal form with its colon, "ns12:"; empty when
	// out of scope.
	tag []byte
	// binding is what follows the prefix in the declarations of the normal and
	// of the wire form.
	normalBinding, wireBinding string
}

// openElement is an element not yet ended.
type openElement struct {
	local          string
	space          int
	bound, visible int // lengths of the stacks outside the element
}

// NewWriter makes a writer of one element. Either of wire and normal may be
// nil if that form is not wanted.
func NewWriter(wire, normal io.Writer, prefixes []Prefix) *Writer {
	w := &Writer{wire: newSink(wire), normal: newSink(normal), next: []byte("1")}
	for i, p := range prefixes {
		switch {
		case p.Prefix != "" && !xmlsafe.IsNCName(p.Prefix) || p.Prefix == "xml" || p.Prefix == "xmlns":
			w.fail("prefix %q is not usable", p.Prefix)
		case slices.ContainsFunc(prefixes[:i], func(q Prefix) bool { return q.Prefix == p.Prefix || q.URI == p.URI }):
			w.fail("prefix %q or its namespace is listed twice", p.Prefix)
		}
		w.addNamespace(p.URI, p.Prefix)
	}
	w.listed = len(w.spaces)
	return w
}

// Start begins an element.
func (w *Writer) Start(space, local string) { w.start(space, local, nil) }

// StartAttrs begins an element with attributes.
func (w *Writer) StartAttrs(space, local string, attrs ...Attr) { w.start(space, local, attrs) }

// Element writes an element that has only text.
func (w *Writer) Element(space, local, text string) {
	w.start(space, local, nil)
	w.Text(text)
	w.End()
}

// Text writes character data. Consecutive calls make one block of text.
func (w *Writer) Text(s string) {
	switch {
	case s == "" || w.err != nil:
	case len(w.open) == 0:
		w.fail("text outside the element")
	case len(w.pieces) > 0:
		w.pieces = append(w.pieces, s...)
	case w.block == "":
		w.block = s
	default:
		w.pieces = append(append(w.pieces, w.block...), s...)
	}
}

// Copy writes an element of a parsed document with everything below it,
// without its comments and processing instructions. Values are copied as they
// are, so an xsi:type with a prefix, whose meaning would change, is refused.
func (w *Writer) Copy(e *xmlsafe.Element) {
	if v, ok := e.Attr("http://www.w3.org/2001/XMLSchema-instance", "type"); ok && strings.Contains(v, ":") {
		w.fail("copy %s: xsi:type with a prefix", e.Path())
	}
	if w.err != nil {
		return
	}
	w.start(e.Space, e.Local, e.Attrs)
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			w.Copy(n)
		case xmlsafe.Text:
			w.Text(string(n))
		}
	}
	w.End()
}

// End ends the innermost open element.
func (w *Writer) End() {
	if w.err != nil {
		return
	}
	if len(w.open) == 0 {
		w.fail("end without a start")
		return
	}
	w.endBlock()
	e := w.open[len(w.open)-1]
	ns := &w.spaces[e.space]
	if w.tagOpen {
		w.wire.buf = append(w.wire.buf, "/>"...)
		w.tagOpen = false
	} else {
		w.wire.buf = append(w.wire.buf, "</"...)
		w.wire.buf = appendName(w.wire.buf, ns.prefix, e.local)
		w.wire.buf = append(w.wire.buf, '>')
	}
	if w.normal.w != nil {
		w.normal.buf = append(append(w.normal.buf, "</"...), ns.tag...)
		w.normal.buf = append(append(w.normal.buf, e.local...), '>')
	}
	w.leaveScope(e)
	w.spill()
}

// Close checks that the element is complete, passes on what is buffered and
// gives the first error.
func (w *Writer) Close() error {
	switch {
	case w.err != nil:
	case !w.started:
		w.fail("nothing was written")
	case len(w.open) > 0:
		w.fail("element %s is not ended", w.path())
	}
	for _, err := range []error{w.wire.flush(), w.normal.flush()} {
		if err != nil && w.err == nil {
			w.err = fmt.Errorf("write XML: %w", err)
		}
	}
	return w.err
}

// start begins an element in both forms.
func (w *Writer) start(space, local string, attrs []Attr) {
	if !w.admit(space, local) {
		return
	}
	w.endBlock()
	w.endTag()
	e := openElement{local: local, bound: len(w.bound), visible: len(w.visible)}
	outermost := !w.started
	w.started = true
	e.space = w.namespace(space)
	w.number(e.space)
	if len(attrs) > 0 {
		if attrs = w.prepare(attrs); w.err != nil {
			return
		}
	}
	w.open = append(w.open, e)
	w.startNormal(e, attrs)
	w.startWire(e, attrs, outermost)
	w.spill()
}

// admit checks that an element of that name may start here.
func (w *Writer) admit(space, local string) bool {
	switch {
	case w.err != nil:
	case len(w.open) == 0 && w.started:
		w.fail("second outermost element %q", local)
	case space == "" || space == xmlsafe.XMLNamespace || space == xmlsafe.XMLNSNamespace:
		w.fail("element %q below %q has no namespace of its own: %w", local, w.path(), ErrTransform)
	case !xmlsafe.IsNCName(local):
		w.fail("%q below %q is not a name", local, w.path())
	}
	return w.err == nil
}

// prepare checks attributes, normalises their values, puts them in the order
// of the normal form and binds the namespaces they need there. The result is
// valid until the next call.
func (w *Writer) prepare(attrs []Attr) []Attr {
	w.sorted = append(w.sorted[:0], attrs...)
	attrs = w.sorted
	for i := range attrs {
		a := &attrs[i]
		switch {
		case a.Space == xmlsafe.XMLNamespace || a.Space == xmlsafe.XMLNSNamespace:
			w.fail("attribute %q below %q has no namespace of its own: %w", a.Local, w.path(), ErrTransform)
		case !xmlsafe.IsNCName(a.Local) || a.Space == "" && a.Local == "xmlns":
			w.fail("attribute %q below %q is not a name", a.Local, w.path())
		}
		a.Value = w.normalised(a.Value)
	}
	slices.SortStableFunc(attrs, compareTransform)
	for i := range attrs {
		if i > 0 && compareTransform(attrs[i-1], attrs[i]) == 0 {
			w.fail("attribute %q below %q given twice", attrs[i].Local, w.path())
		}
		if attrs[i].Space != "" {
			w.number(w.namespace(attrs[i].Space))
		}
	}
	return attrs
}

// startNormal writes the start tag of the normal form.
func (w *Writer) startNormal(e openElement, attrs []Attr) {
	if w.normal.w == nil {
		return
	}
	buf := append(append(w.normal.buf, '<'), w.spaces[e.space].tag...)
	buf = append(buf, e.local...)
	for _, i := range w.bound[e.bound:] {
		ns := &w.spaces[i]
		buf = append(append(buf, " xmlns:"...), ns.tag[:len(ns.tag)-1]...)
		buf = append(buf, ns.normalBinding...)
	}
	for i := range attrs {
		a := &attrs[i]
		buf = append(buf, ' ')
		if a.Space != "" {
			buf = append(buf, w.spaces[w.namespace(a.Space)].tag...)
		}
		buf = append(append(buf, a.Local...), `="`...)
		buf = append(appendValue(buf, a.Value), '"')
	}
	w.normal.buf = append(buf, '>')
}

// startWire writes the start tag of the wire form, up to its '>'.
func (w *Writer) startWire(e openElement, attrs []Attr, outermost bool) {
	buf := append(w.wire.buf, '<')
	buf = appendName(buf, w.spaces[e.space].prefix, e.local)
	if outermost {
		for i := range w.listed {
			buf = w.declare(buf, i)
		}
	}
	if !w.spaces[e.space].declared {
		buf = w.declare(buf, e.space)
	}
	for i := range attrs {
		if attrs[i].Space == "" {
			continue
		}
		if n := w.attributeSpace(attrs[i].Space); !w.spaces[n].declared {
			buf = w.declare(buf, n)
		}
	}
	for i := range attrs {
		a := &attrs[i]
		buf = append(buf, ' ')
		if a.Space != "" {
			buf = appendName(buf, w.spaces[w.attributeSpace(a.Space)].prefix, a.Local)
		} else {
			buf = append(buf, a.Local...)
		}
		buf = append(buf, `="`...)
		buf = append(appendC14NValue(buf, a.Value), '"')
	}
	w.wire.buf, w.tagOpen = buf, true
}

// spill passes on full buffers.
func (w *Writer) spill() {
	w.wire.spill()
	w.normal.spill()
}
