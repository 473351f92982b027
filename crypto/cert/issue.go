package cert

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the key identifier of RFC 5280 section 4.2.1.2, not a security use
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/gost3410"
)

// Template says what a new certificate shall state.
type Template struct {
	// Subject is written from its fields, or copied where Raw is set.
	Subject Name
	// Serial is chosen at random, 16 bytes, where nil.
	Serial              *big.Int
	NotBefore, NotAfter time.Time
	// PrivateKeyUsage adds the private key's term; nil leaves it out.
	PrivateKeyUsage *Period
	// KeyUsage of zero becomes DigitalSignature and ContentCommitment, for an authority
	// CertSign and CRLSign.
	KeyUsage KeyUsage
	IsCA     bool
	// SignTool adds subjectSignTool (1.2.643.100.111); empty leaves it out.
	SignTool string
}

// SelfSigned makes a certificate for the key, signed with the key itself: for test contours, the
// demo and tests. It takes random numbers from rand.
func SelfSigned(key *gost3410.PrivateKey, tmpl Template, rand io.Reader) (der []byte, err error) {
	return issue(key.Public(), tmpl, nil, key, rand)
}

// Issue makes a certificate for the public key, signed by the issuer's key. It exists for tests
// and demonstrations of chains, not to run an authority.
func Issue(public *gost3410.PublicKey, tmpl Template, issuer *Certificate, issuerKey *gost3410.PrivateKey, rand io.Reader) (der []byte, err error) {
	if issuer == nil {
		return nil, errors.New("issue certificate: no issuer")
	}
	if !issuer.PublicKey.Equal(issuerKey.Public()) {
		return nil, errors.New("issue certificate: the issuer's key does not go with its certificate")
	}
	return issue(public, tmpl, issuer, issuerKey, rand)
}

// completed is the template with what it left out; errors say what cannot be issued.
func (tmpl Template) completed(rand io.Reader) (Template, error) {
	if !tmpl.NotAfter.After(tmpl.NotBefore) {
		return tmpl, errors.New("the term ends before it begins")
	}
	if err := tmpl.Subject.check(); err != nil {
		return tmpl, err
	}
	if tmpl.Serial == nil {
		random := make([]byte, 16)
		if _, err := io.ReadFull(rand, random); err != nil {
			return tmpl, fmt.Errorf("choose a serial number: %w", err)
		}
		random[0] = random[0]&0x7f | 0x40 // positive, and always the same length
		tmpl.Serial = new(big.Int).SetBytes(random)
	}
	if tmpl.KeyUsage == 0 {
		tmpl.KeyUsage = DigitalSignature | ContentCommitment
		if tmpl.IsCA {
			tmpl.KeyUsage = CertSign | CRLSign
		}
	}
	return tmpl, nil
}

func issue(public *gost3410.PublicKey, tmpl Template, issuer *Certificate, key *gost3410.PrivateKey, rand io.Reader) ([]byte, error) {
	tmpl, err := tmpl.completed(rand)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	size := key.Public().Curve().Size()
	algorithm := OIDSignature256
	if size == 64 {
		algorithm = OIDSignature512
	}
	issuerName, authority := tmpl.Subject, keyID(public)
	if issuer != nil {
		issuerName, authority = issuer.Subject, issuer.SubjectKeyID
	}

	var tbs cryptobyte.Builder
	tbs.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		b.AddASN1BigInt(tmpl.Serial)
		addAlgorithmID(b, algorithm)
		issuerName.addTo(b)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, tmpl.NotBefore)
			addTime(b, tmpl.NotAfter)
		})
		tmpl.Subject.addTo(b)
		AddPublicKey(b, public)
		b.AddASN1(cbasn1.Tag(3).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { addExtensions(b, tmpl, keyID(public), authority) })
		})
	})
	signed, err := tbs.Bytes()
	if err != nil {
		return nil, fmt.Errorf("issue certificate: encode: %w", err)
	}
	h := NewDigest(size)
	h.Write(signed)
	signature, err := key.Sign(rand, h.Sum(nil))
	if err != nil {
		return nil, fmt.Errorf("issue certificate: sign: %w", err)
	}
	var out cryptobyte.Builder
	out.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(signed)
		addAlgorithmID(b, algorithm)
		b.AddASN1BitString(signature)
	})
	der, err := out.Bytes()
	if err != nil {
		return nil, fmt.Errorf("issue certificate: encode: %w", err)
	}
	return der, nil
}

// AddPublicKey writes SubjectPublicKeyInfo (RFC 9215 section 4.1).
func AddPublicKey(b *cryptobyte.Builder, public *gost3410.PublicKey) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		KeyAlgorithmOf(public.Curve()).AddTo(b)
		b.AddASN1BitString(publicOctets(public))
	})
}

// publicOctets is the key as it stands inside the BIT STRING: an OCTET STRING of X‖Y.
func publicOctets(public *gost3410.PublicKey) []byte {
	var b cryptobyte.Builder
	b.AddASN1OctetString(public.Bytes())
	return b.BytesOrPanic()
}

// keyID is the usual key identifier: SHA-1 of the BIT STRING's content.
func keyID(public *gost3410.PublicKey) []byte {
	sum := sha1.Sum(publicOctets(public)) //nolint:gosec // see the import
	return sum[:]
}

func addAlgorithmID(b *cryptobyte.Builder, id asn1.ObjectIdentifier) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(id) })
}

func addTime(b *cryptobyte.Builder, t time.Time) {
	t = t.UTC().Truncate(time.Second)
	if t.Year() >= 1950 && t.Year() < 2050 {
		b.AddASN1UTCTime(t)
		return
	}
	b.AddASN1GeneralizedTime(t)
}

func addExtensions(b *cryptobyte.Builder, tmpl Template, own, authority []byte) {
	add := func(id asn1.ObjectIdentifier, critical bool, content func(*cryptobyte.Builder)) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(id)
			if critical {
				b.AddASN1Boolean(true)
			}
			b.AddASN1(cbasn1.OCTET_STRING, content)
		})
	}
	add(oidKeyUsage, true, func(b *cryptobyte.Builder) { addKeyUsage(b, tmpl.KeyUsage) })
	add(oidSubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(own) })
	if len(authority) > 0 {
		add(oidAuthorityKeyID, false, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(authority) })
			})
		})
	}
	if tmpl.IsCA {
		add(oidBasicConstraint, true, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Boolean(true) })
		})
	}
	if p := tmpl.PrivateKeyUsage; p != nil {
		add(oidPrivateKeyUsage, false, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				for i, bound := range []time.Time{p.NotBefore, p.NotAfter} {
					if !bound.IsZero() {
						b.AddASN1(cbasn1.Tag(i).ContextSpecific(), func(b *cryptobyte.Builder) {
							b.AddBytes([]byte(bound.UTC().Format(generalizedTime)))
						})
					}
				}
			})
		})
	}
	if tmpl.SignTool != "" {
		add(oidSubjectSignTool, false, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(tmpl.SignTool)) })
		})
	}
}

// addKeyUsage writes the named bit list without trailing zero bits, as DER demands.
func addKeyUsage(b *cryptobyte.Builder, usage KeyUsage) {
	var octets [2]byte
	length := 0
	for i := range 9 {
		if usage&(1<<i) != 0 {
			octets[i/8] |= 0x80 >> (i % 8)
			length = i + 1
		}
	}
	content := bytes.Clone(octets[:(length+7)/8])
	b.AddASN1(cbasn1.BIT_STRING, func(b *cryptobyte.Builder) {
		b.AddUint8(uint8(len(content)*8 - length))
		b.AddBytes(content)
	})
}
