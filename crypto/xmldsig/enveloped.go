package xmldsig

import (
	"bytes"
	"context"
	"fmt"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// Digest gives the digest of an element as a Reference needs it: exclusive
// canonicalisation, the bus's transform unless plain, and Streebog of size
// bytes, 32 or 64.
func Digest(e *xmlsafe.Element, size int, plain bool) ([]byte, error) {
	h := cert.NewDigest(size)
	apply := TransformElement
	if plain {
		apply = Canonicalize
	}
	if err := apply(h, e); err != nil {
		return nil, fmt.Errorf("digest %s: %w", e.Path(), err)
	}
	return h.Sum(nil), nil
}

// SignEnveloped signs a whole document and gives it back with the signature as
// the last child of the root; nothing else is changed. The Reference names the
// root's Id if it has one. plain leaves the bus's transform out, for documents
// that are not sent over the bus or have elements without a namespace.
func SignEnveloped(ctx context.Context, signer Signer, data []byte, plain bool) ([]byte, error) {
	doc, err := xmlsafe.Parse(data, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read document to sign: %w", err)
	}
	ref := Reference{Enveloped: true, Plain: plain}
	ref.ID, _ = doc.Root.Attr("", "Id")
	if ref.Digest, err = Digest(doc.Root, signer.Certificate().DigestSize(), plain); err != nil {
		return nil, err
	}
	signature, err := SignReference(ctx, signer, ref)
	if err != nil {
		return nil, err
	}
	return insertLast(data, doc.Root, signature), nil
}

// SignDetached signs a document and gives the signature as a document of its
// own. The root must have an Id.
func SignDetached(ctx context.Context, signer Signer, data []byte, plain bool) ([]byte, error) {
	doc, err := xmlsafe.Parse(data, xmlsafe.Limits{})
	if err != nil {
		return nil, fmt.Errorf("read document to sign: %w", err)
	}
	ref := Reference{Plain: plain}
	var ok bool
	if ref.ID, ok = doc.Root.Attr("", "Id"); !ok {
		return nil, fmt.Errorf("sign: %w: the root has no Id", ErrReference)
	}
	if ref.Digest, err = Digest(doc.Root, signer.Certificate().DigestSize(), plain); err != nil {
		return nil, err
	}
	return SignReference(ctx, signer, ref)
}

// insertLast puts bytes before the end tag of root, expanding an empty-element
// tag.
func insertLast(data []byte, root *xmlsafe.Element, insert []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(data) + len(insert) + len(root.Local) + 8)
	if data[root.End-2] == '/' {
		out.Write(data[:root.End-2])
		out.WriteString(">")
		out.Write(insert)
		out.WriteString("</" + qualifiedName(root.Prefix, root.Local) + ">")
		out.Write(data[root.End:])
		return out.Bytes()
	}
	end := bytes.LastIndex(data[:root.End], []byte("</"))
	out.Write(data[:end])
	out.Write(insert)
	out.Write(data[end:])
	return out.Bytes()
}
