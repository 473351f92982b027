package gost3410

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"egissogw/crypto/streebog"
)

// ErrSignature is matched by the error of Verify for a signature that does not
// hold.
var ErrSignature = errors.New("signature does not match")

// Sign returns the signature s‖r of a digest, both big-endian (RFC 7091,
// section 6.1). The digest is taken in the order of bytes of package streebog
// and read as a little-endian number. A nil source stands for crypto/rand.
func (k *PrivateKey) Sign(source io.Reader, digest []byte) ([]byte, error) {
	if source == nil {
		source = rand.Reader
	}
	size := k.public.curve.Size()
	if isZero(&k.d) == 1 {
		return nil, ErrDestroyed
	}
	if err := k.public.curve.checkDigest(digest); err != nil {
		return nil, err
	}
	var fresh [30]byte // with what else is hashed, one block
	if _, err := io.ReadFull(source, fresh[:]); err != nil {
		return nil, fmt.Errorf("read random bytes for a signature: %w", err)
	}
	q := k.public.curve.group.q
	var wide [2 * streebog.Size512]byte
	var nonce element
	defer func() { clear(wide[:]); clear(nonce[:]); clear(fresh[:]) }()
	for attempt := byte(0); ; attempt++ {
		k.deriveNonce(&wide, attempt, fresh[:], digest)
		q.setWide(&nonce, wide[:2*size])
		q.leave(&nonce, &nonce)
		if signature := k.signWith(&nonce, digest); signature != nil {
			return signature, nil
		}
	}
}

// deriveNonce fills twice the size of a key with bytes that cannot be told
// from random ones without the key: HMAC-Streebog-512 under the key of fresh
// randomness and the digest. As in RFC 6979, section 3.6, the digest makes
// nonces of different messages differ even if the randomness fails, and the
// randomness makes the nonce of one message differ each time. Twice the size
// makes the nonce as good as uniform after reduction modulo q.
func (k *PrivateKey) deriveNonce(wide *[2 * streebog.Size512]byte, attempt byte, fresh, digest []byte) {
	k.mac.Sum((*[streebog.Size512]byte)(wide[:]), []byte{2 * attempt}, fresh, digest)
	if k.public.curve.Size() == 64 {
		k.mac.Sum((*[streebog.Size512]byte)(wide[streebog.Size512:]), []byte{2*attempt + 1}, fresh, digest)
	}
}

// signWith makes the signature with a given nonce below q. It returns nil if
// another nonce must be taken, which chance alone never brings about.
func (k *PrivateKey) signWith(nonce *element, digest []byte) []byte {
	c := k.public.curve
	g := c.group
	var p point
	var at affine
	var e, r, s, t element
	defer func() { p = point{}; clear(t[:]) }()

	g.multiplyBase(&p, nonce, true)
	g.toAffine(&at, &p)
	g.p.leave(&at.x, &at.x)
	g.q.enter(&r, &at.x)

	g.digest(&e, digest)
	g.q.enter(&t, nonce)
	g.q.mul(&t, &t, &e)
	g.q.mul(&s, &r, &k.d)
	g.q.add(&s, &s, &t)

	g.q.leave(&r, &r)
	g.q.leave(&s, &s)
	if isZero(nonce)|isZero(&r)|isZero(&s) == 1 {
		return nil
	}
	signature := make([]byte, 2*c.Size())
	g.q.putBytes(signature, &r)
	g.q.putBytes(signature[c.Size():], &s)
	slices.Reverse(signature)
	return signature
}

// Verify checks a signature s‖r of a digest (RFC 7091, section 6.2). The error
// matches ErrSignature if the signature does not hold.
func (k *PublicKey) Verify(digest, signature []byte) error {
	c, g, size := k.curve, k.curve.group, k.curve.Size()
	if err := c.checkDigest(digest); err != nil {
		return err
	}
	if len(signature) != 2*size {
		return fmt.Errorf("%w: %d bytes where %s has %d", ErrSignature, len(signature), c.name, 2*size)
	}
	raw := bytes.Clone(signature)
	slices.Reverse(raw)
	var r, s, v, z1, z2 element
	g.q.setBytes(&r, raw[:size])
	g.q.setBytes(&s, raw[size:])
	if isZero(&r)|isZero(&s) == 1 || g.q.less(&r)&g.q.less(&s) == 0 {
		return fmt.Errorf("%w: it has a number that is not between 1 and the order of the group", ErrSignature)
	}

	g.digest(&v, digest)
	g.q.invert(&v, &v)
	g.q.mul(&z1, &v, &s) // v in Montgomery's form makes z1 and z2 plain numbers
	g.q.neg(&z2, &v)
	g.q.mul(&z2, &z2, &r)
	var p1, p2 point
	g.multiplyBase(&p1, &z1, false)
	g.multiply(&p2, &z2, &k.point)
	g.add(&p1, &p1, &p2)
	if !g.hasX(&p1, &r) {
		return ErrSignature
	}
	return nil
}

// checkDigest refuses a digest of the wrong hash function.
func (c *Curve) checkDigest(digest []byte) error {
	if len(digest) != c.Size() {
		return fmt.Errorf("digest of %d bytes where %s takes %d", len(digest), c.name, c.Size())
	}
	return nil
}

// digest sets e to a digest modulo q, or to 1 where that is 0 (RFC 7091,
// section 6.1, step 2), in the form of the field q.
func (g *group) digest(e *element, digest []byte) {
	g.q.setBytes(e, digest)
	g.q.enter(e, e)
	g.q.choose(e, &g.q.one, g.q.isZero(e))
}
