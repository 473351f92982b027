package gost3410

import "sync"

// group is a subgroup of prime order q of an elliptic curve over the field of
// integers modulo p.
type group struct {
	params params
	size   int // of a coordinate in bytes

	once      sync.Once
	p, q      *field
	a, b, b3  element // coefficients of the curve, and three times b
	minus3    bool    // a = −3
	multiples []element
}

// params holds the numbers of a group in hexadecimal: the prime p, the curve
// y² = x³ + ax + b, the prime q, the generator (x, y) and the cofactor.
type params struct {
	p, a, b, q, x, y string
	cofactor         int
}

// Multiples of the generator are kept for scalars cut into signed digits of
// window bits: 16 multiples for each digit, all in all 53 KB for 256 bits and
// 211 KB for 512.
const (
	window  = 5
	entries = 1 << (window - 1)
)

// windows returns the number of digits of a scalar and its sign.
func (g *group) windows() int { return (8*g.size + 1 + window - 1) / window }

// ready prepares the group on its first use.
func (g *group) ready() *group {
	g.once.Do(g.prepare)
	return g
}

func (g *group) prepare() {
	n := g.size / 8
	g.p, g.q = newField(g.params.p, n), newMontgomery(g.params.q, n)
	enter := func(s string) (x element) {
		number := parseHex(s)
		g.p.enter(&x, &number)
		return x
	}
	g.a, g.b = enter(g.params.a), enter(g.params.b)
	g.p.add(&g.b3, &g.b, &g.b)
	g.p.add(&g.b3, &g.b3, &g.b)
	minus3 := enter("3")
	g.p.add(&minus3, &minus3, &g.a)
	g.minus3 = g.p.isZero(&minus3) == 1

	// Digit j of window i stands for j·2^(5i) times the generator.
	points := make([]point, 0, g.windows()*entries)
	base := point{enter(g.params.x), enter(g.params.y), g.p.one}
	for range g.windows() {
		p := base
		points = append(points, p)
		for range entries - 1 {
			g.add(&p, &p, &base)
			points = append(points, p)
		}
		g.double(&base, &p)
	}
	g.store(points)
}

// store keeps the points in affine coordinates. Their z are inverted together
// (Montgomery's trick): z₁z₂…zₖ is inverted and then rid of one z at a time.
func (g *group) store(points []point) {
	f := g.p
	products := make([]element, len(points)+1)
	products[0] = f.one
	for i := range points {
		f.mul(&products[i+1], &products[i], &points[i].z)
	}
	var inverse, z element
	f.invert(&inverse, &products[len(points)])
	g.multiples = make([]element, len(points)*f.n/4)
	for i := len(points) - 1; i >= 0; i-- {
		p := &points[i]
		f.mul(&z, &inverse, &products[i])
		f.mul(&inverse, &inverse, &p.z)
		f.mul(&p.x, &p.x, &z)
		f.mul(&p.y, &p.y, &z)
		if f.n == 8 {
			g.multiples[2*i], g.multiples[2*i+1] = p.x, p.y
		} else {
			copy(g.multiples[i][:4], p.x[:4])
			copy(g.multiples[i][4:], p.y[:4])
		}
	}
}

// pick sets p to multiple number digit (1 to 16) of a window, reading all of
// them, whatever the digit. For digit 0 p is set to (0, 0).
func (g *group) pick(p *affine, window int, digit uint64) {
	var x, y element
	if g.p.n == 8 {
		table := g.multiples[window*2*entries:][:2*entries]
		for i := range entries {
			mask := -equal(uint64(i+1), digit)
			keep(&x, &table[2*i], mask)
			keep(&y, &table[2*i+1], mask)
		}
	} else {
		table := g.multiples[window*entries:][:entries]
		for i := range table {
			keep(&x, &table[i], -equal(uint64(i+1), digit))
		}
		copy(y[:4], x[4:])
		clear(x[4:])
	}
	p.x, p.y = x, y
}

// keep sets z |= x if mask is all ones and does nothing if it is zero.
func keep(z, x *element, mask uint64) {
	z[0] |= x[0] & mask
	z[1] |= x[1] & mask
	z[2] |= x[2] & mask
	z[3] |= x[3] & mask
	z[4] |= x[4] & mask
	z[5] |= x[5] & mask
	z[6] |= x[6] & mask
	z[7] |= x[7] & mask
}

// equal returns 1 if two small numbers are equal, otherwise 0.
func equal(x, y uint64) uint64 { return ((x ^ y) - 1) >> 63 }

// multiplyBase sets r to k times the generator in constant time: for every
// digit of k one multiple of the generator is fetched and added.
func (g *group) multiplyBase(r *point, k *element) {
	f := g.p
	*r = point{y: f.one}
	var q affine
	var t point
	var minus element
	for i := range g.windows() {
		digit, negative := signedDigit(k, i)
		g.pick(&q, i, digit)
		f.neg(&minus, &q.y)
		f.choose(&q.y, &minus, negative)
		g.addAffine(&t, r, &q)
		some := 1 - equal(digit, 0)
		f.choose(&r.x, &t.x, some)
		f.choose(&r.y, &t.y, some)
		f.choose(&r.z, &t.z, some)
	}
	q, t = affine{}, point{}
}

// signedDigit returns the absolute value, 0 to 16, and the sign of digit i of
// k in base 32 (A. D. Booth, "A signed binary multiplication technique", 1951:
// the highest bit of the digit below counts as 1, the digit's own as −16).
func signedDigit(k *element, i int) (digit, negative uint64) {
	var b uint64 // bits 5i−1 to 5i+4
	if i == 0 {
		b = k[0] << 1
	} else {
		at := window*i - 1
		if at/64 < len(k) {
			b = k[at/64] >> (at % 64)
		}
		if at/64+1 < len(k) {
			b |= k[at/64+1] << (64 - at%64)
		}
	}
	b &= 1<<(window+1) - 1
	negative = b >> window
	b ^= -negative & (1<<(window+1) - 1)
	return (b + 1) >> 1, negative
}

// multiply sets r to k times p. Its time depends on k: for public numbers only.
func (g *group) multiply(r *point, k *element, p *affine) {
	var odd [8]point // p, 3p, 5p … 15p
	var twice point
	odd[0] = point{p.x, p.y, g.p.one}
	g.double(&twice, &odd[0])
	for i := 1; i < len(odd); i++ {
		g.add(&odd[i], &odd[i-1], &twice)
	}
	*r = point{y: g.p.one}
	var minus point
	digits := nonAdjacent(k, 8*g.size)
	for i := 8 * g.size; i >= 0; i-- {
		g.double(r, r)
		switch d := digits[i]; {
		case d > 0:
			g.add(r, r, &odd[d/2])
		case d < 0:
			minus = odd[-d/2]
			g.p.neg(&minus.y, &minus.y)
			g.add(r, r, &minus)
		}
	}
}

// nonAdjacent writes k with digits that are zero or odd and below 16, no two
// of five neighbours other than zero (Guide to Elliptic Curve Cryptography,
// algorithm 3.35).
func nonAdjacent(k *element, size int) (digits [513]int8) {
	carry := uint64(0)
	for i := 0; i <= size; {
		var b uint64 // the five bits from i on
		if i/64 < len(k) {
			b = k[i/64] >> (i % 64)
		}
		if i/64+1 < len(k) {
			b |= k[i/64+1] << (64 - i%64)
		}
		if b&1 == carry {
			i++
			continue
		}
		b = b&31 + carry
		carry = b >> 4
		digits[i] = int8(b) - int8(carry<<5)
		i += 5
	}
	return digits
}
