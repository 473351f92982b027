package gost3410

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// everyGroup returns a curve of each group of the package and those of the
// examples.
func everyGroup() []*Curve {
	return []*Curve{
		TC26_256A(), CryptoProA(), CryptoProB(), CryptoProC(), TC26_512A(), TC26_512B(), TC26_512C(),
		exampleCurve256, exampleCurve512,
	}
}

// hexadecimal reads a number of params.
func hexadecimal(s string) *big.Int {
	v, ok := new(big.Int).SetString(s, 16)
	if !ok {
		panic(s)
	}
	return v
}

func toBig(x *element) *big.Int {
	v := new(big.Int)
	for i := len(x) - 1; i >= 0; i-- {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(x[i]))
	}
	return v
}

// anyNumber returns a number of n limbs, often one near which carries go wrong.
func anyNumber(source *rand.Rand, n int, m *element) (x element) {
	for i := range n {
		switch source.IntN(6) {
		case 0:
			x[i] = 0
		case 1:
			x[i] = 1<<64 - 1
		case 2:
			x[i] = m[i]
		case 3:
			x[i] = m[i] - uint64(source.IntN(3)) + 1
		default:
			x[i] = source.Uint64()
		}
	}
	return x
}

func TestFieldsAgreeWithBigIntegers(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	for _, c := range everyGroup() {
		n := c.Size() / 8
		for name, f := range map[string]*field{
			c.Name() + " p":               newField(c.group.params.p, n),
			c.Name() + " p in Montgomery": newMontgomery(c.group.params.p, n),
			c.Name() + " q":               newMontgomery(c.group.params.q, n),
		} {
			t.Run(name, func(t *testing.T) { checkField(t, f, source) })
		}
	}
}

func checkField(t *testing.T, f *field, source *rand.Rand) {
	m := toBig(&f.m)
	var x, y, z, out element
	same := func(operation string, want *big.Int) {
		t.Helper()
		f.leave(&out, &z)
		if want.Mod(want, m); toBig(&out).Cmp(want) != 0 {
			t.Fatalf("%s: got %x, want %x", operation, toBig(&out), want)
		}
		if (f.isZero(&z) == 1) != (want.Sign() == 0) {
			t.Fatalf("%s: isZero is wrong for %x", operation, want)
		}
	}
	for range 1000 / thin {
		a, b := anyNumber(source, f.n, &f.m), anyNumber(source, f.n, &f.m)
		f.enter(&x, &a)
		f.enter(&y, &b)
		bigA, bigB := toBig(&a), toBig(&b)
		z = x
		same("enter", new(big.Int).Set(bigA))
		f.mul(&z, &x, &y)
		same("mul", new(big.Int).Mul(bigA, bigB))
		f.square(&z, &x)
		same("square", new(big.Int).Mul(bigA, bigA))
		f.add(&z, &x, &y)
		same("add", new(big.Int).Add(bigA, bigB))
		f.sub(&z, &x, &y)
		same("sub", new(big.Int).Sub(bigA, bigB))
		f.neg(&z, &x)
		same("neg", new(big.Int).Neg(bigA))
		z = x
		f.negate(&z, 0)
		same("negate by 0", new(big.Int).Set(bigA))
		f.negate(&z, 1)
		same("negate by 1", new(big.Int).Neg(bigA))
		f.triple(&z, &x)
		same("triple", new(big.Int).Mul(bigA, big.NewInt(3)))
		z = x
		f.choose(&z, &y, 0)
		same("choose the first", new(big.Int).Set(bigA))
		f.choose(&z, &y, 1)
		same("choose the second", new(big.Int).Set(bigB))
		if (f.less(&a) == 1) != (bigA.Cmp(m) < 0) {
			t.Fatalf("less is wrong for %x", bigA)
		}
	}
	for i := range 1000 / thin {
		a := anyNumber(source, f.n, &f.m)
		if i < 64 { // powers of two, and what lies next to the modulus
			a = element{1 << i}
		} else if i < 128 {
			a = f.m
			a[0] += uint64(i - 96)
		}
		f.enter(&x, &a)
		f.invert(&z, &x)
		want := new(big.Int).ModInverse(toBig(&a), m)
		if want == nil {
			want = new(big.Int)
		}
		same("invert", want)
	}
	if f.c == 0 {
		wide := make([]byte, 16*f.n)
		for range 100 {
			for i := range wide {
				wide[i] = byte(source.Uint32())
			}
			f.setWide(&z, wide)
			same("setWide", new(big.Int).SetBytes(reversed(wide)))
		}
	}
}
