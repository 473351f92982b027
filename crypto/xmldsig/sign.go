package xmldsig

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// Signer turns a digest into a signature: s‖r, big-endian halves
// (adapter/smev/SPEC.md#computing). The digest is the natural output of Streebog of the size that
// goes with the certificate's key.
type Signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) (signature []byte, err error)
}

// dataSigner is a signer that can only sign data which it hashes itself, such
// as a command of a CSP. Where a signer is one, it gets the data.
type dataSigner interface {
	SignData(ctx context.Context, data []byte) (signature []byte, err error)
}

// Reference says what a new signature refers to.
type Reference struct {
	// ID is the identifier of the signed element. It may be empty only for an
	// enveloped signature of a whole document.
	ID string
	// Digest is that of the element after all transforms, of the size that goes
	// with the signer's key.
	Digest []byte
	// Enveloped: the signature will stand inside the signed element.
	Enveloped bool
	// Plain leaves the bus's transform out: canonicalisation only. Never used
	// for messages of the bus.
	Plain bool
}

// transforms lists what the Reference names, in order.
func (r Reference) transforms() []string {
	var list []string
	if r.Enveloped {
		list = append(list, EnvelopedSignature)
	}
	list = append(list, ExclusiveC14N)
	if !r.Plain {
		list = append(list, SMEVTransform)
	}
	return list
}

// Sign makes the detached signature of a message of the bus: the ds:Signature
// element, without any white space, referring to the element with that Id.
// digest is that of the element's normal form, which a Writer gives.
//
// The signature is verified with the signer's certificate before it is
// returned, so a faulty token or driver is found before the bus finds it.
func Sign(ctx context.Context, signer Signer, id string, digest []byte) (signature []byte, err error) {
	return SignReference(ctx, signer, Reference{ID: id, Digest: digest})
}

// SignReference is Sign for other kinds of references.
func SignReference(ctx context.Context, signer Signer, ref Reference) (signature []byte, err error) {
	c := signer.Certificate()
	size := c.DigestSize()
	switch {
	case len(ref.Digest) != size:
		return nil, fmt.Errorf("sign: digest of %d bytes for a key with digests of %d", len(ref.Digest), size)
	case ref.ID == "" && !ref.Enveloped || ref.ID != "" && !xmlsafe.IsNCName(ref.ID):
		return nil, fmt.Errorf("sign: %.200q is not usable as an Id", ref.ID)
	}
	body := ref.signedInfoBody(size)
	signedInfo := []byte(`<ds:SignedInfo xmlns:ds="` + Namespace + `"` + body)
	h := cert.NewDigest(size)
	h.Write(signedInfo)
	digest := h.Sum(nil)
	value, err := signatureOf(ctx, signer, signedInfo, digest)
	if err != nil {
		return nil, &SigningError{err}
	}
	if err := c.PublicKey.Verify(digest, value); err != nil {
		return nil, &SigningError{fmt.Errorf("the signer's own result: %w: %w", ErrSignatureValue, err)}
	}
	var b bytes.Buffer
	b.WriteString(`<ds:Signature xmlns:ds="` + Namespace + `"><ds:SignedInfo` + body)
	b.WriteString(`<ds:SignatureValue>` + base64.StdEncoding.EncodeToString(value) + `</ds:SignatureValue>`)
	b.WriteString(`<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(c.Raw))
	b.WriteString(`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>`)
	return b.Bytes(), checkOwn(b.Bytes(), digest, size)
}

// SigningError says that it was the signer that gave no signature, or one that does not hold.
type SigningError struct{ Err error }

// Error says so.
func (e *SigningError) Error() string { return "sign SignedInfo: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *SigningError) Unwrap() error { return e.Err }

// signatureOf gives the signer what it can sign: the data or their digest.
func signatureOf(ctx context.Context, signer Signer, data, digest []byte) ([]byte, error) {
	if s, ok := signer.(dataSigner); ok {
		return s.SignData(ctx, data)
	}
	return signer.SignDigest(ctx, digest)
}

// signedInfoBody writes SignedInfo behind the namespace declaration of its
// start tag, already in canonical form.
func (r Reference) signedInfoBody(size int) string {
	var b strings.Builder
	algorithm := func(name, uri string) {
		b.WriteString("<ds:" + name + ` Algorithm="` + uri + `"></ds:` + name + ">")
	}
	uri := ""
	if r.ID != "" {
		uri = "#" + r.ID
	}
	b.WriteString(">")
	algorithm("CanonicalizationMethod", ExclusiveC14N)
	algorithm("SignatureMethod", SignatureMethod(size))
	b.WriteString(`<ds:Reference URI="` + uri + `"><ds:Transforms>`)
	for _, t := range r.transforms() {
		algorithm("Transform", t)
	}
	b.WriteString("</ds:Transforms>")
	algorithm("DigestMethod", DigestMethod(size))
	b.WriteString("<ds:DigestValue>" + base64.StdEncoding.EncodeToString(r.Digest) + "</ds:DigestValue></ds:Reference></ds:SignedInfo>")
	return b.String()
}

// checkOwn reads a finished signature as a receiver would and makes sure both
// canonicalizers arrive at the digest that was signed.
func checkOwn(signature, digest []byte, size int) error {
	doc, err := xmlsafe.Parse(signature, xmlsafe.Limits{})
	if err != nil {
		return fmt.Errorf("check own signature: %w", err)
	}
	canonical, err := canonicalSignedInfo(doc.Root.Child(Namespace, "SignedInfo"))
	if err != nil {
		return fmt.Errorf("check own signature: %w", err)
	}
	h := cert.NewDigest(size)
	h.Write(canonical)
	if !bytes.Equal(h.Sum(nil), digest) {
		return fmt.Errorf("check own signature: SignedInfo is not canonical: %w", ErrSignatureValue)
	}
	return nil
}
