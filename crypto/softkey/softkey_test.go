package softkey_test

import (
	"testing"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// The signer passes the conformance suite on every curve, from PEM files as an operator has.
func TestConformance(t *testing.T) {
	for _, curve := range gost3410.Curves() {
		t.Run(curve.Name(), func(t *testing.T) {
			identity := signertest.NewIdentity(t, curve)
			keyPEM, err := softkey.MarshalPKCS8(identity.Key)
			if err != nil {
				t.Fatal(err)
			}
			signertest.Run(t, signertest.Harness{
				Open: func(t *testing.T, clock func() time.Time) signertest.Signer {
					signer, err := softkey.Load(keyPEM, cert.EncodePEM(identity.Certificate.Raw), nil)
					if err != nil {
						t.Fatal(err)
					}
					signer.Clock = clock
					t.Cleanup(func() { signer.Close() })
					return signer
				},
			})
		})
	}
}
