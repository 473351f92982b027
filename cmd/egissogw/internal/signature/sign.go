package signature

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// Signer is what every kind of signer is to this package.
type Signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) ([]byte, error)
}

// SignEnveloped puts a signature into the root of the document, of which nothing
// else changes.
func SignEnveloped(ctx context.Context, s Signer, doc *Document, plain bool) ([]byte, error) {
	signed, err := xmldsig.SignEnveloped(ctx, s, doc.Source, plain)
	if err != nil {
		return nil, signingReason(err)
	}
	result, err := xmlsafe.Parse(signed, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("проверка сделанной подписи: %w", err)
	}
	all := result.Root.Childs(xmldsig.Namespace, "Signature")
	options := xmldsig.VerifyOptions{Enveloped: true, Plain: plain}
	return signed, checkSigned(s, all[len(all)-1], result.Root, options)
}

// SignElement signs the element with that Id, or the root, and gives the signature alone.
func SignElement(ctx context.Context, s Signer, doc *Document, id string, plain bool) ([]byte, error) {
	if id == "" {
		if id = elementID(doc.Root); id == "" {
			return nil, errors.New("у корневого элемента нет Id: укажите подписываемый элемент, --id ID")
		}
	}
	e, err := doc.ByID(id)
	if err != nil {
		return nil, err
	}
	digest, err := xmldsig.Digest(e, s.Certificate().DigestSize(), plain)
	if err != nil {
		return nil, signingReason(err)
	}
	signature, err := xmldsig.SignReference(ctx, s, xmldsig.Reference{ID: id, Digest: digest, Plain: plain})
	if err != nil {
		return nil, signingReason(err)
	}
	result, err := xmlsafe.Parse(signature, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("проверка сделанной подписи: %w", err)
	}
	return signature, checkSigned(s, result.Root, e, xmldsig.VerifyOptions{Plain: plain, Separate: true})
}

// checkSigned verifies what was made the way a receiver does.
func checkSigned(s Signer, signature, target *xmlsafe.Element, options xmldsig.VerifyOptions) error {
	options.Trust = func(c *cert.Certificate) error {
		if !bytes.Equal(c.Raw, s.Certificate().Raw) {
			return errors.New("another certificate than the signer's")
		}
		return nil
	}
	if _, err := xmldsig.Verify(signature, target, options); err != nil {
		return fmt.Errorf("проверка сделанной подписи: %w", fault.Because(err))
	}
	return nil
}

// signingReason adds what to do about content the bus's transform cannot take.
func signingReason(err error) error {
	if errors.Is(err, xmldsig.ErrTransform) {
		return fmt.Errorf("%w; если документ не для СМЭВ, подпишите его с --plain", fault.Because(err))
	}
	return fault.Because(err)
}

// elementID is the identifier of an element, empty without one.
func elementID(e *xmlsafe.Element) string {
	for _, a := range e.Attrs {
		if xmlsafe.IsID(a) {
			return a.Value
		}
	}
	return ""
}
