package gost3410

import (
	"encoding/binary"
	"math/big"
	"math/bits"
)

// element is a number of a field, least significant limb first. Numbers of
// 256 bits use the first four limbs; the others stay zero.
type element [8]uint64

// field is arithmetic modulo an odd number m of 64n bits or one or two less.
// Nothing here branches on the value of an element or uses it as an index, so
// the time taken says nothing about secrets.
//
// Elements are held in Montgomery's form x·2^(64n) mod m (P. L. Montgomery,
// "Modular multiplication without trial division", 1985). If m = 2^256 − c
// with a small c they are held as they are instead, below 2^256 and not always
// below m (Handbook of Applied Cryptography, 14.3.4).
type field struct {
	n    int     // limbs in use: 4 or 8
	m    element // the modulus
	c    uint64  // 2^256 − m in the second form, otherwise 0
	inv  uint64  // −1/m modulo 2^64
	one  element // 1 in the form of the field
	into element // multiplying by it brings a number into the form of the field
}

// newField makes the field of a modulus in hexadecimal.
func newField(modulus string, n int) *field {
	f := newMontgomery(modulus, n)
	if n == 4 && f.m[1]&f.m[2]&f.m[3] == 1<<64-1 && -f.m[0] < 1<<32 {
		f.c, f.one, f.into = -f.m[0], element{1}, element{1}
	}
	return f
}

// newMontgomery makes the field with elements in Montgomery's form.
func newMontgomery(modulus string, n int) *field {
	m, _ := new(big.Int).SetString(modulus, 16)
	power := func(k int) element { // 2^k mod m
		v := new(big.Int).Lsh(big.NewInt(1), uint(k))
		return parseHex(v.Mod(v, m).Text(16))
	}
	f := &field{n: n, m: parseHex(modulus), inv: 1, one: power(64 * n), into: power(128 * n)}
	for range 6 { // Newton's iteration doubles the number of right bits
		f.inv *= 2 + f.inv*f.m[0]
	}
	return f
}

// parseHex reads one of the constants of this package.
func parseHex(s string) (x element) {
	for i := 0; s != ""; i++ {
		head := max(0, len(s)-16)
		for _, digit := range []byte(s[head:]) {
			x[i] = x[i]<<4 | uint64(digit&15) + uint64(digit>>6)*9
		}
		s = s[:head]
	}
	return x
}

// zero is the same in every form.
var zero element

// neg sets z = −x.
func (f *field) neg(z, x *element) { f.sub(z, &zero, x) }

// choose sets z = x if bit is 1 and leaves it as it is if bit is 0.
//
//go:norace
func (f *field) choose(z, x *element, bit uint64) {
	mask := -bit
	z[0] ^= mask & (z[0] ^ x[0])
	z[1] ^= mask & (z[1] ^ x[1])
	z[2] ^= mask & (z[2] ^ x[2])
	z[3] ^= mask & (z[3] ^ x[3])
	if f.n == 8 {
		z[4] ^= mask & (z[4] ^ x[4])
		z[5] ^= mask & (z[5] ^ x[5])
		z[6] ^= mask & (z[6] ^ x[6])
		z[7] ^= mask & (z[7] ^ x[7])
	}
}

// negate sets x = −x if bit is 1 and leaves it as it is if bit is 0.
//
//go:norace
func (f *field) negate(x *element, bit uint64) {
	if f.c != 0 { // 2^256 − c − x is c − 1 less than the complement of x
		mask := -bit
		t0, borrow := bits.Sub64(x[0]^mask, mask&(f.c-1), 0)
		t1, borrow := bits.Sub64(x[1]^mask, 0, borrow)
		t2, borrow := bits.Sub64(x[2]^mask, 0, borrow)
		t3, borrow := bits.Sub64(x[3]^mask, 0, borrow)
		x[0], x[1], x[2], x[3] = t0-(-borrow&f.c), t1, t2, t3
		return
	}
	var minus element
	f.neg(&minus, x)
	f.choose(x, &minus, bit)
	clear(minus[:])
}

// enter sets z to the form of the field of any number x below 2^(64n).
func (f *field) enter(z, x *element) { f.mul(z, x, &f.into) }

// leave sets z to the number from 0 to m−1 that x stands for.
func (f *field) leave(z, x *element) {
	f.mul(z, x, &element{1})
	f.reduce(z, z, 0)
}

// isZero returns 1 if x is zero, otherwise 0.
//
//go:norace
func (f *field) isZero(x *element) uint64 {
	var t element
	f.leave(&t, x)
	return isZero(&t)
}

// isZero returns 1 if all limbs are zero, otherwise 0.
//
//go:norace
func isZero(x *element) uint64 {
	var or uint64
	for _, limb := range x {
		or |= limb
	}
	return 1 - (or|-or)>>63
}

// less returns 1 if the number x, not in the form of a field, is below the
// modulus, otherwise 0.
//
//go:norace
func (f *field) less(x *element) (borrow uint64) {
	for i := range f.n {
		_, borrow = bits.Sub64(x[i], f.m[i], borrow)
	}
	return borrow
}

// bitsAt returns the 64 bits of x from bit i on.
func bitsAt(x *element, i int) (b uint64) {
	if i/64 < len(x) {
		b = x[i/64] >> (i % 64)
	}
	if i/64+1 < len(x) {
		b |= x[i/64+1] << (64 - i%64)
	}
	return b
}

// setWide sets z to a little-endian number of 16n bytes modulo m. Only for
// Montgomery's form, in which entering multiplies by 2^(64n).
func (f *field) setWide(z *element, raw []byte) {
	var high element
	f.setBytes(z, raw)
	f.setBytes(&high, raw[8*f.n:])
	f.enter(z, z)
	f.enter(&high, &high)
	f.enter(&high, &high)
	f.add(z, z, &high)
	clear(high[:])
}

// setBytes reads a little-endian number of 8n bytes.
func (f *field) setBytes(x *element, raw []byte) {
	for i := range f.n {
		x[i] = binary.LittleEndian.Uint64(raw[8*i:])
	}
}

// putBytes writes a number as 8n little-endian bytes.
func (f *field) putBytes(raw []byte, x *element) {
	for i := range f.n {
		binary.LittleEndian.PutUint64(raw[8*i:], x[i])
	}
}
