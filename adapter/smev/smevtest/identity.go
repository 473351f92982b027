package smevtest

import (
	"crypto/rand"
	"fmt"
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
	key, err := gost3410.GenerateKey(gost3410.CryptoProXchA(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make test key: %w", err)
	}
	defer key.Destroy()
	der, err := cert.SelfSigned(key, cert.Template{
		Subject: cert.Name{
			CommonName: organization, Organization: organization, Country: "RU",
			OGRN: "1027700000000", INN: "007700000000",
		},
		NotBefore: now.AddDate(0, 0, -1).UTC().Truncate(time.Second),
		NotAfter:  now.AddDate(10, 0, 0).UTC().Truncate(time.Second),
	}, rand.Reader)
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
	return &Identity{
		KeyPEM:      keyPEM,
		CertPEM:     cert.EncodePEM(der),
		Certificate: parsed,
	}, nil
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
