package gost3410

import (
	"math/big"
	"sync"
)

// group is a subgroup of prime order of an elliptic curve.
type group struct {
	params
	size int
	once sync.Once
	n    numbers
}

type numbers struct{ p, a, b, q, x, y *big.Int }

func (g *group) numbers() *numbers {
	g.once.Do(func() {
		parse := func(s string) *big.Int {
			v, _ := new(big.Int).SetString(s, 16)
			return v
		}
		g.n = numbers{parse(g.p), parse(g.a), parse(g.b), parse(g.q), parse(g.x), parse(g.y)}
	})
	return &g.n
}

func (g *group) contains(x, y *big.Int) bool {
	n := g.numbers()
	if x.Cmp(n.p) >= 0 || y.Cmp(n.p) >= 0 {
		return false
	}
	v := new(big.Int).Mul(x, x)
	v.Add(v, n.a).Mul(v, x).Add(v, n.b).Mod(v, n.p)
	w := new(big.Int).Mul(y, y)
	return w.Mod(w, n.p).Cmp(v) == 0
}

// e reads a digest, RFC 7091, section 6.1, step 2.
func (g *group) e(digest []byte) *big.Int {
	e := fromLE(digest)
	if e.Mod(e, g.numbers().q).Sign() == 0 {
		e.SetInt64(1)
	}
	return e
}

// add adds points; a nil x stands for the point at infinity.
func (g *group) add(x1, y1, x2, y2 *big.Int) (x, y *big.Int) {
	n := g.numbers()
	if x1 == nil {
		return x2, y2
	}
	if x2 == nil {
		return x1, y1
	}
	l, m := new(big.Int), new(big.Int)
	switch {
	case x1.Cmp(x2) != 0:
		l.Sub(y2, y1)
		m.Sub(x2, x1)
	case y1.Cmp(y2) == 0 && y1.Sign() != 0:
		l.Mul(x1, x1).Mul(l, big.NewInt(3)).Add(l, n.a)
		m.Lsh(y1, 1)
	default:
		return nil, nil
	}
	l.Mul(l, m.ModInverse(m.Mod(m, n.p), n.p)).Mod(l, n.p)
	x = new(big.Int).Mul(l, l)
	x.Sub(x, x1).Sub(x, x2).Mod(x, n.p)
	y = new(big.Int).Sub(x1, x)
	y.Mul(y, l).Sub(y, y1).Mod(y, n.p)
	return x, y
}

func (g *group) multiply(k, x, y *big.Int) (*big.Int, *big.Int) {
	var rx, ry *big.Int
	for i := k.BitLen() - 1; i >= 0; i-- {
		rx, ry = g.add(rx, ry, rx, ry)
		if k.Bit(i) == 1 {
			rx, ry = g.add(rx, ry, x, y)
		}
	}
	return rx, ry
}
