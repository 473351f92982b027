package gost3410

import (
	"encoding/asn1"
	"errors"
	"fmt"
)

// ErrUnknownCurve is matched by the error of CurveByOID for an identifier that
// is not one of the supported parameter sets.
var ErrUnknownCurve = errors.New("unknown GOST R 34.10-2012 parameter set")

// Curve is a named parameter set of GOST R 34.10-2012. Several names stand for
// the same group; keys of such curves are interchangeable.
type Curve struct {
	name  string
	oid   asn1.ObjectIdentifier
	group *group
}

// Name returns the usual name of the parameter set, such as "CryptoPro-A".
func (c *Curve) Name() string { return c.name }

// OID returns the object identifier of the parameter set.
func (c *Curve) OID() asn1.ObjectIdentifier { return append(asn1.ObjectIdentifier(nil), c.oid...) }

// Size returns the length in bytes of a coordinate, of a private key, of a
// digest to sign and of half a signature: 32 or 64.
func (c *Curve) Size() int { return c.group.size }

// The parameter sets of RFC 4357, section 11.4, and RFC 7836, appendix A.
var curves = [...]Curve{
	{"CryptoPro-A", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 1}, tc26256B},
	{"CryptoPro-B", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 2}, tc26256C},
	{"CryptoPro-C", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 3}, tc26256D},
	{"CryptoPro-XchA", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 36, 0}, tc26256B},
	{"CryptoPro-XchB", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 36, 1}, tc26256D},
	{"TC26-256-A", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 1}, tc26256A},
	{"TC26-256-B", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 2}, tc26256B},
	{"TC26-256-C", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 3}, tc26256C},
	{"TC26-256-D", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 4}, tc26256D},
	{"TC26-512-A", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 1}, tc26512A},
	{"TC26-512-B", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 2}, tc26512B},
	{"TC26-512-C", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 3}, tc26512C},
}

// CryptoProA returns id-GostR3410-2001-CryptoPro-A-ParamSet, the same group as
// TC26-256-B.
func CryptoProA() *Curve { return &curves[0] }

// CryptoProB returns id-GostR3410-2001-CryptoPro-B-ParamSet, the same group as
// TC26-256-C.
func CryptoProB() *Curve { return &curves[1] }

// CryptoProC returns id-GostR3410-2001-CryptoPro-C-ParamSet, the same group as
// TC26-256-D.
func CryptoProC() *Curve { return &curves[2] }

// CryptoProXchA returns id-GostR3410-2001-CryptoPro-XchA-ParamSet, another
// name of CryptoPro-A.
func CryptoProXchA() *Curve { return &curves[3] }

// CryptoProXchB returns id-GostR3410-2001-CryptoPro-XchB-ParamSet, another
// name of CryptoPro-C.
func CryptoProXchB() *Curve { return &curves[4] }

// TC26_256A returns id-tc26-gost-3410-2012-256-paramSetA, a curve of cofactor
// four that also has a twisted Edwards form.
func TC26_256A() *Curve { return &curves[5] }

// TC26_256B returns id-tc26-gost-3410-2012-256-paramSetB.
func TC26_256B() *Curve { return &curves[6] }

// TC26_256C returns id-tc26-gost-3410-2012-256-paramSetC.
func TC26_256C() *Curve { return &curves[7] }

// TC26_256D returns id-tc26-gost-3410-2012-256-paramSetD.
func TC26_256D() *Curve { return &curves[8] }

// TC26_512A returns id-tc26-gost-3410-12-512-paramSetA.
func TC26_512A() *Curve { return &curves[9] }

// TC26_512B returns id-tc26-gost-3410-12-512-paramSetB.
func TC26_512B() *Curve { return &curves[10] }

// TC26_512C returns id-tc26-gost-3410-2012-512-paramSetC, a curve of cofactor
// four that also has a twisted Edwards form.
func TC26_512C() *Curve { return &curves[11] }

// Curves returns all supported parameter sets.
func Curves() []*Curve {
	all := make([]*Curve, len(curves))
	for i := range curves {
		all[i] = &curves[i]
	}
	return all
}

// CurveByOID finds a parameter set by its object identifier.
func CurveByOID(oid asn1.ObjectIdentifier) (*Curve, error) {
	for i := range curves {
		if curves[i].oid.Equal(oid) {
			return &curves[i], nil
		}
	}
	return nil, fmt.Errorf("%w %v", ErrUnknownCurve, oid)
}
