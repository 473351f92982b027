package gost3410

import "math/bits"

// point is a point of a curve in projective coordinates: (x/z, y/z), or the
// point at infinity if z = 0, which is (0 : 1 : 0). On the curves that have an
// Edwards form the coordinates are those of that form, with t besides.
type point struct{ x, y, z, t element }

// affine is a point other than the one at infinity.
type affine struct{ x, y element }

// add sets r = p + q.
func (g *group) add(r, p, q *point) {
	if g.edwards {
		g.addEdwards(r, p, q)
	} else {
		g.addProjective(r, p, q)
	}
}

// addAffine sets r = p + q.
func (g *group) addAffine(r, p *point, q *affine) {
	if g.edwards {
		g.addAffineEdwards(r, p, q)
	} else {
		g.addAffineProjective(r, p, q)
	}
}

// double sets r = p + p. Unless wantT is set, all that can be done with the
// result is to double it again.
func (g *group) double(r, p *point, wantT bool) {
	if g.edwards {
		g.doubleEdwards(r, p, wantT)
	} else {
		g.doubleProjective(r, p)
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

// project sets r = p.
func (g *group) project(r *point, p *affine) {
	r.x, r.y, r.z = p.x, p.y, g.p.one
	if g.edwards {
		g.p.mul(&r.t, &p.x, &p.y)
	}
}

// Other points are added by the formulas of J. Renes, C. Costello and L. Batina,
// "Complete addition formulas for prime order elliptic curves", 2015 (IACR
// ePrint 2015/1060). They have no exceptions, neither for equal or opposite
// points nor for the point at infinity, as long as the points belong to a
// subgroup of odd order, so no case must be told from another at run time.
// The three operations differ in how they come by six products, written here
//
//	xx = X₁X₂   xy = X₁Y₂ + X₂Y₁
//	yy = Y₁Y₂   xz = X₁Z₂ + X₂Z₁
//	zz = Z₁Z₂   yz = Y₁Z₂ + Y₂Z₁
//
// from which sum makes the coordinates by formula (1) of the paper.

// sum sets r to the point with the coordinates
//
//	X₃ = xy·(yy − u) − yz·w      u = a·xz + 3b·zz
//	Y₃ = (yy + u)(yy − u) + v·w  v = 3xx + a·zz
//	Z₃ = yz·(yy + u) + xy·v      w = a·xx − a²·zz + 3b·xz
func (g *group) sum(r *point, xx, yy, zz, xy, xz, yz *element) {
	f := g.p
	var u, v, w, t element
	if g.minus3 {
		// u = 3(b·zz − xz)  v = 3(xx − zz)  w = 3(b·xz − xx − 3zz)
		g.timesB(&u, zz)
		f.sub(&u, &u, xz)
		f.triple(&u, &u)
		f.sub(&v, xx, zz)
		f.triple(&v, &v)
		g.timesB(&w, xz)
		f.sub(&w, &w, xx)
		f.triple(&t, zz)
		f.sub(&w, &w, &t)
		f.triple(&w, &w)
	} else {
		f.mul(&u, xz, &g.a)
		f.mul(&t, zz, &g.b3)
		f.add(&u, &u, &t)
		f.mul(&t, zz, &g.a)
		f.triple(&v, xx)
		f.add(&v, &v, &t)
		f.sub(&w, xx, &t)
		f.mul(&w, &w, &g.a)
		f.mul(&t, xz, &g.b3)
		f.add(&w, &w, &t)
	}
	f.sub(&t, yy, &u)
	f.add(&u, yy, &u)

	f.mul(&r.x, xy, &t)
	f.mul(&r.y, &u, &t)
	f.mul(&t, yz, &w)
	f.sub(&r.x, &r.x, &t)
	f.mul(&t, &v, &w)
	f.add(&r.y, &r.y, &t)
	f.mul(&r.z, yz, &u)
	f.mul(&t, xy, &v)
	f.add(&r.z, &r.z, &t)
}

// timesB sets z = bx.
func (g *group) timesB(z, x *element) {
	if g.smallB != 0 {
		g.p.timesSmall(z, x, g.smallB)
	} else {
		g.p.mul(z, x, &g.b)
	}
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

// cross sets z = (x₁ + y₁)(x₂ + y₂) − s − t, which is x₁y₂ + x₂y₁ if s = x₁x₂
// and t = y₁y₂.
func (f *field) cross(z, x1, y1, x2, y2, s, t *element) {
	var u, v element
	f.add(&u, x1, y1)
	f.add(&v, x2, y2)
	f.mul(z, &u, &v)
	f.sub(z, z, s)
	f.sub(z, z, t)
}

// addProjective sets r = p + q.
func (g *group) addProjective(r, p, q *point) {
	f := g.p
	var xx, yy, zz, xy, xz, yz element
	f.mul(&xx, &p.x, &q.x)
	f.mul(&yy, &p.y, &q.y)
	f.mul(&zz, &p.z, &q.z)
	f.cross(&xy, &p.x, &p.y, &q.x, &q.y, &xx, &yy)
	f.cross(&xz, &p.x, &p.z, &q.x, &q.z, &xx, &zz)
	f.cross(&yz, &p.y, &p.z, &q.y, &q.z, &yy, &zz)
	g.sum(r, &xx, &yy, &zz, &xy, &xz, &yz)
}

// addAffineProjective sets r = p + q.
func (g *group) addAffineProjective(r, p *point, q *affine) {
	f := g.p
	var xx, yy, zz, xy, xz, yz element
	f.mul(&xx, &p.x, &q.x)
	f.mul(&yy, &p.y, &q.y)
	zz = p.z
	f.cross(&xy, &p.x, &p.y, &q.x, &q.y, &xx, &yy)
	f.mul(&xz, &q.x, &p.z)
	f.add(&xz, &xz, &p.x)
	f.mul(&yz, &q.y, &p.z)
	f.add(&yz, &yz, &p.y)
	g.sum(r, &xx, &yy, &zz, &xy, &xz, &yz)
}

// doubleProjective sets r = p + p.
func (g *group) doubleProjective(r, p *point) {
	f := g.p
	var xx, yy, zz, xy, xz, yz element
	f.square(&xx, &p.x, 1)
	f.square(&yy, &p.y, 1)
	f.square(&zz, &p.z, 1)
	f.mul(&xy, &p.x, &p.y)
	f.mul(&xz, &p.x, &p.z)
	f.mul(&yz, &p.y, &p.z)
	f.add(&xy, &xy, &xy)
	f.add(&xz, &xz, &xz)
	f.add(&yz, &yz, &yz)
	g.sum(r, &xx, &yy, &zz, &xy, &xz, &yz)
}

// onCurve tells whether y² = x³ + ax + b.
func (g *group) onCurve(p *affine) bool {
	f := g.p
	var left, right element
	f.square(&right, &p.x, 1)
	f.add(&right, &right, &g.a)
	f.mul(&right, &right, &p.x)
	f.add(&right, &right, &g.b)
	f.square(&left, &p.y, 1)
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
	g.leave(&r)
	return g.p.isZero(&r.z) == 1 && g.p.isZero(&r.y) == 0
}

// leave brings a point back to projective coordinates of the curve.
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
	g.p.mul(&r.x, &p.x, &inverse)
	g.p.mul(&r.y, &p.y, &inverse)
	clear(inverse[:])
	*p = point{}
}

// hasX tells whether the coordinate x of p on the curve, reduced modulo q, is
// r. Instead of dividing by z it tries every number below p that is r modulo q.
func (g *group) hasX(p *point, r *element) bool {
	f := g.p
	g.leave(p)
	if f.isZero(&p.z) == 1 {
		return false
	}
	var t element
	for x, carry := *r, uint64(0); carry == 0 && f.less(&x) == 1; carry = addTo(&x, &g.q.m, f.n) {
		f.enter(&t, &x)
		f.mul(&t, &t, &p.z)
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
