package smevtest

import (
	"crypto/rand"
	"fmt"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/softkey"
)

// Authority is a test root that issues certificates: to the bus, and to those who
// would like to be taken for it.
type Authority struct {
	Certificate *cert.Certificate
	CertPEM     []byte
	key         *gost3410.PrivateKey
}

// NewAuthority makes a root, good as long as identities are.
func NewAuthority(name string, now time.Time) (*Authority, error) {
	key, err := gost3410.GenerateKey(gost3410.CryptoProXchA(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make test authority: %w", err)
	}
	tmpl := template(cert.Name{CommonName: name, Organization: name, Country: "RU"}, now)
	tmpl.IsCA = true
	der, err := cert.SelfSigned(key, tmpl, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make test authority: %w", err)
	}
	parsed, err := cert.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("make test authority: %w", err)
	}
	return &Authority{Certificate: parsed, CertPEM: cert.EncodePEM(der), key: key}, nil
}

// Issue makes a key with a certificate of this root.
func (a *Authority) Issue(organization, ogrn string, now time.Time) (*Identity, error) {
	return newIdentity(now, cert.Name{CommonName: organization, Organization: organization, Country: "RU", OGRN: ogrn},
		func(key *gost3410.PrivateKey, tmpl cert.Template) ([]byte, error) {
			return cert.Issue(key.Public(), tmpl, a.Certificate, a.key, rand.Reader)
		})
}

func template(subject cert.Name, now time.Time) cert.Template {
	return cert.Template{
		Subject:   subject,
		NotBefore: now.AddDate(0, 0, -1).UTC().Truncate(time.Second),
		NotAfter:  now.AddDate(10, 0, 0).UTC().Truncate(time.Second),
	}
}

// newIdentity makes a key and has its certificate issued.
func newIdentity(now time.Time, subject cert.Name, issue func(*gost3410.PrivateKey, cert.Template) ([]byte, error)) (*Identity, error) {
	key, err := gost3410.GenerateKey(gost3410.CryptoProXchA(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make test key: %w", err)
	}
	defer key.Destroy()
	der, err := issue(key, template(subject, now))
	if err != nil {
		return nil, fmt.Errorf("make test certificate: %w", err)
	}
	parsed, err := cert.Parse(der)
	if err != nil {
		return nil, fmt.Errorf("make test certificate: %w", err)
	}
	keyPEM, err := softkey.MarshalPKCS8(key)
	if err != nil {
		return nil, fmt.Errorf("make test key: %w", err)
	}
	return &Identity{KeyPEM: keyPEM, CertPEM: cert.EncodePEM(der), Certificate: parsed}, nil
}
