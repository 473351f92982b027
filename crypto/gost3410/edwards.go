package gost3410

// The curves TC26-256-A and TC26-512-C also have the twisted Edwards form
//
//	u² + v² = 1 + d·u²v²
//
// (RFC 7836, section 5.2), in which points are added faster. Points of these
// curves are converted when they come in and back when they go out. A point is
// held as x = u·z, y = v·z, t = u·v·z and added by the formulas of H. Hisil,
// K. Wong, G. Carter and E. Dawson, "Twisted Edwards curves revisited", 2008
// (IACR ePrint 2008/522). As 1 is a square and d is not, those of addEdwards and
// doubleEdwards have no exceptions.

// addEdwards sets r = p + q.
func (g *group) addEdwards(r, p, q *point) {
	f := g.p
	var a, b, c, d, e, h element
	f.mul(&c, &q.t, &g.d)
	f.mul(&a, &p.x, &q.x)
	f.mul(&b, &p.y, &q.y)
	f.mul(&c, &p.t, &c)
	f.mul(&d, &p.z, &q.z)
	f.add(&e, &p.x, &p.y)
	f.add(&h, &q.x, &q.y)
	f.mul(&e, &e, &h)
	f.sub(&e, &e, &a)
	f.sub(&e, &e, &b) // x₁y₂ + y₁x₂
	f.sub(&h, &b, &a)
	f.sub(&a, &d, &c)
	f.add(&b, &d, &c)
	f.mul(&r.x, &e, &a)
	f.mul(&r.y, &b, &h)
	f.mul(&r.t, &e, &h)
	f.mul(&r.z, &a, &b)
}

// addAffineEdwards sets r = p + q for points of odd order that are not equal.
// For two equal points it sets r.z = 0. These formulas do without d (5 and 6 in
// the paper) and have no other exceptions in a group of odd order.
func (g *group) addAffineEdwards(r, p *point, q *affine) {
	f := g.p
	var a, b, c, d, e, h element
	f.mul(&c, &q.x, &q.y)
	f.mul(&a, &p.x, &q.x)
	f.mul(&b, &p.y, &q.y)
	f.mul(&c, &c, &p.z)
	f.sub(&d, &p.x, &p.y)
	f.add(&e, &q.x, &q.y)
	f.mul(&d, &d, &e)
	f.add(&e, &p.t, &c)
	f.sub(&h, &p.t, &c)
	f.add(&d, &d, &b)
	f.sub(&d, &d, &a) // x₁y₂ − y₁x₂
	f.add(&b, &b, &a) // y₁y₂ + x₁x₂
	f.mul(&r.x, &e, &d)
	f.mul(&r.y, &b, &h)
	f.mul(&r.z, &d, &b)
	f.mul(&r.t, &e, &h)
}

// doubleEdwards sets r = p + p, without the coordinate t if it is not wanted.
func (g *group) doubleEdwards(r, p *point, wantT bool) {
	f := g.p
	var a, b, c, e, h element
	f.square(&a, &p.x)
	f.square(&b, &p.y)
	f.square(&c, &p.z)
	f.add(&c, &c, &c)
	f.add(&e, &p.x, &p.y)
	f.square(&e, &e)
	f.sub(&h, &a, &b)
	f.add(&a, &a, &b)
	f.sub(&e, &e, &a)
	f.sub(&c, &a, &c)
	f.mul(&r.x, &e, &c)
	f.mul(&r.y, &a, &h)
	f.mul(&r.z, &c, &a)
	if wantT {
		f.mul(&r.t, &e, &h)
	}
}

// toEdwards brings a point of the curve in its usual form into the Edwards
// form, u = (x − t)/y, v = (x − t − s)/(x − t + s). It returns false for the
// points of small order for which this divides by zero.
func (g *group) toEdwards(p *affine) bool {
	f := g.p
	var x, minus, plus, inverse element
	f.sub(&x, &p.x, &g.t)
	f.sub(&minus, &x, &g.s)
	f.add(&plus, &x, &g.s)
	f.mul(&inverse, &p.y, &plus)
	if f.isZero(&inverse) == 1 {
		return false
	}
	f.invert(&inverse, &inverse)
	f.mul(&x, &x, &plus)
	f.mul(&minus, &minus, &p.y)
	f.mul(&p.x, &x, &inverse)
	f.mul(&p.y, &minus, &inverse)
	return true
}

// divideEdwards sets r to a point p with a known 1/z.
func (g *group) divideEdwards(r *affine, p *point, inverse *element) {
	g.p.mul(&r.x, &p.x, inverse)
	g.p.mul(&r.y, &p.y, inverse)
}

// fromEdwards brings a point back: x = s(1 + v)/(1 − v) + t, y = (x − t)/u. The
// neutral element (0, 1) becomes the point at infinity.
func (g *group) fromEdwards(p *point) {
	f := g.p
	var minus, plus, z element
	f.sub(&minus, &p.z, &p.y)
	f.add(&plus, &p.z, &p.y)
	f.mul(&plus, &plus, &g.s)
	f.mul(&z, &minus, &p.x)
	f.mul(&p.y, &plus, &p.z) // over z
	f.mul(&minus, &minus, &g.t)
	f.add(&plus, &plus, &minus)
	f.mul(&p.x, &plus, &p.x) // over z
	f.mul(&p.x, &p.x, &z)
	f.mul(&p.y, &p.y, &z)
	f.mul(&p.y, &p.y, &z)
	p.z = z
}
