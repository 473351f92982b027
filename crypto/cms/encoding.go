package cms

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// PEMType is the label of a CMS structure in PEM form (RFC 7468 section 9).
const PEMType = "CMS"

// ErrMalformed is matched by every error about bytes that are not a CMS SignedData.
var ErrMalformed = errors.New("malformed CMS")

// EncodePEM writes a CMS structure, given in DER, in PEM form.
func EncodePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: PEMType, Bytes: der})
}

// Decode finds the binary structure in a file: PEM labelled CMS or PKCS7, binary as it is, or
// bare base64, which some signing programs write.
func Decode(b []byte) ([]byte, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if len(b) > 0 && b[0] == 0x30 {
		return b, nil
	}
	labels := []string{PEMType, "PKCS7", "PKCS #7 SIGNED DATA"}
	for _, label := range labels {
		if _, rest, found := bytes.Cut(b, []byte("-----BEGIN "+label+"-----")); found {
			if content, _, found := bytes.Cut(rest, []byte("-----END "+label+"-----")); found {
				return decodeBase64(content)
			}
		}
	}
	if _, rest, found := bytes.Cut(b, []byte("-----BEGIN ")); found {
		other, _, _ := bytes.Cut(rest[:min(len(rest), 64)], []byte("-----"))
		return nil, fmt.Errorf("%w: the PEM data has a %q block and no %s", ErrMalformed, other, PEMType)
	}
	return decodeBase64(b)
}

// decodeBase64 reads base64 with white space anywhere.
func decodeBase64(b []byte) ([]byte, error) {
	squeezed := bytes.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, b)
	der, err := base64.StdEncoding.AppendDecode(nil, squeezed)
	if err != nil || len(der) == 0 {
		return nil, fmt.Errorf("%w: neither binary nor PEM nor base64", ErrMalformed)
	}
	return der, nil
}
