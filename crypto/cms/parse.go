package cms

import (
	"bytes"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cert"
)

// Limits on what is looked at: a file signed by a whole commission stays within them, and a
// hostile one cannot ask for a million verifications.
const (
	maxSigners      = 32
	maxCertificates = 128
	maxAttributes   = 64
	maxDigest       = 64
)

// signedData is SignedData of RFC 5652 section 5.1 as far as it matters.
type signedData struct {
	contentType asn1.ObjectIdentifier
	// content is what is included; attached tells an empty one from none.
	content  []byte
	attached bool
	// certificates are in DER, not looked into: some may be of kinds we do not read.
	certificates [][]byte
	// parsed are the certificates once somebody asked for them, nil in place of
	// those that cannot be read; unread is why.
	parsed  []*cert.Certificate
	unread  []error
	signers []signerInfo
}

// signerInfo is SignerInfo of RFC 5652 section 5.3.
type signerInfo struct {
	issuer []byte // with serial, or keyID alone
	serial *big.Int
	keyID  []byte

	digestSize int
	// attributes is the content of the signed attributes; nil when there are none.
	attributes []byte
	signature  []byte
}

// parse reads a ContentInfo with SignedData, in BER or DER.
func parse(b []byte) (*signedData, error) {
	der, err := toDER(b)
	if err != nil {
		return nil, err
	}
	input := cryptobyte.String(der)
	var info, wrapped, body, digests, encap cryptobyte.String
	var id asn1.ObjectIdentifier
	if !input.ReadASN1(&info, cbasn1.SEQUENCE) || !cert.ReadOID(&info, &id) {
		return nil, fmt.Errorf("%w: not a ContentInfo", ErrMalformed)
	}
	if !id.Equal(oidSignedData) {
		return nil, fmt.Errorf("%w: content type %v, not signed data", ErrMalformed, id)
	}
	var version int
	if !info.ReadASN1(&wrapped, tag0) || !info.Empty() || !wrapped.ReadASN1(&body, cbasn1.SEQUENCE) || !wrapped.Empty() ||
		!body.ReadASN1Integer(&version) || !body.ReadASN1(&digests, cbasn1.SET) || !body.ReadASN1(&encap, cbasn1.SEQUENCE) {
		return nil, fmt.Errorf("%w: SignedData", ErrMalformed)
	}
	s := &signedData{}
	if !cert.ReadOID(&encap, &s.contentType) {
		return nil, fmt.Errorf("%w: type of the content", ErrMalformed)
	}
	var content, octets cryptobyte.String
	if !encap.ReadOptionalASN1(&content, &s.attached, tag0) || !encap.Empty() {
		return nil, fmt.Errorf("%w: content", ErrMalformed)
	}
	if s.attached {
		if !content.ReadASN1(&octets, cbasn1.OCTET_STRING) || !content.Empty() {
			return nil, fmt.Errorf("%w: content is not an octet string", ErrMalformed)
		}
		s.content = octets
	}
	if err := s.readCertificates(&body); err != nil {
		return nil, err
	}
	var signers cryptobyte.String
	if !body.SkipOptionalASN1(cbasn1.Tag(1).Constructed().ContextSpecific()) || // revocation lists
		!body.ReadASN1(&signers, cbasn1.SET) || !body.Empty() {
		return nil, fmt.Errorf("%w: signers", ErrMalformed)
	}
	for !signers.Empty() {
		if len(s.signers) == maxSigners {
			return nil, fmt.Errorf("%w: more than %d signers", ErrMalformed, maxSigners)
		}
		one, err := readSigner(&signers)
		if err != nil {
			return nil, fmt.Errorf("signer %d: %w", len(s.signers)+1, err)
		}
		s.signers = append(s.signers, one)
	}
	return s, nil
}

func (s *signedData) readCertificates(body *cryptobyte.String) error {
	var set cryptobyte.String
	var present bool
	if !body.ReadOptionalASN1(&set, &present, tag0) {
		return fmt.Errorf("%w: certificates", ErrMalformed)
	}
	for count := 1; !set.Empty(); count++ {
		var one cryptobyte.String
		var tag cbasn1.Tag
		if !set.ReadAnyASN1Element(&one, &tag) {
			return fmt.Errorf("%w: certificates", ErrMalformed)
		}
		if count > maxCertificates {
			return fmt.Errorf("%w: more than %d certificates", ErrMalformed, maxCertificates)
		}
		if tag == cbasn1.SEQUENCE { // attribute certificates and the like have other tags
			s.certificates = append(s.certificates, one)
		}
	}
	return nil
}

func readSigner(set *cryptobyte.String) (signerInfo, error) {
	var s signerInfo
	var body, id, digest, signature, octets cryptobyte.String
	var version int
	if !set.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1Integer(&version) {
		return s, fmt.Errorf("%w: SignerInfo", ErrMalformed)
	}
	if keyTag := cbasn1.Tag(0).ContextSpecific(); body.PeekASN1Tag(keyTag) {
		if !body.ReadASN1(&id, keyTag) {
			return s, fmt.Errorf("%w: key identifier", ErrMalformed)
		}
		s.keyID = id
	} else {
		s.serial = new(big.Int)
		var issuer cryptobyte.String
		if !body.ReadASN1(&id, cbasn1.SEQUENCE) || !id.ReadASN1Element(&issuer, cbasn1.SEQUENCE) ||
			!id.ReadASN1Integer(s.serial) || !id.Empty() {
			return s, fmt.Errorf("%w: issuer and serial number", ErrMalformed)
		}
		s.issuer = issuer
	}
	var attributes cryptobyte.String
	var signed bool
	var digestID, signatureID asn1.ObjectIdentifier
	if !body.ReadASN1(&digest, cbasn1.SEQUENCE) || !cert.ReadOID(&digest, &digestID) ||
		!body.ReadOptionalASN1(&attributes, &signed, tag0) ||
		!body.ReadASN1(&signature, cbasn1.SEQUENCE) || !cert.ReadOID(&signature, &signatureID) ||
		!body.ReadASN1(&octets, cbasn1.OCTET_STRING) ||
		!body.SkipOptionalASN1(cbasn1.Tag(1).Constructed().ContextSpecific()) || !body.Empty() { // unsigned attributes
		return s, fmt.Errorf("%w: SignerInfo", ErrMalformed)
	}
	if signed {
		if attributes.Empty() {
			return s, fmt.Errorf("%w: signed attributes are empty", ErrMalformed)
		}
		s.attributes = attributes
	}
	s.signature = octets
	var err error
	s.digestSize, err = algorithmSize(digestID, signatureID)
	return s, err
}

// algorithmSize gives the digest size of a pair of algorithms. The signature may be named by the
// key's algorithm alone or together with the digest; both forms are in use.
func algorithmSize(digest, signature asn1.ObjectIdentifier) (int, error) {
	switch {
	case digest.Equal(cert.OIDDigest256) && (signature.Equal(cert.OIDKey256) || signature.Equal(cert.OIDSignature256)):
		return 32, nil
	case digest.Equal(cert.OIDDigest512) && (signature.Equal(cert.OIDKey512) || signature.Equal(cert.OIDSignature512)):
		return 64, nil
	}
	if old := (asn1.ObjectIdentifier{1, 2, 643, 2, 2}); len(digest) > len(old) && digest[:len(old)].Equal(old) {
		return 0, fmt.Errorf("digest algorithm %v: %w", digest, cert.ErrGOST2001)
	}
	return 0, fmt.Errorf("digest %v with signature %v: %w", digest, signature, cert.ErrUnsupportedAlgorithm)
}

// names tells whether the signer's identifier is that of the certificate.
func (s *signerInfo) names(c *cert.Certificate) bool {
	if s.keyID != nil {
		return bytes.Equal(s.keyID, c.SubjectKeyID)
	}
	return bytes.Equal(s.issuer, c.Issuer.Raw) && s.serial.Cmp(c.Serial) == 0
}

// attributes are the signed attributes that are looked at.
type attributes struct {
	contentType   asn1.ObjectIdentifier
	messageDigest []byte
	signingTime   time.Time
	// certificateID is ESSCertIDv2 of the first certificate; nil when absent.
	certificateID []byte
}

// readAttributes reads the signed attributes (RFC 5652 section 11). Each may occur once, with one
// value; ones of unknown meaning are passed over.
func readAttributes(s cryptobyte.String) (attributes, error) {
	var a attributes
	var seen []asn1.ObjectIdentifier
	for !s.Empty() {
		if len(seen) == maxAttributes {
			return a, fmt.Errorf("%w: more than %d signed attributes", ErrMalformed, maxAttributes)
		}
		var one, values cryptobyte.String
		var id asn1.ObjectIdentifier
		if !s.ReadASN1(&one, cbasn1.SEQUENCE) || !cert.ReadOID(&one, &id) ||
			!one.ReadASN1(&values, cbasn1.SET) || !one.Empty() {
			return a, fmt.Errorf("%w: signed attribute", ErrMalformed)
		}
		for _, earlier := range seen {
			if earlier.Equal(id) {
				return a, fmt.Errorf("%w: signed attribute %v occurs twice", ErrMalformed, id)
			}
		}
		seen = append(seen, id)
		ok := true
		switch {
		case id.Equal(oidContentType):
			ok = cert.ReadOID(&values, &a.contentType) && values.Empty()
		case id.Equal(oidMessageDigest):
			var digest cryptobyte.String
			ok = values.ReadASN1(&digest, cbasn1.OCTET_STRING) && values.Empty() && len(digest) <= maxDigest
			a.messageDigest = digest
		case id.Equal(oidSigningTime):
			if values.PeekASN1Tag(cbasn1.UTCTime) {
				ok = values.ReadASN1UTCTime(&a.signingTime) && values.Empty()
			} else {
				ok = values.ReadASN1GeneralizedTime(&a.signingTime) && values.Empty()
			}
		case id.Equal(oidSigningCertificateV2):
			var outer, list, first cryptobyte.String
			ok = values.ReadASN1(&outer, cbasn1.SEQUENCE) && values.Empty() &&
				outer.ReadASN1(&list, cbasn1.SEQUENCE) && list.ReadASN1(&first, cbasn1.SEQUENCE)
			a.certificateID = first
		}
		if !ok {
			return a, fmt.Errorf("%w: value of signed attribute %v", ErrMalformed, id)
		}
	}
	if a.contentType == nil || a.messageDigest == nil {
		return a, fmt.Errorf("%w: signed attributes lack the content type or the digest", ErrMalformed)
	}
	return a, nil
}
