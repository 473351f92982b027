package xmlsafe

import (
	"strings"
	"unsafe"
)

// Parse reads one document within the limits. The tree does not refer to
// data, which the caller may reuse.
func Parse(data []byte, lim Limits) (*Document, error) {
	return ParseEach(data, lim, nil)
}

// ParseEach is Parse for long lists: each is shown every element below the root
// when it is complete, with what is open above it, and those it returns true for
// are left out of the tree. The texts on both sides of such an element stay two.
func ParseEach(data []byte, lim Limits, each func(e *Element) (done bool)) (*Document, error) {
	if err := lim.admit(len(data)); err != nil {
		return nil, err
	}
	p := newParser(string(data), lim)
	p.each = each
	return p.tree()
}

// ParseString is Parse of a text, of which no copy is made: the tree refers to it.
func ParseString(src string, lim Limits) (*Document, error) {
	if err := lim.admit(len(src)); err != nil {
		return nil, err
	}
	return newParser(src, lim).tree()
}

// ParseOutline is Parse for large documents: the inside of elements closed returns
// true for is checked like the rest and left out of the tree; VisitElement shows
// it. closed is asked at the start tag; each is that of ParseEach; either may be
// nil. No copy is made of data, which must not change while the tree is used.
func ParseOutline(data []byte, lim Limits, closed, each func(e *Element) bool) (*Document, error) {
	if err := lim.admit(len(data)); err != nil {
		return nil, err
	}
	p := newParser(view(data), lim)
	p.closed, p.each = closed, each
	return p.tree()
}

// view is data as a string, without a copy.
func view(data []byte) string { return unsafe.String(unsafe.SliceData(data), len(data)) }

// admit refuses a document that is too large.
func (l Limits) admit(bytes int) error {
	if most := l.withDefaults(bytes).Bytes; bytes > most {
		return newError("", 0, ErrLimit, "document of %d bytes, %d allowed", bytes, most)
	}
	return nil
}

func newParser(src string, lim Limits) *parser {
	return &parser{src: src, lim: lim.withDefaults(len(src))}
}

func (p *parser) tree() (*Document, error) {
	if err := p.document(); err != nil {
		return nil, err
	}
	return &Document{Root: p.root}, nil
}

// parser is the state of one reading. Every method that reads advances pos and
// leaves it behind what it read.
type parser struct {
	src string
	pos int
	lim Limits

	// What becomes of what is read: a tree, less what each or closed leave out,
	// or calls of visitor.
	each    func(e *Element) (done bool)
	closed  func(e *Element) bool
	visitor Visitor

	root     *Element
	outer    *Element   // parent of the root, if that is a part of a document
	open     []*Element // elements not yet closed
	elements int
	size     int   // of the tree so far
	sizeOf   []int // for each open element, size before it
	shut     int   // number of open elements when the innermost closed one began, 0: none

	nodes    []Node // children of the open elements, innermost last
	firstOf  []int  // for each open element, where its children start in nodes
	scope    Scope[string]
	outerOf  []int               // for each open element, the length of scope before it
	attrs    []Attr              // of the tag being read
	attrPos  []int               // their offsets
	decls    []Decl              // of the tag being read
	declSeen map[string]struct{} // duplicates among many declarations
	ids      map[string]struct{}
	attrSeen map[[2]string]struct{} // duplicates among many attributes

	text     string // pending character data, if textBuf is empty
	textBuf  []byte // pending character data made of several pieces
	hasText  bool
	valueBuf []byte

	spare       []*Element // elements that are not kept, one for each depth
	elementSlab slab[Element]
	nodeSlab    slab[Node]
	attrSlab    slab[Attr]
	declSlab    slab[Decl]
}

// document reads prolog, root and what follows it.
func (p *parser) document() error {
	if strings.HasPrefix(p.src, "\uFEFF") {
		p.pos = len("\uFEFF")
	}
	if err := p.refuseOtherEncodings(); err != nil {
		return err
	}
	if i := InvalidChar(p.src); i >= 0 {
		return p.fail(i, ErrMalformed, "not a character of XML 1.0 in UTF-8")
	}
	if err := p.xmlDecl(); err != nil {
		return err
	}
	for p.pos < len(p.src) {
		if err := p.markup(); err != nil {
			return err
		}
	}
	if len(p.open) > 0 {
		e := p.open[len(p.open)-1]
		return p.fail(len(p.src), ErrMalformed, "document ends inside element %s", shown(e.Local))
	}
	if p.root == nil {
		return p.fail(len(p.src), ErrMalformed, "document has no root element")
	}
	return nil
}

// refuseOtherEncodings names the usual foreign encodings instead of reporting
// their first byte as a bad character.
func (p *parser) refuseOtherEncodings() error {
	for _, mark := range []string{"\xFE\xFF", "\xFF\xFE", "\x00<", "<\x00", "\x00\x00"} {
		if strings.HasPrefix(p.src, mark) {
			return p.fail(0, ErrForbidden, "encoding is not UTF-8")
		}
	}
	return nil
}

// markup reads one construct of the document: a run of text, a tag, a comment,
// a CDATA section or a processing instruction.
func (p *parser) markup() error {
	rest := p.src[p.pos:]
	if rest[0] != '<' {
		return p.charData()
	}
	if len(rest) == 1 {
		return p.fail(p.pos, ErrMalformed, "document ends inside a tag")
	}
	switch rest[1] {
	case '/':
		return p.endTag()
	case '?':
		return p.procInst()
	case '!':
		switch {
		case strings.HasPrefix(rest, "<!--"):
			return p.comment()
		case strings.HasPrefix(rest, "<![CDATA["):
			return p.cdata()
		case strings.HasPrefix(rest, "<!DOCTYPE"):
			return p.fail(p.pos, ErrForbidden, "document type declaration")
		}
		return p.fail(p.pos, ErrMalformed, "unknown declaration")
	}
	return p.startTag()
}

// fail builds the error for an offset.
func (p *parser) fail(offset int, class error, format string, args ...any) error {
	return newError(p.src, offset, class, format, args...)
}

// skipSpace passes over white space and tells whether there was any.
func (p *parser) skipSpace() bool {
	start := p.pos
	p.pos = while(p.src, start, whiteSpace)
	return p.pos > start
}
