package xmldsig

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// VerifyOptions say what is accepted.
type VerifyOptions struct {
	// Trust decides about the certificate, its term included. It must be given.
	Trust func(*cert.Certificate) error
	// Enveloped: the signature stands inside the target and takes itself out.
	// Otherwise it must stand outside.
	Enveloped bool
	// Plain: canonicalisation only, without the bus's transform. Never set for
	// messages of the bus.
	Plain bool
	// Separate: the signature is in a document of its own. Never set for
	// messages of the bus.
	Separate bool
	// Consume gives up what is below the element, valid or not, as soon as its
	// canonical form is taken: of a large message there are not two trees then.
	// Not for enveloped signatures.
	Consume bool
}

// Verified is what a valid signature covers.
type Verified struct {
	// Element is the signed element, read from Canonical: the very tree whose
	// digest was compared. Nothing else of the message may be believed. It is
	// the root of its own document; offsets refer to Canonical.
	Element *xmlsafe.Element
	// Canonical is the exclusive canonical form of the signed element, a
	// self-contained document.
	Canonical string
	// Certificate is that of whoever signed.
	Certificate *cert.Certificate
}

// Verify checks that signature, a ds:Signature, is a valid signature of target
// by somebody trusted. The caller finds both by their place in the document;
// Verify makes sure that they belong together: the only Reference names the
// Id of target and nothing else in the document has that Id (smev3.md f,
// Verifying received messages). Any xop:Include must have been inlined before.
//
// The transform makes prefixes insignificant, so values that contain prefixes
// (xsi:type, QNames in text) are not protected and must not decide anything.
func Verify(signature, target *xmlsafe.Element, opts VerifyOptions) (*Verified, error) {
	s, err := readSignature(signature)
	if err != nil {
		return nil, fmt.Errorf("verify signature: %w", err)
	}
	if err := s.checkReference(target, opts); err != nil {
		return nil, fmt.Errorf("verify signature: %w", err)
	}
	if err := s.checkValue(); err != nil {
		return nil, fmt.Errorf("verify signature: %w", err)
	}
	v, digest, err := referenced(signature, target, opts, s.family)
	if err != nil {
		return nil, fmt.Errorf("verify signature: %w", err)
	}
	if !bytes.Equal(digest, s.info.digest) {
		return nil, fmt.Errorf("verify signature: %w", ErrDigest)
	}
	if opts.Trust == nil {
		return nil, fmt.Errorf("verify signature: %w: no rule of trust given", ErrUntrusted)
	}
	if err := opts.Trust(s.certificate); err != nil {
		return nil, fmt.Errorf("verify signature: %w: %w", ErrUntrusted, err)
	}
	v.Certificate = s.certificate
	return v, nil
}

// signatureParts is a ds:Signature taken apart.
type signatureParts struct {
	element     *xmlsafe.Element
	canonical   []byte // SignedInfo
	info        *signedInfo
	family      family
	value       []byte
	certificate *cert.Certificate
}

// readSignature checks everything about a ds:Signature that can be checked
// without its target and without arithmetic.
func readSignature(e *xmlsafe.Element) (*signatureParts, error) {
	if e == nil || !e.Is(Namespace, "Signature") {
		return nil, fmt.Errorf("%w: no ds:Signature where one is expected", ErrStructure)
	}
	if err := onlyAttributes(e, "Id"); err != nil {
		return nil, err
	}
	parts, err := children(e, "SignedInfo", "SignatureValue", "KeyInfo")
	if err != nil {
		return nil, err
	}
	s := &signatureParts{element: e}
	if s.canonical, err = canonicalSignedInfo(parts[0]); err != nil {
		return nil, err
	}
	if s.info, err = readSignedInfo(s.canonical); err != nil {
		return nil, err
	}
	if s.family, err = checkMethods(s.info.signatureMethod, s.info.digestMethod); err != nil {
		return nil, err
	}
	if got, want := len(s.info.digest), s.family.digestSize(); got != want {
		return nil, fmt.Errorf("%w: DigestValue of %d bytes, %d expected", ErrStructure, got, want)
	}
	if s.value, err = binary(parts[1]); err != nil {
		return nil, err
	}
	if got, want := len(s.value), 2*s.family.digestSize(); got != want {
		return nil, fmt.Errorf("%w: SignatureValue of %d bytes, %d expected", ErrStructure, got, want)
	}
	if s.certificate, err = readKeyInfo(parts[2]); err != nil {
		return nil, err
	}
	if s.certificate.DigestSize() != s.family.digestSize() {
		return nil, fmt.Errorf("%w: key of the certificate does not belong to SignatureMethod %q", ErrAlgorithm, s.info.signatureMethod)
	}
	return s, nil
}

// readKeyInfo gives the only certificate of a KeyInfo. Other descriptions of
// the certificate in X509Data are ignored; other kinds of keys are refused.
func readKeyInfo(e *xmlsafe.Element) (*cert.Certificate, error) {
	parts, err := children(e, "X509Data")
	if err != nil {
		return nil, err
	}
	var found *xmlsafe.Element
	for _, c := range parts[0].Elements() {
		switch {
		case c.Is(Namespace, "X509Certificate") && found == nil:
			found = c
		case c.Is(Namespace, "X509IssuerSerial"), c.Is(Namespace, "X509SubjectName"), c.Is(Namespace, "X509SKI"):
		default:
			return nil, fmt.Errorf("%w: element %q in X509Data", ErrStructure, c.Local)
		}
	}
	if found == nil {
		return nil, fmt.Errorf("%w: no X509Certificate", ErrStructure)
	}
	der, err := binary(found)
	if err != nil {
		return nil, err
	}
	c, err := cert.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCertificate, err)
	}
	return c, nil
}

// checkReference makes sure that the signature is about target.
func (s *signatureParts) checkReference(target *xmlsafe.Element, opts VerifyOptions) error {
	want := Reference{Enveloped: opts.Enveloped, Plain: opts.Plain}.transforms()
	if !slices.Equal(s.info.transforms, want) {
		return fmt.Errorf("%w: Transforms are not exactly %q", ErrAlgorithm, want)
	}
	switch {
	case target == nil:
		return fmt.Errorf("%w: the element it must cover is missing", ErrReference)
	case opts.Separate == (target.Root() == s.element.Root()):
		return fmt.Errorf("%w: signature and element have to be of %s", ErrReference, map[bool]string{true: "two documents", false: "one document"}[opts.Separate])
	case s.element.Contains(target):
		return fmt.Errorf("%w: the element is inside the signature", ErrReference)
	case opts.Enveloped != target.Contains(s.element):
		return fmt.Errorf("%w: the signature is on the wrong side of the element's border", ErrReference)
	}
	if s.info.uri == "" && opts.Enveloped && target.Parent == nil {
		return nil // the whole document
	}
	for _, a := range target.Attrs {
		if xmlsafe.IsID(a) && a.Value != "" && s.info.uri == "#"+a.Value {
			return uniqueID(target, a.Value)
		}
	}
	return fmt.Errorf("%w: Reference does not name the Id of %s", ErrReference, target.Path())
}

// uniqueID makes sure that nothing but target has that identifier.
func uniqueID(target *xmlsafe.Element, id string) error {
	alone := target.Root().Walk(func(e *xmlsafe.Element) bool {
		if e == target {
			return true
		}
		return !slices.ContainsFunc(e.Attrs, func(a xmlsafe.Attr) bool { return xmlsafe.IsID(a) && a.Value == id })
	})
	if !alone {
		return fmt.Errorf("%w: another element has the Id of %s", ErrReference, target.Path())
	}
	return nil
}

// checkValue checks SignatureValue against the canonical SignedInfo.
func (s *signatureParts) checkValue() error {
	h := cert.NewDigest(s.family.digestSize())
	h.Write(s.canonical)
	if err := s.certificate.PublicKey.Verify(h.Sum(nil), s.value); err != nil {
		return fmt.Errorf("%w: %w", ErrSignatureValue, err)
	}
	return nil
}

// referenced applies the transforms to target. The digest is computed from the
// tree that is returned, not from the original one.
func referenced(signature, target *xmlsafe.Element, opts VerifyOptions, f family) (*Verified, []byte, error) {
	if opts.Enveloped {
		target = without(target, signature)
	}
	var canonical strings.Builder
	canonical.Grow((target.End - target.Start) * 9 / 8)
	if err := Canonicalize(&canonical, target); err != nil {
		return nil, nil, err
	}
	if opts.Consume && !opts.Enveloped {
		empty(target)
	}
	doc, err := parseCanonical(canonical.String())
	if err != nil {
		return nil, nil, err
	}
	h := cert.NewDigest(f.digestSize())
	if opts.Plain {
		err = Canonicalize(h, doc.Root)
	} else {
		err = TransformElement(h, doc.Root)
	}
	if err != nil {
		return nil, nil, err
	}
	return &Verified{Element: doc.Root, Canonical: canonical.String()}, h.Sum(nil), nil
}

// empty takes a tree apart: elements are allocated together, so that one which is
// still used would keep what hangs on its neighbours.
func empty(e *xmlsafe.Element) {
	for _, n := range e.Children {
		if inner, ok := n.(*xmlsafe.Element); ok {
			empty(inner)
		}
	}
	e.Children = nil
}

// without gives a copy of e in which the element cut, somewhere below it, is
// missing. What is not on the way to cut is shared with the original.
func without(e, cut *xmlsafe.Element) *xmlsafe.Element {
	c := *e
	c.Children = nil
	for _, n := range e.Children {
		inner, ok := n.(*xmlsafe.Element)
		switch {
		case ok && inner == cut:
			continue
		case ok && inner.Contains(cut):
			n = without(inner, cut)
		}
		c.Children = append(c.Children, n)
	}
	return &c
}
