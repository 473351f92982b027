package cms_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

var moment = signertest.Begin.Add(time.Hour)

func newSigner(t testing.TB, curve *gost3410.Curve) (*softkey.Signer, signertest.Identity) {
	t.Helper()
	identity := signertest.NewIdentity(t, curve)
	signer, err := softkey.New(identity.Key, identity.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	signer.Clock = func() time.Time { return moment }
	return signer, identity
}

// signed makes a detached signature of the content.
func signed(t testing.TB, signer cms.Signer, content []byte) []byte {
	t.Helper()
	digest, err := cms.Digest(signer.Certificate().DigestSize(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	der, err := cms.SignDetached(t.Context(), digest, signer, moment)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestSignAndVerify(t *testing.T) {
	content := []byte("содержимое файла\r\n\x00\xff")
	for _, curve := range gost3410.Curves() {
		t.Run(curve.Name(), func(t *testing.T) {
			signer, identity := newSigner(t, curve)
			der := signed(t, signer, content)
			c, err := cms.Verify(der, bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if !c.Equal(identity.Certificate) {
				t.Error("another certificate came back")
			}
			all, err := cms.VerifyAll(der, bytes.NewReader(content))
			if err != nil || len(all) != 1 {
				t.Fatalf("VerifyAll: %d signatures, %v", len(all), err)
			}
			if !all[0].SigningTime.Equal(moment) || !all[0].CAdES || len(all[0].Digest) != curve.Size() {
				t.Errorf("signature %+v", all[0])
			}
		})
	}
}

// A file larger than what would be held in memory passes as a stream.
func TestLargeContent(t *testing.T) {
	signer, _ := newSigner(t, gost3410.CryptoProA())
	const size = 8 << 20
	zeros := func() io.Reader { return io.LimitReader(zeroReader{}, size) }
	digest, err := cms.Digest(32, zeros())
	if err != nil {
		t.Fatal(err)
	}
	der, err := cms.SignDetached(t.Context(), digest, signer, moment)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cms.Verify(der, zeros()); err != nil {
		t.Error(err)
	}
	if _, err := cms.Verify(der, io.LimitReader(zeroReader{}, size-1)); !errors.Is(err, cms.ErrDigest) {
		t.Errorf("one byte less: %v, want ErrDigest", err)
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func TestUnreadableContent(t *testing.T) {
	signer, _ := newSigner(t, gost3410.CryptoProA())
	broken := errors.New("disk is gone")
	if _, err := cms.Digest(32, failingReader{broken}); !errors.Is(err, broken) {
		t.Errorf("Digest: %v", err)
	}
	if _, err := cms.Verify(signed(t, signer, nil), failingReader{broken}); !errors.Is(err, broken) {
		t.Errorf("Verify: %v", err)
	}
}

func TestSignRefuses(t *testing.T) {
	signer, _ := newSigner(t, gost3410.CryptoProA())
	if _, err := cms.SignDetached(t.Context(), make([]byte, 64), signer, moment); err == nil {
		t.Error("digest of a wrong length was signed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cms.SignDetached(ctx, make([]byte, 32), signer, moment); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	signer.Clock = func() time.Time { return signertest.End.Add(time.Hour) }
	if _, err := cms.SignDetached(t.Context(), make([]byte, 32), signer, moment); !errors.Is(err, cert.ErrExpired) {
		t.Errorf("expired: %v", err)
	}
}

func TestEncodings(t *testing.T) {
	signer, _ := newSigner(t, gost3410.CryptoProA())
	der := signed(t, signer, []byte("x"))
	pem := cms.EncodePEM(der)
	bare := bytes.Join(bytes.Split(pem, []byte("\n"))[1:len(bytes.Split(pem, []byte("\n")))-2], []byte("\r\n"))
	for name, form := range map[string][]byte{
		"DER":             der,
		"PEM":             pem,
		"PEM as PKCS7":    bytes.ReplaceAll(pem, []byte("CMS"), []byte("PKCS7")),
		"base64":          bare,
		"base64 with BOM": append([]byte("\xef\xbb\xbf"), bare...),
	} {
		got, err := cms.Decode(form)
		if err != nil || !bytes.Equal(got, der) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, form := range map[string][]byte{
		"empty":       nil,
		"text":        []byte("подпись"),
		"another PEM": cert.EncodePEM(signer.Certificate().Raw),
	} {
		if _, err := cms.Decode(form); !errors.Is(err, cms.ErrMalformed) {
			t.Errorf("%s: %v, want ErrMalformed", name, err)
		}
	}
}

// brokenSigner gives back somebody else's signature, as a faulty driver may.
type brokenSigner struct{ *softkey.Signer }

func (s brokenSigner) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	return s.Signer.SignDigest(ctx, make([]byte, len(digest)))
}

// TestLineEndBehind: what mail and editors put behind binary files is no part of it.
func TestLineEndBehind(t *testing.T) {
	content := []byte("content")
	signer, _ := newSigner(t, gost3410.TC26_256A())
	der := signed(t, signer, content)
	for _, end := range []string{"\n", "\r\n", "\r\n\r\n"} {
		if _, err := cms.Verify(append(bytes.Clone(der), end...), bytes.NewReader(content)); err != nil {
			t.Errorf("%q: %v", end, err)
		}
	}
	if _, err := cms.Verify(append(bytes.Clone(der), "\r\nx"...), bytes.NewReader(content)); !errors.Is(err, cms.ErrMalformed) {
		t.Errorf("something else: %v", err)
	}
}

func TestFaultySigner(t *testing.T) {
	signer, _ := newSigner(t, gost3410.CryptoProA())
	der, err := cms.SignDetached(t.Context(), make([]byte, 32), brokenSigner{signer}, moment)
	if !errors.Is(err, cms.ErrSignature) || der != nil {
		t.Errorf("error %v, want ErrSignature", err)
	}
}

// Numbers of signers or certificates beyond reason are refused before any is verified.
func TestTooMany(t *testing.T) {
	signer, identity := newSigner(t, gost3410.CryptoProA())
	content := []byte("x")
	der := signed(t, signer, content)
	raw := identity.Certificate.Raw
	tail := der[bytes.Index(der, raw)+len(raw):]
	// Indefinite lengths around it spare putting the lengths right.
	head := []byte{0x30, 0x80, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 11, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1}
	build := func(certificates, signers []byte) []byte {
		out := append(bytes.Clone(head), 0xa0, 0x80)
		out = append(append(out, certificates...), 0, 0)
		out = append(append(out, signers...), 0, 0, 0, 0, 0, 0)
		return out
	}
	if _, err := cms.Verify(build(raw, tail), bytes.NewReader(content)); err != nil {
		t.Fatalf("one of each: %v", err)
	}
	if _, err := cms.Verify(build(bytes.Repeat(raw, 200), tail), bytes.NewReader(content)); !errors.Is(err, cms.ErrMalformed) {
		t.Errorf("200 certificates: %v, want ErrMalformed", err)
	}
	one := tail[bytes.Index(tail, []byte{0x30}):]
	many := append(append([]byte{0x31, 0x80}, bytes.Repeat(one, 40)...), 0, 0)
	if _, err := cms.Verify(build(raw, many), bytes.NewReader(content)); !errors.Is(err, cms.ErrMalformed) {
		t.Errorf("40 signers: %v, want ErrMalformed", err)
	}
}
