package cert_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

// swap replaces the n-th occurrence of a byte string by one of the same length.
func swap(t testing.TB, b, from, to []byte, n int) []byte {
	t.Helper()
	out := bytes.Clone(b)
	at := 0
	for ; ; n-- {
		i := bytes.Index(out[at:], from)
		if i < 0 || len(from) != len(to) {
			t.Fatalf("cannot replace %x by %x", from, to)
		}
		if n == 0 {
			copy(out[at+i:], to)
			return out
		}
		at += i + len(from)
	}
}

func TestMalformed(t *testing.T) {
	identity := signertest.NewIdentity(t, gost3410.CryptoProA())
	good := identity.Certificate.Raw
	var (
		key256    = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 1, 1}
		key512    = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 1, 2}
		keyOther  = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 9, 9}
		digest256 = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 2, 2}
		digest512 = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 2, 3}
		sign256   = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 3, 2}
		sign512   = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 3, 3}
		curveA    = []byte{0x06, 7, 0x2a, 0x85, 0x03, 2, 2, 35, 1}
		curveNone = []byte{0x06, 7, 0x2a, 0x85, 0x03, 2, 2, 35, 9}
		cn        = []byte("Тестовая информационная")
		usage     = []byte{0x06, 3, 0x55, 0x1d, 0x0f, 1, 1, 0xff}
		usageDup  = []byte{0x06, 3, 0x55, 0x1d, 0x0e, 1, 1, 0xff}
		period    = []byte("20350101000000Z")
		begin     = []byte("250101000000Z")
		version   = []byte{0xa0, 3, 2, 1, 2}
		keyHeader = []byte{0x03, 0x43, 0x00, 0x04, 0x40}
	)
	point := identity.Certificate.PublicKey.Bytes()
	offCurve := bytes.Clone(point)
	offCurve[0] ^= 1

	tests := []struct {
		name string
		der  []byte
		want error
	}{
		{"empty", nil, cert.ErrMalformed},
		{"text", []byte("сертификат"), cert.ErrMalformed},
		{"empty sequence", []byte{0x30, 0}, cert.ErrMalformed},
		{"cut in the middle", good[:len(good)/2], cert.ErrMalformed},
		{"last byte missing", good[:len(good)-1], cert.ErrMalformed},
		{"a byte too many", append(bytes.Clone(good), 0), cert.ErrMalformed},
		{"two certificates", append(bytes.Clone(good), good...), cert.ErrMalformed},
		{"too long", make([]byte, 2<<20), cert.ErrMalformed},
		{"length beyond the end", []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}, cert.ErrMalformed},
		{"indefinite length", append([]byte{0x30, 0x80}, good[4:]...), cert.ErrMalformed},
		{"version of the future", swap(t, good, version, []byte{0xa0, 3, 2, 1, 3}, 0), cert.ErrMalformed},
		{"extensions in version 1", swap(t, good, version, []byte{0xa0, 3, 2, 1, 0}, 0), cert.ErrMalformed},
		{"negative version", swap(t, good, version, []byte{0xa0, 3, 2, 1, 0xff}, 0), cert.ErrMalformed},
		{"RSA or the like", swap(t, good, key256, keyOther, 0), cert.ErrUnsupportedAlgorithm},
		{"512-bit key of 256 bits", swap(t, good, key256, key512, 0), cert.ErrMalformed},
		{"digest of another size", swap(t, good, digest256, digest512, 0), cert.ErrMalformed},
		{"unknown curve", swap(t, good, curveA, curveNone, 0), gost3410.ErrUnknownCurve},
		{"point off the curve", swap(t, good, point, offCurve, 0), cert.ErrMalformed},
		{"point of zeros", swap(t, good, point, make([]byte, 64), 0), cert.ErrMalformed},
		{"coordinates beyond the field", swap(t, good, point, bytes.Repeat([]byte{0xff}, 64), 0), cert.ErrMalformed},
		{"key of unused bits", swap(t, good, keyHeader, []byte{0x03, 0x43, 0x01, 0x04, 0x40}, 0), cert.ErrMalformed},
		{"key that is no octet string", swap(t, good, keyHeader, []byte{0x03, 0x43, 0x00, 0x05, 0x40}, 0), cert.ErrMalformed},
		{"algorithms inside and outside differ", swap(t, good, sign256, sign512, 0), cert.ErrMalformed},
		{"name that is no UTF-8", swap(t, good, cn, bytes.Repeat([]byte{0xff}, len(cn)), 0), cert.ErrMalformed},
		{"extension twice", swap(t, good, usage, usageDup, 0), cert.ErrMalformed},
		{"thirteenth month", swap(t, good, begin, []byte("251301000000Z"), 0), cert.ErrMalformed},
		{"time without a zone", swap(t, good, begin, []byte("2501010000000"), 0), cert.ErrMalformed},
		{"private key's term of letters", swap(t, good, period, []byte("20350101000000z"), 0), cert.ErrMalformed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := cert.Parse(tt.der)
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if c != nil {
				t.Error("a certificate came back all the same")
			}
		})
	}
}

// No cut and no change of one bit makes Parse panic, and a changed signed part never verifies.
func TestEveryByteMatters(t *testing.T) {
	c := signertest.NewIdentity(t, gost3410.CryptoProA()).Certificate
	for n := range c.Raw {
		if _, err := cert.Parse(c.Raw[:n]); err == nil {
			t.Fatalf("the first %d bytes are a certificate", n)
		}
		changed := bytes.Clone(c.Raw)
		changed[n] ^= 1
		got, err := cert.Parse(changed)
		if err == nil && got.CheckSignatureFrom(c) == nil {
			t.Errorf("a change of byte %d goes unnoticed", n)
		}
	}
}

// A signature by another algorithm or key does not hold.
func TestCheckSignatureFrom(t *testing.T) {
	root := newAuthority(t, gost3410.CryptoProA(), "УЦ", nil)
	other := newAuthority(t, gost3410.CryptoProA(), "УЦ", nil)
	big := newAuthority(t, gost3410.TC26_512A(), "УЦ", nil)
	leaf := newLeaf(t, root, signertest.Template())
	if err := leaf.certificate.CheckSignatureFrom(root.certificate); err != nil {
		t.Error(err)
	}
	for name, issuer := range map[string]*authority{"other key": other, "key of another size": big, "itself": leaf} {
		if err := leaf.certificate.CheckSignatureFrom(issuer.certificate); !errors.Is(err, cert.ErrSignature) {
			t.Errorf("%s: %v, want ErrSignature", name, err)
		}
	}
}

func FuzzParseCertificate(f *testing.F) {
	stored, err := filepath.Glob(filepath.Join(signertest.Root(f), "testdata", "keys", "*.cert.pem"))
	if err != nil || len(stored) == 0 {
		f.Fatal("no stored certificates", err)
	}
	for _, file := range stored {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		certs, err := cert.ParsePEM(text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(certs[0].Raw)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		certs, err := cert.ParsePEM(data)
		if (err == nil) == (len(certs) == 0) {
			t.Fatalf("%d certificates and error %v", len(certs), err)
		}
		for _, c := range certs {
			// Whatever was read can be used without a panic and read again.
			_, _, _, _ = c.String(), c.Subject.Full(), c.SigningEnds(), c.DigestSize()
			_ = cert.NewTrust(certs, cert.Chained).Check(c, c.NotBefore)
			again, err := cert.Parse(c.Raw)
			if err != nil || !again.Equal(c) {
				t.Fatalf("read again: %v", err)
			}
		}
	})
}
