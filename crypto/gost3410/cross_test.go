package gost3410

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"egissogw/crypto/gostbench"

	gogost "go.cypherpunks.ru/gogost/v5/gost3410"
)

// count returns how many random cases to try: the number in GOST_CASES, such as
// 10000, or else one that takes seconds.
func count(t *testing.T, usual int) int {
	if s := os.Getenv("GOST_CASES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return max(1, usual/thin)
}

// twins gives gogost's parameter set of each curve.
var twins = map[string]func() *gogost.Curve{
	"CryptoPro-A":    gogost.CurveIdGostR34102001CryptoProAParamSet,
	"CryptoPro-B":    gogost.CurveIdGostR34102001CryptoProBParamSet,
	"CryptoPro-C":    gogost.CurveIdGostR34102001CryptoProCParamSet,
	"CryptoPro-XchA": gogost.CurveIdGostR34102001CryptoProXchAParamSet,
	"CryptoPro-XchB": gogost.CurveIdGostR34102001CryptoProXchBParamSet,
	"TC26-256-A":     gogost.CurveIdtc26gost34102012256paramSetA,
	"TC26-256-B":     gogost.CurveIdtc26gost34102012256paramSetB,
	"TC26-256-C":     gogost.CurveIdtc26gost34102012256paramSetC,
	"TC26-256-D":     gogost.CurveIdtc26gost34102012256paramSetD,
	"TC26-512-A":     gogost.CurveIdtc26gost34102012512paramSetA,
	"TC26-512-B":     gogost.CurveIdtc26gost34102012512paramSetB,
	"TC26-512-C":     gogost.CurveIdtc26gost34102012512paramSetC,
}

// randomCase returns a private key, a nonce and a digest, at times one of the
// smallest or greatest possible.
func randomCase(source *rand.Rand, c *Curve) (d, nonce *big.Int, digest []byte) {
	q := hexadecimal(c.group.params.q)
	number := func() *big.Int {
		switch source.IntN(20) {
		case 0:
			return big.NewInt(1 + int64(source.IntN(40)))
		case 1:
			return new(big.Int).Sub(q, big.NewInt(1+int64(source.IntN(40))))
		}
		raw := make([]byte, c.Size()+8)
		for i := range raw {
			raw[i] = byte(source.Uint32())
		}
		v := new(big.Int).SetBytes(raw)
		return v.Mod(v, new(big.Int).Sub(q, big.NewInt(1))).Add(v, big.NewInt(1))
	}
	digest = make([]byte, c.Size())
	switch source.IntN(20) {
	case 0: // zero counts as one
	case 1:
		copy(digest, reversed(q.FillBytes(make([]byte, c.Size())))) // zero modulo q
	case 2:
		for i := range digest {
			digest[i] = 0xff
		}
	default:
		for i := range digest {
			digest[i] = byte(source.Uint32())
		}
	}
	return number(), number(), digest
}

func TestAgreesWithGogost(t *testing.T) {
	for _, c := range Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			usual := 10
			if c.Size() == 64 {
				usual = 3
			}
			source := rand.New(rand.NewPCG(5, uint64(len(c.Name()))))
			twin := twins[c.Name()]()
			for i := range count(t, usual) {
				if err := compareWithGogost(source, c, twin); err != nil {
					t.Fatalf("case %d: %v", i, err)
				}
			}
		})
	}
}

func compareWithGogost(source *rand.Rand, c *Curve, twin *gogost.Curve) error {
	size := c.Size()
	d, k, digest := randomCase(source, c)
	raw := reversed(d.FillBytes(make([]byte, size)))
	ours, err := ParsePrivateKey(c, raw)
	if err != nil {
		return err
	}
	theirs, err := gogost.NewPrivateKeyLE(twin, raw)
	if err != nil {
		return err
	}
	theirPublic, err := theirs.PublicKey()
	if err != nil {
		return err
	}
	if !bytes.Equal(ours.Public().Bytes(), theirPublic.RawLE()) {
		return fmt.Errorf("public keys of %x differ", d)
	}
	nonce := parseHex(k.Text(16))
	ourSignature := ours.signWith(&nonce, digest)
	theirSignature, err := theirs.SignDigest(reversed(digest), bytes.NewReader(k.FillBytes(make([]byte, size))))
	if errors.Is(err, io.EOF) && ourSignature == nil {
		return nil // both want another nonce: on CryptoPro-C, 1 gives r = 0
	}
	if err != nil {
		return err
	}
	if !bytes.Equal(ourSignature, theirSignature) {
		return fmt.Errorf("signatures by %x of %x with %x differ", d, digest, k)
	}
	if err := ours.Public().Verify(digest, theirSignature); err != nil {
		return fmt.Errorf("their signature by %x of %x: %w", d, digest, err)
	}
	signature, err := ours.Sign(nil, digest)
	if err != nil {
		return err
	}
	if ok, err := theirPublic.VerifyDigest(reversed(digest), signature); err != nil || !ok {
		return fmt.Errorf("they refuse our signature %x by %x of %x", signature, d, digest)
	}
	signature[source.IntN(len(signature))] ^= 1 << source.IntN(8)
	if ours.Public().Verify(digest, signature) == nil {
		return fmt.Errorf("a changed signature %x by %x of %x holds", signature, d, digest)
	}
	return nil
}

func TestAgreesWithOpenSSL(t *testing.T) {
	engine := gostbench.Start(t)
	for _, c := range Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			usual := 100
			if c.Size() == 64 {
				usual = 20
			}
			source := rand.New(rand.NewPCG(6, uint64(len(c.Name()))))
			for i := range count(t, usual) {
				if err := compareWithEngine(t, engine, source, c); err != nil {
					t.Fatalf("case %d: %v", i, err)
				}
			}
		})
	}
}

func compareWithEngine(t *testing.T, engine *gostbench.Engine, source *rand.Rand, c *Curve) error {
	d, _, digest := randomCase(source, c)
	raw := reversed(d.FillBytes(make([]byte, c.Size())))
	key, err := ParsePrivateKey(c, raw)
	if err != nil {
		return err
	}
	private := gostbench.PrivateKey(t, c.OID(), raw)
	public := gostbench.PublicKey(t, c.OID(), key.Public().Bytes())

	theirs, _ := engine.Sign(private, digest, 1)
	if err := key.Public().Verify(digest, theirs); err != nil {
		return fmt.Errorf("their signature %x by %x of %x: %w", theirs, d, digest, err)
	}
	ours, err := key.Sign(nil, digest)
	if err != nil {
		return err
	}
	if ok, _ := engine.Verify(public, digest, ours, 1); !ok {
		return fmt.Errorf("the engine refuses our signature %x by %x of %x", ours, d, digest)
	}
	ours[source.IntN(len(ours))] ^= 1 << source.IntN(8)
	changed, _ := engine.Verify(public, digest, ours, 1)
	if (key.Public().Verify(digest, ours) == nil) != changed || changed {
		return fmt.Errorf("changed signature %x by %x of %x: the engine says %v", ours, d, digest, changed)
	}
	return nil
}
