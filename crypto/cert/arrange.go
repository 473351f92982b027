package cert

import (
	"errors"
	"fmt"
	"slices"
)

// Order is the order of bytes in which a token or program gives a signature. GOST R 34.10-2012
// defines numbers r and s; how they become bytes is everybody's own choice.
type Order string

// Orders of the halves s and r.
const (
	// OrderAuto tries all. Since a wrong order cannot verify, this is safe.
	OrderAuto Order = ""
	// OrderSR is s‖r, both big-endian: what XML signatures, certificates and CMS carry.
	OrderSR Order = "sr"
	// OrderRS is r‖s, both big-endian.
	OrderRS Order = "rs"
	// OrderReversed is OrderSR read backwards as a whole: what the CryptoPro CSP gives.
	OrderReversed Order = "reversed"
	// OrderSRLittle is s‖r, both little-endian.
	OrderSRLittle Order = "sr-le"
)

// orders in the sequence in which they are tried.
var orders = []Order{OrderSR, OrderReversed, OrderRS, OrderSRLittle}

// ErrForeignSignature means that a signature made elsewhere does not hold with the certificate.
var ErrForeignSignature = errors.New("signature does not hold with the certificate")

// Known tells whether the order is one of those above.
func (o Order) Known() bool { return o == OrderAuto || slices.Contains(orders, o) }

// toSR brings a signature in this order to s‖r, big-endian halves.
func (o Order) toSR(raw []byte) []byte {
	out := slices.Clone(raw)
	half := len(out) / 2
	switch o {
	case OrderRS:
		out = slices.Concat(raw[half:], raw[:half])
	case OrderReversed:
		slices.Reverse(out)
	case OrderSRLittle:
		slices.Reverse(out[:half])
		slices.Reverse(out[half:])
	}
	return out
}

// Arrange brings a signature made elsewhere to s‖r, big-endian halves, and verifies it with the
// certificate's key. It tells the order that was found. An error matches ErrForeignSignature and
// says, where it can, what the signer does differently.
func (c *Certificate) Arrange(digest, raw []byte, order Order) (signature []byte, found Order, err error) {
	if want := 2 * c.DigestSize(); len(raw) != want {
		return nil, "", fmt.Errorf("%w: %d bytes, %d are needed", ErrForeignSignature, len(raw), want)
	}
	for _, o := range orders {
		if order != OrderAuto && order != o {
			continue
		}
		if signature := o.toSR(raw); c.PublicKey.Verify(digest, signature) == nil {
			return signature, o, nil
		}
	}
	return nil, "", fmt.Errorf("%w; %s", ErrForeignSignature, c.diagnose(digest, raw))
}

// diagnose says what may be wrong with a signature that does not hold.
func (c *Certificate) diagnose(digest, raw []byte) string {
	backwards := slices.Clone(digest)
	slices.Reverse(backwards)
	for _, o := range orders {
		signature := o.toSR(raw)
		if c.PublicKey.Verify(digest, signature) == nil {
			return fmt.Sprintf("with byte order %q it does", o)
		}
		if c.PublicKey.Verify(backwards, signature) == nil {
			return fmt.Sprintf("the signer reads the digest backwards and writes byte order %q", o)
		}
	}
	return "the signer uses another key or signs something else than it is given"
}
