package xmlsafe

// Visitor is shown a document piece by piece, without a tree of it. Elements are
// valid during the call only, their ancestors and attributes included; End is
// set in the call of End. Texts come in maximal runs, as in a tree; comments do
// not come, so that runs on both sides of one follow each other. The first error
// ends the visit and is returned as it is.
type Visitor interface {
	StartElement(e *Element) error
	Text(s string) error
	ProcInst(target, data string) error
	EndElement(e *Element) error
}

// Visit shows a whole document to v.
func Visit(data []byte, lim Limits, v Visitor) error {
	if err := lim.admit(len(data)); err != nil {
		return err
	}
	p := newParser(view(data), lim)
	p.visitor = v
	return p.document()
}

// VisitElement shows an element again, of which e was made when data was read:
// its tags, what is inside of it, and whatever of that the tree of e has or has
// not.
func VisitElement(data []byte, e *Element, lim Limits, v Visitor) error {
	p := newParser(view(data), lim)
	p.visitor, p.pos, p.outer = v, e.Start, e.Parent
	var outer []*Element
	for o := e.Parent; o != nil; o = o.Parent {
		outer = append(outer, o)
	}
	for i := len(outer) - 1; i >= 0; i-- {
		p.bind(outer[i].Decls)
	}
	if e.Start < 0 || e.Start >= len(data) || data[e.Start] != '<' {
		return p.fail(e.Start, ErrMalformed, "no element here")
	}
	for {
		if err := p.markup(); err != nil {
			return err
		}
		if len(p.open) == 0 {
			return nil
		}
		if p.pos == len(p.src) {
			return p.fail(p.pos, ErrMalformed, "document ends inside an element")
		}
	}
}

// Walk shows the tree of e to v.
func Walk(e *Element, v Visitor) error {
	if err := v.StartElement(e); err != nil {
		return err
	}
	for _, n := range e.Children {
		var err error
		switch n := n.(type) {
		case *Element:
			err = Walk(n, v)
		case Text:
			err = v.Text(string(n))
		case *ProcInst:
			err = v.ProcInst(n.Target, n.Data)
		}
		if err != nil {
			return err
		}
	}
	return v.EndElement(e)
}
