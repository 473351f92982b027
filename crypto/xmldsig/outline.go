package xmldsig

import (
	"slices"

	"egissogw/crypto/xmlsafe"
)

// Outline reads a document for people who want its signatures explained: the tree
// has what lies near the root, signatures, what has an Id, and what is around
// those. Everything else was checked and is not there. No copy is made of data,
// which must not change while the tree is used.
func Outline(data []byte, lim xmlsafe.Limits) (*xmlsafe.Document, error) {
	return xmlsafe.ParseOutline(data, lim, nil, func(e *xmlsafe.Element) bool {
		if slices.ContainsFunc(e.Attrs, xmlsafe.IsID) || e.Local == "Include" && e.Space == XOPNamespace {
			return false
		}
		for _, n := range e.Children {
			if _, ok := n.(*xmlsafe.Element); ok {
				return false
			}
		}
		depth, root, content := 0, e, false
		for o := e; o != nil; o = o.Parent {
			if o.Is(Namespace, "Signature") {
				return false
			}
			content = content || o.Local == "MessagePrimaryContent" && depth > 1
			depth, root = depth+1, o
		}
		switch {
		case content:
			return true
		case root.Local == "Envelope":
			return depth > 8 // the root of the content of a message
		}
		return depth > 2
	})
}
