package gost3410

import "sync"

// group is a subgroup of prime order q of an elliptic curve over the field of
// integers modulo p.
type group struct {
	params params
	size   int // of a coordinate in bytes

	once      sync.Once
	p, q      *field
	a, b      element         // coefficients of the curve
	minus3    bool            // a = −3
	edwards   bool            // the curve has an Edwards form and points are held in it
	d, s, t   element         // coefficients of the Edwards form
	multiples [][entries]quad // of the generator, a row for each part of a coordinate
	top       point           // 32^w times the generator
}

// quad is half or a quarter of the coordinates of a multiple of the generator.
type quad [4]uint64

// params holds the numbers of a group in hexadecimal: the prime p, the curve
// y² = x³ + ax + b, the prime q, the generator (x, y), the cofactor, and the
// coefficient d of the Edwards form u² + v² = 1 + d·u²v² if there is one.
type params struct {
	p, a, b, q, x, y string
	d                string
	cofactor         int
}

// Scalars to multiply the generator by are cut into digits of window bits, each
// of which has a table of 16 multiples of the generator, all in all 52 KB for
// 256 bits and 211 KB for 512.
const (
	window  = 5
	entries = 1 << (window - 1)
)

// windows returns the number of digits of a scalar.
func (g *group) windows() int { return (8*g.size - 1 + window - 1) / window }

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
	minus3 := enter("3")
	g.p.add(&minus3, &minus3, &g.a)
	g.minus3 = g.p.isZero(&minus3) == 1

	generator := affine{x: enter(g.params.x), y: enter(g.params.y)}
	if g.params.d != "" { // s = (1 − d)/4, t = (1 + d)/6
		g.edwards = true
		g.d, g.s, g.t = enter(g.params.d), enter("4"), enter("6")
		g.p.invert(&g.s, &g.s)
		g.p.invert(&g.t, &g.t)
		var sum element
		g.p.sub(&sum, &g.p.one, &g.d)
		g.p.mul(&g.s, &g.s, &sum)
		g.p.add(&sum, &g.p.one, &g.d)
		g.p.mul(&g.t, &g.t, &sum)
		g.toEdwards(&generator)
	}

	// The multiples of window i are 1, 3, 5 … 31 times 32^i times the generator.
	points := make([]point, 0, g.windows()*entries)
	var base, twice point
	g.project(&base, &generator)
	for range g.windows() {
		p := base
		g.double(&twice, &p, true)
		for range entries {
			points = append(points, p)
			g.add(&p, &p, &twice)
		}
		for range window {
			g.double(&base, &base, true)
		}
	}
	g.top = base
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
	var at affine
	f.invert(&inverse, &products[len(points)])
	n := f.n / 4
	g.multiples = make([][entries]quad, g.windows()*2*n)
	for i := len(points) - 1; i >= 0; i-- {
		f.mul(&z, &inverse, &products[i])
		f.mul(&inverse, &inverse, &points[i].z)
		g.divide(&at, &points[i], &z)
		rows := g.multiples[i/entries*2*n:]
		for j := range n {
			rows[j][i%entries] = quad(at.x[4*j:])
			rows[n+j][i%entries] = quad(at.y[4*j:])
		}
	}
}

// pick sets p to one of the multiples of window i, reading all of them.
func (g *group) pick(p *affine, i int, index uint64) {
	n := g.p.n / 4
	rows := g.multiples[i*2*n:]
	for j := range n {
		pickQuad((*quad)(p.x[4*j:]), &rows[j], index)
		pickQuad((*quad)(p.y[4*j:]), &rows[n+j], index)
	}
}

// at does the same for a public index, reading only what is asked for.
func (g *group) at(p *affine, i int, index uint64) {
	n := g.p.n / 4
	rows := g.multiples[i*2*n:]
	for j := range n {
		*(*quad)(p.x[4*j:]) = rows[j][index]
		*(*quad)(p.y[4*j:]) = rows[n+j][index]
	}
}

// pickQuad sets z to an element of a row, reading the whole row.
//
//go:norace
func pickQuad(z *quad, row *[entries]quad, index uint64) {
	var z0, z1, z2, z3 uint64
	for i := range row {
		mask := -(((uint64(i) ^ index) - 1) >> 63) // all ones if i = index
		z0 |= row[i][0] & mask
		z1 |= row[i][1] & mask
		z2 |= row[i][2] & mask
		z3 |= row[i][3] & mask
	}
	*z = quad{z0, z1, z2, z3}
}

// multiplyBase sets r to k times the generator, k from 1 to q−1, in constant
// time if k is secret. It writes an odd k with digits that are odd and below 32
// in absolute value
//
//	k = 32^w + Σ dᵢ·32^i,  i = w−1 … 0,  dᵢ = 2·(bits 5i+1 … 5i+5 of k) − 31
//
// so that each window takes one addition of one of 16 points or its opposite
// (M. Joye, M. Tunstall, "Exponent recoding and regular exponentiation
// algorithms", 2009). Instead of an even k it takes q − k, which is odd.
//
// Digits are added from the greatest down, so that before digit d of window i
// the sum is 32m·32^i for an m from 1 to k/32^(i+1) + 1. As d is odd and less
// than 32, neither 32m + d nor 32m − d is 0, and for i > 0 both are less than
// q: no point is added to itself or to its opposite. In the last window 32m + d
// is k and less than q, but 32m − d = k − 2d may be q, for one k; so that point
// is doubled as well, and the double taken if the sum has no denominator.
func (g *group) multiplyBase(r *point, k *element, secret bool) {
	var q affine
	odd, even := *k, 1-k[0]&1
	g.q.negate(&odd, even)

	*r = g.top
	for i := g.windows() - 1; i >= 0; i-- {
		b := bitsAt(&odd, window*i+1) & (1<<window - 1)
		negative := 1 - b>>(window-1)
		if index := (b ^ -negative) & (entries - 1); secret {
			g.pick(&q, i, index)
		} else {
			g.at(&q, i, index)
		}
		g.negateAffine(&q, negative)
		g.addAffine(r, r, &q)
	}
	var twice point
	g.project(&twice, &q)
	g.double(&twice, &twice, true)
	g.choose(r, &twice, g.p.isZero(&r.z))
	twice = point{}
	g.negate(r, even)
	clear(odd[:])
	q = affine{}
}

// multiply sets r to k times p. Its time depends on k: for public numbers only.
func (g *group) multiply(r *point, k *element, p *affine) {
	var odd [8]point // p, 3p, 5p … 15p
	var twice point
	g.project(&odd[0], p)
	g.double(&twice, &odd[0], true)
	for i := 1; i < len(odd); i++ {
		g.add(&odd[i], &odd[i-1], &twice)
	}
	*r = point{y: g.p.one}
	if g.edwards {
		r.z = g.p.one
	}
	var minus point
	digits := nonAdjacent(k, 8*g.size)
	for i := 8 * g.size; i >= 0; i-- {
		g.double(r, r, digits[i] != 0 || i == 0)
		switch d := digits[i]; {
		case d > 0:
			g.add(r, r, &odd[d/2])
		case d < 0:
			minus = odd[-d/2]
			g.negate(&minus, 1)
			g.add(r, r, &minus)
		}
	}
}

// nonAdjacent writes k with digits that are zero or odd and below 16, no two
// of five neighbours other than zero (Guide to Elliptic Curve Cryptography,
// algorithm 3.35).
//
//go:norace
func nonAdjacent(k *element, size int) (digits [513]int8) {
	carry := uint64(0)
	for i := 0; i <= size; {
		b := bitsAt(k, i) & 31
		if b&1 == carry {
			i++
			continue
		}
		b += carry
		carry = b >> 4
		digits[i] = int8(b) - int8(carry<<5)
		i += 5
	}
	return digits
}
