package xmlsafe

import "strings"

// Namespaces with a meaning of their own.
const (
	// XMLNamespace is what the prefix xml is bound to, always.
	XMLNamespace = "http://www.w3.org/XML/1998/namespace"
	// XMLNSNamespace is what the prefix xmlns is bound to; no document may
	// name it.
	XMLNSNamespace = "http://www.w3.org/2000/xmlns/"
	// WSUNamespace is that of wsu:Id (WS-Security utility).
	WSUNamespace = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
)

// Document is one parsed document. Comments and processing instructions
// outside the root are checked and dropped.
type Document struct {
	Root *Element
}

// Node is one of *Element, Text, *ProcInst and Comment.
type Node interface{ node() }

// Text is a maximal run of character data: entities expanded, line ends
// normalised, CDATA sections merged with what surrounds them. Never empty.
type Text string

// Comment is the inside of a comment.
type Comment string

// ProcInst is a processing instruction.
type ProcInst struct {
	Target, Data string
}

// Attr is an attribute that is not a namespace declaration. Space is the
// namespace of its prefix; without a prefix it is empty.
type Attr struct {
	Prefix, Space, Local, Value string
}

// Decl is a namespace declaration; Prefix is empty for the default namespace,
// URI is empty for xmlns="".
type Decl struct {
	Prefix, URI string
}

// Element is an element with its namespace resolved.
type Element struct {
	Prefix, Space, Local string
	// Attrs and Decls keep document order.
	Attrs []Attr
	Decls []Decl
	// Children are in document order; two Texts never follow each other.
	Children []Node
	// Parent is nil for the root.
	Parent *Element
	// Start and End delimit the element, tags included, in the source bytes.
	Start, End int
}

func (*Element) node()  {}
func (Text) node()      {}
func (Comment) node()   {}
func (*ProcInst) node() {}

// Is tells whether e has this expanded name.
func (e *Element) Is(space, local string) bool {
	return e.Local == local && e.Space == space
}

// Child gives the first child element of that name, nil if there is none.
// Where a second one would be an attack, use Only.
func (e *Element) Child(space, local string) *Element {
	for _, n := range e.Children {
		if c, ok := n.(*Element); ok && c.Is(space, local) {
			return c
		}
	}
	return nil
}

// Only gives the child element of that name if there is exactly one.
func (e *Element) Only(space, local string) (*Element, bool) {
	all := e.Childs(space, local)
	if len(all) != 1 {
		return nil, false
	}
	return all[0], true
}

// Childs gives all child elements of that name in document order.
func (e *Element) Childs(space, local string) []*Element {
	var found []*Element
	for _, n := range e.Children {
		if c, ok := n.(*Element); ok && c.Is(space, local) {
			found = append(found, c)
		}
	}
	return found
}

// Elements gives all child elements in document order.
func (e *Element) Elements() []*Element {
	var found []*Element
	for _, n := range e.Children {
		if c, ok := n.(*Element); ok {
			found = append(found, c)
		}
	}
	return found
}

// Text gives the character data directly inside e, comments and child
// elements left out, exactly as it stands in the document.
func (e *Element) Text() string {
	var first string
	var rest []string
	for _, n := range e.Children {
		t, ok := n.(Text)
		switch {
		case !ok:
		case first == "":
			first = string(t)
		default:
			rest = append(rest, string(t))
		}
	}
	if rest == nil {
		return first
	}
	return first + strings.Join(rest, "")
}

// Attr gives the value of an attribute.
func (e *Element) Attr(space, local string) (string, bool) {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Local == local && a.Space == space {
			return a.Value, true
		}
	}
	return "", false
}

// IsID tells whether an attribute identifies its element for references:
// Id without a namespace, wsu:Id and xml:id. Without a DTD no attribute has the
// type ID, so the list is ours (adapter/smev/SPEC.md#signature).
func IsID(a Attr) bool {
	switch a.Local {
	case "Id":
		return a.Space == "" || a.Space == WSUNamespace
	case "id":
		return a.Space == XMLNamespace
	}
	return false
}

// Root gives the topmost element above e, e itself if it has no parent.
func (e *Element) Root() *Element {
	for e.Parent != nil {
		e = e.Parent
	}
	return e
}

// Contains tells whether other is e or lies somewhere below it.
func (e *Element) Contains(other *Element) bool {
	for ; other != nil; other = other.Parent {
		if other == e {
			return true
		}
	}
	return false
}

// Walk calls fn for e and every element below it in document order until fn
// returns false.
func (e *Element) Walk(fn func(*Element) bool) bool {
	if !fn(e) {
		return false
	}
	for _, n := range e.Children {
		if c, ok := n.(*Element); ok && !c.Walk(fn) {
			return false
		}
	}
	return true
}

// Path names the way from the root to e by local names, for messages to
// people: "Envelope/Body/GetResponseResponse". Long names are cut.
func (e *Element) Path() string {
	const most = 80
	var names []string
	for ; e != nil; e = e.Parent {
		name := e.Local
		if len(name) > most {
			name = strings.ToValidUTF8(name[:most], "") + "…"
		}
		names = append(names, name)
	}
	var b strings.Builder
	for i := len(names) - 1; i >= 0; i-- {
		b.WriteString(names[i])
		if i > 0 {
			b.WriteByte('/')
		}
	}
	return b.String()
}
