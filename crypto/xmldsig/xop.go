package xmldsig

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// XOPNamespace is that of xop:Include (XML-binary Optimized Packaging).
const XOPNamespace = "http://www.w3.org/2004/08/xop/include"

// ErrXOP: a binary part of a multipart message is missing or misused.
var ErrXOP = errors.New("binary part of the message is unusable")

// InlineXOP replaces every xop:Include below root by the base64 text of its
// MIME part, standard alphabet without line breaks, which is what the sender's
// digest was made of (adapter/smev/SPEC.md#inline-files). It changes the tree and has to run before
// anything is verified.
//
// parts maps Content-IDs, with or without angle brackets, to decoded contents.
// Each part may be used once: a part named many times would let a small
// message grow without bounds.
func InlineXOP(root *xmlsafe.Element, parts map[string][]byte) error {
	in := inliner{parts: parts, used: make(map[string]bool)}
	return in.element(root)
}

// HasXOP tells whether there is an xop:Include at or below e.
func HasXOP(e *xmlsafe.Element) bool {
	return !e.Walk(func(e *xmlsafe.Element) bool { return !e.Is(XOPNamespace, "Include") })
}

// inliner is the state of one InlineXOP.
type inliner struct {
	parts map[string][]byte
	used  map[string]bool
}

// element inlines below e.
func (in *inliner) element(e *xmlsafe.Element) error {
	if e.Is(XOPNamespace, "Include") {
		return fmt.Errorf("%w: xop:Include as the root", ErrXOP)
	}
	for _, n := range e.Children {
		c, ok := n.(*xmlsafe.Element)
		switch {
		case !ok:
		case c.Is(XOPNamespace, "Include"):
			return in.include(e, c)
		default:
			if err := in.element(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// include makes the part named by c the content of e, whose only child c must
// be.
func (in *inliner) include(e, c *xmlsafe.Element) error {
	if len(e.Elements()) != 1 || !xmlsafe.IsSpace(e.Text()) || len(c.Elements()) != 0 || !xmlsafe.IsSpace(c.Text()) {
		return fmt.Errorf("%w: %s has other content beside xop:Include", ErrXOP, e.Path())
	}
	href, _ := c.Attr("", "href")
	id, ok := strings.CutPrefix(href, "cid:")
	if !ok {
		return fmt.Errorf("%w: reference in %s is not a Content-ID", ErrXOP, e.Path())
	}
	key, ok := in.find(id)
	if !ok {
		return fmt.Errorf("%w: the part named in %s is missing", ErrXOP, e.Path())
	}
	if in.used[key] {
		return fmt.Errorf("%w: the part named in %s is named twice", ErrXOP, e.Path())
	}
	in.used[key] = true
	e.Children = nil
	if part := in.parts[key]; len(part) > 0 {
		e.Children = []xmlsafe.Node{xmlsafe.Text(base64.StdEncoding.EncodeToString(part))}
	}
	return nil
}

// find gives the key of a part: by the decoded reference, and as it stands for
// senders who do not encode.
func (in *inliner) find(id string) (key string, ok bool) {
	names := []string{id}
	if decoded, err := url.PathUnescape(id); err == nil && decoded != id {
		names = []string{decoded, id}
	}
	for _, name := range names {
		for _, key := range []string{name, "<" + name + ">"} {
			if _, ok := in.parts[key]; ok {
				return key, true
			}
		}
	}
	return "", false
}
