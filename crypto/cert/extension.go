package cert

import (
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// KeyUsage is the set of uses of RFC 5280 section 4.2.1.3.
type KeyUsage uint16

// Uses of a key. ContentCommitment is the one that Russian rules call «неотрекаемость».
const (
	DigitalSignature KeyUsage = 1 << iota
	ContentCommitment
	KeyEncipherment
	DataEncipherment
	KeyAgreement
	CertSign
	CRLSign
	EncipherOnly
	DecipherOnly
)

var (
	oidSubjectKeyID    = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidKeyUsage        = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidPrivateKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 16}
	oidSubjectAltName  = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidBasicConstraint = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidPolicies        = asn1.ObjectIdentifier{2, 5, 29, 32}
	oidAuthorityKeyID  = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidExtKeyUsage     = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidSubjectSignTool = asn1.ObjectIdentifier{1, 2, 643, 100, 111}
	oidIssuerSignTool  = asn1.ObjectIdentifier{1, 2, 643, 100, 112}
)

// understood are the extensions that may be critical: each is either enforced or of no effect
// on whether a signature may be believed.
var understood = []asn1.ObjectIdentifier{
	oidSubjectKeyID, oidKeyUsage, oidPrivateKeyUsage, oidSubjectAltName, oidBasicConstraint,
	oidPolicies, oidAuthorityKeyID, oidExtKeyUsage, oidSubjectSignTool, oidIssuerSignTool,
}

func (c *Certificate) readExtensions(body *cryptobyte.String) error {
	var wrapped, list cryptobyte.String
	var present bool
	if !body.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(3).Constructed().ContextSpecific()) {
		return fmt.Errorf("%w: extensions", ErrMalformed)
	}
	if !present {
		return nil
	}
	if c.Version != 3 {
		return fmt.Errorf("%w: extensions in a certificate of version %d", ErrMalformed, c.Version)
	}
	if !wrapped.ReadASN1(&list, cbasn1.SEQUENCE) || !wrapped.Empty() {
		return fmt.Errorf("%w: extensions", ErrMalformed)
	}
	for !list.Empty() {
		if len(c.Extensions) == maxExtensions {
			return fmt.Errorf("%w: more than %d extensions", ErrMalformed, maxExtensions)
		}
		var one, value cryptobyte.String
		var e Extension
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !ReadOID(&one, &e.ID) ||
			one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&e.Critical) ||
			!one.ReadASN1(&value, cbasn1.OCTET_STRING) || !one.Empty() {
			return fmt.Errorf("%w: extension %d", ErrMalformed, len(c.Extensions)+1)
		}
		for _, earlier := range c.Extensions {
			if earlier.ID.Equal(e.ID) {
				return fmt.Errorf("%w: extension %v occurs twice", ErrMalformed, e.ID)
			}
		}
		e.Value = value
		c.Extensions = append(c.Extensions, e)
		if !c.readExtension(e.ID, value) {
			return fmt.Errorf("%w: extension %v", ErrMalformed, e.ID)
		}
	}
	return nil
}

// readExtension takes in one extension; false means that its content is malformed.
func (c *Certificate) readExtension(id asn1.ObjectIdentifier, v cryptobyte.String) bool {
	switch {
	case id.Equal(oidSubjectKeyID):
		var b cryptobyte.String
		if !v.ReadASN1(&b, cbasn1.OCTET_STRING) || !v.Empty() {
			return false
		}
		c.SubjectKeyID = b
	case id.Equal(oidAuthorityKeyID):
		var seq, key cryptobyte.String
		var present bool
		if !v.ReadASN1(&seq, cbasn1.SEQUENCE) || !v.Empty() ||
			!seq.ReadOptionalASN1(&key, &present, cbasn1.Tag(0).ContextSpecific()) {
			return false
		}
		if present {
			c.AuthorityKeyID = key
		}
	case id.Equal(oidKeyUsage):
		var bits asn1.BitString
		if !v.ReadASN1BitString(&bits) || !v.Empty() {
			return false
		}
		for i := range 9 {
			c.KeyUsage |= KeyUsage(bits.At(i)) << i
		}
		return c.KeyUsage != 0
	case id.Equal(oidPrivateKeyUsage):
		return c.readPrivateKeyUsage(v)
	case id.Equal(oidBasicConstraint):
		return c.readBasicConstraints(v)
	case id.Equal(oidExtKeyUsage):
		var seq cryptobyte.String
		if !v.ReadASN1(&seq, cbasn1.SEQUENCE) || !v.Empty() {
			return false
		}
		for !seq.Empty() {
			var use asn1.ObjectIdentifier
			if !ReadOID(&seq, &use) {
				return false
			}
			c.ExtKeyUsage = append(c.ExtKeyUsage, use)
		}
	case id.Equal(oidSubjectSignTool):
		var text cryptobyte.String
		var tag cbasn1.Tag
		if !v.ReadAnyASN1(&text, &tag) || !v.Empty() {
			return false
		}
		var err error
		c.SignTool, err = readText(tag, text)
		return err == nil
	}
	return true
}

// readPrivateKeyUsage reads PrivateKeyUsagePeriod (RFC 3280 section 4.2.1.4; dropped from RFC
// 5280 but present in every Russian certificate): two optional GeneralizedTime.
func (c *Certificate) readPrivateKeyUsage(v cryptobyte.String) bool {
	var seq cryptobyte.String
	if !v.ReadASN1(&seq, cbasn1.SEQUENCE) || !v.Empty() {
		return false
	}
	p := &Period{}
	for i, bound := range []*time.Time{&p.NotBefore, &p.NotAfter} {
		var text cryptobyte.String
		var present bool
		if !seq.ReadOptionalASN1(&text, &present, cbasn1.Tag(i).ContextSpecific()) {
			return false
		}
		if !present {
			continue
		}
		t, err := time.Parse(generalizedTime, string(text))
		if err != nil {
			return false
		}
		*bound = t
	}
	if !seq.Empty() || p.NotBefore.IsZero() && p.NotAfter.IsZero() {
		return false
	}
	c.PrivateKeyUsage = p
	return true
}

// generalizedTime is the only form DER allows: whole seconds, UTC.
const generalizedTime = "20060102150405Z"

func (c *Certificate) readBasicConstraints(v cryptobyte.String) bool {
	var seq cryptobyte.String
	if !v.ReadASN1(&seq, cbasn1.SEQUENCE) || !v.Empty() {
		return false
	}
	if seq.PeekASN1Tag(cbasn1.BOOLEAN) && !seq.ReadASN1Boolean(&c.IsCA) {
		return false
	}
	if seq.PeekASN1Tag(cbasn1.INTEGER) && (!seq.ReadASN1Integer(&c.MaxPathLen) || c.MaxPathLen < 0) {
		return false
	}
	return seq.Empty()
}

// checkCritical refuses critical extensions whose meaning is not known here, as RFC 5280
// section 4.2 demands.
func (c *Certificate) checkCritical() error {
	for _, e := range c.Extensions {
		if !e.Critical {
			continue
		}
		known := false
		for _, id := range understood {
			known = known || id.Equal(e.ID)
		}
		if !known {
			return fmt.Errorf("%w: %s has critical extension %v of unknown meaning", ErrUntrusted, c, e.ID)
		}
	}
	return nil
}
