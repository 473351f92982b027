package xmldsig

import (
	"bytes"
	"fmt"
	"io"
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
	// Source is the document as it was read, if the inside of the element is to be
	// taken from there and not from the tree: an outline will do as the tree.
	Source []byte
	// Content tells, of elements at or below the verified one, whose inside is
	// wanted as octets (Verified.Content) instead of a tree. Not with Plain.
	Content func(e *xmlsafe.Element) bool
}

// Verified is what a valid signature covers.
type Verified struct {
	// Element is the signed element, made in the pass that fed the digest, of
	// what went into it: what the digest does not see is not there. Nothing else
	// of the message may be believed. It is the root of its own document. With
	// Content, what it holds in place of its content is the root of that, empty.
	Element *xmlsafe.Element
	// Content is what is inside of the elements VerifyOptions.Content chose, in
	// the same words: documents that stand alone, one after the other.
	Content []byte
	// Certificate is that of whoever signed.
	Certificate *cert.Certificate
}

// Verify checks that signature, a ds:Signature, is a valid signature of target
// by somebody trusted. The caller finds both by their place in the document;
// Verify makes sure that they belong together: the only Reference names the
// Id of target and nothing else in the document has that Id
// (adapter/smev/SPEC.md#verification). Any xop:Include must have been inlined before.
//
// What is cheap and decides most comes first: sizes and structure, the
// certificate, the signature value; only then is the element read at all.
//
// The transform makes prefixes insignificant, so values that contain prefixes
// (xsi:type, QNames in text) are not protected and must not decide anything.
func Verify(signature, target *xmlsafe.Element, opts VerifyOptions) (*Verified, error) {
	v, err := verify(signature, target, opts)
	if err != nil {
		return nil, fmt.Errorf("verify signature: %w", err)
	}
	return v, nil
}

func verify(signature, target *xmlsafe.Element, opts VerifyOptions) (*Verified, error) {
	s, err := readSignature(signature)
	if err != nil {
		return nil, err
	}
	if err := s.checkReference(target, opts); err != nil {
		return nil, err
	}
	if opts.Trust == nil {
		return nil, fmt.Errorf("%w: no rule of trust given", ErrUntrusted)
	}
	if err := opts.Trust(s.certificate); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if err := s.checkValue(); err != nil {
		return nil, err
	}
	v, digest, err := s.referenced(target, opts)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(digest, s.info.digest) {
		return nil, ErrDigest
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
	if size := e.End - e.Start; size > maxSignature {
		return nil, fmt.Errorf("%w: %d bytes, %d allowed", ErrStructure, size, maxSignature)
	}
	parts, err := children(e, "SignedInfo", "SignatureValue", "KeyInfo")
	if err != nil {
		return nil, err
	}
	s := &signatureParts{element: e}
	// The structure as it came first, so that nothing but a SignedInfo is
	// canonicalised; what is believed is read from its canonical form.
	asItCame, err := signedInfoOf(parts[0])
	if err != nil {
		return nil, err
	}
	if _, err := asItCame.checkMethods(); err != nil {
		return nil, err
	}
	if s.canonical, err = canonicalSignedInfo(parts[0]); err != nil {
		return nil, err
	}
	if s.info, err = readSignedInfo(s.canonical); err != nil {
		return nil, err
	}
	if s.family, err = s.info.checkMethods(); err != nil {
		return nil, err
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

// maxSignature bounds a ds:Signature in the source. Real ones take a few
// kilobytes, most of them the certificate.
const maxSignature = 128 << 10

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
			return nil, fmt.Errorf("%w: element %.80q in X509Data", ErrStructure, c.Local)
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
		return e == target || !slices.ContainsFunc(e.Attrs, func(a xmlsafe.Attr) bool { return xmlsafe.IsID(a) && a.Value == id })
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

// referenced applies the transforms to target and reads the result.
func (s *signatureParts) referenced(target *xmlsafe.Element, opts VerifyOptions) (*Verified, []byte, error) {
	f := form{target: target, source: opts.Source, plain: opts.Plain, strict: !opts.Plain, id: s.info.uri}
	if opts.Enveloped {
		f.cut = s.element
	}
	h := cert.NewDigest(s.family.digestSize())
	if opts.Plain {
		var canonical strings.Builder
		if err := f.write(io.MultiWriter(h, &canonical), nil); err != nil {
			return nil, nil, err
		}
		doc, err := parseCanonical(canonical.String())
		if err != nil {
			return nil, nil, err
		}
		return &Verified{Element: doc.Root}, h.Sum(nil), nil
	}
	r := &reader{content: opts.Content}
	if opts.Source != nil {
		const most, least = 3, 64 << 10
		r.alone.most = most*(target.End-target.Start) + least
	}
	if err := f.write(h, r); err != nil {
		return nil, nil, err
	}
	return &Verified{Element: r.root, Content: r.alone.done}, h.Sum(nil), nil
}
