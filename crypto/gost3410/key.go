package gost3410

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"egissogw/crypto/streebog"
)

// PublicKey is a point of a curve. It is safe for concurrent use.
type PublicKey struct {
	curve *Curve
	point affine
	raw   []byte
}

// ParsePublicKey reads a key as certificates hold it: X‖Y, each little-endian
// (RFC 9215, section 4.3). The point must belong to the group of the curve.
func ParsePublicKey(c *Curve, raw []byte) (*PublicKey, error) {
	g, size := c.group.ready(), c.Size()
	if len(raw) != 2*size {
		return nil, fmt.Errorf("public key of %d bytes where %s has %d", len(raw), c.name, 2*size)
	}
	k := &PublicKey{curve: c, raw: bytes.Clone(raw)}
	var x, y element
	g.p.setBytes(&x, raw[:size])
	g.p.setBytes(&y, raw[size:])
	if g.p.less(&x)&g.p.less(&y) == 0 {
		return nil, fmt.Errorf("coordinate of a public key is not below the modulus of %s", c.name)
	}
	g.p.enter(&k.point.x, &x)
	g.p.enter(&k.point.y, &y)
	if !g.onCurve(&k.point) {
		return nil, fmt.Errorf("public key is not a point of %s", c.name)
	}
	if !g.enter(&k.point) {
		return nil, fmt.Errorf("public key is not in the group of %s", c.name)
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

// PrivateKey is a number from 1 to q−1. It must not be copied. It is safe for
// concurrent use until Destroy is called.
type PrivateKey struct {
	d      element       // in the form of the field q
	mac    *streebog.MAC // under the key, for nonces
	public *PublicKey
}

// ParsePrivateKey reads a key: a little-endian number.
func ParsePrivateKey(c *Curve, raw []byte) (*PrivateKey, error) {
	g := c.group.ready()
	if len(raw) != c.Size() {
		return nil, fmt.Errorf("private key of %d bytes where %s has %d", len(raw), c.name, c.Size())
	}
	var number element
	defer clear(number[:])
	g.q.setBytes(&number, raw)
	if g.q.less(&number)&(1-isZero(&number)) == 0 {
		return nil, fmt.Errorf("private key is not between 1 and the order of the group of %s", c.name)
	}
	var p point
	var at affine
	g.multiplyBase(&p, &number, true)
	g.toAffine(&at, &p)
	g.p.leave(&at.x, &at.x)
	g.p.leave(&at.y, &at.y)
	xy := make([]byte, 2*c.Size())
	g.p.putBytes(xy, &at.x)
	g.p.putBytes(xy[c.Size():], &at.y)
	public, err := ParsePublicKey(c, xy)
	if err != nil {
		return nil, fmt.Errorf("find the public key: %w", err)
	}
	k := &PrivateKey{mac: streebog.NewMAC(raw), public: public}
	g.q.enter(&k.d, &number)
	return k, nil
}

// GenerateKey makes a new key; a nil source stands for crypto/rand.
func GenerateKey(c *Curve, source io.Reader) (*PrivateKey, error) {
	if source == nil {
		source = rand.Reader
	}
	// A number of twice the size is as good as uniform modulo q.
	wide := make([]byte, 2*c.Size())
	defer clear(wide)
	if _, err := io.ReadFull(source, wide); err != nil {
		return nil, fmt.Errorf("read random bytes for a key: %w", err)
	}
	g := c.group.ready()
	var d element
	defer clear(d[:])
	g.q.setWide(&d, wide)
	g.q.leave(&d, &d)
	raw := make([]byte, c.Size())
	defer clear(raw)
	g.q.putBytes(raw, &d)
	return ParsePrivateKey(c, raw)
}

// Public returns the public key.
func (k *PrivateKey) Public() *PublicKey { return k.public }

// Bytes returns the key as a little-endian number. The caller should clear the
// bytes when done with them.
func (k *PrivateKey) Bytes() []byte {
	q := k.public.curve.group.q
	var number element
	defer clear(number[:])
	q.leave(&number, &k.d)
	raw := make([]byte, k.public.curve.Size())
	q.putBytes(raw, &number)
	return raw
}

// Destroy overwrites the key; it cannot sign any more.
func (k *PrivateKey) Destroy() {
	clear(k.d[:])
	k.mac.Destroy()
}

// ErrDestroyed is returned by Sign after Destroy.
var ErrDestroyed = errors.New("private key was destroyed")
