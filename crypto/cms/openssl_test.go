package cms_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// OpenSSL's gost-engine accepts our signatures, in DER and PEM, on every curve, and refuses them
// for other content.
func TestOpenSSLAcceptsOurs(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	content := bytes.Repeat([]byte("строка файла\r\n"), 10_000)
	for _, curve := range gost3410.Curves() {
		t.Run(curve.Name(), func(t *testing.T) {
			signer, identity := newSigner(t, curve)
			der := signed(t, signer, content)
			ca := signertest.File(t, "ca.pem", cert.EncodePEM(identity.Certificate.Raw))
			verify := func(form string, signature, content []byte) error {
				_, err := openssl.Try(t, nil, "cms", "-verify", "-binary", "-inform", form,
					"-in", signertest.File(t, "signature", signature),
					"-content", signertest.File(t, "content", content), "-CAfile", ca, "-purpose", "any", "-out", os.DevNull)
				return err
			}
			if err := verify("DER", der, content); err != nil {
				t.Error(err)
			}
			if err := verify("PEM", cms.EncodePEM(der), content); err != nil {
				t.Error(err)
			}
			if err := verify("DER", der, content[1:]); err == nil {
				t.Error("OpenSSL accepts the signature for other content")
			}
			// -cades makes OpenSSL check signingCertificateV2; it knows Streebog there.
			if _, err := openssl.Try(t, nil, "cms", "-verify", "-binary", "-cades", "-inform", "DER",
				"-in", signertest.File(t, "signature", der), "-content", signertest.File(t, "content", content),
				"-CAfile", ca, "-purpose", "any", "-out", os.DevNull); err != nil {
				t.Errorf("as CAdES: %v", err)
			}
		})
	}
}

// We accept OpenSSL's signatures in every form it can give them.
func TestWeAcceptOpenSSL(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	content := bytes.Repeat([]byte("строка файла\n"), 10_000)
	contentFile := signertest.File(t, "content", content)
	other := append(bytes.Clone(content), '\n')
	forms := []struct {
		name     string
		args     []string
		attached bool
		cades    bool
		untimed  bool
	}{
		{name: "DER", args: []string{"-outform", "DER"}},
		{name: "PEM", args: []string{"-outform", "PEM"}},
		{name: "CAdES", args: []string{"-outform", "DER", "-cades"}, cades: true},
		{name: "by key identifier", args: []string{"-outform", "DER", "-keyid"}},
		{name: "without signed attributes", args: []string{"-outform", "DER", "-noattr"}, untimed: true},
		{name: "attached", args: []string{"-outform", "DER", "-nodetach"}, attached: true},
		{name: "attached, indefinite lengths", args: []string{"-outform", "DER", "-nodetach", "-stream"}, attached: true},
		{name: "CAdES, indefinite lengths", args: []string{"-outform", "DER", "-cades", "-stream", "-nodetach"}, attached: true, cades: true},
	}
	for _, curve := range []*gost3410.Curve{gost3410.CryptoProA(), gost3410.CryptoProXchA(), gost3410.TC26_256A(), gost3410.TC26_512A(), gost3410.TC26_512C()} {
		_, identity := newSigner(t, curve)
		keyPEM, err := softkey.MarshalPKCS8(identity.Key)
		if err != nil {
			t.Fatal(err)
		}
		key, certificate := signertest.File(t, "key.pem", keyPEM), signertest.File(t, "cert.pem", cert.EncodePEM(identity.Certificate.Raw))
		for _, form := range forms {
			t.Run(curve.Name()+"/"+form.name, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "signature")
				openssl.Run(t, nil, "cms", append([]string{"-sign", "-binary", "-in", contentFile, "-signer", certificate, "-inkey", key, "-out", out}, form.args...)...)
				raw, err := os.ReadFile(out)
				if err != nil {
					t.Fatal(err)
				}
				der, err := cms.Decode(raw)
				if err != nil {
					t.Fatal(err)
				}
				all, err := cms.VerifyAll(der, bytes.NewReader(content))
				if err != nil || len(all) != 1 {
					t.Fatalf("%d signatures, %v", len(all), err)
				}
				if !all[0].Certificate.Equal(identity.Certificate) || all[0].CAdES != form.cades || all[0].SigningTime.IsZero() != form.untimed {
					t.Errorf("signature %+v", all[0])
				}
				if _, err := cms.Verify(der, bytes.NewReader(other)); err == nil || form.name != "without signed attributes" && !errors.Is(err, cms.ErrDigest) {
					t.Errorf("other content: %v, want ErrDigest", err)
				}
				_, err = cms.Verify(der, nil)
				if form.attached && err != nil {
					t.Errorf("with the included content: %v", err)
				}
				if !form.attached && !errors.Is(err, cms.ErrNoContent) {
					t.Errorf("without content: %v, want ErrNoContent", err)
				}
				included, attached, err := cms.Content(der)
				if err != nil || attached != form.attached || attached && !bytes.Equal(included, content) {
					t.Errorf("content: attached %v, %d bytes, %v", attached, len(included), err)
				}
			})
		}
	}
}

// Two signers of one file, with keys of both sizes.
func TestTwoSigners(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	content := []byte("договор")
	args := []string{"-sign", "-binary", "-outform", "DER", "-in", signertest.File(t, "content", content)}
	for _, curve := range []*gost3410.Curve{gost3410.CryptoProA(), gost3410.TC26_512A()} {
		_, identity := newSigner(t, curve)
		keyPEM, err := softkey.MarshalPKCS8(identity.Key)
		if err != nil {
			t.Fatal(err)
		}
		args = append(args, "-signer", signertest.File(t, "cert.pem", cert.EncodePEM(identity.Certificate.Raw)), "-inkey", signertest.File(t, "key.pem", keyPEM))
	}
	der := openssl.Run(t, nil, "cms", args...)
	all, err := cms.VerifyAll(der, bytes.NewReader(content))
	if err != nil || len(all) != 2 || len(all[0].Digest)+len(all[1].Digest) != 96 {
		t.Errorf("%d signatures, %v", len(all), err)
	}
	if _, err := cms.Verify(der, bytes.NewReader(content)); !errors.Is(err, cms.ErrSigners) {
		t.Errorf("Verify: %v, want ErrSigners", err)
	}
}
