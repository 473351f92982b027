package command

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// read finds the signature in the program's output, brings it to s‖r and verifies it.
func (p *program) read(output, digest []byte) ([]byte, error) {
	raw, err := decode(output, 2*p.certificate.DigestSize())
	if err != nil {
		return nil, err
	}
	signature, _, err := p.certificate.Arrange(digest, raw, p.options.Order)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.options.Path, err)
	}
	return signature, nil
}

// decode gives the bytes of the signature: as they are, from hexadecimal digits or base64, or out
// of a CMS in any of these forms.
func decode(output []byte, size int) ([]byte, error) {
	if len(output) == size {
		return slices.Clone(output), nil
	}
	if len(output) == 0 {
		return nil, fmt.Errorf("%w: nothing", ErrOutput)
	}
	if output[0] == 0x30 && len(output) > size {
		if raw, err := signatureOfCMS(output, size); err == nil || !looksLikeText(output) {
			return raw, err
		}
	}
	text := strings.Join(strings.Fields(string(withoutArmour(output))), "")
	if raw, err := hex.DecodeString(text); err == nil && len(raw) == size {
		return raw, nil
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %d bytes, neither a signature of %d bytes nor text in hexadecimal or base64", ErrOutput, len(output), size)
	}
	if len(raw) == size {
		return raw, nil
	}
	if len(raw) > size && raw[0] == 0x30 {
		return signatureOfCMS(raw, size)
	}
	return nil, fmt.Errorf("%w: %d bytes, a signature has %d", ErrOutput, len(raw), size)
}

// looksLikeText tells digits that begin with "0" (which is 0x30) from a DER sequence.
func looksLikeText(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r > 0x7e || r < 0x20 && r != '\r' && r != '\n' && r != '\t' })
}

// withoutArmour drops lines such as -----BEGIN CMS-----.
func withoutArmour(b []byte) []byte {
	if !bytes.Contains(b, []byte("-----")) {
		return b
	}
	var out [][]byte
	for line := range bytes.Lines(b) {
		if !bytes.HasPrefix(line, []byte("-----")) {
			out = append(out, line)
		}
	}
	return bytes.Join(out, nil)
}

// signatureOfCMS takes the signature value out of a CMS SignedData (RFC 5652 section 5.1) with one
// signer and no signed attributes. Nothing else in it matters: the value is verified afterwards.
func signatureOfCMS(der []byte, size int) ([]byte, error) {
	malformed := fmt.Errorf("%w: %d bytes, not a CMS with one signature", ErrOutput, len(der))
	tag0 := cbasn1.Tag(0).Constructed().ContextSpecific()
	tag1 := cbasn1.Tag(1).Constructed().ContextSpecific()
	input := cryptobyte.String(der)
	var info, wrapped, body, signers, signer, value cryptobyte.String
	if !input.ReadASN1(&info, cbasn1.SEQUENCE) || !info.SkipASN1(cbasn1.OBJECT_IDENTIFIER) ||
		!info.ReadASN1(&wrapped, tag0) || !wrapped.ReadASN1(&body, cbasn1.SEQUENCE) ||
		!body.SkipASN1(cbasn1.INTEGER) || !body.SkipASN1(cbasn1.SET) || !body.SkipASN1(cbasn1.SEQUENCE) ||
		!body.SkipOptionalASN1(tag0) || !body.SkipOptionalASN1(tag1) ||
		!body.ReadASN1(&signers, cbasn1.SET) || !signers.ReadASN1(&signer, cbasn1.SEQUENCE) || !signers.Empty() ||
		!signer.SkipASN1(cbasn1.INTEGER) {
		return nil, malformed
	}
	var identifier cryptobyte.String
	var tag cbasn1.Tag
	if !signer.ReadAnyASN1(&identifier, &tag) || !signer.SkipASN1(cbasn1.SEQUENCE) {
		return nil, malformed
	}
	if signer.PeekASN1Tag(tag0) {
		return nil, ErrSignedAttributes
	}
	if !signer.SkipASN1(cbasn1.SEQUENCE) || !signer.ReadASN1(&value, cbasn1.OCTET_STRING) || len(value) != size {
		return nil, malformed
	}
	return slices.Clone(value), nil
}
