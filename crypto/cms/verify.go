package cms

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // only to compare an identifier that somebody else made with it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cert"
)

var (
	// ErrDigest means that the content is not what was signed. *DigestError matches it.
	ErrDigest = errors.New("content is not what was signed")
	// ErrSignature means that the signature value does not hold.
	ErrSignature = errors.New("signature does not hold")
	// ErrNoCertificate means that the signer's certificate is not included.
	ErrNoCertificate = errors.New("certificate of the signer is not included")
	// ErrNoContent means that the signature is detached and no content was given.
	ErrNoContent = errors.New("signature is detached and no content is given")
	// ErrSigners means that there is not exactly one signer.
	ErrSigners = errors.New("not exactly one signer")
	// ErrWrongCertificate means that signingCertificateV2 names another certificate.
	ErrWrongCertificate = errors.New("signature was made for another certificate")
)

// DigestError tells both digests.
type DigestError struct{ Signed, Actual []byte }

// Error shows the digests, which tell nothing about the content.
func (e *DigestError) Error() string {
	return fmt.Sprintf("%v: signed digest %x, actual %x", ErrDigest, e.Signed, e.Actual)
}

// Unwrap lets errors.Is find ErrDigest.
func (e *DigestError) Unwrap() error { return ErrDigest }

// Signature is one verified signature.
type Signature struct {
	Certificate *cert.Certificate
	// SigningTime is what the signer claims; zero when it claims nothing.
	SigningTime time.Time
	// Digest is the Streebog digest of the content.
	Digest []byte
	// CAdES tells that signingCertificateV2 ties the signature to the certificate.
	CAdES bool
}

// Verify checks a SignedData with exactly one signer and returns its certificate. Whether the
// certificate is trusted and within its term is the caller's question. The content is read to
// its end as a stream; with a nil reader the included content is taken.
func Verify(der []byte, content io.Reader) (*cert.Certificate, error) {
	all, err := VerifyAll(der, content)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("verify CMS: %w: there are %d", ErrSigners, len(all))
	}
	return all[0].Certificate, nil
}

// VerifyAll checks every signature of a SignedData, of which there must be at least one. One that
// does not hold makes the whole an error.
func VerifyAll(der []byte, content io.Reader) ([]Signature, error) {
	s, err := parse(der)
	if err != nil {
		return nil, fmt.Errorf("verify CMS: %w", err)
	}
	if len(s.signers) == 0 {
		return nil, fmt.Errorf("verify CMS: %w: there is none", ErrSigners)
	}
	if content == nil {
		if !s.attached {
			return nil, fmt.Errorf("verify CMS: %w", ErrNoContent)
		}
		content = bytes.NewReader(s.content)
	}
	digests, err := s.digest(content)
	if err != nil {
		return nil, fmt.Errorf("verify CMS: %w", err)
	}
	all := make([]Signature, 0, len(s.signers))
	for i := range s.signers {
		one, err := s.verify(&s.signers[i], digests[s.signers[i].digestSize])
		if err != nil {
			return nil, fmt.Errorf("verify CMS: signer %d: %w", i+1, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// Content returns the content included in a SignedData, and whether there is one. Nothing is
// verified.
func Content(der []byte) (content []byte, attached bool, err error) {
	s, err := parse(der)
	if err != nil {
		return nil, false, fmt.Errorf("read CMS: %w", err)
	}
	return s.content, s.attached, nil
}

// digest reads the content once for all signers, whose digests may differ in size.
func (s *signedData) digest(content io.Reader) (map[int][]byte, error) {
	hashes := map[int]hash.Hash{}
	var writers []io.Writer
	for _, one := range s.signers {
		if hashes[one.digestSize] == nil {
			h := cert.NewDigest(one.digestSize)
			hashes[one.digestSize] = h
			writers = append(writers, h)
		}
	}
	if _, err := io.Copy(io.MultiWriter(writers...), content); err != nil {
		return nil, fmt.Errorf("digest content: %w", err)
	}
	digests := map[int][]byte{}
	for size, h := range hashes {
		digests[size] = h.Sum(nil)
	}
	return digests, nil
}

func (s *signedData) verify(signer *signerInfo, digest []byte) (Signature, error) {
	c, err := s.certificateOf(signer)
	if err != nil {
		return Signature{}, err
	}
	if c.DigestSize() != signer.digestSize {
		return Signature{}, fmt.Errorf("%w: digest of %d bytes does not go with the key", ErrSignature, signer.digestSize)
	}
	result := Signature{Certificate: c, Digest: digest}
	signed := digest
	if signer.attributes != nil {
		a, err := readAttributes(signer.attributes)
		if err != nil {
			return Signature{}, err
		}
		h := cert.NewDigest(signer.digestSize)
		h.Write(asSet(signer.attributes))
		signed = h.Sum(nil)
		if !a.contentType.Equal(s.contentType) {
			return Signature{}, fmt.Errorf("%w: signed content type %v, actual %v", ErrSignature, a.contentType, s.contentType)
		}
		if !bytes.Equal(a.messageDigest, digest) {
			return Signature{}, &DigestError{Signed: a.messageDigest, Actual: digest}
		}
		if a.certificateID != nil {
			if err := checkCertificateID(a.certificateID, c); err != nil {
				return Signature{}, err
			}
			result.CAdES = true
		}
		result.SigningTime = a.signingTime
	} else if !s.contentType.Equal(oidData) {
		return Signature{}, fmt.Errorf("%w: signed attributes are missing for content type %v", ErrMalformed, s.contentType)
	}
	if err := c.PublicKey.Verify(signed, signer.signature); err != nil {
		return Signature{}, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	return result, nil
}

// parse looks into the certificates, once for all signers.
func (s *signedData) parse() {
	s.parsed, s.unread = make([]*cert.Certificate, len(s.certificates)), make([]error, len(s.certificates))
	for i, der := range s.certificates {
		s.parsed[i], s.unread[i] = cert.Parse(der)
	}
}

// certificateOf finds the signer's certificate among the included ones. Those that cannot be read
// are passed over: certificates of old authorities often come along.
func (s *signedData) certificateOf(signer *signerInfo) (*cert.Certificate, error) {
	var unread error
	if s.parsed == nil {
		s.parse()
	}
	for i, c := range s.parsed {
		if c == nil {
			unread = s.unread[i]
			continue
		}
		if signer.names(c) {
			return c, nil
		}
	}
	if unread != nil {
		return nil, fmt.Errorf("%w; one that is cannot be read: %w", ErrNoCertificate, unread)
	}
	return nil, ErrNoCertificate
}

// checkCertificateID compares ESSCertIDv2 (RFC 5035 section 4) with the certificate. Without it
// somebody could exchange the certificate for another one of the same key.
func checkCertificateID(id cryptobyte.String, c *cert.Certificate) error {
	newHash := sha256.New // the default
	if id.PeekASN1Tag(cbasn1.SEQUENCE) {
		var algorithm cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !id.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !cert.ReadOID(&algorithm, &oid) {
			return fmt.Errorf("%w: hash of signingCertificateV2", ErrMalformed)
		}
		switch {
		case oid.Equal(cert.OIDDigest256):
			newHash = func() hash.Hash { return cert.NewDigest(32) }
		case oid.Equal(cert.OIDDigest512):
			newHash = func() hash.Hash { return cert.NewDigest(64) }
		case oid.Equal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}):
		case oid.Equal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}):
			newHash = sha512.New384
		case oid.Equal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}):
			newHash = sha512.New
		case oid.Equal(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}):
			newHash = sha1.New
		default:
			return fmt.Errorf("hash %v of signingCertificateV2: %w", oid, cert.ErrUnsupportedAlgorithm)
		}
	}
	var sum cryptobyte.String
	if !id.ReadASN1(&sum, cbasn1.OCTET_STRING) {
		return fmt.Errorf("%w: signingCertificateV2", ErrMalformed)
	}
	h := newHash()
	h.Write(c.Raw)
	if !bytes.Equal(h.Sum(nil), sum) {
		return ErrWrongCertificate
	}
	return nil
}
