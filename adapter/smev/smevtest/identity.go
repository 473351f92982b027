package smevtest

import (
	"crypto/rand"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/softkey"
)

// Identity is a test key and its certificate. It must never be used for
// anything but tests and demonstrations: the key is not protected.
type Identity struct {
	KeyPEM, CertPEM []byte
	Certificate     *cert.Certificate
}

// NewIdentity makes a key of GOST R 34.10-2012-256 on the curve real
// certificates use, and a self-signed certificate for it, good for ten years
// from the day before now.
func NewIdentity(organization string, now time.Time) (*Identity, error) {
	subject := cert.Name{
		CommonName: organization, Organization: organization, Country: "RU",
		OGRN: "1027700000000", INN: "007700000000",
	}
	return newIdentity(now, subject, func(key *gost3410.PrivateKey, tmpl cert.Template) ([]byte, error) {
		return cert.SelfSigned(key, tmpl, rand.Reader)
	})
}

// Signer loads the identity; clock tells it the time, nil for time.Now.
func (i *Identity) Signer(clock func() time.Time) (*softkey.Signer, error) {
	s, err := softkey.Load(i.KeyPEM, i.CertPEM, nil)
	if err != nil {
		return nil, err
	}
	s.Clock = clock
	return s, nil
}
