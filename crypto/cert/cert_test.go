package cert_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
)

func TestMain(m *testing.M) { signertest.Main(m) }

var randomSource = rand.Reader

// authority is a key with its certificate, of an authority or not.
type authority struct {
	key         *gost3410.PrivateKey
	certificate *cert.Certificate
}

func parse(t testing.TB, der []byte) *cert.Certificate {
	t.Helper()
	c, err := cert.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newKey(t testing.TB, curve *gost3410.Curve) *gost3410.PrivateKey {
	t.Helper()
	key, err := gost3410.GenerateKey(curve, randomSource)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newAuthority(t testing.TB, curve *gost3410.Curve, name string, issuer *authority) *authority {
	t.Helper()
	template := cert.Template{Subject: cert.Name{CommonName: name}, NotBefore: signertest.Begin, NotAfter: signertest.End, IsCA: true}
	key := newKey(t, curve)
	var der []byte
	var err error
	if issuer == nil {
		der, err = cert.SelfSigned(key, template, randomSource)
	} else {
		der, err = cert.Issue(key.Public(), template, issuer.certificate, issuer.key, randomSource)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &authority{key, parse(t, der)}
}

func newLeaf(t testing.TB, issuer *authority, template cert.Template) *authority {
	t.Helper()
	key := newKey(t, gost3410.CryptoProA())
	der, err := cert.Issue(key.Public(), template, issuer.certificate, issuer.key, randomSource)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{key, parse(t, der)}
}

// What is asked for in the template is in the certificate.
func TestSelfSigned(t *testing.T) {
	template := cert.Template{
		Subject: cert.Name{
			SNILS: "11223344595", OGRN: "1027700000000", OGRNIP: "304770000000000", INN: "770000000123", INNLE: "7700000016",
			Email: "smev@example.org", UnstructuredName: "ИС", Country: "RU", Region: "77 Москва", Locality: "Москва",
			Street: "ул. Тестовая, д. 1", Organization: "Больница", OrganizationalUnit: "Отдел", Title: "Начальник",
			Surname: "Тестов", GivenName: "Тест Тестович", CommonName: "Больница",
		},
		Serial:    big.NewInt(0x1234),
		NotBefore: signertest.Begin, NotAfter: time.Date(2055, 1, 1, 0, 0, 0, 0, time.UTC), // beyond UTCTime
		PrivateKeyUsage: &cert.Period{NotAfter: signertest.KeyEnd},
		KeyUsage:        cert.DigitalSignature | cert.DecipherOnly,
		SignTool:        "средство",
	}
	key := newKey(t, gost3410.TC26_512C())
	der, err := cert.SelfSigned(key, template, randomSource)
	if err != nil {
		t.Fatal(err)
	}
	c := parse(t, der)
	got := c.Subject
	got.Raw, got.Attributes = nil, nil
	if !equalNames(got, template.Subject) {
		t.Errorf("subject %+v, want %+v", got, template.Subject)
	}
	if len(c.Subject.Attributes) != 17 || !bytes.Equal(c.Issuer.Raw, c.Subject.Raw) || !c.SelfIssued() {
		t.Errorf("subject of %d attributes", len(c.Subject.Attributes))
	}
	if c.SerialHex() != "1234" || c.KeyUsage != template.KeyUsage || c.SignTool != "средство" || c.IsCA || c.Version != 3 {
		t.Errorf("%+v", c)
	}
	if !c.NotBefore.Equal(template.NotBefore) || !c.NotAfter.Equal(template.NotAfter) {
		t.Errorf("term %v – %v", c.NotBefore, c.NotAfter)
	}
	if p := c.PrivateKeyUsage; p == nil || !p.NotBefore.IsZero() || !p.NotAfter.Equal(signertest.KeyEnd) {
		t.Errorf("private key's term %+v", p)
	}
	if !c.PublicKey.Equal(key.Public()) || c.DigestSize() != 64 {
		t.Error("another key is in the certificate")
	}
	if err := c.CheckSignatureFrom(c); err != nil {
		t.Error(err)
	}
	if !slices.Equal(c.SubjectKeyID, c.AuthorityKeyID) {
		t.Error("key identifiers differ")
	}
}

func equalNames(a, b cert.Name) bool {
	a.Raw, b.Raw, a.Attributes, b.Attributes = nil, nil, nil, nil
	return a.Full() == b.Full() && a.String() == b.String() && a.SNILS == b.SNILS && a.OGRN == b.OGRN && a.OGRNIP == b.OGRNIP &&
		a.INN == b.INN && a.INNLE == b.INNLE && a.Email == b.Email && a.UnstructuredName == b.UnstructuredName && a.Country == b.Country &&
		a.Region == b.Region && a.Locality == b.Locality && a.Street == b.Street && a.Organization == b.Organization &&
		a.OrganizationalUnit == b.OrganizationalUnit && a.Title == b.Title && a.Surname == b.Surname && a.GivenName == b.GivenName && a.CommonName == b.CommonName
}

// Serial numbers are chosen at random, positive and of one length.
func TestRandomSerial(t *testing.T) {
	seen := map[string]bool{}
	key := newKey(t, gost3410.CryptoProA())
	for range 50 {
		der, err := cert.SelfSigned(key, signertest.Template(), randomSource)
		if err != nil {
			t.Fatal(err)
		}
		c := parse(t, der)
		if seen[c.SerialHex()] || c.Serial.Sign() <= 0 || len(c.SerialHex()) != 32 {
			t.Errorf("serial number %s", c.SerialHex())
		}
		seen[c.SerialHex()] = true
	}
}

type emptySource struct{}

func (emptySource) Read([]byte) (int, error) { return 0, errors.New("no randomness") }

func TestIssueRefuses(t *testing.T) {
	key := newKey(t, gost3410.CryptoProA())
	root := newAuthority(t, gost3410.CryptoProA(), "УЦ", nil)
	good := signertest.Template()
	change := func(f func(*cert.Template)) cert.Template {
		changed := signertest.Template()
		f(&changed)
		return changed
	}
	for name, template := range map[string]cert.Template{
		"term backwards":        change(func(t *cert.Template) { t.NotBefore, t.NotAfter = t.NotAfter, t.NotBefore }),
		"no term":               change(func(t *cert.Template) { t.NotAfter = t.NotBefore }),
		"letters in OGRN":       change(func(t *cert.Template) { t.Subject.OGRN = "ОГРН" }),
		"Cyrillic country":      change(func(t *cert.Template) { t.Subject.Country = "РФ" }),
		"name that is no UTF-8": change(func(t *cert.Template) { t.Subject.CommonName = "\xff" }),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := cert.SelfSigned(key, template, randomSource); err == nil {
				t.Error("no error")
			}
		})
	}
	if _, err := cert.SelfSigned(key, good, emptySource{}); err == nil {
		t.Error("a certificate without random numbers")
	}
	if _, err := cert.Issue(key.Public(), good, root.certificate, key, randomSource); err == nil {
		t.Error("a certificate signed with a key that is not the issuer's")
	}
	if _, err := cert.Issue(key.Public(), good, nil, key, randomSource); err == nil {
		t.Error("a certificate without an issuer")
	}
}

// What goes to logs names the organisation and never the person.
func TestNameForLogs(t *testing.T) {
	for name, tt := range map[string]struct {
		name cert.Name
		want string
	}{
		"system of an organisation": {
			cert.Name{Organization: "Больница", CommonName: "МИС", OGRN: "1027700000000", INN: "007700000016"},
			"CN=МИС, O=Больница, ОГРН=1027700000000, ИНН=7700000016",
		},
		"head of an organisation": {
			cert.Name{Organization: "Больница", CommonName: "Тестов Тест Тестович", Surname: "ТЕСТОВ", GivenName: "Тест Тестович", SNILS: "11223344595", INN: "770000000123", INNLE: "7700000016"},
			"O=Больница, ИНН=7700000016",
		},
		"a natural person": {
			cert.Name{CommonName: "Тестов Тест Тестович", SNILS: "11223344595", INN: "770000000123", Email: "t@example.org"},
			"name withheld",
		},
		"an entrepreneur": {cert.Name{CommonName: "ИП Тестов", OGRNIP: "304770000000000"}, "name withheld"},
		"empty":           {cert.Name{}, "name withheld"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.name.String(); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// However a certificate gets into a log line, the person in it does not.
func TestCertificateInLogs(t *testing.T) {
	template := signertest.Template()
	template.Subject.SNILS, template.Subject.Surname, template.Subject.Email = "11223344595", "Секретов", "secret@example.org"
	der, err := cert.SelfSigned(newKey(t, gost3410.CryptoProA()), template, randomSource)
	if err != nil {
		t.Fatal(err)
	}
	c := parse(t, der)
	var b bytes.Buffer
	for _, log := range []*slog.Logger{slog.New(slog.NewJSONHandler(&b, nil)), slog.New(slog.NewTextHandler(&b, nil))} {
		log.Info("signed", "certificate", c, "subject", c.Subject, "err", c.CheckTerm(signertest.End.Add(time.Hour)))
	}
	if text := b.String(); strings.Contains(text, "11223344595") || strings.Contains(text, "Секретов") || strings.Contains(text, "secret@") ||
		!strings.Contains(text, "Тестовая информационная система") {
		t.Error(text)
	}
}

func TestParsePEM(t *testing.T) {
	one := signertest.NewIdentity(t, gost3410.CryptoProA()).Certificate
	two := signertest.NewIdentity(t, gost3410.TC26_512A()).Certificate
	key := []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
	both := slices.Concat([]byte("заголовок\n"), cert.EncodePEM(one.Raw), key, cert.EncodePEM(two.Raw))
	certs, err := cert.ParsePEM(both)
	if err != nil || len(certs) != 2 || !certs[0].Equal(one) || !certs[1].Equal(two) {
		t.Errorf("%d certificates, %v", len(certs), err)
	}
	if certs, err := cert.ParsePEM(one.Raw); err != nil || len(certs) != 1 || !certs[0].Equal(one) {
		t.Errorf("bare DER: %v", err)
	}
	if one.Equal(two) || one.Equal(nil) || (*cert.Certificate)(nil).Equal(nil) {
		t.Error("different certificates are equal")
	}
	for name, b := range map[string][]byte{
		"empty":             nil,
		"only a key":        key,
		"damaged block":     bytes.Replace(cert.EncodePEM(one.Raw), []byte("MII"), []byte("AAA"), 1),
		"second is damaged": append(cert.EncodePEM(one.Raw), bytes.Replace(cert.EncodePEM(two.Raw), []byte("MII"), []byte("AAA"), 1)...),
	} {
		if certs, err := cert.ParsePEM(b); !errors.Is(err, cert.ErrMalformed) || certs != nil {
			t.Errorf("%s: %v, want ErrMalformed", name, err)
		}
	}
}

func TestTermErrorText(t *testing.T) {
	c := signertest.NewIdentity(t, gost3410.CryptoProA()).Certificate
	err := c.CheckTerm(signertest.KeyEnd.Add(time.Hour))
	if err == nil || !strings.Contains(err.Error(), "term of the private key is over, since 2035-01-01T00:00:00Z") {
		t.Errorf("error %v", err)
	}
	early := c.CheckTerm(signertest.Begin.Add(-time.Hour))
	if early == nil || !strings.Contains(early.Error(), "not yet valid, until 2025-01-01T00:00:00Z") {
		t.Errorf("error %v", early)
	}
}

func TestArrange(t *testing.T) {
	identity := signertest.NewIdentity(t, gost3410.CryptoProA())
	c := identity.Certificate
	digest := []byte("0123456789abcdef0123456789ABCDEF")
	signature, err := identity.Key.Sign(randomSource, digest)
	if err != nil {
		t.Fatal(err)
	}
	reversed := slices.Clone(signature)
	slices.Reverse(reversed)
	got, order, err := c.Arrange(digest, reversed, cert.OrderAuto)
	if err != nil || order != cert.OrderReversed || !bytes.Equal(got, signature) {
		t.Errorf("order %q, %v", order, err)
	}
	for name, raw := range map[string][]byte{"short": signature[:63], "empty": nil, "zeros": make([]byte, 64), "fixed to another order": reversed} {
		if got, _, err := c.Arrange(digest, raw, cert.OrderSR); !errors.Is(err, cert.ErrForeignSignature) || got != nil {
			t.Errorf("%s: %v, want ErrForeignSignature", name, err)
		}
	}
	if cert.Order("middle").Known() || !cert.OrderAuto.Known() || !cert.OrderRS.Known() {
		t.Error("Known is wrong")
	}
}
