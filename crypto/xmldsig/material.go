package xmldsig

import (
	"bytes"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// Material is what a signature can be checked with by tools that know no XML: the value is
// of SignedInfo, and Digest, inside of it, is of the octets of the signed element.
type Material struct {
	// Place is the path of the ds:Signature.
	Place string
	// SignedInfo is canonical: the octets that were signed.
	SignedInfo []byte
	// Value is the signature, as OpenSSL's gost engine takes it: s, then r, both big-endian.
	Value []byte
	// Digest is that of the signed element, of 32 or 64 bytes.
	Digest      []byte
	Certificate *cert.Certificate
	// Signed are the octets the digest is of; nil where the element is not in this document.
	Signed []byte
}

// Materials takes the signatures of a document apart, in its order, at most 100. source is what root
// was read from, which may be an [Outline]. Nothing is verified; signatures that do not have
// the form SMEV asks for are left out.
func Materials(root *xmlsafe.Element, source []byte) []Material {
	const most = 100
	var all []Material
	root.Walk(func(e *xmlsafe.Element) bool {
		if !e.Is(Namespace, "Signature") {
			return len(all) < most
		}
		x := explainer{opts: ExplainOptions{Source: source}, signature: e}
		if err := x.read(); err != nil {
			return true
		}
		m := Material{
			Place: e.Path(), SignedInfo: x.parts.canonical, Value: x.parts.value, Digest: x.parts.info.digest, Certificate: x.parts.certificate,
		}
		var octets bytes.Buffer
		if x.findTarget() && x.form(x.target).write(&octets, nil) == nil {
			m.Signed = octets.Bytes()
		}
		all = append(all, m)
		return len(all) < most
	})
	return all
}
