package cert_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

// OpenSSL reads our certificates, believes their signatures and sees in them what we meant.
func TestOpenSSLAcceptsOurs(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	for _, curve := range gost3410.Curves() {
		t.Run(curve.Name(), func(t *testing.T) {
			c := signertest.NewIdentity(t, curve).Certificate
			file := signertest.File(t, "cert.pem", cert.EncodePEM(c.Raw))
			openssl.Run(t, nil, "verify", "-check_ss_sig", "-CAfile", file, file)
			text := string(openssl.Run(t, nil, "x509", "-in", file, "-noout", "-text", "-nameopt", "utf8,sep_multiline"))
			for _, want := range []string{
				"CN=Тестовая информационная система", "OGRN=1027700000000", "Digital Signature, Non Repudiation",
				"Not Before: Jan  1 00:00:00 2025 GMT", "Not After : Jan  1 00:00:00 2045 GMT",
				"Not Before: Jan  1 00:00:00 2025 GMT, Not After: Jan  1 00:00:00 2035 GMT",
			} {
				if !strings.Contains(text, want) {
					t.Errorf("OpenSSL does not see %q in\n%s", want, text)
				}
			}
		})
	}
}

// We read certificates that OpenSSL makes, and believe their signatures.
func TestWeAcceptOpenSSL(t *testing.T) {
	openssl := signertest.OpenSSL(t)
	for _, set := range []string{"256:A", "256:B", "256:C", "256:XA", "256:XB", "256:TCA", "256:TCB", "256:TCC", "256:TCD", "512:A", "512:B", "512:C"} {
		t.Run(set, func(t *testing.T) {
			size, name, _ := strings.Cut(set, ":")
			dir := t.TempDir()
			key, out := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
			openssl.Run(t, nil, "genpkey", "-algorithm", "gost2012_"+size, "-pkeyopt", "paramset:"+name, "-out", key)
			config := signertest.File(t, "config", []byte("[req]\ndistinguished_name=dn\n[dn]\n"))
			openssl.Run(t, nil, "req", "-config", config, "-new", "-x509", "-key", key, "-utf8", "-days", "30", "-out", out,
				"-subj", "/CN=Тест/O=Больница № 1/1.2.643.100.1=1027700000000/1.2.643.100.3=11223344595/1.2.643.3.131.1.1=007700000016")
			text, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			certs, err := cert.ParsePEM(text)
			if err != nil {
				t.Fatal(err)
			}
			c := certs[0]
			if err := c.CheckSignatureFrom(c); err != nil {
				t.Error(err)
			}
			if err := c.CheckTerm(time.Now()); err != nil {
				t.Error(err)
			}
			if c.Subject.CommonName != "Тест" || c.Subject.OGRN != "1027700000000" || c.Subject.SNILS != "11223344595" || c.Subject.OrganizationINN() != "7700000016" {
				t.Errorf("subject %s", c.Subject)
			}
			if again := cert.EncodePEM(c.Raw); !bytes.Equal(bytes.TrimSpace(again), bytes.TrimSpace(text)) {
				t.Error("PEM written again differs from OpenSSL's")
			}
		})
	}
}

// A chain of root, intermediate and end certificate, made by us, verified by both.
func TestChain(t *testing.T) {
	root := newAuthority(t, gost3410.TC26_512A(), "Корневой УЦ", nil)
	middle := newAuthority(t, gost3410.CryptoProA(), "Аккредитованный УЦ", root)
	other := newAuthority(t, gost3410.CryptoProA(), "Аккредитованный УЦ", nil) // same name, other key
	leaf := newLeaf(t, middle, signertest.Template())
	notCA := newLeaf(t, root, cert.Template{Subject: cert.Name{CommonName: "Не УЦ"}, NotBefore: signertest.Begin, NotAfter: signertest.End})
	under := newLeaf(t, notCA, signertest.Template())
	now := signertest.Begin.Add(time.Hour)

	tests := []struct {
		name    string
		trusted []*authority
		mode    cert.TrustMode
		subject *authority
		at      time.Time
		want    error
	}{
		{"pinned itself", []*authority{leaf}, cert.Pinned, leaf, now, nil},
		{"pinned among others", []*authority{root, middle, leaf}, cert.Pinned, leaf, now, nil},
		{"pinned issuer only", []*authority{root, middle}, cert.Pinned, leaf, now, cert.ErrUntrusted},
		{"nothing pinned", nil, cert.Pinned, leaf, now, cert.ErrUntrusted},
		{"whole chain", []*authority{root, middle}, cert.Chained, leaf, now, nil},
		{"issuer alone is an anchor", []*authority{middle}, cert.Chained, leaf, now, nil},
		{"root alone misses the link", []*authority{root}, cert.Chained, leaf, now, cert.ErrUntrusted},
		{"itself is no issuer", []*authority{leaf}, cert.Chained, leaf, now, cert.ErrUntrusted},
		{"nothing configured", nil, cert.Chained, leaf, now, cert.ErrUntrusted},
		{"same name, other key", []*authority{other}, cert.Chained, leaf, now, cert.ErrUntrusted},
		{"same name, other key, and the right one", []*authority{other, middle, root}, cert.Chained, leaf, now, nil},
		{"issuer that is no authority", []*authority{root, notCA}, cert.Chained, under, now, cert.ErrUntrusted},
		{"expired", []*authority{root, middle}, cert.Chained, leaf, signertest.End.Add(time.Second), cert.ErrExpired},
		{"early", []*authority{leaf}, cert.Pinned, leaf, signertest.Begin.Add(-time.Second), cert.ErrNotYetValid},
		{"authority's certificate signs no messages", []*authority{root, middle}, cert.Chained, middle, now, cert.ErrUntrusted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var certs []*cert.Certificate
			for _, a := range tt.trusted {
				certs = append(certs, a.certificate)
			}
			if err := cert.NewTrust(certs, tt.mode).Check(tt.subject.certificate, tt.at); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}

	openssl := signertest.OpenSSL(t)
	pem := func(a *authority) string { return signertest.File(t, "cert.pem", cert.EncodePEM(a.certificate.Raw)) }
	openssl.Run(t, nil, "verify", "-CAfile", pem(root), "-untrusted", pem(middle), pem(leaf))
	if _, err := openssl.Try(t, nil, "verify", "-CAfile", pem(other), pem(leaf)); err == nil {
		t.Error("OpenSSL believes the chain to the wrong authority")
	}
}

// An authority whose own term is over vouches for nobody.
func TestIssuerExpired(t *testing.T) {
	short := newAuthority(t, gost3410.CryptoProA(), "УЦ", nil)
	der, err := cert.SelfSigned(short.key, cert.Template{
		Subject: cert.Name{CommonName: "УЦ"}, NotBefore: signertest.Begin, NotAfter: signertest.Begin.Add(time.Minute), IsCA: true,
	}, randomSource)
	if err != nil {
		t.Fatal(err)
	}
	short.certificate = parse(t, der)
	leaf := newLeaf(t, short, signertest.Template())
	err = cert.NewTrust([]*cert.Certificate{short.certificate}, cert.Chained).Check(leaf.certificate, signertest.Begin.Add(time.Hour))
	if !errors.Is(err, cert.ErrExpired) {
		t.Errorf("error %v, want ErrExpired", err)
	}
}
