package cms

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
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
	other := ""
	for rest := b; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		switch block.Type {
		case PEMType, "PKCS7", "PKCS #7 SIGNED DATA":
			return block.Bytes, nil
		}
		other = block.Type
	}
	if other != "" {
		return nil, fmt.Errorf("%w: the PEM data has a %s block and no %s", ErrMalformed, other, PEMType)
	}
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

// maxDepth bounds nesting; a SignedData with a certificate nests some fifteen levels deep.
const maxDepth = 64

// toDER rewrites BER as DER as far as signing programs deviate: indefinite lengths, lengths
// longer than needed, octet strings in pieces. DER comes out as it went in.
func toDER(b []byte) ([]byte, error) {
	out, rest, err := rewrite(nil, b, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes follow it", ErrMalformed, len(rest))
	}
	return out, nil
}

// rewrite appends the DER form of the first element of b to out and returns what follows it.
func rewrite(out, b []byte, depth int) (result, rest []byte, err error) {
	if depth > maxDepth {
		return nil, nil, fmt.Errorf("%w: nested too deeply", ErrMalformed)
	}
	tag, content, rest, indefinite, err := element(b)
	if err != nil {
		return nil, nil, err
	}
	const constructed, octetString = 0x20, 0x04
	if tag&constructed == 0 {
		return appendElement(out, tag, content), rest, nil
	}
	var inner []byte
	pieces := tag == octetString|constructed
	if indefinite {
		content = rest
	}
	for {
		if indefinite {
			if len(content) >= 2 && content[0] == 0 && content[1] == 0 {
				rest = content[2:]
				break
			}
		} else if len(content) == 0 {
			break
		}
		at := len(inner)
		if inner, content, err = rewrite(inner, content, depth+1); err != nil {
			return nil, nil, err
		}
		if pieces {
			s := cryptobyte.String(inner[at:])
			var piece cryptobyte.String
			if !s.ReadASN1(&piece, cbasn1.OCTET_STRING) {
				return nil, nil, fmt.Errorf("%w: octet string made of something else", ErrMalformed)
			}
			inner = append(inner[:at], piece...)
		}
	}
	if pieces {
		tag = octetString
	}
	return appendElement(out, tag, inner), rest, nil
}

// element takes the first element of b apart. Tags above 30 do not occur in CMS.
func element(b []byte) (tag byte, content, rest []byte, indefinite bool, err error) {
	if len(b) < 2 {
		return 0, nil, nil, false, fmt.Errorf("%w: ends within an element", ErrMalformed)
	}
	tag = b[0]
	if tag&0x1f == 0x1f || tag == 0 {
		return 0, nil, nil, false, fmt.Errorf("%w: tag %#x", ErrMalformed, tag)
	}
	length, header := int(b[1]), 2
	switch {
	case length == 0x80:
		if tag&0x20 == 0 {
			return 0, nil, nil, false, fmt.Errorf("%w: primitive element of indefinite length", ErrMalformed)
		}
		return tag, nil, b[2:], true, nil
	case length > 0x80:
		n := length & 0x7f
		if n > 4 || len(b) < 2+n {
			return 0, nil, nil, false, fmt.Errorf("%w: length of an element", ErrMalformed)
		}
		length = 0
		for _, c := range b[2 : 2+n] {
			length = length<<8 | int(c)
		}
		header += n
	}
	if length < 0 || length > len(b)-header {
		return 0, nil, nil, false, fmt.Errorf("%w: element longer than its surroundings", ErrMalformed)
	}
	return tag, b[header : header+length], b[header+length:], false, nil
}

func appendElement(out []byte, tag byte, content []byte) []byte {
	out = append(out, tag)
	n := len(content)
	switch {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 1<<8:
		out = append(out, 0x81, byte(n))
	case n < 1<<16:
		out = append(out, 0x82, byte(n>>8), byte(n))
	case n < 1<<24:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	default:
		out = append(out, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, content...)
}
