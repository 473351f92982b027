package gost3410

import "math/bits"

// Numbers are inverted by the division steps of D. J. Bernstein and B.-Y. Yang,
// "Fast constant-time gcd computation and modular inversion", 2019 (IACR ePrint
// 2019/266). From δ = 1/2, f = m and g = x on, a step takes δ, the odd f and g to
//
//	1 − δ, g, (g − f)/2             if δ > 0 and g is odd
//	1 + δ, f, (g + (g mod 2)·f)/2   otherwise
//
// and after 590 steps for 256 bits, 1180 for 512, g is 0 and f the greatest
// common divisor or its opposite: n steps are enough for b bits if 9437b + 1 ≤
// 4096n, which was proved by machine (J. Harrison, HOL Light, Divstep). As 60
// steps depend on the lowest 60 bits only, they are gathered in a matrix first
// and then applied to the whole f and g, and modulo m to the factors d and e in
// f = dx and g = ex (P. Wuille, libsecp256k1, "safegcd implementation").

// signed is a number in limbs of 60 bits, the least significant first. One more
// of them than of an element is in use; this topmost one carries the sign.
type signed [9]int64

const (
	batch     = 60
	batchMask = 1<<batch - 1
)

// matrix holds the factors, times 2^60, that 60 steps multiply f and g by:
// f' = uf + vg and g' = qf + rg.
type matrix struct{ u, v, q, r int64 }

// invert sets z to the inverse of x, or to 0 if x is 0.
func (f *field) invert(z, x *element) {
	var number element
	var g, d, e signed
	var t matrix
	f.leave(&number, x)
	m := f.toSigned(&f.m)
	h, zeta := m, int64(-1)
	g = f.toSigned(&number)
	e[0] = 1
	for range 5 * f.n / 2 { // 600 or 1200 steps
		zeta = t.steps(zeta, h[0], g[0])
		f.apply(&t, &d, &e, &m, -1)
		f.apply(&t, &h, &g, &m, 0)
	}
	// Now h = ±1 = dx, unless x = 0, and −2m < d < m.
	f.addIf(&d, &m, d[f.n]>>63)
	negative := h[f.n] >> 63
	for i := range d {
		d[i] = d[i] ^ negative - negative
	}
	f.addIf(&d, &m, 0)
	f.addIf(&d, &m, d[f.n]>>63)
	for i := range f.n {
		number[i] = uint64(d[i])>>(4*i) | uint64(d[i+1])<<(batch-4*i)
	}
	f.enter(z, &number)
	clear(number[:])
	clear(g[:])
	clear(d[:])
	clear(e[:])
	t = matrix{}
}

// toSigned cuts a number into limbs of 60 bits.
func (f *field) toSigned(x *element) (s signed) {
	for i := range f.n + 1 {
		s[i] = int64(bitsAt(x, batch*i) & batchMask)
	}
	return s
}

// steps sets t to the matrix of 60 steps from the lowest bits of f and g and
// returns ζ = −(δ + 1/2) after them. It takes them in two halves, in which two
// factors each fit in one number: u + 2^32·v and q + 2^32·r.
//
//go:norace
func (t *matrix) steps(zeta, f, g int64) int64 {
	*t = matrix{u: 1, r: 1}
	for range 2 {
		uv, qr := int64(1), int64(1<<32)
		for range batch / 2 {
			swap, odd := zeta>>63, -(g & 1)
			g += (f ^ swap - swap) & odd
			qr += (uv ^ swap - swap) & odd
			swap &= odd
			zeta = zeta ^ swap - 1
			f += g & swap
			uv += qr & swap
			g >>= 1
			uv <<= 1
		}
		u, q := int64(int32(uv)), int64(int32(qr))
		v, r := (uv-u)>>32, (qr-q)>>32
		*t = matrix{u*t.u + v*t.q, u*t.v + v*t.r, q*t.u + r*t.q, q*t.v + r*t.r}
	}
	return zeta
}

// apply multiplies x and y by the matrix and divides them by 2^60. If modulo is
// −1 it adds multiples of m that make them divisible and leave them between −2m
// and m; if it is 0 they are divisible without.
//
//go:norace
func (f *field) apply(t *matrix, x, y, m *signed, modulo int64) {
	// What it makes too much, over 2^64, that addProduct takes y for positive.
	overX := t.u&(x[f.n]>>63) + t.v&(y[f.n]>>63)
	overY := t.q&(x[f.n]>>63) + t.r&(y[f.n]>>63)
	k, l := overX&modulo, overY&modulo
	// f.inv is −1/m.
	k -= (k - int64(f.inv)*(t.u*x[0]+t.v*y[0])) & batchMask
	l -= (l - int64(f.inv)*(t.q*x[0]+t.r*y[0])) & batchMask
	var xh, xl, yh, yl uint64
	for i := range f.n + 1 {
		xh, xl = addProduct(xh, xl, t.u, x[i])
		yh, yl = addProduct(yh, yl, t.q, x[i])
		xh, xl = addProduct(xh, xl, t.v, y[i])
		yh, yl = addProduct(yh, yl, t.r, y[i])
		xh, xl = addProduct(xh, xl, k, m[i])
		yh, yl = addProduct(yh, yl, l, m[i])
		if i > 0 {
			x[i-1], y[i-1] = int64(xl&batchMask), int64(yl&batchMask)
		}
		xh, xl = uint64(int64(xh)>>batch), xh<<(64-batch)|xl>>batch
		yh, yl = uint64(int64(yh)>>batch), yh<<(64-batch)|yl>>batch
	}
	x[f.n], y[f.n] = int64(xl)-overX<<(64-batch), int64(yl)-overY<<(64-batch)
}

// addProduct adds xy to a signed number of two limbs, taking y for positive. It
// is inlined.
func addProduct(high, low uint64, x, y int64) (uint64, uint64) {
	h, l := bits.Mul64(uint64(x), uint64(y))
	low, carry := bits.Add64(low, l, 0)
	return high + h + carry - uint64(x>>63&y), low
}

// addIf adds m to x if mask is −1 and nothing if it is 0, and brings the limbs
// below the topmost one between 0 and 2^60.
//
//go:norace
func (f *field) addIf(x, m *signed, mask int64) {
	for i := range f.n {
		x[i] += m[i] & mask
		x[i+1] += x[i] >> batch
		x[i] &= batchMask
	}
	x[f.n] += m[f.n] & mask
}
