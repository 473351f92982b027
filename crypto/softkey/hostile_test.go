package softkey_test

import (
	"encoding/asn1"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/hostiletest"
	"egissogw/crypto/softkey"
)

// encryptedKey is EncryptedPrivateKeyInfo with AES-256 and nothing worth decrypting.
func encryptedKey(kdf asn1.ObjectIdentifier, params func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, content func(b *cryptobyte.Builder)) { b.AddASN1(cbasn1.SEQUENCE, content) }
	sequence(&b, func(b *cryptobyte.Builder) {
		sequence(b, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13})
			sequence(b, func(b *cryptobyte.Builder) {
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(kdf)
					sequence(b, params)
				})
				sequence(b, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42})
					b.AddASN1OctetString(make([]byte, 16))
				})
			})
		})
		b.AddASN1OctetString(make([]byte, 64))
	})
	return b.BytesOrPanic()
}

func pbkdf2(salt, iterations int) []byte {
	return encryptedKey(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(make([]byte, salt))
		b.AddASN1Int64(int64(iterations))
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9})
			b.AddASN1NULL()
		})
	})
}

func scrypt(n, r, p int64) []byte {
	return encryptedKey(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}, func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(make([]byte, 8))
		b.AddASN1Int64(n)
		b.AddASN1Int64(r)
		b.AddASN1Int64(p)
	})
}

func TestHostilePKCS8(t *testing.T) {
	read := func(_ testing.TB, input []byte) error {
		_, err := softkey.ParsePrivateKey(input, []byte("password"))
		return err
	}
	most := 2_000_000
	if !hostiletest.ByHand() {
		most /= 10 // some seconds under the race detector
	}
	fixed := func(input []byte) func(int) []byte { return func(int) []byte { return input } }
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "PKCS#8 too large", Read: read, Cheap: true, Says: "are too many", Input: func(n int) []byte {
			return hostiletest.Nest(make([]byte, n), hostiletest.Element{Tag: 4}, hostiletest.Element{Tag: 0x30})
		}},
		{Name: "PKCS#8 with a long salt", Read: read, Limit: 60 << 10, Cheap: true, Says: "salt of the key derivation",
			Input: func(n int) []byte { return pbkdf2(n, 2000) }},
		{Name: "PKCS#8 of a milliard iterations", Read: read, Limit: 1024, Cheap: true, Says: "PBKDF2 with 1000000000 iterations",
			Input: fixed(pbkdf2(8, 1_000_000_000))},
		// The CPU time of these is that of the parameters, the same for both.
		{Name: "PKCS#8 of the most iterations", Read: read, Limit: 1024, Says: "password does not open", Input: fixed(pbkdf2(8, most))},
		{Name: "PKCS#8 of more than the most iterations", Read: read, Limit: 1024, Cheap: true, Says: "PBKDF2 with 2000001 iterations", Input: fixed(pbkdf2(8, 2_000_001))},
		{Name: "PKCS#8 of the most memory", Read: read, Limit: 1024, Asks: 32 << 20, Says: "password does not open", Input: fixed(scrypt(1<<15, 8, 1))},
		{Name: "PKCS#8 of too much memory", Read: read, Limit: 1024, Cheap: true, Says: "out of bounds", Input: fixed(scrypt(1<<16, 8, 1))},
		{Name: "PEM of keys of another kind", Read: read, Limit: 64 << 10, Cheap: true, Says: "no PRIVATE KEY",
			Input: func(n int) []byte { return hostiletest.Fill([]byte("-----BEGIN X-----\n-----END X-----\n"), n) }},
	})
}
