package smev

import (
	"context"
	"errors"
	"fmt"
	"hash"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// idPersonal is the Id of signed content unless another is asked for.
const idPersonal = "SIGNED_BY_OFFICIAL"

// PersonalSignature is the signature of an official (ЭП-СП) over the primary
// content, inside the block the system signs (SPEC.md#signed-elements). It refers to the root
// of the content by an identifier, so the schema of the content must allow that
// attribute there; those of ЕГИССО do not.
type PersonalSignature struct {
	// Signer signs in the official's name.
	Signer Signer
	// ID is the identifier put on the root of the content; empty means
	// SIGNED_BY_OFFICIAL.
	ID string
	// Utility puts it there as wsu:Id (WS-Security utility namespace), for
	// schemas that know only that one, instead of a plain Id.
	Utility bool
}

func (p *PersonalSignature) id() string {
	switch {
	case p == nil:
		return ""
	case p.ID == "":
		return idPersonal
	}
	return p.ID
}

func (p *PersonalSignature) attr() xmldsig.Attr {
	a := idAttr(p.id())
	if p.Utility {
		a.Space = xmlsafe.WSUNamespace
	}
	return a
}

// check refuses what cannot be signed; outer is the Id of the block around it.
func (p *PersonalSignature) check(outer string) error {
	switch {
	case p == nil:
		return nil
	case p.Signer == nil:
		return errors.New("personal signature has no signer")
	case !isXMLName(p.id()) || p.id() == outer:
		return errors.New("personal signature has an unusable id")
	}
	return nil
}

// prefixes adds that of the signature: SignedInfo was digested with it, so the
// message must use the same.
func (p *PersonalSignature) prefixes(content []xmldsig.Prefix) []xmldsig.Prefix {
	if p == nil {
		return content
	}
	return append([]xmldsig.Prefix{{Prefix: "ds", URI: DSigNamespace}}, content...)
}

// personalDigest takes the digest of the content alone: its prefixes count from
// its own root, so the normal form of the block around it is of no use.
type personalDigest struct {
	writer *xmldsig.Writer
	hash   hash.Hash
}

func (p *PersonalSignature) digest() *personalDigest {
	h := cert.NewDigest(p.Signer.Certificate().DigestSize())
	return &personalDigest{writer: xmldsig.NewWriter(nil, h, nil), hash: h}
}

// write signs and writes PersonalSignature, in base64 without line breaks as all
// of the signed block (SPEC.md#inline-files).
func (p *PersonalSignature) write(ctx context.Context, w *xmldsig.Writer, v Version, d *personalDigest) error {
	if err := d.writer.Close(); err != nil {
		return fmt.Errorf("digest of the personal signature: %w", err)
	}
	signature, err := xmldsig.Sign(ctx, p.Signer, p.id(), d.hash.Sum(nil))
	if err != nil {
		return fmt.Errorf("personal signature: %w", err)
	}
	doc, err := xmlsafe.Parse(signature, xmlsafe.Limits{})
	if err != nil {
		return fmt.Errorf("personal signature: %w", err)
	}
	w.Start(v.Types, "PersonalSignature")
	w.Copy(doc.Root)
	w.End()
	return nil
}
