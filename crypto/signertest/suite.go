// Package signertest holds what tests of signers share: a conformance suite that every signer
// must pass, made-up identities, and OpenSSL's gost-engine as the second opinion.
package signertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"egissogw/crypto/cert"
)

// Signer is what every signer of this project is.
type Signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) (signature []byte, err error)
}

// Harness tells the suite how to get the signer under test.
type Harness struct {
	// Open makes a signer that takes the time from the clock. It is called once per case; it
	// registers its own clean-up.
	Open func(t *testing.T, clock func() time.Time) Signer
	// Secrets are strings (PIN, password) that no error may contain.
	Secrets []string
	// Concurrent is the number of signatures asked for at once; 16 where zero.
	Concurrent int
}

// Run puts a signer through everything the rest of the project relies on.
func Run(t *testing.T, h Harness) {
	t.Helper()
	s := &suite{Harness: h}
	t.Run("certificate", s.certificate)
	t.Run("signature holds with the certificate's key", s.holds)
	t.Run("signature holds for OpenSSL", s.holdsForOpenSSL)
	t.Run("digest at the edges of its range", s.edges)
	t.Run("digest of a wrong length", s.wrongLength)
	t.Run("digest is left as it was", s.untouched)
	t.Run("cancelled", s.cancelled)
	t.Run("deadline over", s.deadline)
	t.Run("many at once", s.concurrent)
	t.Run("certificate not yet valid", s.outOfTerm(cert.ErrNotYetValid))
	t.Run("certificate expired", s.outOfTerm(cert.ErrExpired))
	t.Run("private key term over", s.outOfTerm(cert.ErrKeyTermOver))
	t.Run("closed", s.closed)
}

type suite struct{ Harness }

// open makes a signer for a moment at which its certificate and key are both good.
func (s *suite) open(t *testing.T) Signer {
	t.Helper()
	var signer Signer
	signer = s.Open(t, func() time.Time { return goodMoment(signer.Certificate()) })
	return signer
}

func goodMoment(c *cert.Certificate) time.Time {
	from := c.NotBefore
	if p := c.PrivateKeyUsage; p != nil && p.NotBefore.After(from) {
		from = p.NotBefore
	}
	return from.Add(c.SigningEnds().Sub(from) / 2)
}

func randomDigest(t *testing.T, c *cert.Certificate) []byte {
	t.Helper()
	digest := make([]byte, c.DigestSize())
	if _, err := rand.Read(digest); err != nil {
		t.Fatal(err)
	}
	return digest
}

// sign makes a signature and checks its form and that it holds.
func sign(t *testing.T, signer Signer, digest []byte) []byte {
	t.Helper()
	signature, err := signer.SignDigest(t.Context(), digest)
	if err != nil {
		t.Fatalf("SignDigest: %v", err)
	}
	if want := 2 * signer.Certificate().DigestSize(); len(signature) != want {
		t.Fatalf("signature of %d bytes, want %d", len(signature), want)
	}
	if err := signer.Certificate().PublicKey.Verify(digest, signature); err != nil {
		t.Fatalf("signature does not hold: %v", err)
	}
	return signature
}

// refused checks that there is an error, no signature, and nothing secret in the text.
func (s *suite) refused(t *testing.T, signature []byte, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if signature != nil {
		t.Errorf("an error and a signature too: %v", err)
	}
	for _, secret := range s.Secrets {
		if strings.Contains(err.Error(), secret) {
			t.Error("the error's text holds a secret")
		}
	}
}

func (s *suite) certificate(t *testing.T) {
	c := s.open(t).Certificate()
	if c == nil || c.PublicKey == nil || len(c.Raw) == 0 {
		t.Fatal("signer without a certificate")
	}
}

func (s *suite) holds(t *testing.T) {
	signer := s.open(t)
	digest := randomDigest(t, signer.Certificate())
	first := sign(t, signer, digest)
	sign(t, signer, digest)
	other := randomDigest(t, signer.Certificate())
	if err := signer.Certificate().PublicKey.Verify(other, first); err == nil {
		t.Error("signature holds for another digest")
	}
}

func (s *suite) holdsForOpenSSL(t *testing.T) {
	openssl := OpenSSL(t)
	signer := s.open(t)
	for range 2 {
		digest := randomDigest(t, signer.Certificate())
		signature := sign(t, signer, digest)
		if err := openssl.VerifyDigest(t, signer.Certificate(), digest, signature); err != nil {
			t.Errorf("OpenSSL refuses the signature: %v", err)
		}
	}
}

func (s *suite) edges(t *testing.T) {
	signer := s.open(t)
	size := signer.Certificate().DigestSize()
	one := make([]byte, size)
	one[0] = 1
	for name, digest := range map[string][]byte{
		"all zeros": make([]byte, size), // e = 0 counts as 1: RFC 7091 section 6.1 step 2
		"one":       one,
		"all ones":  bytes.Repeat([]byte{0xff}, size),
	} {
		t.Run(name, func(t *testing.T) { sign(t, signer, digest) })
	}
}

func (s *suite) wrongLength(t *testing.T) {
	signer := s.open(t)
	size := signer.Certificate().DigestSize()
	for _, n := range []int{0, 1, size - 1, size + 1, 96 - size, 2 * size} {
		signature, err := signer.SignDigest(t.Context(), make([]byte, n))
		s.refused(t, signature, err)
	}
	signature, err := signer.SignDigest(t.Context(), nil)
	s.refused(t, signature, err)
}

func (s *suite) untouched(t *testing.T) {
	signer := s.open(t)
	digest := randomDigest(t, signer.Certificate())
	before := bytes.Clone(digest)
	sign(t, signer, digest)
	if !bytes.Equal(before, digest) {
		t.Error("the signer changed the digest it was given")
	}
}

func (s *suite) cancelled(t *testing.T) {
	signer := s.open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	signature, err := signer.SignDigest(ctx, randomDigest(t, signer.Certificate()))
	s.refused(t, signature, err)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	sign(t, signer, randomDigest(t, signer.Certificate())) // and it goes on working
}

func (s *suite) deadline(t *testing.T) {
	signer := s.open(t)
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	signature, err := signer.SignDigest(ctx, randomDigest(t, signer.Certificate()))
	s.refused(t, signature, err)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want context.DeadlineExceeded", err)
	}
}

func (s *suite) concurrent(t *testing.T) {
	signer := s.open(t)
	n := s.Concurrent
	if n == 0 {
		n = 16
	}
	digests := make([][]byte, n)
	signatures := make([][]byte, n)
	failures := make([]error, n)
	var wg sync.WaitGroup
	for i := range digests {
		digests[i] = randomDigest(t, signer.Certificate())
		wg.Go(func() { signatures[i], failures[i] = signer.SignDigest(t.Context(), digests[i]) })
	}
	wg.Wait()
	for i := range digests {
		if failures[i] != nil {
			t.Fatalf("signature %d of %d: %v", i, n, failures[i])
		}
		if err := signer.Certificate().PublicKey.Verify(digests[i], signatures[i]); err != nil {
			t.Fatalf("signature %d of %d does not hold: %v", i, n, err)
		}
	}
}

func (s *suite) outOfTerm(kind error) func(*testing.T) {
	return func(t *testing.T) {
		var signer Signer
		signer = s.Open(t, func() time.Time {
			c := signer.Certificate()
			switch kind {
			case cert.ErrNotYetValid:
				return c.NotBefore.Add(-time.Second)
			case cert.ErrExpired:
				return c.NotAfter.Add(time.Second)
			}
			return c.PrivateKeyUsage.NotAfter.Add(time.Second)
		})
		c := signer.Certificate()
		if kind == cert.ErrKeyTermOver && (c.PrivateKeyUsage == nil || !c.PrivateKeyUsage.NotAfter.Before(c.NotAfter)) {
			t.Fatal("the suite needs a certificate whose private key's term ends first")
		}
		signature, err := signer.SignDigest(t.Context(), randomDigest(t, c))
		s.refused(t, signature, err)
		var term *cert.TermError
		if !errors.Is(err, kind) || !errors.As(err, &term) {
			t.Errorf("error %v, want a TermError of kind %v", err, kind)
		}
	}
}

func (s *suite) closed(t *testing.T) {
	signer := s.open(t)
	closer, ok := signer.(io.Closer)
	if !ok {
		t.Skip("the signer has nothing to close")
	}
	sign(t, signer, randomDigest(t, signer.Certificate()))
	for range 2 {
		if err := closer.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	signature, err := signer.SignDigest(t.Context(), randomDigest(t, signer.Certificate()))
	s.refused(t, signature, err)
	if signer.Certificate() == nil {
		t.Error("a closed signer has lost its certificate")
	}
}
