package cert

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/streebog"
)

// Object identifiers of RFC 9215 and RFC 7836; SMEV uses the 2012 ones only.
var (
	// OIDKey256 and OIDKey512 name keys of GOST R 34.10-2012. CMS also writes them as the
	// signature algorithm.
	OIDKey256 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 1}
	OIDKey512 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 2}
	// OIDDigest256 and OIDDigest512 name Streebog (GOST R 34.11-2012).
	OIDDigest256 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 2}
	OIDDigest512 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 3}
	// OIDSignature256 and OIDSignature512 name the signature together with its digest.
	OIDSignature256 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 3, 2}
	OIDSignature512 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 3, 3}

	oidKey2001       = asn1.ObjectIdentifier{1, 2, 643, 2, 2, 19}
	oidKey2001DH     = asn1.ObjectIdentifier{1, 2, 643, 2, 2, 98}
	oidKey94         = asn1.ObjectIdentifier{1, 2, 643, 2, 2, 20}
	oidSignature2001 = asn1.ObjectIdentifier{1, 2, 643, 2, 2, 3}
	oidSignature94   = asn1.ObjectIdentifier{1, 2, 643, 2, 2, 4}

	oidCryptoProArc = asn1.ObjectIdentifier{1, 2, 643, 2, 2}
	oidTC26Key512AB = []asn1.ObjectIdentifier{
		{1, 2, 643, 7, 1, 2, 1, 2, 1},
		{1, 2, 643, 7, 1, 2, 1, 2, 2},
	}
)

var (
	// ErrGOST2001 means a key or signature of GOST R 34.10-2001 (or the still older 1994 one):
	// recognised, but out of legal use since 2020 and not accepted.
	ErrGOST2001 = errors.New("ключи ГОСТ Р 34.10-2001 выведены из применения (a GOST R 34.10-2001 key or signature, out of legal use)")
	// ErrUnsupportedAlgorithm means a key or signature that is not GOST R 34.10-2012.
	ErrUnsupportedAlgorithm = errors.New("not a GOST R 34.10-2012 algorithm")
)

// KeyAlgorithm is the algorithm identifier of a key: RFC 9215 section 4.1. Private keys in
// PKCS#8 carry the same structure.
type KeyAlgorithm struct {
	Curve *gost3410.Curve
	// CurveOID is the parameter set as written; several identifiers may name one curve.
	CurveOID asn1.ObjectIdentifier
	// DigestOID is the digest as written; nil when left out, as newer parameter sets ask.
	DigestOID asn1.ObjectIdentifier
}

// KeyAlgorithmOf gives the identifier to write for keys on the curve. The digest is named for
// the curves of the CryptoPro arc and for 512-bit sets A and B and left out otherwise: the form
// OpenSSL and CryptoPro write.
func KeyAlgorithmOf(c *gost3410.Curve) KeyAlgorithm {
	a := KeyAlgorithm{Curve: c, CurveOID: c.OID()}
	named := len(a.CurveOID) >= len(oidCryptoProArc) && a.CurveOID[:len(oidCryptoProArc)].Equal(oidCryptoProArc)
	for _, id := range oidTC26Key512AB {
		named = named || a.CurveOID.Equal(id)
	}
	if named {
		a.DigestOID = DigestOID(c.Size())
	}
	return a
}

// ReadKeyAlgorithm reads the AlgorithmIdentifier of a key from the front of s.
func ReadKeyAlgorithm(s *cryptobyte.String) (KeyAlgorithm, error) {
	var a KeyAlgorithm
	var seq, params cryptobyte.String
	var id asn1.ObjectIdentifier
	if !s.ReadASN1(&seq, cbasn1.SEQUENCE) || !ReadOID(&seq, &id) {
		return a, fmt.Errorf("%w: key algorithm is not an AlgorithmIdentifier", ErrMalformed)
	}
	size := 0
	switch {
	case id.Equal(OIDKey256):
		size = 32
	case id.Equal(OIDKey512):
		size = 64
	case id.Equal(oidKey2001), id.Equal(oidKey2001DH), id.Equal(oidKey94):
		return a, fmt.Errorf("key algorithm %v: %w", id, ErrGOST2001)
	default:
		return a, fmt.Errorf("key algorithm %v: %w", id, ErrUnsupportedAlgorithm)
	}
	if !seq.ReadASN1(&params, cbasn1.SEQUENCE) || !seq.Empty() || !ReadOID(&params, &a.CurveOID) {
		return a, fmt.Errorf("%w: key parameters are not GostR3410-2012-PublicKeyParameters", ErrMalformed)
	}
	if params.PeekASN1Tag(cbasn1.OBJECT_IDENTIFIER) && !ReadOID(&params, &a.DigestOID) {
		return a, fmt.Errorf("%w: digest of the key parameters", ErrMalformed)
	}
	// A third identifier (encryptionParamSet) is left from RFC 4491 and means nothing here.
	if params.PeekASN1Tag(cbasn1.OBJECT_IDENTIFIER) && !params.SkipASN1(cbasn1.OBJECT_IDENTIFIER) || !params.Empty() {
		return a, fmt.Errorf("%w: key parameters have a tail", ErrMalformed)
	}
	if a.DigestOID != nil && !a.DigestOID.Equal(DigestOID(size)) {
		return a, fmt.Errorf("%w: digest %v does not go with a %d-bit key", ErrMalformed, a.DigestOID, size*8)
	}
	var err error
	if a.Curve, err = gost3410.CurveByOID(a.CurveOID); err != nil {
		return a, fmt.Errorf("key parameter set %v: %w", a.CurveOID, err)
	}
	if a.Curve.Size() != size {
		return a, fmt.Errorf("%w: parameter set %v does not go with a %d-bit key", ErrMalformed, a.CurveOID, size*8)
	}
	return a, nil
}

// AddTo writes the AlgorithmIdentifier.
func (a KeyAlgorithm) AddTo(b *cryptobyte.Builder) {
	id := OIDKey256
	if a.Curve.Size() == 64 {
		id = OIDKey512
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(id)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(a.CurveOID)
			if a.DigestOID != nil {
				b.AddASN1ObjectIdentifier(a.DigestOID)
			}
		})
	})
}

// DigestOID names the Streebog of the given digest size, 32 or 64 bytes.
func DigestOID(size int) asn1.ObjectIdentifier {
	if size == streebog512Size {
		return OIDDigest512
	}
	return OIDDigest256
}

// streebog512Size is the digest size of the longer Streebog, in bytes.
const streebog512Size = 64

// NewDigest makes the Streebog hash of the given digest size, 32 or 64 bytes.
func NewDigest(size int) hash.Hash {
	if size == streebog512Size {
		return streebog.New512()
	}
	return streebog.New256()
}

// signatureSize gives the digest size that a signature algorithm identifier calls for.
func signatureSize(id asn1.ObjectIdentifier) (int, error) {
	switch {
	case id.Equal(OIDSignature256):
		return 32, nil
	case id.Equal(OIDSignature512):
		return 64, nil
	case id.Equal(oidSignature2001), id.Equal(oidSignature94):
		return 0, fmt.Errorf("signature algorithm %v: %w", id, ErrGOST2001)
	}
	return 0, fmt.Errorf("signature algorithm %v: %w", id, ErrUnsupportedAlgorithm)
}
