package xmldsig

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// Canonicalize writes the exclusive canonical form of e without comments and
// without an InclusiveNamespaces list (Exclusive XML Canonicalization 1.0),
// as a subtree of the document e belongs to. e is not changed.
func Canonicalize(w io.Writer, e *xmlsafe.Element) error {
	c := newCanonicalizer(w)
	if err := xmlsafe.Walk(e, c); err != nil {
		return fmt.Errorf("write canonical form: %w", err)
	}
	return nil
}

// canonicalizer writes the canonical form of what it is shown, one element.
type canonicalizer struct {
	sink
	// rendered holds the namespace nodes written by the open elements, outer the
	// number of them before each.
	rendered xmlsafe.Scope[string]
	outer    []int
	used     []xmlsafe.Decl
	sorted   []xmlsafe.Attr
}

func newCanonicalizer(w io.Writer) *canonicalizer { return &canonicalizer{sink: newSink(w)} }

// StartElement implements xmlsafe.Visitor.
func (c *canonicalizer) StartElement(e *xmlsafe.Element) error {
	c.outer = append(c.outer, c.rendered.Len())
	c.buf = append(c.buf, '<')
	c.name(e.Prefix, e.Local)
	for _, d := range c.visiblyUtilized(e) {
		c.buf = append(c.buf, " xmlns"...)
		if d.Prefix != "" {
			c.buf = append(append(c.buf, ':'), d.Prefix...)
		}
		c.buf = append(c.buf, `="`...)
		c.escaped(d.URI, &c14nValue)
		c.buf = append(c.buf, '"')
		c.rendered.Bind(d.Prefix, d.URI)
	}
	for _, a := range c.inOrder(e.Attrs) {
		c.buf = append(c.buf, ' ')
		c.name(a.Prefix, a.Local)
		c.buf = append(c.buf, `="`...)
		c.escaped(a.Value, &c14nValue)
		c.buf = append(c.buf, '"')
	}
	c.buf = append(c.buf, '>')
	c.spill()
	return c.err
}

// Text implements xmlsafe.Visitor.
func (c *canonicalizer) Text(s string) error {
	c.escaped(s, &c14nText)
	c.spill()
	return c.err
}

// ProcInst implements xmlsafe.Visitor.
func (c *canonicalizer) ProcInst(target, data string) error {
	c.buf = append(append(c.buf, "<?"...), target...)
	if data != "" {
		c.buf = append(c.buf, ' ')
		c.plain(data)
	}
	c.buf = append(c.buf, "?>"...)
	c.spill()
	return c.err
}

// EndElement implements xmlsafe.Visitor.
func (c *canonicalizer) EndElement(e *xmlsafe.Element) error {
	c.buf = append(c.buf, "</"...)
	c.name(e.Prefix, e.Local)
	c.buf = append(c.buf, '>')
	c.spill()
	last := len(c.outer) - 1
	c.rendered.Cut(c.outer[last])
	if c.outer = c.outer[:last]; last == 0 {
		return c.flush()
	}
	return c.err
}

// name writes a qualified name.
func (c *canonicalizer) name(prefix, local string) {
	if prefix != "" {
		c.buf = append(append(c.buf, prefix...), ':')
	}
	c.buf = append(c.buf, local...)
}

// visiblyUtilized gives the namespace nodes the tag of e has to carry: for
// each prefix the tag uses, its binding unless the nearest element that wrote
// that prefix wrote the same. In order of prefix.
func (c *canonicalizer) visiblyUtilized(e *xmlsafe.Element) []xmlsafe.Decl {
	c.used = c.used[:0]
	c.use(e.Prefix, e.Space)
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Prefix != "" {
			c.use(a.Prefix, a.Space)
		}
	}
	if len(c.used) > 1 {
		slices.SortFunc(c.used, func(a, b xmlsafe.Decl) int { return strings.Compare(a.Prefix, b.Prefix) })
	}
	return c.used
}

// use adds a binding to used if it is not rendered yet.
func (c *canonicalizer) use(prefix, uri string) {
	if prefix == "xml" {
		return
	}
	for i := range c.used {
		if c.used[i].Prefix == prefix {
			return
		}
	}
	switch rendered, ok := c.rendered.Lookup(prefix); {
	case ok && rendered == uri:
	case !ok && prefix == "" && uri == "": // nothing to undeclare
	default:
		c.used = append(c.used, xmlsafe.Decl{Prefix: prefix, URI: uri})
	}
}

// inOrder gives attributes by namespace, then local name, in code point order
// (Canonical XML 1.0, 2.2).
func (c *canonicalizer) inOrder(attrs []xmlsafe.Attr) []xmlsafe.Attr {
	if slices.IsSortedFunc(attrs, compareC14N) {
		return attrs
	}
	c.sorted = append(c.sorted[:0], attrs...)
	slices.SortFunc(c.sorted, compareC14N)
	return c.sorted
}

func compareC14N(a, b xmlsafe.Attr) int {
	if d := strings.Compare(a.Space, b.Space); d != 0 {
		return d
	}
	return strings.Compare(a.Local, b.Local)
}

// c14nText and c14nValue map bytes to their canonical replacements in text and
// in attribute values (Canonical XML 1.0, 2.3).
var (
	c14nText  = [256]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '\r': "&#xD;"}
	c14nValue = [256]string{'&': "&amp;", '<': "&lt;", '"': "&quot;", '\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;"}
)

func appendC14NText(dst []byte, s string) []byte { return appendEscaped(dst, s, &c14nText) }

func appendC14NValue(dst []byte, s string) []byte { return appendEscaped(dst, s, &c14nValue) }

// appendEscaped appends s with bytes replaced as the table says.
func appendEscaped(dst []byte, s string, table *[256]string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		if r := table[s[i]]; r != "" {
			dst = append(append(dst, s[start:i]...), r...)
			start = i + 1
		}
	}
	return append(dst, s[start:]...)
}
