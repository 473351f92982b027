package cert

import (
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/gost3410"
)

// Parse reads one certificate in DER (RFC 5280 section 4.1). Nothing may follow it. The issuer's
// signature is not checked here; its algorithm may be any, so that a certificate issued under an
// old root is still readable.
func Parse(der []byte) (*Certificate, error) {
	if len(der) > maxSize {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrMalformed, len(der))
	}
	c := &Certificate{MaxPathLen: -1}
	input := cryptobyte.String(append([]byte(nil), der...))
	var raw, outer, tbs, body cryptobyte.String
	if !input.ReadASN1Element(&raw, cbasn1.SEQUENCE) {
		return nil, fmt.Errorf("%w: not a DER sequence", ErrMalformed)
	}
	if !input.Empty() {
		return nil, fmt.Errorf("%w: %d bytes follow it", ErrMalformed, len(input))
	}
	c.Raw = raw
	if !raw.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return nil, fmt.Errorf("%w: no signed part", ErrMalformed)
	}
	c.RawTBS = tbs
	if !tbs.ReadASN1(&body, cbasn1.SEQUENCE) {
		return nil, fmt.Errorf("%w: no signed part", ErrMalformed)
	}
	inner, err := c.readBody(&body)
	if err != nil {
		return nil, err
	}
	if c.SignatureAlgorithm, err = readAlgorithmID(&outer); err != nil {
		return nil, err
	}
	if !c.SignatureAlgorithm.Equal(inner) {
		return nil, fmt.Errorf("%w: signature algorithm %v outside and %v inside", ErrMalformed, c.SignatureAlgorithm, inner)
	}
	if !outer.ReadASN1BitStringAsBytes(&c.Signature) || !outer.Empty() {
		return nil, fmt.Errorf("%w: signature is not a bit string of whole bytes", ErrMalformed)
	}
	return c, nil
}

// readBody reads TBSCertificate and returns the signature algorithm it states.
func (c *Certificate) readBody(body *cryptobyte.String) (asn1.ObjectIdentifier, error) {
	version := 0
	if !body.ReadOptionalASN1Integer(&version, cbasn1.Tag(0).Constructed().ContextSpecific(), 0) || version < 0 || version > 2 {
		return nil, fmt.Errorf("%w: version", ErrMalformed)
	}
	c.Version = version + 1
	c.Serial = new(big.Int)
	if !body.ReadASN1Integer(c.Serial) || c.Serial.BitLen() > 8*maxSerial {
		return nil, fmt.Errorf("%w: serial number", ErrMalformed)
	}
	inner, err := readAlgorithmID(body)
	if err != nil {
		return nil, err
	}
	if c.Issuer, err = readName(body); err != nil {
		return nil, fmt.Errorf("issuer: %w", err)
	}
	var validity cryptobyte.String
	if !body.ReadASN1(&validity, cbasn1.SEQUENCE) || !readTime(&validity, &c.NotBefore) ||
		!readTime(&validity, &c.NotAfter) || !validity.Empty() {
		return nil, fmt.Errorf("%w: term of validity", ErrMalformed)
	}
	if c.Subject, err = readName(body); err != nil {
		return nil, fmt.Errorf("subject: %w", err)
	}
	if c.Key, c.PublicKey, err = readPublicKey(body); err != nil {
		return nil, fmt.Errorf("subject public key: %w", err)
	}
	for tag := cbasn1.Tag(1); tag <= 2; tag++ { // issuerUniqueID, subjectUniqueID
		if !body.SkipOptionalASN1(tag.ContextSpecific()) {
			return nil, fmt.Errorf("%w: unique identifiers", ErrMalformed)
		}
	}
	if err := c.readExtensions(body); err != nil {
		return nil, err
	}
	if !body.Empty() {
		return nil, fmt.Errorf("%w: signed part has a tail", ErrMalformed)
	}
	return inner, nil
}

// readPublicKey reads SubjectPublicKeyInfo: the key is an OCTET STRING inside the BIT STRING,
// X‖Y, each little-endian (RFC 9215 section 4.1).
func readPublicKey(s *cryptobyte.String) (KeyAlgorithm, *gost3410.PublicKey, error) {
	var info, octets cryptobyte.String
	var bits []byte
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) {
		return KeyAlgorithm{}, nil, fmt.Errorf("%w: not a SubjectPublicKeyInfo", ErrMalformed)
	}
	algorithm, err := ReadKeyAlgorithm(&info)
	if err != nil {
		return algorithm, nil, err
	}
	if !info.ReadASN1BitStringAsBytes(&bits) || !info.Empty() {
		return algorithm, nil, fmt.Errorf("%w: key is not a bit string of whole bytes", ErrMalformed)
	}
	inside := cryptobyte.String(bits)
	if !inside.ReadASN1(&octets, cbasn1.OCTET_STRING) || !inside.Empty() {
		return algorithm, nil, fmt.Errorf("%w: key is not an octet string", ErrMalformed)
	}
	key, err := gost3410.ParsePublicKey(algorithm.Curve, octets)
	if err != nil {
		return algorithm, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return algorithm, key, nil
}

// readAlgorithmID reads an AlgorithmIdentifier of a signature. Parameters may be left out or
// NULL; GOST R 34.10-2012 signatures have none.
func readAlgorithmID(s *cryptobyte.String) (asn1.ObjectIdentifier, error) {
	var seq cryptobyte.String
	var id asn1.ObjectIdentifier
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !ReadOID(&seq, &id) {
		return nil, fmt.Errorf("%w: signature algorithm", ErrMalformed)
	}
	return id, nil
}

// readTime reads a Time: UTCTime up to 2049, GeneralizedTime after (RFC 5280 section 4.1.2.5).
func readTime(s *cryptobyte.String, out *time.Time) bool {
	switch {
	case s.PeekASN1Tag(cbasn1.UTCTime):
		return s.ReadASN1UTCTime(out)
	case s.PeekASN1Tag(cbasn1.GeneralizedTime):
		return s.ReadASN1GeneralizedTime(out)
	}
	return false
}

// ReadOID reads an object identifier from the front of s, false if there is none or
// it is longer than any in use: identifiers are shown in errors.
func ReadOID(s *cryptobyte.String, id *asn1.ObjectIdentifier) bool {
	var content cryptobyte.String
	if ahead := *s; !ahead.ReadASN1(&content, cbasn1.OBJECT_IDENTIFIER) || len(content) > maxOID {
		return false
	}
	return s.ReadASN1ObjectIdentifier(id)
}
