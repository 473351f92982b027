package cert_test

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

func TestSubjectIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"ОГРН=1047702026701": "ОГРН=1047702026701", "OGRN=1047702026701": "ОГРН=1047702026701", "O=Минцифры России": "O=Минцифры России",
		"": "", "1047702026701": "", "ОГРН=104770202670": "", "ОГРН=104770202670x": "", "O=": "", "CN=smev": "", "О=кириллица": "",
	} {
		s, err := cert.ParseSubject(text)
		if (err == nil) != (want != "") || err == nil && s.String() != want {
			t.Errorf("%q is read as %q, %v", text, s, err)
		}
	}
}

// Under one authority stand many: only the one named is believed.
func TestTrustOfOneSubject(t *testing.T) {
	root := newAuthority(t, gost3410.CryptoProA(), "Корневой УЦ", nil)
	named := func(n cert.Name) *cert.Certificate {
		t.Helper()
		key, err := gost3410.GenerateKey(gost3410.CryptoProA(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := cert.Issue(key.Public(), cert.Template{Subject: n, NotBefore: signertest.Begin, NotAfter: signertest.End},
			root.certificate, root.key, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c, err := cert.Parse(der)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	bus := named(cert.Name{CommonName: "SMEV", Organization: "Минцифры России", OGRN: "1047702026701"})
	other := named(cert.Name{CommonName: "SMEV", Organization: "ООО «Чужие»", OGRN: "1027700000000"})
	bare := named(cert.Name{CommonName: "ОГРН=1047702026701, O=Минцифры России"})
	chain := cert.NewTrust([]*cert.Certificate{root.certificate}, cert.Chained)
	at := signertest.Begin.Add(time.Hour)
	for _, text := range []string{"ОГРН=1047702026701", "O=Минцифры России"} {
		subject, err := cert.ParseSubject(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := chain.Of(subject).Check(bus, at); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		for _, c := range []*cert.Certificate{other, bare} {
			if err := chain.Of(subject).Check(c, at); !errors.Is(err, cert.ErrUntrusted) {
				t.Errorf("%s: certificate of %s: error %v", text, c, err)
			}
		}
	}
	if err := chain.Check(other, at); err != nil {
		t.Errorf("the rule without a subject was changed: %v", err)
	}
	// Named twice, the attribute could be read either way.
	double := *bus
	double.Subject.Attributes = append(double.Subject.Attributes[:len(double.Subject.Attributes):len(double.Subject.Attributes)],
		cert.Attribute{ID: double.Subject.Attributes[0].ID, Value: "1047702026701"})
	subject, _ := cert.ParseSubject("ОГРН=1047702026701")
	if err := chain.Of(subject).Check(&double, at); !errors.Is(err, cert.ErrUntrusted) {
		t.Errorf("a subject named twice: %v", err)
	}
}
