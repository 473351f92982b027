package cert

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// ErrUntrusted means that a certificate is not one, or not issued by one, that was configured.
var ErrUntrusted = errors.New("certificate is not trusted")

// ErrSignature means that the issuer's signature on a certificate does not hold.
var ErrSignature = errors.New("signature on the certificate does not hold")

// TrustMode is how Trust decides.
type TrustMode int

const (
	// Pinned trusts exactly the configured certificates, byte for byte. SMEV's own reference
	// client decides so about the bus.
	Pinned TrustMode = iota
	// Chained trusts certificates issued by a configured certificate of an authority, directly
	// or through other configured ones, and the configured ones themselves never as signers
	// unless they were issued so. Whose they are is for Trust.Of.
	Chained
)

// maxChain bounds the length of a chain, the first certificate included.
const maxChain = 8

// Trust decides which certificates are believed. It is safe for concurrent use.
type Trust struct {
	certs   []*Certificate
	mode    TrustMode
	subject *Subject // nil: anybody
}

// NewTrust makes a decision rule from configured certificates. With none, nothing is trusted.
func NewTrust(certs []*Certificate, mode TrustMode) *Trust {
	return &Trust{certs: append([]*Certificate(nil), certs...), mode: mode}
}

// Check tells whether c may be believed at the moment: within its term, fit for signing, and
// trusted in the configured way. Term violations come as *TermError, everything else matches
// ErrUntrusted.
func (t *Trust) Check(c *Certificate, at time.Time) error {
	if err := c.CheckValidity(at); err != nil {
		return err
	}
	if c.KeyUsage != 0 && c.KeyUsage&(DigitalSignature|ContentCommitment) == 0 {
		return fmt.Errorf("%w: %s may not be used for signatures", ErrUntrusted, c)
	}
	if err := t.checkSubject(c); err != nil {
		return err
	}
	if t.mode == Pinned {
		for _, known := range t.certs {
			if known.Equal(c) {
				return nil
			}
		}
		return fmt.Errorf("%w: %s is not among the %d configured", ErrUntrusted, c, len(t.certs))
	}
	return t.climb(c, at, 1)
}

// climb looks for a configured issuer of c. A configured self-issued certificate is a root; a
// configured one that was issued by somebody else is a link where its issuer is configured too
// and an anchor where it is not.
func (t *Trust) climb(c *Certificate, at time.Time, length int) error {
	if err := c.checkCritical(); err != nil {
		return err
	}
	if length > maxChain {
		return fmt.Errorf("%w: chain of %s is too long", ErrUntrusted, c)
	}
	var last error
	for _, issuer := range t.certs {
		if !bytes.Equal(issuer.Subject.Raw, c.Issuer.Raw) || issuer.Equal(c) {
			continue
		}
		if err := t.issued(issuer, c, at, length); err != nil {
			last = err
			continue
		}
		if issuer.SelfIssued() || !t.knowsIssuerOf(issuer) {
			return issuer.checkCritical()
		}
		if err := t.climb(issuer, at, length+1); err != nil {
			last = err
			continue
		}
		return nil
	}
	if last != nil {
		return last
	}
	return fmt.Errorf("%w: %s was issued by an authority that is not configured (%s)", ErrUntrusted, c, c.Issuer)
}

func (t *Trust) knowsIssuerOf(c *Certificate) bool {
	for _, other := range t.certs {
		if !other.Equal(c) && bytes.Equal(other.Subject.Raw, c.Issuer.Raw) {
			return true
		}
	}
	return false
}

// issued checks one link: issuer may sign certificates, is within its term and signed c.
// below counts the certificates under the issuer, c included.
func (t *Trust) issued(issuer, c *Certificate, at time.Time, below int) error {
	if !issuer.IsCA || issuer.KeyUsage != 0 && issuer.KeyUsage&CertSign == 0 {
		return fmt.Errorf("%w: %s is not an authority's", ErrUntrusted, issuer)
	}
	if issuer.MaxPathLen >= 0 && below-1 > issuer.MaxPathLen {
		return fmt.Errorf("%w: chain is longer than %s allows", ErrUntrusted, issuer)
	}
	if c.AuthorityKeyID != nil && issuer.SubjectKeyID != nil && !bytes.Equal(c.AuthorityKeyID, issuer.SubjectKeyID) {
		return fmt.Errorf("%w: %s was issued with another key of the same authority", ErrUntrusted, c)
	}
	if err := issuer.CheckValidity(at); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if err := c.CheckSignatureFrom(issuer); err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}

// CheckSignatureFrom tells whether the issuer's key signed c. Nothing else about the issuer is
// looked at.
func (c *Certificate) CheckSignatureFrom(issuer *Certificate) error {
	size, err := signatureSize(c.SignatureAlgorithm)
	if err != nil {
		return err
	}
	if issuer.DigestSize() != size {
		return fmt.Errorf("%w: algorithm %v does not go with the issuer's key", ErrSignature, c.SignatureAlgorithm)
	}
	h := NewDigest(size)
	h.Write(c.RawTBS)
	if err := issuer.PublicKey.Verify(h.Sum(nil), c.Signature); err != nil {
		return fmt.Errorf("%s: %w: %w", c, ErrSignature, err)
	}
	return nil
}
