package xmldsig

import (
	"strconv"

	"egissogw/crypto/xmlsafe"
)

// reader makes the tree of exactly what the transformer writes: whatever the
// digest does not see is not in it, prefixes of elements included. A
// prefix inside a value (xsi:type, a QName) means nothing any more.
type reader struct {
	root *xmlsafe.Element
	open []*xmlsafe.Element
	// nodes are the children of the open elements, firstOf where those of each
	// begin.
	nodes   []xmlsafe.Node
	firstOf []int
	slab    []xmlsafe.Element
	// content tells which element's inside becomes octets instead of a tree.
	content func(*xmlsafe.Element) bool
	// inside is the depth below such an element, 0: not in one.
	inside int
	alone  alone
	// number gives that of a namespace's prefix in the transformed form.
	number func(uri string) int
}

// start tells about a start tag; attrs in order of the transform, valid for now.
func (r *reader) start(e *xmlsafe.Element, attrs []xmlsafe.Attr) error {
	if r.inside > 0 {
		r.inside++
		if r.inside > 2 { // below the root of the content
			return r.alone.start(e, attrs)
		}
	}
	c := r.element()
	*c = xmlsafe.Element{Space: e.Space, Local: e.Local, Attrs: append([]xmlsafe.Attr(nil), attrs...)}
	for i := range c.Attrs {
		if a := &c.Attrs[i]; a.Space != "" {
			a.Prefix = "ns" + strconv.Itoa(r.number(a.Space))
		} else {
			a.Prefix = ""
		}
	}
	if n := len(r.open); n > 0 {
		c.Parent = r.open[n-1]
		r.nodes = append(r.nodes, c)
	} else {
		r.root = c
	}
	r.open = append(r.open, c)
	r.firstOf = append(r.firstOf, len(r.nodes))
	switch {
	case r.inside == 2:
		return r.alone.start(e, attrs)
	case r.content != nil && r.content(c):
		r.inside = 1
	}
	return nil
}

// text tells about a block of text.
func (r *reader) text(block string) error {
	if r.inside > 1 {
		return r.alone.text(block)
	}
	if n := len(r.nodes); n > r.firstOf[len(r.firstOf)-1] {
		if before, ok := r.nodes[n-1].(xmlsafe.Text); ok { // an instruction between them was dropped
			r.nodes[n-1] = before + xmlsafe.Text(block)
			return nil
		}
	}
	r.nodes = append(r.nodes, xmlsafe.Text(block))
	return nil
}

// end tells about an end tag.
func (r *reader) end() error {
	if r.inside > 0 {
		r.inside--
		if r.inside > 0 {
			if err := r.alone.end(); err != nil {
				return err
			}
		}
		if r.inside > 1 {
			return nil
		}
	}
	last := len(r.open) - 1
	first := r.firstOf[last]
	r.open[last].Children = append([]xmlsafe.Node(nil), r.nodes[first:]...)
	r.nodes, r.open, r.firstOf = r.nodes[:first], r.open[:last], r.firstOf[:last]
	return nil
}

// element gives a new element; they are allocated in rows.
func (r *reader) element() *xmlsafe.Element {
	if len(r.slab) == 0 {
		const least, most = 16, 512
		r.slab = make([]xmlsafe.Element, min(max(least, 2*cap(r.slab)), most))
	}
	e := &r.slab[0]
	r.slab = r.slab[1:]
	return e
}
