package gost3410

import "math/bits"

// Arithmetic touches nothing but its arguments. Under the race detector it is
// left alone (go:norace), which is four times as fast; its callers are watched.

// mul sets z = xy. One of the factors may be any number below 2^(64n).
//
//go:norace
func (f *field) mul(z, x, y *element) {
	if f.n == 8 {
		f.mulMontgomery8(z, x, y)
		return
	}
	y0, y1, y2, y3 := y[0], y[1], y[2], y[3]
	t0, t1, t2, t3, t4 := times(x[0], y0, y1, y2, y3)
	u0, u1, u2, u3, t5 := times(x[1], y0, y1, y2, y3)
	t1, t2, t3, t4, t5 = plus(t1, t2, t3, t4, u0, u1, u2, u3, t5)
	u0, u1, u2, u3, t6 := times(x[2], y0, y1, y2, y3)
	t2, t3, t4, t5, t6 = plus(t2, t3, t4, t5, u0, u1, u2, u3, t6)
	u0, u1, u2, u3, t7 := times(x[3], y0, y1, y2, y3)
	t3, t4, t5, t6, t7 = plus(t3, t4, t5, t6, u0, u1, u2, u3, t7)
	if f.c == 0 {
		f.montgomery(z, t0, t1, t2, t3, t4, t5, t6, t7)
		return
	}
	// The upper half, times c, is added to the lower half.
	u0, u1, u2, u3, t4 = times(f.c, t4, t5, t6, t7)
	t0, t1, t2, t3, t4 = plus(t0, t1, t2, t3, u0, u1, u2, u3, t4)
	t0, t1, t2, t3, t4 = plus(t0, t1, t2, t3, t4*f.c, 0, 0, 0, 0)
	z[0], z[1], z[2], z[3] = t0+(-t4&f.c), t1, t2, t3 // t4 = 1 leaves t0 small
}

// square sets z = x².
//
//go:norace
func (f *field) square(z, x *element) {
	if f.n == 8 {
		f.mulMontgomery8(z, x, x)
		return
	}
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	// Twice the products of different limbs, and the squares.
	h1, t1 := bits.Mul64(x0, x1)
	h2, t2 := bits.Mul64(x0, x2)
	t4, t3 := bits.Mul64(x0, x3)
	h3, l3 := bits.Mul64(x1, x2)
	t5, l4 := bits.Mul64(x1, x3)
	t6, l5 := bits.Mul64(x2, x3)
	t2, carry := bits.Add64(t2, h1, 0)
	t3, carry = bits.Add64(t3, h2, carry)
	t4, carry = bits.Add64(t4, h3, carry)
	t5, carry = bits.Add64(t5, 0, carry)
	t6, _ = bits.Add64(t6, 0, carry)
	t3, carry = bits.Add64(t3, l3, 0)
	t4, carry = bits.Add64(t4, l4, carry)
	t5, carry = bits.Add64(t5, l5, carry)
	t6, _ = bits.Add64(t6, 0, carry)
	t7 := t6 >> 63
	t6, t5, t4 = t6<<1|t5>>63, t5<<1|t4>>63, t4<<1|t3>>63
	t3, t2, t1 = t3<<1|t2>>63, t2<<1|t1>>63, t1<<1
	h0, t0 := bits.Mul64(x0, x0)
	h1, l1 := bits.Mul64(x1, x1)
	h2, l2 := bits.Mul64(x2, x2)
	h3, l3 = bits.Mul64(x3, x3)
	t1, carry = bits.Add64(t1, h0, 0)
	t2, carry = bits.Add64(t2, l1, carry)
	t3, carry = bits.Add64(t3, h1, carry)
	t4, carry = bits.Add64(t4, l2, carry)
	t5, carry = bits.Add64(t5, h2, carry)
	t6, carry = bits.Add64(t6, l3, carry)
	t7, _ = bits.Add64(t7, h3, carry)
	if f.c == 0 {
		f.montgomery(z, t0, t1, t2, t3, t4, t5, t6, t7)
		return
	}
	u0, u1, u2, u3, t4 := times(f.c, t4, t5, t6, t7)
	t0, t1, t2, t3, t4 = plus(t0, t1, t2, t3, u0, u1, u2, u3, t4)
	t0, t1, t2, t3, t4 = plus(t0, t1, t2, t3, t4*f.c, 0, 0, 0, 0)
	z[0], z[1], z[2], z[3] = t0+(-t4&f.c), t1, t2, t3
}

// timesSmall sets z = kx for a small k, in the fields not in Montgomery's form.
//
//go:norace
func (f *field) timesSmall(z, x *element, k uint64) {
	t0, t1, t2, t3, t4 := times(k, x[0], x[1], x[2], x[3])
	t0, t1, t2, t3, t4 = plus(t0, t1, t2, t3, t4*f.c, 0, 0, 0, 0)
	z[0], z[1], z[2], z[3] = t0+(-t4&f.c), t1, t2, t3
}

// montgomery sets z = t/2^256 mod m: multiples of m make the lower half of t
// zero, one limb after the other.
//
//go:norace
func (f *field) montgomery(z *element, t0, t1, t2, t3, t4, t5, t6, t7 uint64) {
	m0, m1, m2, m3 := f.m[0], f.m[1], f.m[2], f.m[3]
	var carry uint64
	if m1|m2 == 0 && m3 == 1<<63 { // 2^255 + m0, the curve CryptoPro-B
		t1, t2, t3, t4, carry = f.dropLimb(t0, t1, t2, t3, t4, 0)
		t2, t3, t4, t5, carry = f.dropLimb(t1, t2, t3, t4, t5, carry)
		t3, t4, t5, t6, carry = f.dropLimb(t2, t3, t4, t5, t6, carry)
		t4, t5, t6, t7, carry = f.dropLimb(t3, t4, t5, t6, t7, carry)
	} else {
		u0, u1, u2, u3, u4 := times(t0*f.inv, m0, m1, m2, m3)
		_, t1, t2, t3, u4 = plus(t0, t1, t2, t3, u0, u1, u2, u3, u4)
		t4, carry = bits.Add64(t4, u4, 0)
		u0, u1, u2, u3, u4 = times(t1*f.inv, m0, m1, m2, m3)
		_, t2, t3, t4, u4 = plus(t1, t2, t3, t4, u0, u1, u2, u3, u4)
		t5, carry = bits.Add64(t5, u4, carry)
		u0, u1, u2, u3, u4 = times(t2*f.inv, m0, m1, m2, m3)
		_, t3, t4, t5, u4 = plus(t2, t3, t4, t5, u0, u1, u2, u3, u4)
		t6, carry = bits.Add64(t6, u4, carry)
		u0, u1, u2, u3, u4 = times(t3*f.inv, m0, m1, m2, m3)
		_, t4, t5, t6, u4 = plus(t3, t4, t5, t6, u0, u1, u2, u3, u4)
		t7, carry = bits.Add64(t7, u4, carry)
	}

	u0, borrow := bits.Sub64(t4, m0, 0)
	u1, borrow := bits.Sub64(t5, m1, borrow)
	u2, borrow := bits.Sub64(t6, m2, borrow)
	u3, borrow := bits.Sub64(t7, m3, borrow)
	_, borrow = bits.Sub64(carry, 0, borrow)
	keep := -borrow
	z[0] = u0 ^ keep&(u0^t4)
	z[1] = u1 ^ keep&(u1^t5)
	z[2] = u2 ^ keep&(u2^t6)
	z[3] = u3 ^ keep&(u3^t7)
}

// dropLimb adds the multiple of m = 2^255 + m0 to t that makes t0 zero, and the
// carry from the step before to t4. It is inlined.
func (f *field) dropLimb(t0, t1, t2, t3, t4, last uint64) (_, _, _, _, carry uint64) {
	k := t0 * f.inv
	h, l := bits.Mul64(k, f.m[0])
	_, carry = bits.Add64(t0, l, 0)
	t1, carry = bits.Add64(t1, h, carry)
	t2, carry = bits.Add64(t2, 0, carry)
	t3, carry = bits.Add64(t3, k<<63, carry)
	t4, carry = bits.Add64(t4, k>>1+last, carry)
	return t1, t2, t3, t4, carry
}

// mulMontgomery8 sets z = xy/2^512 mod m. It adds a multiple of m after every
// row of the product, which makes the lowest limb zero, and drops that limb
// (Ç. K. Koç, T. Acar, B. S. Kaliski, "Analyzing and comparing Montgomery
// multiplication algorithms", 1996: CIOS).
//
//go:norace
func (f *field) mulMontgomery8(z, x, y *element) {
	var t element
	var top uint64
	for i := range x {
		var carry1, carry2 uint64
		top, carry1 = bits.Add64(top, addTimes(&t, x[i], y), 0)
		top, carry2 = bits.Add64(top, addTimes(&t, t[0]*f.inv, &f.m), 0)
		copy(t[:7], t[1:])
		t[7], top = top, carry1+carry2
	}
	f.reduce(z, &t, top)
}

// addTimes adds xy to t and returns the limb that is carried out.
//
//go:norace
func addTimes(t *element, x uint64, y *element) uint64 {
	var low, high uint64
	u0, u1, u2, u3, u4 := times(x, y[0], y[1], y[2], y[3])
	t[0], t[1], t[2], t[3], low = plus(t[0], t[1], t[2], t[3], u0, u1, u2, u3, u4)
	u0, u1, u2, u3, u4 = times(x, y[4], y[5], y[6], y[7])
	u0, u1, u2, u3, u4 = plus(u0, u1, u2, u3, low, 0, 0, 0, u4)
	t[4], t[5], t[6], t[7], high = plus(t[4], t[5], t[6], t[7], u0, u1, u2, u3, u4)
	return high
}

// times returns xy for a number y of four limbs. It is inlined.
func times(x, y0, y1, y2, y3 uint64) (t0, t1, t2, t3, t4 uint64) {
	h0, t0 := bits.Mul64(x, y0)
	h1, t1 := bits.Mul64(x, y1)
	h2, t2 := bits.Mul64(x, y2)
	t4, t3 = bits.Mul64(x, y3)
	t1, carry := bits.Add64(t1, h0, 0)
	t2, carry = bits.Add64(t2, h1, carry)
	t3, carry = bits.Add64(t3, h2, carry)
	t4, _ = bits.Add64(t4, 0, carry)
	return t0, t1, t2, t3, t4
}

// plus returns x + y for numbers of four and five limbs; the sum must have no
// more than five. It is inlined.
func plus(x0, x1, x2, x3, y0, y1, y2, y3, y4 uint64) (t0, t1, t2, t3, t4 uint64) {
	var carry uint64
	t0, carry = bits.Add64(x0, y0, 0)
	t1, carry = bits.Add64(x1, y1, carry)
	t2, carry = bits.Add64(x2, y2, carry)
	t3, carry = bits.Add64(x3, y3, carry)
	t4, _ = bits.Add64(y4, 0, carry)
	return t0, t1, t2, t3, t4
}

// reduce4 sets z = t mod m for a number t below 2m.
//
//go:norace
func (f *field) reduce4(z *element, t0, t1, t2, t3, t4 uint64) {
	u0, borrow := bits.Sub64(t0, f.m[0], 0)
	u1, borrow := bits.Sub64(t1, f.m[1], borrow)
	u2, borrow := bits.Sub64(t2, f.m[2], borrow)
	u3, borrow := bits.Sub64(t3, f.m[3], borrow)
	_, borrow = bits.Sub64(t4, 0, borrow)
	keep := -borrow
	z[0] = u0 ^ keep&(u0^t0)
	z[1] = u1 ^ keep&(u1^t1)
	z[2] = u2 ^ keep&(u2^t2)
	z[3] = u3 ^ keep&(u3^t3)
}

// reduce sets z = t + over·2^(64n) mod m for a number below 2m.
//
//go:norace
func (f *field) reduce(z, t *element, over uint64) {
	var u element
	var borrow uint64
	for i := range f.n {
		u[i], borrow = bits.Sub64(t[i], f.m[i], borrow)
	}
	_, borrow = bits.Sub64(over, 0, borrow)
	keep := -borrow
	for i := range f.n {
		z[i] = u[i] ^ keep&(u[i]^t[i])
	}
}

// add sets z = x + y.
//
//go:norace
func (f *field) add(z, x, y *element) {
	if f.n == 8 {
		var t element
		var carry uint64
		for i := range t {
			t[i], carry = bits.Add64(x[i], y[i], carry)
		}
		f.reduce(z, &t, carry)
		return
	}
	t0, carry := bits.Add64(x[0], y[0], 0)
	t1, carry := bits.Add64(x[1], y[1], carry)
	t2, carry := bits.Add64(x[2], y[2], carry)
	t3, carry := bits.Add64(x[3], y[3], carry)
	if f.c == 0 {
		f.reduce4(z, t0, t1, t2, t3, carry)
		return
	}
	t0, carry = bits.Add64(t0, -carry&f.c, 0)
	t1, carry = bits.Add64(t1, 0, carry)
	t2, carry = bits.Add64(t2, 0, carry)
	t3, carry = bits.Add64(t3, 0, carry)
	z[0], z[1], z[2], z[3] = t0+(-carry&f.c), t1, t2, t3
}

// sub sets z = x − y.
//
//go:norace
func (f *field) sub(z, x, y *element) {
	if f.n == 8 {
		var borrow, carry uint64
		for i := range z {
			z[i], borrow = bits.Sub64(x[i], y[i], borrow)
		}
		for i, back := 0, -borrow; i < len(z); i++ {
			z[i], carry = bits.Add64(z[i], f.m[i]&back, carry)
		}
		return
	}
	t0, borrow := bits.Sub64(x[0], y[0], 0)
	t1, borrow := bits.Sub64(x[1], y[1], borrow)
	t2, borrow := bits.Sub64(x[2], y[2], borrow)
	t3, borrow := bits.Sub64(x[3], y[3], borrow)
	if f.c == 0 {
		back := -borrow
		t0, carry := bits.Add64(t0, f.m[0]&back, 0)
		t1, carry := bits.Add64(t1, f.m[1]&back, carry)
		t2, carry := bits.Add64(t2, f.m[2]&back, carry)
		t3, _ := bits.Add64(t3, f.m[3]&back, carry)
		z[0], z[1], z[2], z[3] = t0, t1, t2, t3
		return
	}
	t0, borrow = bits.Sub64(t0, -borrow&f.c, 0)
	t1, borrow = bits.Sub64(t1, 0, borrow)
	t2, borrow = bits.Sub64(t2, 0, borrow)
	t3, borrow = bits.Sub64(t3, 0, borrow)
	z[0], z[1], z[2], z[3] = t0-(-borrow&f.c), t1, t2, t3
}
