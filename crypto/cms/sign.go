// Package cms makes and checks CMS (PKCS#7) SignedData with GOST R 34.10-2012 signatures: RFC
// 5652 with the identifiers of RFC 9215 and the attributes of CAdES-BES (RFC 5126).
//
// SMEV wants such a signature, detached, beside every file of the file storage (element
// SignaturePKCS7), and people want one for any file. Files may be of any size: content is only
// ever read as a stream.
package cms

import (
	"bytes"
	"context"
	"encoding/asn1"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cert"
)

// Signer turns a digest into a signature, s‖r with big-endian halves.
type Signer interface {
	Certificate() *cert.Certificate
	SignDigest(ctx context.Context, digest []byte) (signature []byte, err error)
}

// dataSigner is a signer that can only sign data which it hashes itself, such as a command of the
// CryptoPro CSP. Where a signer is one, it gets the data.
type dataSigner interface {
	SignData(ctx context.Context, data []byte) (signature []byte, err error)
}

// sign has the signer sign data of any length and verifies the result with its certificate, so
// that a faulty token is found before the receiver finds it.
func sign(ctx context.Context, signer Signer, data []byte) (signature []byte, err error) {
	h := cert.NewDigest(signer.Certificate().DigestSize())
	h.Write(data)
	digest := h.Sum(nil)
	if d, ok := signer.(dataSigner); ok {
		signature, err = d.SignData(ctx, data)
	} else {
		signature, err = signer.SignDigest(ctx, digest)
	}
	if err != nil {
		return nil, err
	}
	if err := signer.Certificate().PublicKey.Verify(digest, signature); err != nil {
		return nil, fmt.Errorf("the signer's own result: %w: %w", ErrSignature, err)
	}
	return signature, nil
}

var (
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}

	oidContentType          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
)

var tag0 = cbasn1.Tag(0).Constructed().ContextSpecific()

// Digest reads all of the content and returns its Streebog digest of the size that goes with the
// signer's certificate: what SignDetached signs, and what SMEV calls Hash.
func Digest(size int, content io.Reader) ([]byte, error) {
	h := cert.NewDigest(size)
	if _, err := io.Copy(h, content); err != nil {
		return nil, fmt.Errorf("digest content: %w", err)
	}
	return h.Sum(nil), nil
}

// SignDetached makes a SignedData, in DER, for content that is not included and whose digest is
// given. It carries the signer's certificate and signed attributes: content type, digest, the
// time given, and signingCertificateV2, which ties the signature to the certificate (CAdES-BES).
func SignDetached(ctx context.Context, digest []byte, signer Signer, at time.Time) (der []byte, err error) {
	c := signer.Certificate()
	size := c.DigestSize()
	if len(digest) != size {
		return nil, fmt.Errorf("sign detached: digest of %d bytes, the key needs %d", len(digest), size)
	}
	attributes, err := signedAttributes(c, digest, at)
	if err != nil {
		return nil, fmt.Errorf("sign detached: encode attributes: %w", err)
	}
	signature, err := sign(ctx, signer, asSet(attributes))
	if err != nil {
		return nil, fmt.Errorf("sign detached: %w", err)
	}
	key := cert.OIDKey256
	if size == 64 {
		key = cert.OIDKey512
	}

	var b cryptobyte.Builder
	sequence(&b, func(b *cryptobyte.Builder) { // ContentInfo
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tag0, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) { // SignedData
				b.AddASN1Int64(1)
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { algorithm(b, cert.DigestOID(size)) })
				sequence(b, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
				b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddBytes(c.Raw) })
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) { // SignerInfo
						b.AddASN1Int64(1)
						sequence(b, func(b *cryptobyte.Builder) {
							b.AddBytes(c.Issuer.Raw)
							b.AddASN1BigInt(c.Serial)
						})
						algorithm(b, cert.DigestOID(size))
						b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
						algorithm(b, key)
						b.AddASN1OctetString(signature)
					})
				})
			})
		})
	})
	der, err = b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("sign detached: encode: %w", err)
	}
	return der, nil
}

// signedAttributes is the content of the SET OF Attribute, in the order DER demands.
func signedAttributes(c *cert.Certificate, digest []byte, at time.Time) ([]byte, error) {
	size := c.DigestSize()
	h := cert.NewDigest(size)
	h.Write(c.Raw)
	certificateDigest := h.Sum(nil)

	values := []struct {
		id    asn1.ObjectIdentifier
		value func(*cryptobyte.Builder)
	}{
		{oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) }},
		{oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) }},
		{oidSigningTime, func(b *cryptobyte.Builder) { addTime(b, at) }},
		{oidSigningCertificateV2, func(b *cryptobyte.Builder) { // RFC 5035 section 3
			sequence(b, func(b *cryptobyte.Builder) {
				sequence(b, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) { // ESSCertIDv2
						algorithm(b, cert.DigestOID(size))
						b.AddASN1OctetString(certificateDigest)
						sequence(b, func(b *cryptobyte.Builder) { // IssuerSerial
							sequence(b, func(b *cryptobyte.Builder) {
								b.AddASN1(cbasn1.Tag(4).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(c.Issuer.Raw) })
							})
							b.AddASN1BigInt(c.Serial)
						})
					})
				})
			})
		}},
	}
	encoded := make([][]byte, 0, len(values))
	for _, v := range values {
		var b cryptobyte.Builder
		sequence(&b, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(v.id)
			b.AddASN1(cbasn1.SET, v.value)
		})
		one, err := b.Bytes()
		if err != nil {
			return nil, err
		}
		encoded = append(encoded, one)
	}
	slices.SortFunc(encoded, bytes.Compare)
	return slices.Concat(encoded...), nil
}

// asSet is what the signature covers: the attributes as an explicit SET OF, not with the implicit
// tag they carry in SignerInfo (RFC 5652 section 5.4).
func asSet(attributes []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
	return b.BytesOrPanic()
}

func sequence(b *cryptobyte.Builder, content func(*cryptobyte.Builder)) {
	b.AddASN1(cbasn1.SEQUENCE, content)
}

// algorithm writes an AlgorithmIdentifier without parameters, as GOST algorithms have it here.
func algorithm(b *cryptobyte.Builder, id asn1.ObjectIdentifier) {
	sequence(b, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(id) })
}

// addTime writes a Time: UTCTime up to 2049, GeneralizedTime after (RFC 5652 section 11.3).
func addTime(b *cryptobyte.Builder, t time.Time) {
	t = t.UTC().Truncate(time.Second)
	if t.Year() >= 1950 && t.Year() < 2050 {
		b.AddASN1UTCTime(t)
		return
	}
	b.AddASN1GeneralizedTime(t)
}
