package gost3410

import "math/bits"

// point is a point of a curve in Jacobian coordinates: (x/z², y/z³), or the
// point at infinity if z = 0, and then x = 0 too. On the curves that have an
// Edwards form the coordinates are those of that form, with t besides.
type point struct{ x, y, z, t element }

// affine is a point other than the one at infinity.
type affine struct{ x, y element }

// add sets r = p + q.
func (g *group) add(r, p, q *point) {
	if g.edwards {
		g.addEdwards(r, p, q)
	} else {
		g.addJacobian(r, p, q)
	}
}

// addAffine sets r = p + q for points that are neither equal nor opposite, and p
// not at infinity. For two equal points it sets r.z = 0. It takes the same steps
// for all of them.
func (g *group) addAffine(r, p *point, q *affine) {
	if g.edwards {
		g.addAffineEdwards(r, p, q)
	} else {
		g.addAffineJacobian(r, p, q)
	}
}

// double sets r = p + p. Unless wantT is set, all that can be done with the
// result is to double it again.
func (g *group) double(r, p *point, wantT bool) {
	if g.edwards {
		g.doubleEdwards(r, p, wantT)
	} else {
		g.doubleJacobian(r, p)
	}
}

// negate sets p = −p if bit is 1 and leaves it as it is if bit is 0.
func (g *group) negate(p *point, bit uint64) {
	if g.edwards {
		g.p.negate(&p.x, bit)
		g.p.negate(&p.t, bit)
	} else {
		g.p.negate(&p.y, bit)
	}
}

// negateAffine does the same.
func (g *group) negateAffine(p *affine, bit uint64) {
	if g.edwards {
		g.p.negate(&p.x, bit)
	} else {
		g.p.negate(&p.y, bit)
	}
}

// choose sets r = p if bit is 1 and leaves it as it is if bit is 0.
func (g *group) choose(r, p *point, bit uint64) {
	g.p.choose(&r.x, &p.x, bit)
	g.p.choose(&r.y, &p.y, bit)
	g.p.choose(&r.z, &p.z, bit)
	g.p.choose(&r.t, &p.t, bit)
}

// project sets r = p.
func (g *group) project(r *point, p *affine) {
	r.x, r.y, r.z = p.x, p.y, g.p.one
	if g.edwards {
		g.p.mul(&r.t, &p.x, &p.y)
	}
}

// divide sets r to a point p with a known 1/z.
func (g *group) divide(r *affine, p *point, inverse *element) {
	if g.edwards {
		g.divideEdwards(r, p, inverse)
	} else {
		g.divideJacobian(r, p, inverse)
	}
}

// Other points are added in Jacobian coordinates by the formulas of H. Cohen,
// A. Miyaji and T. Ono, "Efficient elliptic curve exponentiation using mixed
// coordinates", 1998, which are those of the chord and of the tangent. Here and
// in Edwards form neighbouring multiplications do not wait for one another where
// that can be had: processors work on two at a time.

// addJacobian sets r = p + q. It tells the exceptions of the formula from the
// usual case by branching: for public points only.
func (g *group) addJacobian(r, p, q *point) {
	f := g.p
	var zz1, zz2, x1, y1, h, s element
	f.square(&zz1, &p.z)
	f.square(&zz2, &q.z)
	f.mul(&y1, &p.y, &q.z)
	f.mul(&s, &q.y, &p.z)
	f.mul(&x1, &p.x, &zz2)
	f.mul(&h, &q.x, &zz1)
	f.mul(&y1, &y1, &zz2)
	f.mul(&s, &s, &zz1)
	f.sub(&h, &h, &x1)
	f.sub(&s, &s, &y1)
	if f.isZero(&h) == 0 { // it is zero too if p or q is the point at infinity
		f.mul(&r.z, &p.z, &q.z)
		g.chord(r, &x1, &y1, &h, &s)
		return
	}
	switch {
	case f.isZero(&p.z) == 1:
		*r = *q
	case f.isZero(&q.z) == 1:
		*r = *p
	case f.isZero(&s) == 1:
		g.doubleJacobian(r, p)
	default:
		*r = point{y: f.one}
	}
}

// addAffineJacobian sets r = p + q, with the exceptions of addAffine.
func (g *group) addAffineJacobian(r, p *point, q *affine) {
	f := g.p
	var x1, y1, h, s, zz element
	x1, y1 = p.x, p.y
	f.square(&zz, &p.z)
	f.mul(&s, &q.y, &p.z)
	f.mul(&h, &q.x, &zz)
	f.mul(&s, &s, &zz)
	f.sub(&h, &h, &x1)
	f.sub(&s, &s, &y1)
	r.z = p.z
	g.chord(r, &x1, &y1, &h, &s)
}

// chord sets r to the third point, mirrored, of the line of slope s/h through
// (x, y), all brought to the denominator r.z, which is then multiplied by h:
//
//	X₃ = s² − h³ − 2xh²   Y₃ = s(xh² − X₃) − yh³   Z₃ = zh
func (g *group) chord(r *point, x, y, h, s *element) {
	f := g.p
	var hh, hhh, v element
	f.square(&hh, h)
	f.mul(&r.z, &r.z, h)
	f.mul(&hhh, &hh, h)
	f.mul(&v, x, &hh)
	f.square(&r.x, s)
	f.mul(&hh, &hhh, y)
	f.sub(&r.x, &r.x, &hhh)
	f.sub(&r.x, &r.x, &v)
	f.sub(&r.x, &r.x, &v)
	f.sub(&v, &v, &r.x)
	f.mul(&r.y, s, &v)
	f.sub(&r.y, &r.y, &hh)
}

// doubleJacobian sets r = p + p. It has no exceptions: no point of a group of
// odd order has y = 0.
//
//	X₃ = m² − 2s   Y₃ = m(s − X₃) − 8y⁴   Z₃ = 2yz
//	m = 3x² + az⁴  s = 4xy²
func (g *group) doubleJacobian(r, p *point) {
	f := g.p
	var m, s, t, yy element
	f.square(&t, &p.z)
	f.square(&yy, &p.y)
	f.mul(&r.z, &p.y, &p.z)
	f.add(&yy, &yy, &yy)
	if g.minus3 { // m = 3(x + z²)(x − z²)
		f.add(&m, &p.x, &t)
		f.sub(&t, &p.x, &t)
		f.mul(&m, &m, &t)
		f.triple(&m, &m)
	} else {
		f.square(&t, &t)
		f.square(&m, &p.x)
		f.mul(&t, &t, &g.a)
		f.triple(&m, &m)
		f.add(&m, &m, &t)
	}
	f.mul(&s, &p.x, &yy)
	f.square(&t, &yy)
	f.square(&r.x, &m)
	f.add(&s, &s, &s)
	f.add(&t, &t, &t)
	f.add(&r.z, &r.z, &r.z)
	f.sub(&r.x, &r.x, &s)
	f.sub(&r.x, &r.x, &s)
	f.sub(&s, &s, &r.x)
	f.mul(&r.y, &m, &s)
	f.sub(&r.y, &r.y, &t)
}

// triple sets z = 3x.
func (f *field) triple(z, x *element) {
	if f.c != 0 {
		f.timesSmall(z, x, 3)
		return
	}
	var t element
	f.add(&t, x, x)
	f.add(z, &t, x)
}

// onCurve tells whether y² = x³ + ax + b.
func (g *group) onCurve(p *affine) bool {
	f := g.p
	var left, right element
	f.square(&right, &p.x)
	f.add(&right, &right, &g.a)
	f.mul(&right, &right, &p.x)
	f.add(&right, &right, &g.b)
	f.square(&left, &p.y)
	f.sub(&left, &left, &right)
	return f.isZero(&left) == 1
}

// enter brings a point of the curve into the coordinates used to calculate. It
// returns false if the point does not belong to the group, as every point does
// where the cofactor is 1. Elsewhere q times the point must be the one at
// infinity. The curves with a cofactor have an Edwards form, so that no formula
// meets an exception here.
func (g *group) enter(p *affine) bool {
	if !g.edwards {
		return g.params.cofactor == 1
	}
	if !g.toEdwards(p) {
		return false
	}
	var r point
	g.multiply(&r, &g.q.m, p)
	g.p.sub(&r.y, &r.y, &r.z)
	return g.p.isZero(&r.x)&g.p.isZero(&r.y) == 1 // the neutral element (0, 1)
}

// leave brings a point back to Jacobian coordinates of the curve.
func (g *group) leave(p *point) {
	if g.edwards {
		g.fromEdwards(p)
	}
}

// toAffine sets r to the coordinates on the curve of a point p other than the
// one at infinity. It overwrites p.
func (g *group) toAffine(r *affine, p *point) {
	g.leave(p)
	var inverse element
	g.p.invert(&inverse, &p.z)
	g.divideJacobian(r, p, &inverse)
	clear(inverse[:])
	*p = point{}
}

// divideJacobian sets r to a point p with a known 1/z.
func (g *group) divideJacobian(r *affine, p *point, inverse *element) {
	var power element
	g.p.square(&power, inverse)
	g.p.mul(&r.x, &p.x, &power)
	g.p.mul(&power, &power, inverse)
	g.p.mul(&r.y, &p.y, &power)
	clear(power[:])
}

// hasX tells whether the coordinate x of p on the curve, reduced modulo q, is
// r. Instead of dividing by z² it tries every number below p that is r modulo q.
func (g *group) hasX(p *point, r *element) bool {
	f := g.p
	g.leave(p)
	if f.isZero(&p.z) == 1 {
		return false
	}
	var t, zz element
	f.square(&zz, &p.z)
	for x, carry := *r, uint64(0); carry == 0 && f.less(&x) == 1; carry = addTo(&x, &g.q.m, f.n) {
		f.enter(&t, &x)
		f.mul(&t, &t, &zz)
		f.sub(&t, &t, &p.x)
		if f.isZero(&t) == 1 {
			return true
		}
	}
	return false
}

// addTo adds a number of n limbs to x and returns the carry.
func addTo(x, y *element, n int) (carry uint64) {
	for i := range n {
		x[i], carry = bits.Add64(x[i], y[i], carry)
	}
	return carry
}
