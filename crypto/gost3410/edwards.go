package gost3410

// The curves TC26-256-A and TC26-512-C also have the twisted Edwards form
//
//	u² + v² = 1 + d·u²v²
//
// (RFC 7836, section 5.2), in which points are added faster. Points of these
// curves are converted when they come in and back when they go out. A point is
// held as x = u·z, y = v·z, t = u·v·z and added by the formulas of H. Hisil,
// K. Wong, G. Carter and E. Dawson, "Twisted Edwards curves revisited", 2008.
// As 1 is a square and d is not, they have no exceptions.

// addEdwards sets r = p + q.
func (g *group) addEdwards(r, p, q *point) {
	f := g.p
	var a, b, c, d, e element
	f.mul(&a, &p.x, &q.x)
	f.mul(&b, &p.y, &q.y)
	f.mul(&c, &q.t, &g.d)
	f.mul(&c, &p.t, &c)
	f.mul(&d, &p.z, &q.z)
	f.cross(&e, &p.x, &p.y, &q.x, &q.y, &a, &b)
	g.joinEdwards(r, &a, &b, &c, &d, &e)
}

// addAffineEdwards sets r = p + q.
func (g *group) addAffineEdwards(r, p *point, q *affine) {
	f := g.p
	var a, b, c, e element
	f.mul(&a, &p.x, &q.x)
	f.mul(&b, &p.y, &q.y)
	f.mul(&c, &p.t, &q.t)
	f.cross(&e, &p.x, &p.y, &q.x, &q.y, &a, &b)
	g.joinEdwards(r, &a, &b, &c, &p.z, &e)
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

// joinEdwards sets r from x₁x₂, y₁y₂, d·t₁t₂, z₁z₂ and x₁y₂ + x₂y₁.
func (g *group) joinEdwards(r *point, a, b, c, d, e *element) {
	f := g.p
	var minus, plus, h element
	f.sub(&minus, d, c)
	f.add(&plus, d, c)
	f.sub(&h, b, a)
	f.mul(&r.x, e, &minus)
	f.mul(&r.y, &plus, &h)
	f.mul(&r.t, e, &h)
	f.mul(&r.z, &minus, &plus)
}

// doubleEdwards sets r = p + p, without the coordinate t if it is not wanted.
func (g *group) doubleEdwards(r, p *point, wantT bool) {
	f := g.p
	var a, b, c, e, h element
	f.square(&a, &p.x, 1)
	f.square(&b, &p.y, 1)
	f.square(&c, &p.z, 1)
	f.add(&c, &c, &c)
	f.add(&e, &p.x, &p.y)
	f.square(&e, &e, 1)
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
	f.mul(&p.t, &p.x, &p.y)
	f.mul(&p.t, &p.t, &g.d)
	return true
}

// divideEdwards sets r to a point p with a known 1/z.
func (g *group) divideEdwards(r *affine, p *point, inverse *element) {
	g.p.mul(&r.x, &p.x, inverse)
	g.p.mul(&r.y, &p.y, inverse)
	g.p.mul(&r.t, &r.x, &r.y)
	g.p.mul(&r.t, &r.t, &g.d)
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
