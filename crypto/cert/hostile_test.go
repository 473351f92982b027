package cert_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/hostiletest"
	"egissogw/crypto/signertest"
)

// largestCertificate is the most bytes of a certificate that are looked into.
const largestCertificate = 63 << 10

// parts are the elements of a certificate: those of the signed part up to the
// extensions, the extensions, and what follows the signed part.
func parts(t testing.TB) (fields [][]byte, extensions, tail []byte) {
	t.Helper()
	s := cryptobyte.String(signertest.NewIdentity(t, gost3410.CryptoProA()).Certificate.Raw)
	var outer, tbs cryptobyte.String
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		t.Fatal("not a certificate")
	}
	for range 7 {
		var one cryptobyte.String
		var tag cbasn1.Tag
		if !tbs.ReadAnyASN1Element(&one, &tag) {
			t.Fatal("not a certificate")
		}
		fields = append(fields, one)
	}
	return fields, tbs, outer
}

// certificateWith is a certificate with one of its fields replaced by content: the
// number of a field of the signed part, or 7 for the list of extensions.
func certificateWith(t testing.TB, field int, content []byte) []byte {
	fields, extensions, tail := parts(t)
	var before, after []byte
	switch {
	case field == 7:
		before = bytes.Join(fields, nil)
		return hostiletest.Nest(content, hostiletest.Element{Tag: 0x30}, hostiletest.Element{Tag: 0xa3},
			hostiletest.Element{Tag: 0x30, Before: before}, hostiletest.Element{Tag: 0x30, After: tail})
	default:
		before = bytes.Join(fields[:field], nil)
		after = append(bytes.Join(fields[field+1:], nil), extensions...)
	}
	return hostiletest.Nest(content, hostiletest.Element{Tag: 0x30, Before: before, After: after}, hostiletest.Element{Tag: 0x30, After: tail})
}

// numbered repeats an element whose object identifier counts up.
func numbered(n int, element func(id []byte) []byte) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		id := []byte{0x06, 5, 0x2a, 0x81 + byte(i>>14)&0x7e, 0x80 | byte(i>>7), byte(i) & 0x7f, 3}
		b = append(b, element(id)...)
	}
	return b
}

func extension(id []byte) []byte {
	return hostiletest.Nest(nil, hostiletest.Element{Tag: 4}, hostiletest.Element{Tag: 0x30, Before: id})
}

// listIn is the extension 2.5.29.number with a list of one element over and over.
func listIn(n, number int, element []byte) []byte {
	return hostiletest.Nest(hostiletest.Fill(element, n), hostiletest.Element{Tag: 0x30}, hostiletest.Element{Tag: 4},
		hostiletest.Element{Tag: 0x30, Before: []byte{0x06, 3, 0x55, 0x1d, byte(number)}})
}

func numberedHeaders(n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = fmt.Appendf(b, "%d:\n", i)
	}
	return b
}

func TestHostileCertificates(t *testing.T) {
	parse := func(_ testing.TB, input []byte) error { _, err := cert.Parse(input); return err }
	trust := func(_ testing.TB, input []byte) error { _, err := cert.ParsePEM(input); return err }
	rdn := func(id []byte) []byte {
		return hostiletest.Nest([]byte("a"), hostiletest.Element{Tag: 0x0c}, hostiletest.Element{Tag: 0x30, Before: id}, hostiletest.Element{Tag: 0x31})
	}
	name := func(n int) []byte { return hostiletest.Nest(numbered(n, rdn), hostiletest.Element{Tag: 0x30}) }
	block := func(t testing.TB) []byte {
		return cert.EncodePEM(signertest.NewIdentity(t, gost3410.CryptoProA()).Certificate.Raw)
	}
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "certificate of many extensions", Read: parse, Cheap: true, Says: "bytes are too many",
			Input: func(n int) []byte { return certificateWith(t, 7, numbered(n, extension)) }},
		{Name: "certificate of extensions, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true, Says: "more than 64 extensions",
			Input: func(n int) []byte { return certificateWith(t, 7, numbered(n, extension)) }},
		{Name: "certificate of RDNs, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true, Says: "more than 128 attributes",
			Input: func(n int) []byte { return certificateWith(t, 5, name(n)) }},
		{Name: "certificate of one set of attributes, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true, Says: "more than 128 attributes",
			Input: func(n int) []byte {
				attribute := func(id []byte) []byte {
					return hostiletest.Nest([]byte("a"), hostiletest.Element{Tag: 0x0c}, hostiletest.Element{Tag: 0x30, Before: id})
				}
				return certificateWith(t, 3, hostiletest.Nest(numbered(n, attribute), hostiletest.Element{Tag: 0x31}, hostiletest.Element{Tag: 0x30}))
			}},
		{Name: "certificate of alternative names, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true,
			Input: func(n int) []byte { return certificateWith(t, 7, listIn(n, 17, []byte{0x82, 1, 'a'})) }},
		{Name: "certificate of policies, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true,
			Input: func(n int) []byte { return certificateWith(t, 7, listIn(n, 32, []byte{0x30, 4, 0x06, 2, 0x2a, 3})) }},
		{Name: "certificate of key usages, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true,
			Input: func(n int) []byte { return certificateWith(t, 7, listIn(n, 37, []byte{0x06, 2, 0x2a, 3})) }},
		{Name: "certificate with a long identifier, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true, Says: "extension 1",
			Input: func(n int) []byte {
				return certificateWith(t, 7, extension(hostiletest.Nest(append(hostiletest.Fill([]byte{0x81}, n), 1), hostiletest.Element{Tag: 6})))
			}},
		{Name: "certificate with a long serial number, 64 KiB", Read: parse, Limit: largestCertificate - 1024, Cheap: true, Says: "serial number",
			Input: func(n int) []byte {
				return certificateWith(t, 1, hostiletest.Nest(hostiletest.Fill([]byte{0x7f}, n), hostiletest.Element{Tag: 2}))
			}},
		{Name: "certificate nested deeply, 64 KiB", Read: parse, Limit: largestCertificate / 4, Cheap: true, Says: "malformed",
			Input: func(n int) []byte {
				return certificateWith(t, 5, hostiletest.Nest(nil, slices.Repeat([]hostiletest.Element{{Tag: 0x30}}, n/4)...))
			}},
		{Name: "trust store of one block over and over", Read: trust, Limit: 4<<20 - 1024, Says: "",
			Input: func(n int) []byte { return hostiletest.Fill(block(t), min(n, 2000*1000)) }},
		{Name: "trust store of empty blocks", Read: trust, Limit: 4<<20 - 1024, Says: "no CERTIFICATE block",
			Input: func(n int) []byte { return hostiletest.Fill(pem.EncodeToMemory(&pem.Block{Type: "X"}), n) }},
		{Name: "trust store of beginnings", Read: trust, Limit: 4<<20 - 1024, Says: "no CERTIFICATE block",
			Input: func(n int) []byte { return hostiletest.Fill([]byte("-----BEGIN CERTIFICATE-----\n"), n) }},
		{Name: "trust store of ends", Read: trust, Limit: 4<<20 - 1024, Says: "no CERTIFICATE block",
			Input: func(n int) []byte { return hostiletest.Fill([]byte("-----BEGIN A-----\n-----END "), n) }},
		{Name: "trust store of headers", Read: trust, Limit: 4<<20 - 1024, Says: "PEM block of more than", Cheap: true,
			Input: func(n int) []byte {
				return append(append([]byte("-----BEGIN CERTIFICATE-----\n"), numberedHeaders(max(n, 256<<10))...), "\n-----END CERTIFICATE-----\n"...)
			}},
		{Name: "trust store without end", Read: trust, Cheap: true, Says: "are allowed",
			Input: func(n int) []byte { return hostiletest.Fill(block(t), max(n, 5<<20)) }},
	})
}
