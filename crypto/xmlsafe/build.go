package xmlsafe

import "unsafe"

// What parts of a tree take in memory, their place among the children included.
const (
	elementSize = int(unsafe.Sizeof(Element{})) + nodeSize
	attrSize    = int(unsafe.Sizeof(Attr{}))
	declSize    = int(unsafe.Sizeof(Decl{}))
	textSize    = int(unsafe.Sizeof("")) + nodeSize
	instSize    = int(unsafe.Sizeof(ProcInst{})) + nodeSize
	idSize      = 2 * int(unsafe.Sizeof(""))
	nodeSize    = int(unsafe.Sizeof(Node(nil)))
)

// kept tells whether what is read now becomes part of the tree.
func (p *parser) kept() bool { return p.visitor == nil && p.shut == 0 }

// grow counts memory of the tree.
func (p *parser) grow(size int) error {
	if p.size += size; p.size > p.lim.Tree {
		return p.fail(p.pos, ErrLimit, "tree of the document takes more than %d bytes", p.lim.Tree)
	}
	return nil
}

// sizeOfTag is what an element takes without what is inside of it.
func sizeOfTag(e *Element) int {
	return elementSize + len(e.Attrs)*attrSize + len(e.Decls)*declSize
}

// newElement gives the element for the tag that has been read.
func (p *parser) newElement() (*Element, error) {
	if p.kept() {
		return &p.elementSlab.take(1)[0], p.grow(elementSize + len(p.attrs)*attrSize + len(p.decls)*declSize)
	}
	depth := len(p.open)
	for depth >= len(p.spare) {
		p.spare = append(p.spare, new(Element))
	}
	e := p.spare[depth]
	*e = Element{}
	return e, nil
}

// enter makes e the innermost open element.
func (p *parser) enter(e *Element) error {
	if n := len(p.open); n > 0 {
		if err := p.flushText(); err != nil {
			return err
		}
		e.Parent = p.open[n-1]
		if p.kept() {
			p.nodes = append(p.nodes, e)
		}
	} else {
		p.root, e.Parent = e, p.outer
	}
	p.open = append(p.open, e)
	p.firstOf = append(p.firstOf, len(p.nodes))
	p.outerOf = append(p.outerOf, p.scope.Len())
	p.sizeOf = append(p.sizeOf, p.size)
	p.bind(p.decls)
	return nil
}

// bind brings declarations into scope.
func (p *parser) bind(decls []Decl) {
	for i := range decls {
		p.scope.Bind(decls[i].Prefix, decls[i].URI)
	}
}

// entered gives e, whose names are resolved, its attributes and tells about it.
func (p *parser) entered(e *Element) error {
	if !p.kept() {
		e.Attrs, e.Decls = p.attrs, p.decls
		if p.visitor != nil {
			return p.visitor.StartElement(e)
		}
		return nil
	}
	e.Attrs, e.Decls = p.attrSlab.copyOf(p.attrs), p.declSlab.copyOf(p.decls)
	if p.closed != nil && p.closed(e) {
		p.shut = len(p.open)
	}
	return nil
}

// leave closes the innermost open element, e, at the current position.
func (p *parser) leave(e *Element) error {
	if err := p.flushText(); err != nil {
		return err
	}
	last := len(p.open) - 1
	if p.shut == len(p.open) {
		p.shut = 0
	}
	first := p.firstOf[last]
	e.End = p.pos
	if p.kept() {
		e.Children = p.nodeSlab.copyOf(p.nodes[first:])
	}
	p.nodes = p.nodes[:first]
	p.scope.Cut(p.outerOf[last])
	before := p.sizeOf[last]
	p.open, p.firstOf, p.outerOf, p.sizeOf = p.open[:last], p.firstOf[:last], p.outerOf[:last], p.sizeOf[:last]
	switch {
	case p.visitor != nil:
		return p.visitor.EndElement(e)
	case p.each != nil && last > 0 && p.each(e):
		p.nodes = p.nodes[:first-1] // e itself
		p.size = before - sizeOfTag(e)
	}
	return nil
}

// flushText turns the pending run into a node or tells the visitor about it.
func (p *parser) flushText() error {
	if !p.hasText {
		return nil
	}
	text, copied := p.text, 0
	if p.kept() || p.visitor != nil {
		if text == "" {
			text, copied = string(p.textBuf), len(p.textBuf)
		}
	}
	p.text, p.textBuf, p.hasText = "", p.textBuf[:0], false
	switch {
	case p.visitor != nil:
		return p.visitor.Text(text)
	case p.shut > 0:
		return nil
	}
	p.nodes = append(p.nodes, Text(text))
	return p.grow(textSize + copied)
}

// addComment adds a comment to the children of the innermost open element.
func (p *parser) addComment(text string) error {
	if err := p.flushText(); err != nil || !p.kept() {
		return err
	}
	p.nodes = append(p.nodes, Comment(unixLines(text)))
	return p.grow(textSize)
}

// addProcInst does the same with a processing instruction.
func (p *parser) addProcInst(target, data string) error {
	if err := p.flushText(); err != nil {
		return err
	}
	switch {
	case p.visitor != nil:
		return p.visitor.ProcInst(target, unixLines(data))
	case !p.kept():
		return nil
	}
	p.nodes = append(p.nodes, &ProcInst{Target: target, Data: unixLines(data)})
	return p.grow(instSize)
}
