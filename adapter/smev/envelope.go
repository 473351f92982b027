package smev

import (
	"bytes"
	"context"
	"fmt"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
)

// Signer makes the signature of the information system (ЭП-ОВ) over a digest.
type Signer interface {
	// Certificate is the one the bus knows the system by.
	Certificate() *cert.Certificate
	// SignDigest signs a Streebog digest of the size the certificate asks for;
	// the result is s and r, each big-endian.
	SignDigest(ctx context.Context, digest []byte) (signature []byte, err error)
}

// Prefixes of the envelope's namespaces. Content comes with prefixes of its own,
// usually of one letter; these stay out of their way.
const (
	prefixTypes = "st"
	prefixBasic = "sb"
)

// Ids of the signed elements, by the bus's convention (SPEC.md#signed-elements).
const (
	idRequest  = "SIGNED_BY_CONSUMER"
	idResponse = "SIGNED_BY_PROVIDER"
	idCaller   = "SIGNED_BY_CALLER"
)

// call is one call being written.
type call struct {
	version   Version
	operation Operation
	// id is the Id of the signed element, which signed must set.
	id string
	// prefixes are declared on the signed element besides the envelope's own.
	prefixes []xmldsig.Prefix
	// before, if set, writes what stands before the signed element.
	before func(buf *bytes.Buffer) error
	// signed writes the signed element, whole.
	signed func(w *xmldsig.Writer) error
	// unsigned, if set, writes what stands between the signed element and its
	// signature.
	unsigned func(buf *bytes.Buffer)
}

// build writes the envelope: an empty soap:Header, without which the bus refuses
// the call (PoorSOAPEnvelopeFormat), and in the body the signed element with its
// signature as a sibling (SPEC.md#transport, #signed-elements, #signature). The signed element is
// written once, compactly, while its digest is taken of the normal form. The result is final:
// any change, even of white space, breaks the signature.
func (c call) build(ctx context.Context, signer Signer) ([]byte, error) {
	var buf bytes.Buffer
	buf.WriteString(`<soap:Envelope xmlns:soap="` + SOAPNamespace + `"><soap:Header/><soap:Body><` +
		prefixTypes + `:` + c.operation.RequestElement() + ` xmlns:` + prefixTypes + `="` + c.version.Types + `">`)
	if c.before != nil {
		if err := c.before(&buf); err != nil {
			return nil, fmt.Errorf("write %s: %w", c.operation.RequestElement(), err)
		}
	}

	digest := cert.NewDigest(signer.Certificate().DigestSize())
	prefixes := append([]xmldsig.Prefix{{Prefix: prefixTypes, URI: c.version.Types}, {Prefix: prefixBasic, URI: c.version.Basic}}, c.prefixes...)
	w := xmldsig.NewWriter(&buf, digest, prefixes)
	if err := c.signed(w); err != nil {
		return nil, fmt.Errorf("write %s: %w", c.operation.RequestElement(), err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("write %s: %w", c.operation.RequestElement(), err)
	}
	if c.unsigned != nil {
		c.unsigned(&buf)
	}
	signature, err := xmldsig.Sign(ctx, signer, c.id, digest.Sum(nil))
	if err != nil {
		return nil, signingFailed(ctx, fmt.Errorf("sign %s: %w", c.operation.RequestElement(), err))
	}
	buf.WriteString(`<` + prefixTypes + `:CallerInformationSystemSignature>`)
	buf.Write(signature)
	buf.WriteString(`</` + prefixTypes + `:CallerInformationSystemSignature></` + prefixTypes + `:` + c.operation.RequestElement() +
		`></soap:Body></soap:Envelope>`)
	return buf.Bytes(), nil
}

// signingFailed keeps a signer that is out of its own time from looking like a bus that does not answer.
func signingFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &signError{err}
}

// signError says that nothing was asked of the bus.
type signError struct{ error }

func (e *signError) Unwrap() error { return e.error }

func idAttr(id string) xmldsig.Attr { return xmldsig.Attr{Local: "Id", Value: id} }
