package xmldsig_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/signertest"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// fuzzLimits keep single executions short.
var fuzzLimits = xmlsafe.Limits{Bytes: 64 << 10, Elements: 2000}

// sampleFiles reads real messages and the inputs of the vectors.
func sampleFiles(f *testing.F) [][]byte {
	f.Helper()
	var all [][]byte
	files := signertest.SharedFiles(f, "spec/smev3-vectors/messages/*.xml")
	for _, pattern := range []string{filepath.Join(vectorDir, "*", "input.xml"), filepath.Join(vectorDir, "errors", "*.xml")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		files = append(files, found...)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

// FuzzTransform holds all the ways from XML to the hashed octets against each
// other, on whatever the strict reader accepts.
func FuzzTransform(f *testing.F) {
	for _, b := range sampleFiles(f) {
		f.Add(b)
	}
	for n := range 20 {
		docs := documents{Rand: seeded(5_000_000 + n), comments: true, exotic: true, rawSpace: true}
		f.Add(docs.document())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmlsafe.Parse(data, fuzzLimits)
		if err != nil {
			return
		}
		c14n := canonical(t, doc.Root)
		if again := canonical(t, parseRoot(t, c14n)); !bytes.Equal(again, c14n) {
			t.Fatalf("canonical form is not stable: %s", firstDifference(c14n, again))
		}
		var direct, octets bytes.Buffer
		directErr, octetsErr := xmldsig.TransformElement(&direct, doc.Root), xmldsig.Transform(&octets, c14n)
		if (directErr == nil) != (octetsErr == nil) {
			t.Fatalf("one pass: %v, octets: %v", directErr, octetsErr)
		}
		if directErr != nil {
			return
		}
		if !bytes.Equal(direct.Bytes(), octets.Bytes()) {
			t.Fatalf("one pass and octets: %s", firstDifference(direct.Bytes(), octets.Bytes()))
		}
		var wire, normal bytes.Buffer
		w := xmldsig.NewWriter(&wire, &normal, []xmldsig.Prefix{{Prefix: "p", URI: doc.Root.Space}})
		w.Copy(doc.Root)
		if err := w.Close(); err != nil {
			if strings.Contains(err.Error(), "xsi:type") {
				return
			}
			t.Fatalf("copy: %v", err)
		}
		checkForms(t, wire.Bytes(), normal.Bytes())
	})
}

// FuzzVerify changes signed messages. Nobody in the test can make new
// signatures, so whatever verifies must be what was signed.
func FuzzVerify(f *testing.F) {
	signed := map[string]bool{}
	learn := func(data []byte) {
		doc, err := xmlsafe.Parse(data, xmlsafe.Limits{})
		if err != nil {
			return
		}
		for _, s := range signatures(doc.Root) {
			if target := besideSignature(s); target != nil {
				signed[string(transformed(f, target))] = true
			}
		}
		f.Add(data)
	}
	for _, b := range sampleFiles(f) {
		learn(b)
	}
	bus := newParty(f, gost3410.CryptoProA())
	element, signature := genuine(f, bus)
	learn([]byte(envelope("", element+smevSignature(signature))))
	want := 1
	if _, real := signertest.FindShared(f); real {
		want = 5
	}
	if len(signed) < want {
		f.Fatalf("%d signed elements to start from", len(signed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := xmlsafe.Parse(data, fuzzLimits)
		if err != nil {
			return
		}
		if err := xmldsig.InlineXOP(doc.Root, map[string][]byte{"part": []byte("part")}); err != nil {
			return
		}
		const few = 4
		var targets []*xmlsafe.Element
		doc.Root.Walk(func(e *xmlsafe.Element) bool {
			if slices.ContainsFunc(e.Attrs, xmlsafe.IsID) {
				targets = append(targets, e)
			}
			return len(targets) < few
		})
		for i, s := range signatures(doc.Root) {
			if i == few {
				break
			}
			for _, target := range targets {
				v, err := xmldsig.Verify(s, target, xmldsig.VerifyOptions{Trust: anybody})
				if err == nil && !signed[string(transformed(t, v.Element))] {
					t.Fatalf("verified what nobody signed: %s", transformed(t, v.Element))
				}
			}
		}
		xmldsig.Explain(doc.Root, xmldsig.ExplainOptions{At: signedAt, Source: data})
	})
}

// FuzzWriter gives the writer arbitrary text.
func FuzzWriter(f *testing.F) {
	for _, s := range []string{"text", " ", "a>b", ">>>>>>>>>>>>", "]]>", "\r\n", "\u0085", strings.Repeat("x", 511) + ">>", "\x00", "\U0001F600"} {
		f.Add(s, s, "x")
	}
	f.Fuzz(func(t *testing.T, text, value, name string) {
		var wire, normal bytes.Buffer
		w := xmldsig.NewWriter(&wire, &normal, nil)
		w.StartAttrs("urn:a", "a", xmldsig.Attr{Local: "v", Value: value}, xmldsig.Attr{Space: "urn:" + name, Local: "w", Value: text})
		w.Text(text)
		w.Element("urn:"+name, "b", value)
		w.Text(value)
		w.Text(text)
		w.End()
		if w.Close() != nil {
			return
		}
		checkForms(t, wire.Bytes(), normal.Bytes())
	})
}
