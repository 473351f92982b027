package xmldsig

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"egissogw/crypto/xmlsafe"
)

// signedInfo is what a ds:SignedInfo says.
type signedInfo struct {
	signatureMethod, digestMethod string
	uri                           string
	transforms                    []string
	digest                        []byte
}

// maxSignedInfo bounds SignedInfo in the source; real ones take about a
// kilobyte, and the second canonicalizer is not made for more.
const maxSignedInfo = 32 << 10

// maxTransforms is more than any signature we accept has.
const maxTransforms = 8

// canonicalSignedInfo gives the octets the signature value is made over. Two
// independent canonicalizers, ours and goxmldsig's, have to agree on them.
//
// Ours is the one that counts: goxmldsig's orders qualified attributes wrongly
// in some documents and writes superfluous xmlns="" (see the tests, where
// libxml2 sides with ours). On a real SignedInfo they are always equal, so
// whatever makes them differ is a construction nobody needs and is refused.
func canonicalSignedInfo(e *xmlsafe.Element) ([]byte, error) {
	var ours bytes.Buffer
	if err := Canonicalize(&ours, e); err != nil {
		return nil, err
	}
	theirs, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(etreeOf(e))
	if err != nil {
		return nil, fmt.Errorf("%w: second canonicalisation of SignedInfo: %w", ErrStructure, err)
	}
	if !bytes.Equal(ours.Bytes(), theirs) {
		return nil, fmt.Errorf("%w: canonical form of SignedInfo is ambiguous", ErrStructure)
	}
	return ours.Bytes(), nil
}

// etreeOf copies an element for goxmldsig, which changes what it is given and
// never looks above it: the copy declares itself what it uses.
func etreeOf(e *xmlsafe.Element) *etree.Element {
	root := etreeCopy(e)
	declare := func(prefix string, outside bool) {
		for outer := e.Parent; outside && outer != nil; outer = outer.Parent {
			for _, d := range outer.Decls {
				if name := declarationName(d); d.Prefix == prefix && root.SelectAttr(name) == nil {
					root.CreateAttr(name, d.URI)
				}
			}
		}
	}
	e.Walk(func(inner *xmlsafe.Element) bool {
		declare(inner.Prefix, true)
		for _, a := range inner.Attrs {
			declare(a.Prefix, a.Prefix != "")
		}
		return true
	})
	return root
}

func etreeCopy(e *xmlsafe.Element) *etree.Element {
	c := etree.NewElement(qualifiedName(e.Prefix, e.Local))
	for _, d := range e.Decls {
		c.CreateAttr(declarationName(d), d.URI)
	}
	for _, a := range e.Attrs {
		c.CreateAttr(qualifiedName(a.Prefix, a.Local), a.Value)
	}
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			c.AddChild(etreeCopy(n))
		case xmlsafe.Text:
			c.CreateText(string(n))
		case xmlsafe.Comment:
			c.CreateComment(string(n))
		case *xmlsafe.ProcInst:
			c.CreateProcInst(n.Target, n.Data)
		}
	}
	return c
}

func qualifiedName(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}

func declarationName(d xmlsafe.Decl) string {
	if d.Prefix == "" {
		return "xmlns"
	}
	return "xmlns:" + d.Prefix
}

// readSignedInfo reads a SignedInfo from its canonical octets, so that what is
// believed is what the signature value covers.
func readSignedInfo(canonical []byte) (*signedInfo, error) {
	doc, err := xmlsafe.Parse(canonical, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("%w: SignedInfo: %w", ErrStructure, err)
	}
	return signedInfoOf(doc.Root)
}

// signedInfoOf reads a SignedInfo and refuses whatever it need not have.
func signedInfoOf(e *xmlsafe.Element) (*signedInfo, error) {
	if size := e.End - e.Start; size > maxSignedInfo {
		return nil, fmt.Errorf("%w: SignedInfo of %d bytes, %d allowed", ErrStructure, size, maxSignedInfo)
	}
	if err := onlyAttributes(e, "Id"); err != nil {
		return nil, err
	}
	parts, err := children(e, "CanonicalizationMethod", "SignatureMethod", "Reference")
	if err != nil {
		return nil, err
	}
	c14n, err := algorithm(parts[0])
	if err != nil {
		return nil, err
	}
	if c14n != ExclusiveC14N {
		return nil, fmt.Errorf("%w: CanonicalizationMethod %.200q", ErrAlgorithm, c14n)
	}
	info := new(signedInfo)
	if info.signatureMethod, err = algorithm(parts[1]); err != nil {
		return nil, err
	}
	return info, info.readReference(parts[2])
}

// readReference reads the only Reference.
func (info *signedInfo) readReference(e *xmlsafe.Element) error {
	if err := onlyAttributes(e, "URI", "Id"); err != nil {
		return err
	}
	uri, ok := e.Attr("", "URI")
	if !ok {
		return fmt.Errorf("%w: Reference without URI", ErrStructure)
	}
	info.uri = uri
	parts, err := children(e, "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	if err := onlyAttributes(parts[0]); err != nil {
		return err
	}
	if !xmlsafe.IsSpace(parts[0].Text()) {
		return fmt.Errorf("%w: text in Transforms", ErrStructure)
	}
	transforms := parts[0].Elements()
	if len(transforms) > maxTransforms {
		return fmt.Errorf("%w: %d transforms", ErrStructure, len(transforms))
	}
	for _, t := range transforms {
		if !t.Is(Namespace, "Transform") {
			return fmt.Errorf("%w: element %.80q in Transforms", ErrStructure, t.Local)
		}
		uri, err := algorithm(t)
		if err != nil {
			return err
		}
		info.transforms = append(info.transforms, uri)
	}
	if info.digestMethod, err = algorithm(parts[1]); err != nil {
		return err
	}
	info.digest, err = binary(parts[2])
	return err
}

// children checks that e has exactly these child elements of the signature
// namespace, in this order, and nothing but white space between them.
func children(e *xmlsafe.Element, names ...string) ([]*xmlsafe.Element, error) {
	found := e.Elements()
	for i, c := range found {
		if i >= len(names) || !c.Is(Namespace, names[i]) {
			return nil, fmt.Errorf("%w: element %.80q in %s", ErrStructure, c.Local, e.Local)
		}
	}
	if len(found) < len(names) {
		return nil, fmt.Errorf("%w: %s without %s", ErrStructure, e.Local, names[len(found)])
	}
	if !xmlsafe.IsSpace(e.Text()) {
		return nil, fmt.Errorf("%w: text in %s", ErrStructure, e.Local)
	}
	return found, nil
}

// onlyAttributes checks that e has no attributes but those, without namespace.
func onlyAttributes(e *xmlsafe.Element, names ...string) error {
next:
	for _, a := range e.Attrs {
		for _, n := range names {
			if a.Space == "" && a.Local == n {
				continue next
			}
		}
		return fmt.Errorf("%w: attribute %.80q of %s", ErrStructure, a.Local, e.Local)
	}
	return nil
}

// algorithm reads an element that has an Algorithm and no parameters.
func algorithm(e *xmlsafe.Element) (string, error) {
	if err := onlyAttributes(e, "Algorithm"); err != nil {
		return "", err
	}
	uri, ok := e.Attr("", "Algorithm")
	if !ok {
		return "", fmt.Errorf("%w: %s without Algorithm", ErrStructure, e.Local)
	}
	if _, err := children(e); err != nil {
		return "", err
	}
	return uri, nil
}

// binary reads an element of type xs:base64Binary.
func binary(e *xmlsafe.Element) ([]byte, error) {
	for _, n := range e.Children {
		if _, ok := n.(xmlsafe.Text); !ok {
			return nil, fmt.Errorf("%w: markup in %s", ErrStructure, e.Local)
		}
	}
	b, err := decodeBase64(e.Text())
	if err != nil {
		return nil, fmt.Errorf("%w: %s is not base64", ErrStructure, e.Local)
	}
	return b, nil
}

// decodeBase64 decodes xs:base64Binary: white space is allowed anywhere.
func decodeBase64(s string) ([]byte, error) {
	return base64.StdEncoding.Strict().DecodeString(strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r':
			return -1
		}
		return r
	}, s))
}
