package softkey_test

import (
	"bytes"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"testing"

	"go.cypherpunks.ru/gogost/v5/gost3410"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cert"
	our "egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// wrap puts an encoded key into PrivateKeyInfo.
func wrap(t testing.TB, curve *our.Curve, key []byte) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		cert.KeyAlgorithmOf(curve).AddTo(b)
		b.AddASN1OctetString(key)
	})
	der, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func encode(build func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	build(&b)
	return b.BytesOrPanic()
}

func bigEndian(b []byte) *big.Int {
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	return new(big.Int).SetBytes(reversed)
}

func littleEndian(n *big.Int, size int) []byte {
	b := n.FillBytes(make([]byte, size))
	slices.Reverse(b)
	return b
}

// orders of the groups come from gogost, not from the package under test.
var orders = map[string]*big.Int{
	"CryptoPro-A":    gost3410.CurveIdGostR34102001CryptoProAParamSet().Q,
	"CryptoPro-B":    gost3410.CurveIdGostR34102001CryptoProBParamSet().Q,
	"CryptoPro-C":    gost3410.CurveIdGostR34102001CryptoProCParamSet().Q,
	"CryptoPro-XchA": gost3410.CurveIdGostR34102001CryptoProXchAParamSet().Q,
	"CryptoPro-XchB": gost3410.CurveIdGostR34102001CryptoProXchBParamSet().Q,
	"TC26-256-A":     gost3410.CurveIdtc26gost34102012256paramSetA().Q,
	"TC26-256-B":     gost3410.CurveIdtc26gost34102012256paramSetB().Q,
	"TC26-256-C":     gost3410.CurveIdtc26gost34102012256paramSetC().Q,
	"TC26-256-D":     gost3410.CurveIdtc26gost34102012256paramSetD().Q,
	"TC26-512-A":     gost3410.CurveIdtc26gost341012512paramSetA().Q,
	"TC26-512-B":     gost3410.CurveIdtc26gost341012512paramSetB().Q,
	"TC26-512-C":     gost3410.CurveIdtc26gost34102012512paramSetC().Q,
}

// masked hides the key behind masks: the first block times all masks is the key, modulo q.
func masked(t testing.TB, curve *our.Curve, raw []byte, masks int) []byte {
	t.Helper()
	q := orders[curve.Name()]
	if q == nil {
		t.Fatalf("no order of %s", curve.Name())
	}
	first := bigEndian(raw)
	var blocks []byte
	for range masks {
		mask, err := rand.Int(rand.Reader, new(big.Int).Sub(q, big.NewInt(1)))
		if err != nil {
			t.Fatal(err)
		}
		mask.Add(mask, big.NewInt(1))
		first.Mul(first, new(big.Int).ModInverse(mask, q)).Mod(first, q)
		blocks = append(blocks, littleEndian(mask, curve.Size())...)
	}
	return append(littleEndian(first, curve.Size()), blocks...)
}

// Every way of writing the number, on every curve, gives the same key, here and, on a curve of each
// kind, in OpenSSL (which does not read a mask inside an octet string).
func TestKeyEncodings(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	octets := func(b []byte) []byte { return encode(func(c *cryptobyte.Builder) { c.AddASN1OctetString(b) }) }
	for _, curve := range our.Curves() {
		identity := signertest.NewIdentity(t, curve)
		raw := identity.Key.Bytes()
		compared := slices.Contains([]string{"CryptoPro-A", "TC26-256-A", "TC26-512-A"}, curve.Name())
		var public []byte
		if compared {
			public = openssl.Run(t, cert.EncodePEM(identity.Certificate.Raw), "x509", "-pubkey", "-noout")
		}
		for name, key := range map[string][]byte{
			"bare":                  raw,
			"octet string":          octets(raw),
			"integer":               encode(func(b *cryptobyte.Builder) { b.AddASN1BigInt(bigEndian(raw)) }),
			"masked":                masked(t, curve, raw, 1),
			"masked thrice":         masked(t, curve, raw, 3),
			"masked octet string":   octets(masked(t, curve, raw, 1)),
			"with public key":       encode(func(b *cryptobyte.Builder) { pair(b, raw, identity.Key.Public().Bytes()) }),
			"masked and public key": encode(func(b *cryptobyte.Builder) { pair(b, masked(t, curve, raw, 1), identity.Key.Public().Bytes()) }),
		} {
			t.Run(curve.Name()+"/"+name, func(t *testing.T) {
				der := wrap(t, curve, key)
				got, err := softkey.ParsePKCS8(der)
				if err != nil {
					t.Fatal(err)
				}
				if !got.Public().Equal(identity.Key.Public()) {
					t.Error("another key was read")
				}
				if !compared || name == "masked octet string" {
					return
				}
				inPEM := pem.EncodeToMemory(&pem.Block{Type: softkey.PEMType, Bytes: der})
				if !bytes.Equal(openssl.Run(t, inPEM, "pkey", "-pubout"), public) {
					t.Error("OpenSSL reads another key")
				}
			})
		}
	}
}

func pair(b *cryptobyte.Builder, key, public []byte) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(key)
		b.AddASN1OctetString(public)
	})
}

func TestMalformedKeys(t *testing.T) {
	curve := our.CryptoProA()
	identity := signertest.NewIdentity(t, curve)
	raw := identity.Key.Bytes()
	good := wrap(t, curve, raw)
	replace := func(from, to []byte) []byte {
		if !bytes.Contains(good, from) || len(from) != len(to) {
			t.Fatalf("cannot replace %x by %x", from, to)
		}
		return bytes.Replace(good, from, to, 1)
	}
	var (
		key256   = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 1, 1}
		key512   = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 1, 2}
		keyOther = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 9, 9}
		version  = []byte{2, 1, 0, 0x30}
	)
	key2001 := encode(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier([]int{1, 2, 643, 2, 2, 19})
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier([]int{1, 2, 643, 2, 2, 35, 1}) })
			})
			b.AddASN1OctetString(raw)
		})
	})
	for name, tt := range map[string]struct {
		input []byte
		want  error
	}{
		"empty":                     {nil, softkey.ErrMalformed},
		"text":                      {[]byte("ключ"), softkey.ErrMalformed},
		"only a certificate":        {cert.EncodePEM(identity.Certificate.Raw), softkey.ErrMalformed},
		"too long":                  {make([]byte, 1<<20), softkey.ErrMalformed},
		"empty sequence":            {[]byte{0x30, 0}, softkey.ErrMalformed},
		"cut":                       {good[:len(good)-1], softkey.ErrMalformed},
		"with a tail":               {append(bytes.Clone(good), 0), softkey.ErrMalformed},
		"version of the future":     {replace(version, []byte{2, 1, 2, 0x30}), softkey.ErrMalformed},
		"GOST 2001":                 {key2001, cert.ErrGOST2001},
		"RSA or the like":           {replace(key256, keyOther), cert.ErrUnsupportedAlgorithm},
		"512 bits on a short curve": {replace(key256, key512), cert.ErrMalformed},
		"zero":                      {wrap(t, curve, make([]byte, 32)), softkey.ErrMalformed},
		"order of the group":        {wrap(t, curve, littleEndian(orders["CryptoPro-A"], 32)), softkey.ErrMalformed},
		"beyond the order":          {wrap(t, curve, bytes.Repeat([]byte{0xff}, 32)), softkey.ErrMalformed},
		"no bytes":                  {wrap(t, curve, nil), softkey.ErrMalformed},
		"31 bytes":                  {wrap(t, curve, raw[:31]), softkey.ErrMalformed},
		"a hundred masks":           {wrap(t, curve, bytes.Repeat(raw, 101)), softkey.ErrMalformed},
		"negative integer":          {wrap(t, curve, []byte{2, 1, 0xff}), softkey.ErrMalformed},
		"long integer":              {wrap(t, curve, append([]byte{2, 33, 1}, raw...)), softkey.ErrMalformed},
		"empty octet string":        {wrap(t, curve, []byte{4, 0}), softkey.ErrMalformed},
		"sequence of nothing":       {wrap(t, curve, []byte{0x30, 0}), softkey.ErrMalformed},
		"empty encrypted":           {pem.EncodeToMemory(&pem.Block{Type: softkey.PEMTypeEncrypted}), softkey.ErrMalformed},
		"encrypted that is plain":   {pem.EncodeToMemory(&pem.Block{Type: softkey.PEMTypeEncrypted, Bytes: good}), softkey.ErrMalformed},
		"plain that is encrypted":   {pem.EncodeToMemory(&pem.Block{Type: softkey.PEMType, Bytes: encryptedDER(t)}), softkey.ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := softkey.ParsePrivateKey(tt.input, []byte("пароль"))
			if !errors.Is(err, tt.want) || key != nil {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func encryptedDER(t testing.TB) []byte {
	t.Helper()
	block, _ := pem.Decode(stored(t, "test-only-256-encrypted.key.pem"))
	return block.Bytes
}

// No cut and no change of one bit in an encrypted key makes anything panic or gives a signer with
// another key. Encryption alone notices little; that the certificate fits notices the rest.
func TestEncryptedKeyDamaged(t *testing.T) {
	der, certPEM, password := encryptedDER(t), stored(t, "test-only-256.cert.pem"), []byte("test-only")
	if _, err := softkey.Load(der, certPEM, password); err != nil {
		t.Fatal(err)
	}
	known := []error{softkey.ErrMalformed, softkey.ErrWrongPassword, softkey.ErrUnsupportedCipher, softkey.ErrMismatch,
		cert.ErrMalformed, cert.ErrUnsupportedAlgorithm, our.ErrUnknownCurve}
	for n := range der {
		if _, err := softkey.ParsePrivateKey(der[:n], password); err == nil {
			t.Fatalf("the first %d bytes are a key", n)
		}
		changed := bytes.Clone(der)
		changed[n] ^= 1
		_, err := softkey.Load(changed, certPEM, password)
		if err != nil && !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }) {
			t.Errorf("byte %d: an error of no known kind: %v", n, err)
		}
	}
}

func FuzzPKCS8(f *testing.F) {
	for _, name := range []string{"test-only-256.key.pem", "test-only-512.key.pem", "test-only-256-encrypted.key.pem"} {
		text := stored(f, name)
		block, _ := pem.Decode(text)
		f.Add(text)
		f.Add(block.Bytes)
	}
	curve := our.CryptoProA()
	raw := bytes.Repeat([]byte{1}, 32)
	f.Add(wrap(f, curve, encode(func(b *cryptobyte.Builder) { b.AddASN1BigInt(bigEndian(raw)) })))
	f.Add(wrap(f, curve, encode(func(b *cryptobyte.Builder) { pair(b, append(bytes.Clone(raw), raw...), raw) })))
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := softkey.ParsePrivateKey(data, nil)
		if (err == nil) != (key != nil) {
			t.Fatalf("key %v, error %v", key, err)
		}
		if err != nil {
			return
		}
		again, err := softkey.MarshalPKCS8(key)
		if err != nil {
			t.Fatal(err)
		}
		same, err := softkey.ParsePrivateKey(again, nil)
		if err != nil || !same.Public().Equal(key.Public()) {
			t.Fatalf("written and read again: %v", err)
		}
	})
}
