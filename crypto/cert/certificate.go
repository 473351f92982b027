// Package cert reads, checks and makes X.509 certificates with GOST R 34.10-2012 keys
// (RFC 5280 with the algorithm identifiers of RFC 9215), which crypto/x509 does not know.
//
// A certificate here is what a signer owns or what came with a signature: its key, its terms
// (its own and the private key's, which are often different), who it names (with the Russian
// attributes ОГРН, ИНН, СНИЛС) and whether it is trusted. Revocation is not checked: nothing in
// the SMEV protocol gives a client the means to, and the bus answers for it.
//
// Keys of GOST R 34.10-2001 are recognised and refused with ErrGOST2001.
package cert

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"time"

	"egissogw/crypto/gost3410"
)

// PEMType is the label of a certificate in PEM form (RFC 7468 section 5).
const PEMType = "CERTIFICATE"

// Bounds of what Parse looks at, far above what there is: certificates take two to
// four kilobytes, have a dozen extensions, names of twenty attributes and serial
// numbers of 20 octets (RFC 5280 section 4.1.2.2).
const (
	maxSize       = 64 << 10
	maxExtensions = 64
	maxAttributes = 128
	maxSerial     = 64
	maxOID        = 64
)

// Bounds of a PEM file: the list of all accredited authorities fits.
const (
	maxPEM          = 4 << 20
	maxCertificates = 2000
	// maxBlock is one block with what stands before it: a certificate or key in base64.
	maxBlock = 2 * maxSize
)

// ErrMalformed is matched by every error about bytes that are not a certificate of RFC 5280.
var ErrMalformed = errors.New("malformed certificate")

// Certificate is one parsed certificate. It is never changed after Parse.
type Certificate struct {
	// Raw is the complete DER encoding, RawTBS the part that the issuer signed.
	Raw, RawTBS []byte
	// Version is 1, 2 or 3.
	Version int
	Serial  *big.Int
	Issuer  Name
	Subject Name
	// NotBefore and NotAfter are the certificate's own term, both inclusive.
	NotBefore, NotAfter time.Time
	// PrivateKeyUsage is the term of the private key (2.5.29.16); nil when not stated.
	PrivateKeyUsage *Period
	PublicKey       *gost3410.PublicKey
	// Key tells how the key's algorithm was written: curve and digest identifiers.
	Key KeyAlgorithm
	// SignatureAlgorithm and Signature are the issuer's; Signature is s‖r, big-endian halves.
	SignatureAlgorithm asn1.ObjectIdentifier
	Signature          []byte
	// KeyUsage is zero when the certificate does not limit the usage of its key.
	KeyUsage    KeyUsage
	ExtKeyUsage []asn1.ObjectIdentifier
	// SubjectKeyID and AuthorityKeyID are nil when absent.
	SubjectKeyID, AuthorityKeyID []byte
	// IsCA and MaxPathLen are the basic constraints; MaxPathLen is -1 when not limited.
	IsCA       bool
	MaxPathLen int
	// SignTool is the signing tool named in the certificate (1.2.643.100.111, subjectSignTool).
	SignTool string
	// Extensions are all extensions in their order, the ones above included.
	Extensions []Extension
}

// Period is a span of time; a zero bound means that the side is open.
type Period struct {
	NotBefore, NotAfter time.Time
}

// Extension is one extension as it is in the certificate.
type Extension struct {
	ID       asn1.ObjectIdentifier
	Critical bool
	Value    []byte
}

// ParsePEM reads every certificate of a PEM file, in order. Blocks of other kinds, such as a
// private key kept in the same file, are passed over. A file with no certificate is an error.
// One certificate in bare DER is accepted too, because that is how authorities hand them out.
func ParsePEM(b []byte) ([]*Certificate, error) {
	if len(b) > 0 && b[0] == 0x30 {
		c, err := Parse(b)
		if err != nil {
			return nil, err
		}
		return []*Certificate{c}, nil
	}
	if len(b) > maxPEM {
		return nil, fmt.Errorf("%w: PEM data of %d bytes, %d are allowed", ErrMalformed, len(b), maxPEM)
	}
	var all []*Certificate
	for rest := b; ; {
		var block *pem.Block
		var err error
		if block, rest, err = nextBlock(rest); err != nil {
			return nil, err
		}
		if block == nil {
			break
		}
		if block.Type != PEMType {
			continue
		}
		if len(all) == maxCertificates {
			return nil, fmt.Errorf("%w: more than %d certificates in the PEM data", ErrMalformed, maxCertificates)
		}
		c, err := Parse(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d of the PEM data: %w", len(all)+1, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: no %s block in the PEM data", ErrMalformed, PEMType)
	}
	return all, nil
}

// nextBlock is pem.Decode for one block at a time, of bounded length: lines of
// headers take many times their size in memory. Text between blocks is passed over.
func nextBlock(b []byte) (block *pem.Block, rest []byte, err error) {
	const mark, trailer = "-----BEGIN ", "-----END "
	for {
		begin := bytes.Index(b, []byte(mark))
		if begin < 0 {
			return nil, nil, nil
		}
		b = b[begin:]
		end := bytes.Index(b, []byte(trailer))
		if end < 0 {
			return nil, nil, nil
		}
		if end > maxBlock {
			return nil, nil, fmt.Errorf("%w: PEM block of more than %d bytes", ErrMalformed, maxBlock)
		}
		end += len(trailer)
		if line := bytes.IndexByte(b[end:min(len(b), end+maxBlock)], '\n'); line >= 0 {
			end += line + 1
		} else {
			end = min(len(b), end+maxBlock)
		}
		if block, _ = pem.Decode(b[:end]); block != nil {
			return block, b[end:], nil
		}
		b = b[end:]
	}
}

// EncodePEM writes one certificate, given in DER, in PEM form.
func EncodePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: PEMType, Bytes: der})
}

// DigestSize is the length in bytes of the Streebog digest that goes with the certificate's key:
// 32 for a 256-bit key, 64 for a 512-bit one (RFC 9215 section 2).
func (c *Certificate) DigestSize() int { return c.PublicKey.Curve().Size() }

// Equal tells whether both are the same certificate, byte for byte.
func (c *Certificate) Equal(other *Certificate) bool {
	return c != nil && other != nil && bytes.Equal(c.Raw, other.Raw)
}

// SelfIssued tells whether subject and issuer are the same name.
func (c *Certificate) SelfIssued() bool { return bytes.Equal(c.Subject.Raw, c.Issuer.Raw) }

// SerialHex is the serial number the way authorities print it: upper-case hexadecimal digits,
// an even number of them.
func (c *Certificate) SerialHex() string {
	s := fmt.Sprintf("%X", c.Serial)
	if len(s)%2 == 1 {
		s = "0" + s
	}
	return s
}

// String names the certificate for logs and messages. It holds nothing about a natural person.
func (c *Certificate) String() string {
	return fmt.Sprintf("certificate %s (%s)", c.SerialHex(), c.Subject)
}

// LogValue keeps the natural persons that a certificate may name out of logs.
func (c *Certificate) LogValue() slog.Value { return slog.StringValue(c.String()) }
