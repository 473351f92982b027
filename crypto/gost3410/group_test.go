package gost3410

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestParametersAreSound(t *testing.T) {
	for _, c := range everyGroup() {
		t.Run(c.Name(), func(t *testing.T) {
			g := c.group.ready()
			p, q := hexadecimal(g.params.p), hexadecimal(g.params.q)
			if !p.ProbablyPrime(20) || !q.ProbablyPrime(20) {
				t.Error("p or q is not prime")
			}
			// Hasse: the order of the curve is p + 1 give or take 2√p.
			order := new(big.Int).Mul(q, big.NewInt(int64(g.params.cofactor)))
			trace := order.Sub(order, p).Sub(order, big.NewInt(1))
			if trace.Mul(trace, trace).Cmp(new(big.Int).Lsh(p, 2)) > 0 {
				t.Error("the order of the curve is impossible")
			}
			var at affine
			x, y := parseHex(g.params.x), parseHex(g.params.y)
			g.p.enter(&at.x, &x)
			g.p.enter(&at.y, &y)
			if !g.onCurve(&at) {
				t.Error("the generator is not on the curve")
			}
			if !g.enter(&at) {
				t.Error("the generator is not in the group")
			}
			var r point
			g.multiply(&r, &g.q.m, &at)
			if g.leave(&r); g.p.isZero(&r.z) == 0 {
				t.Error("q times the generator is not the point at infinity")
			}
			if (g.params.cofactor != 1) != g.edwards {
				t.Error("a curve with a cofactor must have an Edwards form: other formulas have exceptions there")
			}
			if g.edwards && big.Jacobi(hexadecimal(g.params.d), p) != -1 {
				t.Error("d is a square: the Edwards formulas have exceptions")
			}
		})
	}
}

// scalars returns numbers from 1 to q−1, among them those at which recoding and
// addition meet their extremes.
func scalars(g *group, source *rand.Rand, n int) []*big.Int {
	q := hexadecimal(g.params.q)
	var all []*big.Int
	for i := range int64(70) {
		all = append(all, big.NewInt(i+1), new(big.Int).Sub(q, big.NewInt(i+1)))
	}
	for i := range q.BitLen() {
		power := new(big.Int).Lsh(big.NewInt(1), uint(i))
		all = append(all, power, new(big.Int).Sub(power, big.NewInt(1)), new(big.Int).Sub(q, power))
	}
	half := new(big.Int).Rsh(q, 1)
	all = append(all, half, new(big.Int).Add(half, big.NewInt(1)))
	for range n {
		wide := new(big.Int)
		for range 9 {
			wide.Lsh(wide, 64).Or(wide, new(big.Int).SetUint64(source.Uint64()))
		}
		all = append(all, wide.Mod(wide, q))
	}
	kept := all[:0]
	for _, k := range all {
		if k.Sign() > 0 && k.Cmp(q) < 0 {
			kept = append(kept, k)
		}
	}
	return kept
}

// samePoint compares two points on the curve.
func samePoint(g *group, p, q point) bool {
	g.leave(&p)
	g.leave(&q)
	f := g.p
	infinite := f.isZero(&p.z)
	if infinite != f.isZero(&q.z) {
		return false
	}
	if infinite == 1 {
		return f.isZero(&p.x)&f.isZero(&q.x) == 1
	}
	var a, b affine
	f.invert(&p.z, &p.z)
	f.invert(&q.z, &q.z)
	g.divideJacobian(&a, &p, &p.z)
	g.divideJacobian(&b, &q, &q.z)
	f.sub(&a.x, &a.x, &b.x)
	f.sub(&a.y, &a.y, &b.y)
	return f.isZero(&a.x)&f.isZero(&a.y) == 1
}

func TestMultiplicationsAgree(t *testing.T) {
	for _, c := range everyGroup() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			g := c.group.ready()
			var generator affine
			x, y := parseHex(g.params.x), parseHex(g.params.y)
			g.p.enter(&generator.x, &x)
			g.p.enter(&generator.y, &y)
			g.enter(&generator)
			source := rand.New(rand.NewPCG(3, 4))
			for i, k := range scalars(g, source, 50) {
				if i%thin != 0 || c.Size() == 64 && i%10 != 0 { // slow, and the same code
					continue
				}
				number := parseHex(k.Text(16))
				var secret, public, slow point
				g.multiplyBase(&secret, &number, true)
				g.multiplyBase(&public, &number, false)
				g.multiply(&slow, &number, &generator)
				if secret != public || !samePoint(g, secret, slow) {
					t.Fatalf("differ for %x", k)
				}
			}
		})
	}
}

func TestAdditionHasNoExceptions(t *testing.T) {
	for _, c := range everyGroup() {
		t.Run(c.Name(), func(t *testing.T) {
			g := c.group.ready()
			q := hexadecimal(g.params.q)
			times := func(k *big.Int) (p point) {
				number := parseHex(new(big.Int).Mod(k, q).Text(16))
				if isZero(&number) == 1 {
					p.y = g.p.one
					if g.edwards {
						p.z = g.p.one
					}
					return p
				}
				g.multiplyBase(&p, &number, false)
				return p
			}
			numbers := []*big.Int{
				big.NewInt(0), big.NewInt(1), big.NewInt(2), big.NewInt(3), big.NewInt(12345),
				new(big.Int).Sub(q, big.NewInt(1)), new(big.Int).Sub(q, big.NewInt(2)), new(big.Int).Rsh(q, 1),
				new(big.Int).Sub(q, big.NewInt(12345)),
			}
			for _, a := range numbers {
				p := times(a)
				var r point
				g.double(&r, &p, true)
				if !samePoint(g, r, times(new(big.Int).Lsh(a, 1))) {
					t.Errorf("doubling %x times the generator fails", a)
				}
				for _, b := range numbers {
					s := times(b)
					want := times(new(big.Int).Add(a, b))
					g.add(&r, &p, &s)
					if !samePoint(g, r, want) {
						t.Errorf("%x + %x fails", a, b)
					}
					if b.Sign() == 0 {
						continue
					}
					var at affine
					g.toAffine(&at, &s)
					g.enter(&at)
					g.addAffine(&r, &p, &at)
					switch opposite := new(big.Int).Sub(q, b); {
					case a.Cmp(b) == 0:
						if g.p.isZero(&r.z) == 0 {
							t.Errorf("%x + itself has a denominator", a)
						}
					case g.edwards || a.Sign() != 0 && a.Cmp(opposite) != 0:
						if !samePoint(g, r, want) {
							t.Errorf("%x + %x fails in affine coordinates", a, b)
						}
					}
				}
			}
		})
	}
}

// TestLastAdditionDoubles multiplies by the one number at which the last
// addition of multiplyBase meets a point it has to add to itself: k = q + 2d,
// where d is the last digit of k.
func TestLastAdditionDoubles(t *testing.T) {
	met := 0
	for _, c := range everyGroup() {
		g := c.group.ready()
		q := hexadecimal(g.params.q)
		for d := int64(1 - 1<<window); d < 0; d += 2 {
			k := new(big.Int).Add(q, big.NewInt(2*d))
			low := new(big.Int).Rsh(k, 1)
			if digit := 2*int64(low.Uint64()&(1<<window-1)) + 1 - 1<<window; digit != d {
				continue
			}
			met++
			var generator affine
			x, y := parseHex(g.params.x), parseHex(g.params.y)
			g.p.enter(&generator.x, &x)
			g.p.enter(&generator.y, &y)
			g.enter(&generator)
			for _, k := range []*big.Int{k, new(big.Int).Sub(q, k)} {
				number := parseHex(k.Text(16))
				var fast, slow point
				g.multiplyBase(&fast, &number, true)
				g.multiply(&slow, &number, &generator)
				if !samePoint(g, fast, slow) || g.p.isZero(&fast.z) == 1 {
					t.Errorf("%s: wrong multiple for %x", c.Name(), k)
				}
			}
		}
	}
	if met < 3 {
		t.Errorf("only %d groups have such a number", met)
	}
}
