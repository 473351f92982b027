package gost3410

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"sync"
	"testing"
	"testing/iotest"

	"egissogw/crypto/streebog"
)

// testKey makes the same key of a curve in every run.
func testKey(t testing.TB, c *Curve) *PrivateKey {
	t.Helper()
	seed := streebog.Sum512([]byte(c.Name()))
	key, err := GenerateKey(c, bytes.NewReader(append(seed[:], seed[:]...)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func testDigest(c *Curve) []byte {
	d := streebog.Sum512([]byte("message"))
	return d[:c.Size()]
}

func TestVerifyRefusesValuesOutOfRange(t *testing.T) {
	for _, c := range Curves() {
		key, digest, size := testKey(t, c), testDigest(c), c.Size()
		good, err := key.Sign(nil, digest)
		if err != nil {
			t.Fatal(err)
		}
		q := hexadecimal(c.group.params.q)
		numbers := map[string][]byte{
			"zero":  make([]byte, size),
			"q":     q.FillBytes(make([]byte, size)),
			"q + 1": new(big.Int).Add(q, big.NewInt(1)).FillBytes(make([]byte, size)),
			"ones":  bytes.Repeat([]byte{0xff}, size),
		}
		for _, half := range []struct {
			name string
			at   int
		}{{"s", 0}, {"r", size}} {
			// The same number modulo q, where it fits, must be refused too.
			v := new(big.Int).SetBytes(good[half.at : half.at+size])
			if v.Add(v, q); v.BitLen() <= 8*size {
				numbers[half.name+" + q"] = v.FillBytes(make([]byte, size))
			}
			for name, number := range numbers {
				t.Run(c.Name()+"/"+half.name+" is "+name, func(t *testing.T) {
					bad := bytes.Clone(good)
					copy(bad[half.at:], number)
					if err := key.Public().Verify(digest, bad); !errors.Is(err, ErrSignature) {
						t.Errorf("got %v", err)
					}
				})
			}
		}
	}
}

func TestVerifyRefusesWhatWasNotSigned(t *testing.T) {
	for _, c := range []*Curve{CryptoProA(), CryptoProC(), TC26_256A(), TC26_512A(), TC26_512C()} {
		key, digest, size := testKey(t, c), testDigest(c), c.Size()
		good, err := key.Sign(nil, digest)
		if err != nil {
			t.Fatal(err)
		}
		other, err := GenerateKey(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, r := good[:size], good[size:]
		for name, bad := range map[string][]byte{
			"empty":                 {},
			"one byte short":        good[:2*size-1],
			"one byte long":         append(bytes.Clone(good), 0),
			"halves exchanged":      append(bytes.Clone(r), s...),
			"little-endian halves":  append(reversed(s), reversed(r)...),
			"reversed as a whole":   reversed(good),
			"first half only":       s,
			"of the other key":      mustSign(t, other, digest),
			"of a reversed digest":  mustSign(t, key, reversed(digest)),
			"opposite s":            append(opposite(c, s), r...),
			"zero":                  make([]byte, 2*size),
			"with a zero in front":  append([]byte{0}, good...),
			"of half as many bytes": good[size/2 : size/2+size],
		} {
			t.Run(c.Name()+"/"+name, func(t *testing.T) {
				if err := key.Public().Verify(digest, bad); !errors.Is(err, ErrSignature) {
					t.Errorf("got %v", err)
				}
			})
		}
		for bit := 0; bit < 16*size; bit += 7 * thin {
			bad := bytes.Clone(good)
			bad[bit/8] ^= 1 << (bit % 8)
			if key.Public().Verify(digest, bad) == nil {
				t.Errorf("%s: holds with bit %d changed", c.Name(), bit)
			}
		}
	}
}

func mustSign(t *testing.T, key *PrivateKey, digest []byte) []byte {
	t.Helper()
	signature, err := key.Sign(nil, digest)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// opposite returns q − s.
func opposite(c *Curve, s []byte) []byte {
	v := new(big.Int).SetBytes(s)
	return v.Sub(hexadecimal(c.group.params.q), v).FillBytes(make([]byte, len(s)))
}

func TestDigestsOfAnotherLengthAreRefused(t *testing.T) {
	for _, c := range []*Curve{CryptoProA(), TC26_512A()} {
		key := testKey(t, c)
		good := mustSign(t, key, testDigest(c))
		for _, n := range []int{0, 20, 96 - c.Size(), c.Size() - 1, c.Size() + 1} {
			if _, err := key.Sign(nil, make([]byte, n)); err == nil {
				t.Errorf("%s signs a digest of %d bytes", c.Name(), n)
			}
			if key.Public().Verify(make([]byte, n), good) == nil {
				t.Errorf("%s verifies a digest of %d bytes", c.Name(), n)
			}
		}
	}
}

func TestPublicKeysOffTheGroupAreRefused(t *testing.T) {
	for _, c := range Curves() {
		size := c.Size()
		good := testKey(t, c).Public().Bytes()
		p := hexadecimal(c.group.params.p)
		little := func(v *big.Int) []byte { return reversed(v.FillBytes(make([]byte, size))) }
		join := func(x, y []byte) []byte { return append(bytes.Clone(x), y...) }
		x, y := good[:size], good[size:]
		bad := map[string][]byte{
			"empty":                     {},
			"one byte short":            good[:2*size-1],
			"one byte long":             append(bytes.Clone(good), 0),
			"with the prefix of X9.62":  append([]byte{4}, good...),
			"coordinates exchanged":     join(y, x),
			"big-endian":                join(reversed(x), reversed(y)),
			"zero, for infinity":        make([]byte, 2*size),
			"off the curve":             join(x, little(big.NewInt(5))),
			"x is p":                    join(little(p), y),
			"y is p":                    join(x, little(p)),
			"all ones":                  bytes.Repeat([]byte{0xff}, 2*size),
			"x of the curve, y of zero": join(x, make([]byte, size)),
		}
		// A small x plus p is the same number modulo p, but not canonical.
		gx, gy := hexadecimal(c.group.params.x), hexadecimal(c.group.params.y)
		if gx.Add(gx, p).BitLen() <= 8*size {
			bad["x is that of the generator and p"] = join(little(gx), little(gy))
		}
		for name, point := range pointsOutside(c) {
			bad[name] = join(little(point[0]), little(point[1]))
		}
		for name, raw := range bad {
			t.Run(c.Name()+"/"+name, func(t *testing.T) {
				if _, err := ParsePublicKey(c, raw); err == nil {
					t.Error("the key is accepted")
				}
			})
		}
	}
}

// pointsOutside returns points of a curve that has a cofactor which are not in
// its group: those of order two and four, and a point of the group plus one of
// order two, written down from the Edwards form.
func pointsOutside(c *Curve) map[string][2]*big.Int {
	g := c.group.ready()
	if !g.edwards {
		return nil
	}
	outside := map[string][2]*big.Int{}
	put := func(name string, x, y *element) {
		var outX, outY element
		g.p.leave(&outX, x)
		g.p.leave(&outY, y)
		outside[name] = [2]*big.Int{toBig(&outX), toBig(&outY)}
	}
	var zero element
	put("of order two", &g.t, &zero) // (0, −1): y = 0 and x = t
	for sign, u := range map[string]uint64{"": 0, "other, ": 1} {
		four := point{x: g.p.one, z: g.p.one} // (±1, 0)
		g.negate(&four, u)
		var at affine
		g.toAffine(&at, &four)
		put(sign+"of order four", &at.x, &at.y)
	}
	mixed := g.top // the opposite of −P is P, of (u, v) is (−u, −v) one of order two away
	g.p.neg(&mixed.x, &mixed.x)
	g.p.neg(&mixed.y, &mixed.y)
	var at affine
	g.toAffine(&at, &mixed)
	put("of the group plus one of order two", &at.x, &at.y)
	return outside
}

func TestPointsOutsideAreOnTheCurve(t *testing.T) {
	for _, c := range []*Curve{TC26_256A(), TC26_512C()} {
		outside := pointsOutside(c)
		if len(outside) != 4 {
			t.Fatalf("%d points", len(outside))
		}
		for name, xy := range outside {
			var at affine
			x, y := parseHex(xy[0].Text(16)), parseHex(xy[1].Text(16))
			c.group.p.enter(&at.x, &x)
			c.group.p.enter(&at.y, &y)
			if !c.group.onCurve(&at) {
				t.Errorf("%s: the point %s is not on the curve, so refusing it proves nothing", c.Name(), name)
			}
		}
	}
}

func TestPrivateKeysOutOfRangeAreRefused(t *testing.T) {
	for _, c := range Curves() {
		size := c.Size()
		q := hexadecimal(c.group.params.q)
		little := func(v *big.Int) []byte { return reversed(v.FillBytes(make([]byte, size))) }
		for name, raw := range map[string][]byte{
			"empty":          {},
			"one byte short": make([]byte, size-1),
			"one byte long":  append(little(big.NewInt(1)), 0),
			"zero":           make([]byte, size),
			"q":              little(q),
			"q + 1":          little(new(big.Int).Add(q, big.NewInt(1))),
			"ones":           bytes.Repeat([]byte{0xff}, size),
		} {
			if _, err := ParsePrivateKey(c, raw); err == nil {
				t.Errorf("%s: the key %q is accepted", c.Name(), name)
			}
		}
		for _, v := range []*big.Int{big.NewInt(1), new(big.Int).Sub(q, big.NewInt(1))} {
			key, err := ParsePrivateKey(c, little(v))
			if err != nil {
				t.Errorf("%s: %v", c.Name(), err)
				continue
			}
			if !bytes.Equal(key.Bytes(), little(v)) {
				t.Errorf("%s: the key does not come out as it went in", c.Name())
			}
			if err := key.Public().Verify(testDigest(c), mustSign(t, key, testDigest(c))); err != nil {
				t.Errorf("%s: key %x: %v", c.Name(), v, err)
			}
		}
	}
}

func TestFailingRandomnessIsReported(t *testing.T) {
	broken := errors.New("no randomness")
	for name, source := range map[string]io.Reader{
		"error": iotest.ErrReader(broken), "too short": bytes.NewReader(make([]byte, 5)),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := GenerateKey(CryptoProA(), source); err == nil {
				t.Error("a key is made")
			}
			if _, err := testKey(t, CryptoProA()).Sign(source, testDigest(CryptoProA())); err == nil {
				t.Error("a signature is made")
			}
		})
	}
}

// A source that repeats itself must not repeat a nonce over different digests,
// for that gives the key away.
func TestNonceDependsOnEverything(t *testing.T) {
	for _, c := range []*Curve{CryptoProA(), TC26_512A()} {
		key, other := testKey(t, c), mustGenerate(t, c)
		digest := testDigest(c)
		r := func(k *PrivateKey, seed byte, digest []byte) string {
			signature, err := k.Sign(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)), digest)
			if err != nil {
				t.Fatal(err)
			}
			return string(signature[c.Size():])
		}
		first := r(key, 1, digest)
		if r(key, 1, digest) != first {
			t.Error("the same key, randomness and digest give another nonce")
		}
		if r(key, 2, digest) == first || r(key, 1, reversed(digest)) == first || r(other, 1, digest) == first {
			t.Error("a nonce does not depend on the key, the randomness or the digest")
		}
		if bytes.Equal(mustSign(t, key, digest), mustSign(t, key, digest)) {
			t.Error("two signatures of one digest are equal: no fresh randomness in them")
		}
	}
}

// On CryptoPro-C the generator has x = 0, so the nonce 1 gives the forbidden r.
func TestForbiddenNoncesAreGivenUp(t *testing.T) {
	key, digest := testKey(t, CryptoProC()), testDigest(CryptoProC())
	for name, nonce := range map[string]element{"zero": {}, "one": {1}} {
		if key.signWith(&nonce, digest) != nil {
			t.Errorf("the nonce %s gives a signature", name)
		}
	}
}

func mustGenerate(t *testing.T, c *Curve) *PrivateKey {
	t.Helper()
	key, err := GenerateKey(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestDestroyedKeyDoesNotSign(t *testing.T) {
	key := mustGenerate(t, CryptoProA())
	key.Destroy()
	if key.d != (element{}) || *key.mac != (streebog.MAC{}) {
		t.Error("the key is still in memory")
	}
	if _, err := key.Sign(nil, testDigest(CryptoProA())); !errors.Is(err, ErrDestroyed) {
		t.Errorf("got %v", err)
	}
}

func TestKeysOfOneGroupUnderTwoNamesAreEqual(t *testing.T) {
	key := testKey(t, CryptoProA())
	same, err := ParsePublicKey(CryptoProXchA(), key.Public().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !key.Public().Equal(same) {
		t.Error("equal keys are told apart")
	}
	if key.Public().Equal(mustGenerate(t, CryptoProA()).Public()) || key.Public().Equal(nil) {
		t.Error("different keys are equal")
	}
}

func TestCurvesAreFoundByOID(t *testing.T) {
	for _, c := range Curves() {
		if found, err := CurveByOID(c.OID()); err != nil || found != c {
			t.Errorf("%s: got %v, %v", c.Name(), found, err)
		}
	}
	for name, oid := range map[string]asn1.ObjectIdentifier{
		"empty": {}, "test parameters of RFC 4357": {1, 2, 643, 2, 2, 35, 0}, "P-256": {1, 2, 840, 10045, 3, 1, 7},
	} {
		if _, err := CurveByOID(oid); !errors.Is(err, ErrUnknownCurve) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOneKeySignsConcurrently(t *testing.T) {
	key, digest := testKey(t, TC26_256A()), testDigest(TC26_256A())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 20 {
				signature, err := key.Sign(nil, digest)
				if err == nil {
					err = key.Public().Verify(digest, signature)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func FuzzVerify(f *testing.F) {
	c := CryptoProA()
	key, digest := testKey(f, c), testDigest(c)
	signature, err := key.Sign(nil, digest)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(key.Public().Bytes(), digest, signature)
	f.Add(key.Public().Bytes(), make([]byte, 32), make([]byte, 64))
	f.Fuzz(func(t *testing.T, public, digest, signature []byte) {
		for _, c := range []*Curve{CryptoProA(), TC26_256A(), TC26_512C()} {
			k, err := ParsePublicKey(c, public)
			if err != nil {
				continue
			}
			if !bytes.Equal(k.Bytes(), public) {
				t.Error("the key does not come out as it went in")
			}
			err = k.Verify(digest, signature)
			if err == nil && (len(digest) != c.Size() || len(signature) != 2*c.Size()) {
				t.Error("lengths are wrong, and yet the signature holds")
			}
		}
	})
}
