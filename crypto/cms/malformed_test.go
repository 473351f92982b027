package cms_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// swap replaces the n-th occurrence of a byte string by one of the same length.
func swap(t testing.TB, b, from, to []byte, n int) []byte {
	t.Helper()
	out := bytes.Clone(b)
	at := 0
	for {
		i := bytes.Index(out[at:], from)
		if i < 0 || len(from) != len(to) {
			t.Fatalf("cannot replace %x by %x", from, to)
		}
		at += i
		if n == 0 {
			copy(out[at:], to)
			return out
		}
		n--
		at += len(from)
	}
}

func TestMalformed(t *testing.T) {
	content := []byte("содержимое")
	signer, identity := newSigner(t, gost3410.CryptoProA())
	good := signed(t, signer, content)
	foreign, _ := newSigner(t, gost3410.CryptoProA())

	var (
		oidSignedData  = []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}
		oidDigest256   = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 2, 2}
		oidDigest512   = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 2, 3}
		oidKey256      = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 1, 1}
		oidUnknown     = []byte{0x06, 8, 0x2a, 0x85, 0x03, 7, 1, 1, 9, 9}
		oidContentType = []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3}
		oidDigestAttr  = []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4}
		oidTimeAttr    = []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5}
		oidOtherAttr   = []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 99}
	)
	last := func(b []byte, of []byte) int { return bytes.Count(b, of) - 1 }
	flip := func(i int) []byte {
		out := bytes.Clone(good)
		out[i] ^= 1
		return out
	}
	digest, err := cms.Digest(32, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name string
		der  []byte
		want error
	}{
		{"empty", nil, cms.ErrMalformed},
		{"text", []byte("подпись"), cms.ErrMalformed},
		{"empty sequence", []byte{0x30, 0}, cms.ErrMalformed},
		{"a certificate", identity.Certificate.Raw, cms.ErrMalformed},
		{"cut in the middle", good[:len(good)/2], cms.ErrMalformed},
		{"last byte missing", good[:len(good)-1], cms.ErrMalformed},
		{"a byte too many", append(bytes.Clone(good), 0), cms.ErrMalformed},
		{"length beyond the end", []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}, cms.ErrMalformed},
		{"length of nine bytes", []byte{0x30, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9}, cms.ErrMalformed},
		{"indefinite length without an end", []byte{0x30, 0x80, 0x06, 0x01, 0x2a}, cms.ErrMalformed},
		{"indefinite primitive", []byte{0x30, 0x80, 0x04, 0x80, 0, 0, 0, 0}, cms.ErrMalformed},
		{"octet string made of integers", []byte{0x24, 0x03, 0x02, 0x01, 0x00}, cms.ErrMalformed},
		{"nested a thousand deep", bytes.Repeat([]byte{0x30, 0x80}, 1000), cms.ErrMalformed},
		{"encrypted data", swap(t, good, oidSignedData, append(bytes.Clone(oidSignedData[:10]), 6), 0), cms.ErrMalformed},
		{"digest of another length", swap(t, good, oidDigest256, oidDigest512, 2), cert.ErrUnsupportedAlgorithm},
		{"unknown signature algorithm", swap(t, good, oidKey256, oidUnknown, last(good, oidKey256)), cert.ErrUnsupportedAlgorithm},
		{"no content type attribute", swap(t, good, oidContentType, oidOtherAttr, 0), cms.ErrMalformed},
		{"no digest attribute", swap(t, good, oidDigestAttr, oidOtherAttr, 0), cms.ErrMalformed},
		{"attribute twice", swap(t, good, oidContentType, oidTimeAttr, 0), cms.ErrMalformed},
		{"signature changed", flip(len(good) - 1), cms.ErrSignature},
		{"digest attribute changed", swap(t, good, digest, make([]byte, 32), 0), cms.ErrDigest},
		{"certificate of somebody else", swapCertificate(t, good, identity.Certificate, foreign.Certificate()), cms.ErrNoCertificate},
		{"signature of somebody else", swapSignature(t, good, signed(t, foreign, content)), cms.ErrSignature},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := cms.Verify(tt.der, bytes.NewReader(content))
			if !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if c != nil {
				t.Error("a certificate came back all the same")
			}
		})
	}
}

// swapCertificate puts another certificate of the same length in. Serial numbers differ.
func swapCertificate(t testing.TB, der []byte, from, to *cert.Certificate) []byte {
	return swap(t, der, from.Raw, to.Raw, 0)
}

// swapSignature puts the signature value of another structure in.
func swapSignature(t testing.TB, der, other []byte) []byte {
	t.Helper()
	out := bytes.Clone(der)
	copy(out[len(out)-64:], other[len(other)-64:])
	return out
}

// Changing any byte of a signature makes it fail, or leaves what is believed the same: only
// bytes that no signature covers (versions, the digest list) may pass.
func TestEveryByteMatters(t *testing.T) {
	content := []byte("содержимое")
	signer, identity := newSigner(t, gost3410.CryptoProA())
	good := signed(t, signer, content)
	passed := 0
	for i := range good {
		changed := bytes.Clone(good)
		changed[i] ^= 1
		c, err := cms.Verify(changed, bytes.NewReader(content))
		if err != nil {
			continue
		}
		passed++
		if !c.Equal(identity.Certificate) {
			t.Errorf("byte %d: another certificate is believed though signingCertificateV2 names this one", i)
		}
	}
	if passed > 12 { // two versions and one identifier of ten bytes
		t.Errorf("%d changes of one bit go unnoticed", passed)
	}
	t.Logf("%d of %d changes go unnoticed", passed, len(good))
}

// Another certificate of the same key and name cannot be put in place of the signer's.
func TestCertificateExchanged(t *testing.T) {
	content := []byte("содержимое")
	signer, identity := newSigner(t, gost3410.CryptoProA())
	der := signed(t, signer, content)
	template := signertest.Template()
	template.Serial = identity.Certificate.Serial
	template.SignTool = "another1" // the same length, so that the structure stays whole
	other := issueSame(t, identity, template)
	if len(other) != len(identity.Certificate.Raw) {
		t.Fatalf("certificates of %d and %d bytes", len(other), len(identity.Certificate.Raw))
	}
	if _, err := cms.Verify(swap(t, der, identity.Certificate.Raw, other, 0), bytes.NewReader(content)); !errors.Is(err, cms.ErrWrongCertificate) {
		t.Errorf("error %v, want ErrWrongCertificate", err)
	}
}

func FuzzCMS(f *testing.F) {
	signer := storedSigner(f)
	content := []byte("содержимое")
	der := signed(f, signer, content)
	f.Add(der)
	f.Add(cms.EncodePEM(der))
	f.Add([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{0x24, 0x80, 0x04, 1, 1, 0x04, 1, 2, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := cms.Decode(data)
		if err != nil {
			return
		}
		all, err := cms.VerifyAll(raw, bytes.NewReader(content))
		if err == nil && len(all) == 0 {
			t.Error("no signature and no error")
		}
		if _, _, err := cms.Content(raw); err != nil && !errors.Is(err, cms.ErrMalformed) &&
			!errors.Is(err, cert.ErrUnsupportedAlgorithm) && !errors.Is(err, cert.ErrGOST2001) {
			t.Errorf("an error of no known kind: %v", err)
		}
	})
}

// storedSigner has the key kept for tests: every fuzzing process must start from the same one.
func storedSigner(t testing.TB) *softkey.Signer {
	t.Helper()
	keys := filepath.Join(signertest.Root(t), "testdata", "keys")
	keyPEM, err := os.ReadFile(filepath.Join(keys, "test-only-256.key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	certPEM, err := os.ReadFile(filepath.Join(keys, "test-only-256.cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := softkey.Load(keyPEM, certPEM, nil)
	if err != nil {
		t.Fatal(err)
	}
	signer.Clock = func() time.Time { return moment }
	return signer
}

func issueSame(t testing.TB, identity signertest.Identity, template cert.Template) []byte {
	t.Helper()
	der, err := cert.SelfSigned(identity.Key, template, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
