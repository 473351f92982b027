package cms_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cms"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/hostiletest"
)

// The fields of SignedData in a signature of ours.
const (
	fieldDigests = 1 + iota
	fieldContent
	fieldCertificates
	fieldSigners
)

// children are the elements in an element.
func children(t testing.TB, element []byte) (list [][]byte) {
	t.Helper()
	s := cryptobyte.String(element)
	var inner cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&inner, &tag) {
		t.Fatal("not an element")
	}
	for !inner.Empty() {
		var one cryptobyte.String
		if !inner.ReadAnyASN1Element(&one, &tag) {
			t.Fatal("not an element")
		}
		list = append(list, one)
	}
	return list
}

// genuine is one signature of ours: its type, the fields of SignedData, the elements
// of its SignerInfo, and the certificate in it.
type genuine struct {
	kind           []byte
	fields, signer [][]byte
	certificate    []byte
}

func newGenuine(t testing.TB) genuine {
	signer, _ := newSigner(t, gost3410.CryptoProA())
	info := children(t, signed(t, signer, []byte("content")))
	fields := children(t, children(t, info[1])[0])
	return genuine{info[0], fields, children(t, children(t, fields[fieldSigners])[0]), signer.Certificate().Raw}
}

// with gives the signature with one field of SignedData replaced.
func (g genuine) with(field int, content []byte, around ...hostiletest.Element) []byte {
	return hostiletest.Nest(content, append(around,
		hostiletest.Element{Tag: 0x30, Before: bytes.Join(g.fields[:field], nil), After: bytes.Join(g.fields[field+1:], nil)},
		hostiletest.Element{Tag: 0xa0}, hostiletest.Element{Tag: 0x30, Before: g.kind})...)
}

func TestHostileCMS(t *testing.T) {
	g := newGenuine(t)
	read := func(_ testing.TB, input []byte) error {
		_, err := cms.VerifyAll(input, bytes.NewReader([]byte("content")))
		return err
	}
	decode := func(t testing.TB, input []byte) error {
		der, err := cms.Decode(input)
		if err != nil {
			return err
		}
		return read(t, der)
	}
	set := hostiletest.Element{Tag: 0x31}
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "CMS of signers", Read: read, Says: "more than 32 signers",
			Input: func(n int) []byte {
				one := hostiletest.Nest(bytes.Join(g.signer, nil), hostiletest.Element{Tag: 0x30})
				return g.with(fieldSigners, hostiletest.Fill(one, n), set)
			}},
		{Name: "CMS of certificates", Read: read, Says: "more than 128 certificates",
			Input: func(n int) []byte {
				return g.with(fieldCertificates, hostiletest.Fill(g.certificate, max(n, 128<<10)), hostiletest.Element{Tag: 0xa0})
			}},
		{Name: "CMS of foreign certificates", Read: read, Says: "more than 128 certificates",
			Input: func(n int) []byte {
				return g.with(fieldCertificates, hostiletest.Fill([]byte{0xa1, 0}, n), hostiletest.Element{Tag: 0xa0})
			}},
		{Name: "CMS of digest algorithms", Read: read,
			Input: func(n int) []byte {
				return g.with(fieldDigests, hostiletest.Fill([]byte{0x30, 3, 0x06, 1, 0x2a}, n), set)
			}},
		{Name: "CMS of signed attributes", Read: read, Says: "more than 64 signed attributes",
			Input: func(n int) []byte {
				attributes := numbered(n)
				return g.with(fieldSigners, attributes, hostiletest.Element{Tag: 0xa0},
					hostiletest.Element{Tag: 0x30, Before: bytes.Join(g.signer[:3], nil), After: bytes.Join(g.signer[4:], nil)}, set)
			}},
		{Name: "CMS of unsigned attributes", Read: read,
			Input: func(n int) []byte {
				return g.with(fieldSigners, hostiletest.Fill([]byte{0x30, 0}, n), hostiletest.Element{Tag: 0xa1},
					hostiletest.Element{Tag: 0x30, Before: bytes.Join(g.signer, nil)}, set)
			}},
		{Name: "CMS with a long identifier", Read: read, Says: "malformed CMS: type of the content",
			Input: func(n int) []byte {
				return g.with(fieldContent, append(hostiletest.Fill([]byte{0x81}, n), 1), hostiletest.Element{Tag: 6}, hostiletest.Element{Tag: 0x30})
			}},
		{Name: "CMS with a long digest", Read: read, Says: "value of signed attribute",
			Input: func(n int) []byte {
				return g.with(fieldSigners, hostiletest.Fill([]byte{1}, n), hostiletest.Element{Tag: 4}, set,
					hostiletest.Element{Tag: 0x30, Before: []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04}}, hostiletest.Element{Tag: 0xa0},
					hostiletest.Element{Tag: 0x30, Before: bytes.Join(g.signer[:3], nil), After: bytes.Join(g.signer[4:], nil)}, set)
			}},
		{Name: "CMS with content", Read: func(_ testing.TB, input []byte) error { _, err := cms.VerifyAll(input, nil); return err }, Says: "content is not what was signed",
			Input: func(n int) []byte {
				return g.with(fieldContent, hostiletest.Fill([]byte("x"), n), hostiletest.Element{Tag: 4}, hostiletest.Element{Tag: 0xa0},
					hostiletest.Element{Tag: 0x30, Before: []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}})
			}},
		{Name: "CMS with content in pieces", Read: func(_ testing.TB, input []byte) error { _, err := cms.VerifyAll(input, nil); return err }, Says: "content is not what was signed",
			Input: func(n int) []byte {
				return g.with(fieldContent, hostiletest.Fill([]byte{4, 1, 'x'}, n), hostiletest.Element{Tag: 0x24}, hostiletest.Element{Tag: 0xa0},
					hostiletest.Element{Tag: 0x30, Before: []byte{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01}})
			}},
		{Name: "CMS nested", Read: read, Says: "nested too deeply", Cheap: true,
			Input: func(n int) []byte { return hostiletest.Fill([]byte{0x30, 0x80}, n) }},
		{Name: "CMS nested as deep as is read, of small elements", Read: read, Says: "malformed CMS",
			Input: func(n int) []byte {
				return hostiletest.Nest(hostiletest.Fill([]byte{5, 0}, n), slices.Repeat([]hostiletest.Element{{Tag: 0x30}}, 31)...)
			}},
		{Name: "CMS of siblings, indefinite lengths", Read: read, Says: "malformed CMS",
			Input: func(n int) []byte {
				return hostiletest.Fill([]byte{0x30, 0x80, 0x30, 0x80, 0x30, 0, 0, 0, 0, 0}, n)
			}},
		{Name: "CMS of small elements, indefinite lengths", Read: read, Says: "malformed CMS",
			Input: func(n int) []byte {
				return slices.Concat([]byte{0x30, 0x80}, hostiletest.Fill([]byte{0x30, 0x80, 0, 0}, n), []byte{0, 0})
			}},
		{Name: "PEM of a million blocks", Read: decode, Says: "malformed CMS", Cheap: true,
			Input: func(n int) []byte { return hostiletest.Fill([]byte("-----BEGIN X-----\n-----END X-----\n"), n) }},
		{Name: "PEM of headers", Read: decode, Says: "malformed CMS",
			Input: func(n int) []byte {
				b := []byte("-----BEGIN CMS-----\n")
				for i := 0; len(b) < n; i++ {
					b = fmt.Appendf(b, "%d:\n", i)
				}
				return append(b, "\n-----END CMS-----\n"...)
			}},
		{Name: "base64 without end", Read: decode, Says: "malformed CMS", Input: func(n int) []byte { return hostiletest.Fill([]byte("MAAA"), n) }},
	})
}

// numbered are signed attributes whose identifiers count up.
func numbered(n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		id := []byte{0x06, 5, 0x2a, 0x81 + byte(i>>14)&0x7e, 0x80 | byte(i>>7), byte(i) & 0x7f, 3}
		b = append(b, hostiletest.Nest(id, hostiletest.Element{Tag: 0x30, After: []byte{0x31, 0}})...)
	}
	return b
}
