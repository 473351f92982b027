// Package gost3410 signs and verifies by GOST R 34.10-2012 (RFC 7091) on every
// curve of 256 and 512 bits that occurs in certificates.
package gost3410

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
)

// ErrSignature is returned by Verify for a signature that does not hold.
var ErrSignature = errors.New("signature does not match")

// PublicKey is a point of a curve.
type PublicKey struct {
	curve *Curve
	raw   []byte
	x, y  *big.Int
}

// ParsePublicKey reads a key as certificates hold it: X‖Y, each little-endian.
// The point must lie on the curve.
func ParsePublicKey(c *Curve, raw []byte) (*PublicKey, error) {
	size := c.Size()
	if len(raw) != 2*size {
		return nil, fmt.Errorf("public key of %d bytes where %s has %d", len(raw), c.name, 2*size)
	}
	k := &PublicKey{curve: c, raw: bytes.Clone(raw), x: fromLE(raw[:size]), y: fromLE(raw[size:])}
	if !c.group.contains(k.x, k.y) {
		return nil, fmt.Errorf("public key is not a point of %s", c.name)
	}
	return k, nil
}

// Curve returns the parameter set of the key.
func (k *PublicKey) Curve() *Curve { return k.curve }

// Bytes returns X‖Y, each little-endian.
func (k *PublicKey) Bytes() []byte { return bytes.Clone(k.raw) }

// Equal tells whether both are the same point of the same group, whatever name
// the parameter set goes by.
func (k *PublicKey) Equal(other *PublicKey) bool {
	return other != nil && k.curve.group == other.curve.group && bytes.Equal(k.raw, other.raw)
}

// Verify checks a signature s‖r of a digest, RFC 7091, section 6.2. It returns
// ErrSignature if the signature does not hold.
func (k *PublicKey) Verify(digest, signature []byte) error {
	g, size := k.curve.group, k.curve.Size()
	if len(digest) != size {
		return fmt.Errorf("digest of %d bytes where %s takes %d", len(digest), k.curve.name, size)
	}
	if len(signature) != 2*size {
		return fmt.Errorf("%w: %d bytes where %s has %d", ErrSignature, len(signature), k.curve.name, 2*size)
	}
	n := g.numbers()
	s, r := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	if s.Sign() == 0 || r.Sign() == 0 || s.Cmp(n.q) >= 0 || r.Cmp(n.q) >= 0 {
		return fmt.Errorf("%w: value out of range", ErrSignature)
	}
	v := new(big.Int).ModInverse(g.e(digest), n.q)
	z1 := new(big.Int).Mul(s, v)
	z2 := new(big.Int).Mul(r, v)
	z1.Mod(z1, n.q)
	z2.Mod(z2.Neg(z2), n.q)
	x1, y1 := g.multiply(z1, n.x, n.y)
	x2, y2 := g.multiply(z2, k.x, k.y)
	x, _ := g.add(x1, y1, x2, y2)
	if x == nil || new(big.Int).Mod(x, n.q).Cmp(r) != 0 {
		return ErrSignature
	}
	return nil
}

// PrivateKey is a number from 1 to q-1. It must not be copied.
type PrivateKey struct {
	d      *big.Int
	public *PublicKey
}

// ParsePrivateKey reads a key: a little-endian number.
func ParsePrivateKey(c *Curve, raw []byte) (*PrivateKey, error) {
	if len(raw) != c.Size() {
		return nil, fmt.Errorf("private key of %d bytes where %s has %d", len(raw), c.name, c.Size())
	}
	g := c.group
	n := g.numbers()
	d := fromLE(raw)
	if d.Sign() == 0 || d.Cmp(n.q) >= 0 {
		return nil, errors.New("private key is not between 1 and the order of the group")
	}
	x, y := g.multiply(d, n.x, n.y)
	public := &PublicKey{curve: c, raw: append(toLE(x, g.size), toLE(y, g.size)...), x: x, y: y}
	return &PrivateKey{d: d, public: public}, nil
}

// GenerateKey makes a new key; a nil source stands for crypto/rand.
func GenerateKey(c *Curve, source io.Reader) (*PrivateKey, error) {
	if source == nil {
		source = rand.Reader
	}
	raw := make([]byte, c.Size())
	defer clear(raw)
	for {
		if _, err := io.ReadFull(source, raw); err != nil {
			return nil, fmt.Errorf("read random bytes for a key: %w", err)
		}
		if d := fromLE(raw); d.Sign() > 0 && d.Cmp(c.group.numbers().q) < 0 {
			return ParsePrivateKey(c, raw)
		}
	}
}

// Public returns the public key.
func (k *PrivateKey) Public() *PublicKey { return k.public }

// Bytes returns the key as a little-endian number.
func (k *PrivateKey) Bytes() []byte { return toLE(k.d, k.public.curve.Size()) }

// Destroy overwrites the key; it cannot sign any more.
func (k *PrivateKey) Destroy() { k.d.SetInt64(0) }

// Sign returns the signature s‖r of a digest, both big-endian, RFC 7091,
// section 6.1. A nil source stands for crypto/rand.
func (k *PrivateKey) Sign(source io.Reader, digest []byte) ([]byte, error) {
	if source == nil {
		source = rand.Reader
	}
	g, size := k.public.curve.group, k.public.curve.Size()
	if k.d.Sign() == 0 {
		return nil, errors.New("private key was destroyed")
	}
	if len(digest) != size {
		return nil, fmt.Errorf("digest of %d bytes where %s takes %d", len(digest), k.public.curve.name, size)
	}
	raw := make([]byte, size+8)
	for {
		if _, err := io.ReadFull(source, raw); err != nil {
			return nil, fmt.Errorf("read random bytes for a signature: %w", err)
		}
		nonce := fromLE(raw)
		if signature := k.signWith(nonce.Mod(nonce, g.numbers().q), digest); signature != nil {
			return signature, nil
		}
	}
}

func (k *PrivateKey) signWith(nonce *big.Int, digest []byte) []byte {
	g := k.public.curve.group
	n := g.numbers()
	r, _ := g.multiply(nonce, n.x, n.y)
	if r == nil || r.Mod(r, n.q).Sign() == 0 {
		return nil
	}
	s := new(big.Int).Mul(r, k.d)
	s.Add(s, new(big.Int).Mul(nonce, g.e(digest)))
	if s.Mod(s, n.q).Sign() == 0 {
		return nil
	}
	signature := make([]byte, 2*g.size)
	s.FillBytes(signature[:g.size])
	r.FillBytes(signature[g.size:])
	return signature
}

func fromLE(raw []byte) *big.Int {
	be := bytes.Clone(raw)
	slices.Reverse(be)
	return new(big.Int).SetBytes(be)
}

func toLE(v *big.Int, size int) []byte {
	raw := v.FillBytes(make([]byte, size))
	slices.Reverse(raw)
	return raw
}
