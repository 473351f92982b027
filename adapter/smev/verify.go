package smev

import (
	"errors"
	"fmt"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// TrustFunc says whether a certificate belongs to the bus, at the time the caller
// cares about. It is required: without it nothing is believed.
type TrustFunc func(c *cert.Certificate) error

// verifyBus checks the bus's signature. Both places are given by the caller: the
// element that will be used and the wrapper holding the signature, its sibling;
// nothing is searched by Id (SPEC.md#verification). The element returned is the verified
// one and the only one whose values may be used.
func (e *envelope) verifyBus(target, message *xmlsafe.Element, v Version, trust TrustFunc) (*xmldsig.Verified, error) {
	if trust == nil {
		return nil, fmt.Errorf("%w: no trusted certificates are configured", ErrUnverified)
	}
	wrapper, ok := message.Only(v.Types, "SMEVSignature")
	if !ok {
		return nil, fmt.Errorf("%w: %s has not exactly one SMEVSignature", ErrUnverified, message.Local)
	}
	signature, ok := wrapper.Only(DSigNamespace, "Signature")
	if !ok || len(wrapper.Elements()) != 1 {
		return nil, fmt.Errorf("%w: SMEVSignature holds not exactly one ds:Signature", ErrUnverified)
	}
	verified, err := xmldsig.Verify(signature, target, xmldsig.VerifyOptions{Trust: trust, Source: e.raw, Content: v.isContent})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnverified, err)
	}
	if !verified.Element.Is(target.Space, target.Local) {
		return nil, fmt.Errorf("%w: %w", ErrUnverified, errors.New("the verified element is another one"))
	}
	return verified, nil
}

// isContent tells whether e holds the primary content of a verified message, by
// its place.
func (v Version) isContent(e *xmlsafe.Element) bool {
	if !e.Is(v.Basic, "MessagePrimaryContent") {
		return false
	}
	data := e.Parent
	return data != nil && data.Parent != nil && data.Parent.Parent == nil &&
		(data.Is(v.Types, "SenderProvidedResponseData") || data.Is(v.Types, "SenderProvidedRequestData"))
}
