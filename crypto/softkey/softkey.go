// Package softkey signs with a GOST R 34.10-2012 private key kept in a file: PKCS#8 in PEM, plain
// or encrypted, as OpenSSL's gost-engine and the converters of CryptoPro containers write it.
//
// It is for test contours and the demo. A key in a file is not a certified means of
// cryptographic protection (СКЗИ); legally significant signatures come from a token or a
// cryptographic service provider, see packages pkcs11 and command.
package softkey

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
)

var (
	// ErrMismatch means that no certificate of the file belongs to the private key.
	ErrMismatch = errors.New("certificate does not belong to the private key")
	// ErrClosed means that the signer was closed and its key is gone.
	ErrClosed = errors.New("signer is closed")
)

// Signer holds the private key in memory until Close. It is safe for concurrent use.
type Signer struct {
	// Clock tells the time against which terms are checked at every signature; nil means
	// time.Now. Set it before the first use.
	Clock func() time.Time

	certificate *cert.Certificate
	mu          sync.RWMutex
	key         *gost3410.PrivateKey // nil once closed
}

// Load makes a signer from a private key and a file of certificates, which may hold the
// certificates of authorities too: the one of the key is picked. The password is looked at only
// if the key is encrypted. Terms are checked when a signature is asked for, not here, so that
// an expired certificate can still be shown.
func Load(keyPEM, certPEM, password []byte) (*Signer, error) {
	key, err := ParsePrivateKey(keyPEM, password)
	if err != nil {
		return nil, fmt.Errorf("read private key: %w", err)
	}
	certs, err := cert.ParsePEM(certPEM)
	if err != nil {
		key.Destroy()
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	public := key.Public()
	for _, c := range certs {
		if c.PublicKey.Equal(public) {
			return New(key, c)
		}
	}
	key.Destroy()
	return nil, fmt.Errorf("%w: looked at %d, the first is %s", ErrMismatch, len(certs), certs[0])
}

// New makes a signer from a key and its certificate; the signer owns the key from then on.
func New(key *gost3410.PrivateKey, c *cert.Certificate) (*Signer, error) {
	if !c.PublicKey.Equal(key.Public()) {
		return nil, fmt.Errorf("%w: %s", ErrMismatch, c)
	}
	return &Signer{certificate: c, key: key}, nil
}

// Certificate is the signer's certificate.
func (s *Signer) Certificate() *cert.Certificate { return s.certificate }

// SignDigest signs a Streebog digest, given as the hash puts it out. The signature is s‖r,
// big-endian halves. A certificate or private key out of its term is refused with
// *cert.TermError.
func (s *Signer) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sign: %w", context.Cause(ctx))
	}
	if want := s.certificate.DigestSize(); len(digest) != want {
		return nil, fmt.Errorf("sign: digest of %d bytes, the key needs %d", len(digest), want)
	}
	now := time.Now
	if s.Clock != nil {
		now = s.Clock
	}
	if err := s.certificate.CheckTerm(now()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.key == nil {
		return nil, fmt.Errorf("sign: %w", ErrClosed)
	}
	signature, err := s.key.Sign(rand.Reader, bytes.Clone(digest))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// Close overwrites the private key. It may be called more than once.
func (s *Signer) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		s.key.Destroy()
		s.key = nil
	}
	return nil
}
