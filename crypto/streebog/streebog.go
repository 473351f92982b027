// Package streebog implements the hash functions of GOST R 34.11-2012
// («Стрибог») with 256 and 512 bits of output, as described in RFC 6986.
//
// The package is table driven: substitution, permutation and linear
// transformation of one round are eight look-ups per word. Like every such
// implementation it reads memory at addresses that depend on the data; do not
// hash long-lived secrets where an attacker shares the processor's caches.
package streebog

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

const (
	// Size256 is the length of a Streebog-256 digest in bytes.
	Size256 = 32
	// Size512 is the length of a Streebog-512 digest in bytes.
	Size512 = 64
	// BlockSize is the length of a block of either function in bytes.
	BlockSize = 64
)

// block is a 512-bit vector; word 0 holds its least significant bits, that is
// the first eight bytes of the input.
type block [8]uint64

//go:norace
func (b *block) load(p []byte) {
	_ = p[BlockSize-1]
	for i := range b {
		b[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
}

// digest is the state of a computation in progress; its fields are named as
// in RFC 6986, section 8.
type digest struct {
	h     block           // the chaining value
	n     uint64          // bits processed, the low word of the 512-bit counter
	sigma block           // sum of all blocks modulo 2^512
	buf   [BlockSize]byte // the last, incomplete block
	used  int             // bytes in buf
	size  int
	keys  *schedule // of the next block, if they are known
}

// New256 returns a new Streebog-256 computation. The digest has the order of
// bytes that `openssl dgst -md_gost12_256 -binary` prints.
func New256() hash.Hash {
	d := &digest{size: Size256}
	d.Reset()
	return d
}

// New512 returns a new Streebog-512 computation.
func New512() hash.Hash {
	d := &digest{size: Size512}
	d.Reset()
	return d
}

// Sum256 returns the Streebog-256 digest of data.
func Sum256(data []byte) (sum [Size256]byte) {
	d := digest{size: Size256}
	d.Reset()
	d.update(data)
	d.final()
	d.put(sum[:])
	return sum
}

// Sum512 returns the Streebog-512 digest of data.
func Sum512(data []byte) (sum [Size512]byte) {
	d := digest{size: Size512}
	d.Reset()
	d.update(data)
	d.final()
	d.put(sum[:])
	return sum
}

// Size returns the length of the digest in bytes.
func (d *digest) Size() int { return d.size }

// BlockSize returns the length of a block in bytes.
func (d *digest) BlockSize() int { return BlockSize }

// Reset forgets everything written and starts anew.
func (d *digest) Reset() {
	*d = digest{size: d.size}
	if d.size == Size256 { // the initial value of RFC 6986, section 7
		for i := range d.h {
			d.h[i] = 0x0101010101010101
		}
	}
}

// Write adds p to the message; it never fails.
func (d *digest) Write(p []byte) (int, error) {
	d.update(p)
	return len(p), nil
}

// Sum appends the digest of what was written so far to b; writing may go on.
func (d *digest) Sum(b []byte) []byte {
	end := *d
	var sum [Size512]byte
	end.final()
	end.put(sum[:end.size])
	return append(b, sum[:end.size]...)
}

func (d *digest) update(p []byte) {
	if d.used > 0 {
		n := copy(d.buf[d.used:], p)
		d.used += n
		p = p[n:]
		if d.used < BlockSize {
			return
		}
		d.absorb(d.buf[:])
		d.used = 0
	}
	for len(p) >= BlockSize {
		d.absorb(p[:BlockSize])
		p = p[BlockSize:]
	}
	d.used = copy(d.buf[:], p)
}

// absorb is stage 2 of RFC 6986, section 8.2.
func (d *digest) absorb(p []byte) {
	var m block
	m.load(p)
	d.compress(&m)
	d.n += 8 * BlockSize
	d.add(&m)
}

// compress takes in a block of the message.
func (d *digest) compress(m *block) {
	if d.keys != nil {
		d.keys.compress(&d.h, m)
		d.keys = nil
		return
	}
	compress(&d.h, d.n, m)
}

// final is stage 3 of RFC 6986, section 8.3.
func (d *digest) final() {
	clear(d.buf[d.used:])
	d.buf[d.used] = 1
	var m block
	m.load(d.buf[:])
	d.compress(&m)
	d.add(&m)
	m = block{d.n + 8*uint64(d.used)}
	compress(&d.h, 0, &m)
	compress(&d.h, 0, &d.sigma)
}

// put writes the digest: the most significant half of h for 256 bits.
func (d *digest) put(sum []byte) {
	words := d.h[len(d.h)-d.size/8:]
	for i, w := range words {
		binary.LittleEndian.PutUint64(sum[8*i:], w)
	}
}

// add adds m to the control sum modulo 2^512.
//
//go:norace
func (d *digest) add(m *block) {
	var carry uint64
	d.sigma[0], carry = bits.Add64(d.sigma[0], m[0], 0)
	d.sigma[1], carry = bits.Add64(d.sigma[1], m[1], carry)
	d.sigma[2], carry = bits.Add64(d.sigma[2], m[2], carry)
	d.sigma[3], carry = bits.Add64(d.sigma[3], m[3], carry)
	d.sigma[4], carry = bits.Add64(d.sigma[4], m[4], carry)
	d.sigma[5], carry = bits.Add64(d.sigma[5], m[5], carry)
	d.sigma[6], carry = bits.Add64(d.sigma[6], m[6], carry)
	d.sigma[7], _ = bits.Add64(d.sigma[7], m[7], carry)
}
