package main

import (
	"slices"
	"strings"
	"testing"

	"egissogw/cmd/egissogw/internal/signature"
	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// TestVerifyForeignCMS: what OpenSSL makes, detached and with content, and what is
// wrong with it.
func TestVerifyForeignCMS(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	id := signertest.NewIdentity(t, gost3410.TC26_256A())
	key, err := softkey.MarshalPKCS8(id.Key)
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("договор\n")
	sign := func(args ...string) []byte {
		return openssl.Run(t, content, "cms", append([]string{"-sign", "-binary", "-outform", "DER", "-md", "md_gost12_256",
			"-signer", signertest.File(t, "c.pem", cert.EncodePEM(id.Certificate.Raw)), "-inkey", signertest.File(t, "k.pem", key)}, args...)...)
	}
	detached, attached, bare := sign(), sign("-nodetach"), sign("-nocerts")
	file := signertest.File(t, "contract.txt", content)
	// OpenSSL writes no unsigned attributes: the signature value comes last.
	n := len(detached)
	swapped := slices.Concat(detached[:n-64], detached[n-32:], detached[n-64:n-32])
	cases := []struct {
		name  string
		cms   []byte
		args  []string
		wrong []string
		text  string
	}{
		{"detached", detached, []string{"--content", file}, []string{""}, "это не CAdES"},
		{"base64", []byte(base64Line(detached)), []string{"--content", file}, []string{""}, ""},
		{"attached", attached, nil, []string{""}, ""},
		{"attached, other content", attached, []string{"--content", signertest.File(t, "x", []byte("иное"))}, []string{signature.TitleDigest}, "собственное содержимое"},
		{"other content", detached, []string{"--content", signertest.File(t, "x", []byte("иное"))}, []string{signature.TitleDigest}, "файл изменён"},
		{"no certificate", bare, []string{"--content", file}, []string{signature.TitleCertificate}, "нет сертификата"},
		{"halves swapped", swapped, []string{"--content", file}, []string{signature.TitleValue}, "r‖s"},
		{"expired", detached, []string{"--content", file, "--at", "2050-01-01"}, []string{signature.TitleCertificate}, "истёк"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			report, r := console{}.report(t, append(tc.args, signertest.File(t, "contract.p7s", tc.cms))...)
			if got := wrong(report); !slices.Equal(got, tc.wrong) || report.Kind != "cms" {
				t.Errorf("wrong %q, want %q", got, tc.wrong)
			}
			if !strings.Contains(r.stdout, tc.text) {
				t.Errorf("no %q in %s", tc.text, r.stdout)
			}
		})
	}
	t.Run("content is nowhere", func(t *testing.T) {
		if r := (console{}).run(t, "verify", signertest.File(t, "alone.sig", detached)); r.code != exitFailed || !strings.Contains(r.stderr, "--content") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
	t.Run("cut off", func(t *testing.T) {
		if r := (console{}).run(t, "verify", signertest.File(t, "cut.sig", detached[:100])); r.code != exitFailed || !strings.Contains(r.stderr, "не CMS") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}
