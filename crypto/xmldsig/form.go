package xmldsig

import (
	"fmt"
	"io"
	"slices"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// form makes the octets of a signed element that are hashed.
type form struct {
	target *xmlsafe.Element
	// source is the document target was read from, nil to take its tree.
	source []byte
	// size bounds the octets where there is no source: what all of it would take;
	// 0: no bound.
	size int
	// cut is the signature to be left out, nil for none.
	cut *xmlsafe.Element
	// plain leaves the bus's transform out.
	plain bool
	// strict refuses what the octets do not show.
	strict bool
	// id is the Reference to target: nothing inside of it may have that Id. Only
	// needed with source; in a tree everybody can look.
	id string
}

// write writes the octets. With r, which is not for plain forms, they are read as
// well.
func (f form) write(w io.Writer, r *reader) error {
	size := f.size
	if f.source != nil {
		size = f.target.End - f.target.Start
	}
	if f.plain {
		c := newCanonicalizer(w)
		c.budget(size)
		return f.show(c)
	}
	t := newTransformer(w)
	t.budget(size)
	t.refuseInst = f.strict
	if t.reader = r; r != nil {
		r.number = t.bind
	}
	return f.show(t)
}

// TransformSource is TransformElement for an element of a document of which data
// was read; the output is bounded by a multiple of what the element takes there.
func TransformSource(w io.Writer, data []byte, e *xmlsafe.Element) error {
	return form{target: e, source: data}.write(w, nil)
}

// digest gives the digest of the octets, of size bytes, and their number.
func (f form) digest(size int) (sum []byte, octets int64, err error) {
	h := cert.NewDigest(size)
	c := counter{w: h}
	err = f.write(&c, nil)
	return h.Sum(nil), c.n, err
}

// counter counts what goes through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.w.Write(p)
}

// show shows the element to v.
func (f form) show(v xmlsafe.Visitor) error {
	if f.cut != nil {
		v = &cutting{Visitor: v, cut: f.cut}
	}
	if f.source == nil {
		return xmlsafe.Walk(f.target, v)
	}
	if f.id != "" {
		v = &watching{Visitor: v, reference: f.id}
	}
	all := len(f.source) // it was read within stricter limits before
	return xmlsafe.VisitElement(f.source, f.target, xmlsafe.Limits{
		Bytes: all, Depth: all, Elements: all, Attributes: all, Declarations: all, TextLength: all, Namespaces: all,
		NamespaceLength: all, AllowDuplicateIDs: true,
	}, v)
}

// cutting leaves out the signature at the place of cut.
type cutting struct {
	xmlsafe.Visitor
	cut   *xmlsafe.Element
	depth int // inside of it
}

func (c *cutting) StartElement(e *xmlsafe.Element) error {
	if c.depth > 0 || e.Start == c.cut.Start && e.Is(Namespace, "Signature") {
		c.depth++
		return nil
	}
	return c.Visitor.StartElement(e)
}

func (c *cutting) Text(s string) error {
	if c.depth > 0 {
		return nil
	}
	return c.Visitor.Text(s)
}

func (c *cutting) ProcInst(target, data string) error {
	if c.depth > 0 {
		return nil
	}
	return c.Visitor.ProcInst(target, data)
}

func (c *cutting) EndElement(e *xmlsafe.Element) error {
	if c.depth > 0 {
		c.depth--
		return nil
	}
	return c.Visitor.EndElement(e)
}

// watching refuses elements below the first that have the Id of a Reference.
type watching struct {
	xmlsafe.Visitor
	reference string
	inside    bool
}

func (w *watching) StartElement(e *xmlsafe.Element) error {
	if w.inside && slices.ContainsFunc(e.Attrs, func(a xmlsafe.Attr) bool {
		return xmlsafe.IsID(a) && len(w.reference) == len(a.Value)+1 && w.reference[1:] == a.Value
	}) {
		return fmt.Errorf("%w: another element has the Id of %s", ErrReference, e.Root().Path())
	}
	w.inside = true
	return w.Visitor.StartElement(e)
}
