package softkey

import (
	"math/big"

	"egissogw/crypto/gost3410"
)

// orders of the groups, to take masks off keys: RFC 4357 section 11.4, RFC 7836 appendix A. Only
// the first name of each group is listed.
var orders = map[string]string{
	gost3410.TC26_256A().Name():  "400000000000000000000000000000000fd8cddfc87b6635c115af556c360c67",
	gost3410.CryptoProA().Name(): "ffffffffffffffffffffffffffffffff6c611070995ad10045841b09b761b893",
	gost3410.CryptoProB().Name(): "800000000000000000000000000000015f700cfff1a624e5e497161bcc8a198f",
	gost3410.CryptoProC().Name(): "9b9f605f5a858107ab1ec85e6b41c8aa582ca3511eddfb74f02f3a6598980bb9",
	gost3410.TC26_512A().Name(): "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" +
		"27e69532f48d89116ff22b8d4e0560609b4b38abfad2b85dcacdb1411f10b275",
	gost3410.TC26_512B().Name(): "8000000000000000000000000000000000000000000000000000000000000001" +
		"49a1ec142565a545acfdb77bd9d40cfa8b996712101bea0ec6346c54374f25bd",
	gost3410.TC26_512C().Name(): "3fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" +
		"c98cdba46506ab004c33a9ff5147502cc8eda9e7a769a12694623cef47f023ed",
}

// sameGroup leads from other names of a group to its first one.
var sameGroup = map[string]string{
	gost3410.TC26_256B().Name():     gost3410.CryptoProA().Name(),
	gost3410.CryptoProXchA().Name(): gost3410.CryptoProA().Name(),
	gost3410.TC26_256C().Name():     gost3410.CryptoProB().Name(),
	gost3410.TC26_256D().Name():     gost3410.CryptoProC().Name(),
	gost3410.CryptoProXchB().Name(): gost3410.CryptoProC().Name(),
}

// order gives the order of the curve's group, nil where it is not known here.
func order(c *gost3410.Curve) *big.Int {
	name := c.Name()
	if first, ok := sameGroup[name]; ok {
		name = first
	}
	q, ok := new(big.Int).SetString(orders[name], 16)
	if !ok {
		return nil
	}
	return q
}
