package softkey

import (
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
)

// Labels of private keys in PEM form (RFC 7468 sections 10 and 11).
const (
	PEMType          = "PRIVATE KEY"
	PEMTypeEncrypted = "ENCRYPTED PRIVATE KEY"
)

// maxSize bounds what is looked at; a key file takes a few hundred bytes.
const maxSize = 1 << 16

// ErrMalformed is matched by every error about bytes that are not a private key in PKCS#8.
var ErrMalformed = errors.New("malformed private key")

// ParsePrivateKey reads the first private key of a PEM file (or one in bare DER): PKCS#8, plain
// or encrypted (RFC 5958). Other blocks, such as the certificate, are passed over.
func ParsePrivateKey(b, password []byte) (*gost3410.PrivateKey, error) {
	if len(b) > maxSize {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrMalformed, len(b))
	}
	if len(b) > 0 && b[0] == 0x30 {
		if looksEncrypted(b) {
			return parseEncrypted(b, password)
		}
		return ParsePKCS8(b)
	}
	other := ""
	for rest := b; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		switch block.Type {
		case PEMType:
			defer clear(block.Bytes)
			return ParsePKCS8(block.Bytes)
		case PEMTypeEncrypted:
			return parseEncrypted(block.Bytes, password)
		}
		other = block.Type
	}
	if other != "" {
		return nil, fmt.Errorf("%w: the PEM data has a %s block and no %s", ErrMalformed, other, PEMType)
	}
	return nil, fmt.Errorf("%w: no %s block in the PEM data", ErrMalformed, PEMType)
}

// ParsePKCS8 reads an unencrypted PrivateKeyInfo in DER (RFC 5958 section 2) with a GOST R
// 34.10-2012 key.
func ParsePKCS8(der []byte) (*gost3410.PrivateKey, error) {
	if len(der) > maxSize {
		return nil, fmt.Errorf("%w: %d bytes are too many", ErrMalformed, len(der))
	}
	input := cryptobyte.String(der)
	var seq, octets cryptobyte.String
	var version int
	if !input.ReadASN1(&seq, cbasn1.SEQUENCE) || !input.Empty() || !seq.ReadASN1Integer(&version) || version < 0 || version > 1 {
		return nil, fmt.Errorf("%w: not a PrivateKeyInfo", ErrMalformed)
	}
	algorithm, err := cert.ReadKeyAlgorithm(&seq)
	if err != nil {
		return nil, err
	}
	if !seq.ReadASN1(&octets, cbasn1.OCTET_STRING) {
		return nil, fmt.Errorf("%w: no key in the PrivateKeyInfo", ErrMalformed)
	}
	// Attributes [0] are of no interest; the public key [1] of version 1 is derived anyway.
	if !seq.SkipOptionalASN1(cbasn1.Tag(0).Constructed().ContextSpecific()) ||
		!seq.SkipOptionalASN1(cbasn1.Tag(1).ContextSpecific()) || !seq.Empty() {
		return nil, fmt.Errorf("%w: PrivateKeyInfo has a tail", ErrMalformed)
	}
	raw, err := unwrap(octets, algorithm.Curve)
	if err != nil {
		return nil, err
	}
	defer clear(raw)
	key, err := gost3410.ParsePrivateKey(algorithm.Curve, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return key, nil
}

// unwrap gives the little-endian number behind any of the forms in which programs put it into
// PrivateKeyInfo. They are told apart in the order in which gost-engine does it:
//
//   - bare octets, little-endian, possibly masked (what OpenSSL writes now; RFC 9548 section 4);
//   - an OCTET STRING of the same;
//   - an INTEGER (what OpenSSL's old engine ccgost wrote), big-endian as every INTEGER;
//   - SEQUENCE { masked key OCTET STRING, public key OCTET STRING } (what converters of
//     CryptoPro containers write).
func unwrap(octets []byte, curve *gost3410.Curve) ([]byte, error) {
	if len(octets) > 0 && len(octets)%curve.Size() == 0 {
		return unmask(octets, curve)
	}
	s := cryptobyte.String(octets)
	var inner cryptobyte.String
	switch {
	case s.PeekASN1Tag(cbasn1.OCTET_STRING):
		if s.ReadASN1(&inner, cbasn1.OCTET_STRING) && s.Empty() {
			return unmask(inner, curve)
		}
	case s.PeekASN1Tag(cbasn1.INTEGER):
		raw := make([]byte, curve.Size())
		if s.ReadASN1(&inner, cbasn1.INTEGER) && s.Empty() && len(inner) > 0 && inner[0]&0x80 == 0 {
			if inner[0] == 0 {
				inner = inner[1:]
			}
			if len(inner) <= len(raw) {
				copy(raw[len(raw)-len(inner):], inner)
				slices.Reverse(raw)
				return raw, nil
			}
		}
	case s.PeekASN1Tag(cbasn1.SEQUENCE):
		var masked, public cryptobyte.String
		if s.ReadASN1(&inner, cbasn1.SEQUENCE) && s.Empty() && inner.ReadASN1(&masked, cbasn1.OCTET_STRING) &&
			inner.ReadASN1(&public, cbasn1.OCTET_STRING) && inner.Empty() {
			return unmask(masked, curve)
		}
	}
	return nil, fmt.Errorf("%w: key of %d bytes in none of the known encodings", ErrMalformed, len(octets))
}

// maxMasks bounds the number of masks; containers have one.
const maxMasks = 8

// unmask multiplies the first block by the masks in the blocks after it, modulo the order of the
// group: K = KM · M1 · … · Mk mod q, every number little-endian (RFC 9548 section 4).
//
// math/big does not work in constant time. This runs once, when the key is loaded, on the
// machine that can read the key file anyway.
func unmask(blocks []byte, curve *gost3410.Curve) ([]byte, error) {
	size := curve.Size()
	if len(blocks) == 0 || len(blocks)%size != 0 || len(blocks) > (maxMasks+1)*size {
		return nil, fmt.Errorf("%w: %d bytes of key, blocks of %d are expected", ErrMalformed, len(blocks), size)
	}
	if len(blocks) == size {
		return slices.Clone(blocks), nil
	}
	q := order(curve)
	if q == nil {
		return nil, fmt.Errorf("%w: masked key on curve %s is not supported", ErrMalformed, curve.Name())
	}
	key := littleEndian(blocks[:size])
	for rest := blocks[size:]; len(rest) > 0; rest = rest[size:] {
		key.Mul(key, littleEndian(rest[:size])).Mod(key, q)
	}
	raw := key.FillBytes(make([]byte, size))
	slices.Reverse(raw)
	return raw, nil
}

func littleEndian(b []byte) *big.Int {
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	return new(big.Int).SetBytes(reversed)
}

// MarshalPKCS8 writes the key as an unencrypted PrivateKeyInfo in PEM form, the number as bare
// little-endian octets: the form OpenSSL's gost-engine writes.
func MarshalPKCS8(key *gost3410.PrivateKey) ([]byte, error) {
	raw := key.Bytes()
	defer clear(raw)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		cert.KeyAlgorithmOf(key.Public().Curve()).AddTo(b)
		b.AddASN1OctetString(raw)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	defer clear(der)
	return pem.EncodeToMemory(&pem.Block{Type: PEMType, Bytes: der}), nil
}
