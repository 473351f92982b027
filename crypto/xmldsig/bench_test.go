package xmldsig_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/streebog"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// Namespaces of a package of assignment facts.
const (
	benchFact    = "urn://egisso-ru/types/assignment-fact/1.0.5"
	benchPerson  = "urn://egisso-ru/types/prsn-info/1.0.3"
	benchGeneral = "http://egisso.ru/common/general/1.0"
	benchMessage = "urn://egisso-ru/msg/10.06.S/1.0.7"
)

var benchPrefixes = []xmldsig.Prefix{{Prefix: "m", URI: benchMessage}, {Prefix: "f", URI: benchFact}, {Prefix: "p", URI: benchPerson}, {Prefix: "g", URI: benchGeneral}}

// writePackage writes records shaped like assignment facts, some 30 elements
// each, with made-up values.
func writePackage(w *xmldsig.Writer, records int) {
	w.Start(benchMessage, "data")
	w.Start(benchMessage, "package")
	w.Element(benchMessage, "packageID", "6f9619ff-8b86-d011-b42d-00cf4fc964ff")
	w.Start(benchMessage, "elements")
	for range records {
		w.Start(benchMessage, "fact")
		w.Element(benchFact, "oszCode", "0000.000001")
		w.Start(benchFact, "mszReceiver")
		w.Element(benchPerson, "SNILS", "00000000000")
		w.Element(benchPerson, "FamilyName", "Иванова-Петрова")
		w.Element(benchPerson, "FirstName", "Мария")
		w.Element(benchPerson, "Patronymic", "Ивановна")
		w.Element(benchPerson, "Gender", "Female")
		w.Element(benchPerson, "BirthDate", "1980-01-01+03:00")
		w.End()
		w.Start(benchFact, "reasonPersons")
		for range 2 {
			w.Start(benchPerson, "prsnInfo")
			w.Element(benchPerson, "SNILS", "00000000000")
			w.Element(benchPerson, "FamilyName", "Иванов")
			w.Element(benchPerson, "FirstName", "Пётр")
			w.Element(benchPerson, "Gender", "Male")
			w.Element(benchPerson, "BirthDate", "2015-05-05+03:00")
			w.End()
		}
		w.End()
		w.Element(benchFact, "LMSZID", "d0f3cbf6-9b3e-11ea-b23a-3316e2108089")
		w.Element(benchFact, "categoryID", "d0f3cbf6-9b3e-11ea-b23a-3316e2108090")
		w.Element(benchFact, "decisionDate", "2024-01-10+03:00")
		w.Element(benchFact, "dateStart", "2024-01-15+03:00")
		w.Element(benchFact, "dateFinish", "2024-12-31+03:00")
		w.Start(benchFact, "needsCriteria")
		w.Element(benchFact, "usingSign", "false")
		w.End()
		w.Start(benchFact, "assignmentInfo")
		w.Start(benchFact, "monetaryForm")
		w.Element(benchFact, "amount", "15000.00")
		w.End()
		w.End()
		w.Element(benchGeneral, "lastChanging", "2024-01-10T12:00:00+03:00")
		w.Element(benchGeneral, "uuid", "d0f3cbf6-9b3e-11ea-b23a-3316e2108091")
		w.End()
	}
	w.End()
	w.End()
	w.End()
}

func benchPackage(b *testing.B, records int) (wire, normal []byte) {
	b.Helper()
	var wireBuf, normalBuf bytes.Buffer
	w := xmldsig.NewWriter(&wireBuf, &normalBuf, benchPrefixes)
	writePackage(w, records)
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return wireBuf.Bytes(), normalBuf.Bytes()
}

// benchSizes runs a benchmark for packages of 1, 100 and 1000 records; its
// throughput is that of the wire form.
func benchSizes(b *testing.B, run func(b *testing.B, records int, wire []byte)) {
	for _, records := range []int{1, 100, 1000} {
		wire, normal := benchPackage(b, records)
		b.Run(fmt.Sprintf("%d", records), func(b *testing.B) {
			b.SetBytes(int64(len(wire)))
			b.ReportAllocs()
			run(b, records, wire)
			b.ReportMetric(float64(len(normal)), "normal-B")
		})
	}
}

// discard is io.Discard without its io.ReaderFrom and io.StringWriter.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkWriter(b *testing.B) {
	benchSizes(b, func(b *testing.B, records int, _ []byte) {
		for b.Loop() {
			w := xmldsig.NewWriter(discard{}, discard{}, benchPrefixes)
			writePackage(w, records)
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkWriterWithDigest(b *testing.B) {
	benchSizes(b, func(b *testing.B, records int, _ []byte) {
		for b.Loop() {
			h := streebog.New256()
			w := xmldsig.NewWriter(discard{}, h, benchPrefixes)
			writePackage(w, records)
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			h.Sum(nil)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	benchSizes(b, func(b *testing.B, _ int, wire []byte) {
		for b.Loop() {
			if _, err := xmlsafe.Parse(wire, xmlsafe.Limits{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCanonicalize(b *testing.B) {
	benchElements(b, xmldsig.Canonicalize)
}

func BenchmarkTransformElement(b *testing.B) {
	benchElements(b, xmldsig.TransformElement)
}

func benchElements(b *testing.B, apply func(io.Writer, *xmlsafe.Element) error) {
	benchSizes(b, func(b *testing.B, _ int, wire []byte) {
		root := parseRoot(b, wire)
		for b.Loop() {
			if err := apply(discard{}, root); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkParseAndTransform is what foreign XML costs from bytes to the
// octets that are hashed.
func BenchmarkParseAndTransform(b *testing.B) {
	benchSizes(b, func(b *testing.B, _ int, wire []byte) {
		for b.Loop() {
			doc, err := xmlsafe.Parse(wire, xmlsafe.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			if err := xmldsig.TransformElement(discard{}, doc.Root); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkExclusiveC14N compares canonicalisation from source bytes, parsing
// included, with other implementations; xmllint's time includes its start.
func BenchmarkExclusiveC14N(b *testing.B) {
	ours := func(b *testing.B, wire []byte) {
		doc, err := xmlsafe.Parse(wire, xmlsafe.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if err := xmldsig.Canonicalize(discard{}, doc.Root); err != nil {
			b.Fatal(err)
		}
	}
	theirs := func(b *testing.B, wire []byte) {
		doc := etree.NewDocument()
		if err := doc.ReadFromBytes(wire); err != nil {
			b.Fatal(err)
		}
		if _, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(doc.Root()); err != nil {
			b.Fatal(err)
		}
	}
	libxml2 := func(b *testing.B, wire []byte) {
		cmd := exec.Command("xmllint", "--exc-c14n", "--nonet", "-")
		cmd.Stdin = bytes.NewReader(wire)
		if err := cmd.Run(); err != nil {
			b.Skipf("xmllint: %v", err)
		}
	}
	for _, c := range []struct {
		name string
		run  func(*testing.B, []byte)
	}{{"ours", ours}, {"goxmldsig", theirs}, {"xmllint", libxml2}} {
		b.Run(c.name, func(b *testing.B) {
			benchSizes(b, func(b *testing.B, _ int, wire []byte) {
				for b.Loop() {
					c.run(b, wire)
				}
			})
		})
	}
}

func BenchmarkSign(b *testing.B) {
	p := newParty(b, gost3410.CryptoProA())
	digest := make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xmldsig.Sign(context.Background(), p, "ID", digest); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	p := newParty(b, gost3410.CryptoProA())
	for _, records := range []int{1, 100, 1000} {
		element, digest := signedElement(b, 32, func(w *xmldsig.Writer) {
			w.StartAttrs(typesNS, "Response", xmldsig.Attr{Local: "Id", Value: "ID"})
			writePackage(w, records)
			w.End()
		})
		signature, err := xmldsig.Sign(context.Background(), p, "ID", digest)
		if err != nil {
			b.Fatal(err)
		}
		data := []byte(envelope("", element+smevSignature(string(signature))))
		b.Run(fmt.Sprintf("%d", records), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				root := parseRoot(b, data)
				s := signatures(root)[0]
				if _, err := xmldsig.Verify(s, siblingTarget(b, s), xmldsig.VerifyOptions{Trust: p.trust}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
