package xmldsig

import (
	"errors"
	"fmt"

	"egissogw/crypto/cert"
)

// Identifiers of XML signatures on the bus (adapter/smev/SPEC.md#algorithms).
const (
	// Namespace is that of ds:Signature.
	Namespace = "http://www.w3.org/2000/09/xmldsig#"
	// ExclusiveC14N is exclusive canonicalisation without comments.
	ExclusiveC14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
	// SMEVTransform is the bus's own transform.
	SMEVTransform = "urn://smev-gov-ru/xmldsig/transform"
	// EnvelopedSignature takes the signature out of the element that holds it.
	EnvelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
)

const (
	urnPrefix  = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
	morePrefix = "http://www.w3.org/2001/04/xmldsig-more#"
)

// Why a signature is refused, matched with errors.Is. A key of GOST R
// 34.10-2001 is refused with cert.ErrGOST2001.
var (
	// ErrStructure: ds:Signature is not built as the protocol prescribes.
	ErrStructure = errors.New("signature is malformed")
	// ErrAlgorithm: an algorithm that is not allowed, or algorithms that do not
	// belong together.
	ErrAlgorithm = errors.New("signature algorithm is not allowed")
	// ErrReference: the signature does not refer to the element it must cover,
	// or not unambiguously.
	ErrReference = errors.New("signature covers another element")
	// ErrCertificate: the certificate in the signature cannot be read.
	ErrCertificate = errors.New("certificate in the signature is unusable")
	// ErrSignatureValue: the signature value does not match SignedInfo and the
	// key.
	ErrSignatureValue = errors.New("signature value does not hold")
	// ErrDigest: the signed element was changed.
	ErrDigest = errors.New("digest of the signed element does not match")
	// ErrUntrusted: the signature holds, but nobody vouches for its certificate.
	ErrUntrusted = errors.New("certificate of the signature is refused")
)

// family is a generation of algorithms.
type family int

const (
	gost2001 family = iota + 1
	gost256
	gost512
)

// digestSize gives the size of digests of a family in bytes.
func (f family) digestSize() int {
	if f == gost512 {
		return 64
	}
	return 32
}

// familyOfSize is the family for keys and digests of that many bytes.
func familyOfSize(size int) family {
	if size == gost512.digestSize() {
		return gost512
	}
	return gost256
}

// signatureMethods and digestMethods are the allow-lists, old forms included.
var (
	signatureMethods = map[string]family{
		morePrefix + "gostr34102001-gostr3411":         gost2001,
		urnPrefix + "gostr34102001-gostr3411":          gost2001,
		urnPrefix + "gostr34102012-gostr34112012-256":  gost256,
		morePrefix + "gostr34102012-gostr34112012-256": gost256,
		urnPrefix + "gostr34102012-gostr34112012-512":  gost512,
		morePrefix + "gostr34102012-gostr34112012-512": gost512,
	}
	digestMethods = map[string]family{
		morePrefix + "gostr3411":         gost2001,
		urnPrefix + "gostr3411":          gost2001,
		urnPrefix + "gostr34112012-256":  gost256,
		morePrefix + "gostr34112012-256": gost256,
		urnPrefix + "gostr34112012-512":  gost512,
		morePrefix + "gostr34112012-512": gost512,
	}
)

// SignatureMethod is the URI to write for signatures with keys whose digests
// have size bytes, 32 or 64.
func SignatureMethod(size int) string {
	if familyOfSize(size) == gost512 {
		return urnPrefix + "gostr34102012-gostr34112012-512"
	}
	return urnPrefix + "gostr34102012-gostr34112012-256"
}

// DigestMethod is the URI to write for digests of size bytes, 32 or 64.
func DigestMethod(size int) string {
	if familyOfSize(size) == gost512 {
		return urnPrefix + "gostr34112012-512"
	}
	return urnPrefix + "gostr34112012-256"
}

// checkMethods gives the common family of both methods, whose digest is as long
// as the one given.
func (info *signedInfo) checkMethods() (family, error) {
	f, err := familyOf(info.signatureMethod, info.digestMethod)
	if got, want := len(info.digest), f.digestSize(); err == nil && got != want {
		return 0, fmt.Errorf("%w: DigestValue of %d bytes, %d expected", ErrStructure, got, want)
	}
	return f, err
}

// familyOf gives the common family of both methods.
func familyOf(signature, digest string) (family, error) {
	s, ok := signatureMethods[signature]
	if !ok {
		return 0, fmt.Errorf("%w: SignatureMethod %.200q", ErrAlgorithm, signature)
	}
	if s == gost2001 {
		return 0, fmt.Errorf("SignatureMethod %q: %w", signature, cert.ErrGOST2001)
	}
	d, ok := digestMethods[digest]
	switch {
	case !ok:
		return 0, fmt.Errorf("%w: DigestMethod %.200q", ErrAlgorithm, digest)
	case d == gost2001:
		return 0, fmt.Errorf("DigestMethod %q: %w", digest, cert.ErrGOST2001)
	case d != s:
		return 0, fmt.Errorf("%w: DigestMethod %q does not belong to SignatureMethod %q", ErrAlgorithm, digest, signature)
	}
	return s, nil
}
