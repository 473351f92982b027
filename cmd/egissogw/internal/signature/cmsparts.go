package signature

import (
	"bytes"
	"encoding/asn1"
	"fmt"

	"egissogw/crypto/cert"
)

// What follows looks into a CMS that package cms has refused, only to say more
// about why. Nothing found here is believed, and what it cannot read it passes
// over: it knows DER and the common case of one signer.

// cmsInfo is ContentInfo with SignedData (RFC 5652 section 5.1).
type cmsInfo struct {
	Type asn1.ObjectIdentifier
	Data struct {
		Version      int
		Digests      asn1.RawValue
		Content      asn1.RawValue
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Revocations  asn1.RawValue `asn1:"optional,tag:1"`
		Signers      []cmsSigner   `asn1:"set"`
	} `asn1:"explicit,tag:0"`
}

// cmsSigner is SignerInfo (RFC 5652 section 5.3).
type cmsSigner struct {
	Version    int
	ID         asn1.RawValue
	Digest     asn1.RawValue
	Attributes asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm  asn1.RawValue
	Signature  []byte
	Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
}

// certificates gives the included certificates that can be read.
func (i cmsInfo) certificates() []*cert.Certificate {
	var list []*cert.Certificate
	for rest := i.Data.Certificates.Bytes; len(rest) > 0; {
		var one asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &one); err != nil {
			break
		}
		if c, err := cert.Parse(one.FullBytes); err == nil {
			list = append(list, c)
		}
	}
	return list
}

// onlyCertificate gives the included certificate if there is exactly one.
func onlyCertificate(der []byte) *cert.Certificate {
	var info cmsInfo
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil
	}
	if list := info.certificates(); len(list) == 1 {
		return list[0]
	}
	return nil
}

// orderText says how a signature value is written that only holds in that order.
var orderText = map[cert.Order]string{
	cert.OrderRS:       "половины значения переставлены (r‖s вместо s‖r)",
	cert.OrderReversed: "всё значение в обратном порядке байтов (так отдаёт КриптоПро CSP)",
	cert.OrderSRLittle: "каждая половина значения в обратном порядке байтов",
}

// valueHints tries what else the signature value of a CMS with signed attributes
// could be: another order of bytes, another one of the included keys.
func valueHints(der []byte) []string {
	var info cmsInfo
	if _, err := asn1.Unmarshal(der, &info); err != nil || len(info.Data.Signers) != 1 || len(info.Data.Signers[0].Attributes.FullBytes) == 0 {
		return nil
	}
	signer := info.Data.Signers[0]
	// The signature covers the attributes as a SET OF, not with the implicit tag.
	octets := bytes.Clone(signer.Attributes.FullBytes)
	octets[0] = asn1.TagSet | 0x20
	for _, c := range info.certificates() {
		h := cert.NewDigest(c.DigestSize())
		h.Write(octets)
		if _, order, err := c.Arrange(h.Sum(nil), signer.Signature, cert.OrderAuto); err == nil {
			if text := orderText[order]; text != "" {
				return []string{"сошлось бы так: " + text}
			}
			return []string{fmt.Sprintf("подписано ключом другого сертификата из этого CMS: %s", c)}
		}
	}
	return []string{"ни один из известных порядков байтов не подходит: изменены подписанные атрибуты или подписано другим ключом"}
}
