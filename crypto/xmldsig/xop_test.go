package xmldsig_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

const include = `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="`

func TestInlineXOP(t *testing.T) {
	parts := map[string][]byte{
		"<plain@example.org>": []byte("plain part"),
		"1@urn://x-artefacts": []byte("encoded part"),
		"50%25@raw":           []byte("raw part"),
		"empty":               {},
	}
	cases := []struct {
		name string
		doc  string
		want string // canonical form; empty: refused
	}{
		{"nothing to do", "<a>1</a>", "<a>1</a>"},
		{"brackets in the Content-ID", "<a>" + include + `cid:plain@example.org"/></a>`, "<a>cGxhaW4gcGFydA==</a>"},
		{"encoded reference", "<a><b>" + include + `cid:1@urn%3A%2F%2Fx-artefacts"/></b><c/></a>`, "<a><b>ZW5jb2RlZCBwYXJ0</b><c></c></a>"},
		{"reference as it stands", "<a>" + include + `cid:50%25@raw"/></a>`, "<a>cmF3IHBhcnQ=</a>"},
		{"white space around", "<a>\n  " + include + `cid:plain@example.org"></xop:Include>` + "\n</a>", "<a>cGxhaW4gcGFydA==</a>"},
		{"empty part", "<a>" + include + `cid:empty"/></a>`, "<a></a>"},
		{"several", "<a><b>" + include + `cid:empty"/></b><b>` + include + `cid:plain@example.org"/></b></a>`, "<a><b></b><b>cGxhaW4gcGFydA==</b></a>"},
		{"missing part", "<a>" + include + `cid:other"/></a>`, ""},
		{"no reference", `<a><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include"/></a>`, ""},
		{"reference that is no Content-ID", "<a>" + include + `http://127.0.0.1/"/></a>`, ""},
		{"part named twice", "<a><b>" + include + `cid:plain@example.org"/></b><b>` + include + `cid:plain@example.org"/></b></a>`, ""},
		{"two includes together", "<a>" + include + `cid:plain@example.org"/>` + include + `cid:empty"/></a>`, ""},
		{"text beside it", "<a>1" + include + `cid:plain@example.org"/></a>`, ""},
		{"element beside it", "<a><b/>" + include + `cid:plain@example.org"/></a>`, ""},
		{"content inside it", "<a>" + include + `cid:plain@example.org">1</xop:Include></a>`, ""},
		{"as the root", include + `cid:plain@example.org"/>`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := parseRoot(t, []byte(c.doc))
			if got := xmldsig.HasXOP(root); got != strings.Contains(c.doc, "Include") {
				t.Errorf("HasXOP: %v", got)
			}
			err := xmldsig.InlineXOP(root, parts)
			if c.want == "" {
				if !errors.Is(err, xmldsig.ErrXOP) {
					t.Fatalf("error: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := string(canonical(t, root)); got != c.want {
				t.Fatalf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestVerifyWithXOP: what was signed inline verifies after the bus has moved it
// into a MIME part, and not before it is put back.
func TestVerifyWithXOP(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	binary := bytes.Repeat([]byte("CMS "), 500)
	element, digest := signedElement(t, 32, func(w *xmldsig.Writer) {
		w.StartAttrs(typesNS, "Response", xmldsig.Attr{Local: "Id", Value: "ID"})
		w.Element(basicNS, "SignaturePKCS7", base64Text(binary))
		w.End()
	})
	signature, err := xmldsig.Sign(context.Background(), bus, "ID", digest)
	if err != nil {
		t.Fatal(err)
	}
	moved := strings.Replace(element, base64Text(binary), include+`cid:part-1@urn%3Ax"/>`, 1)
	doc := []byte(envelope("", moved+smevSignature(string(signature))))
	verify := func(root *xmlsafe.Element) error {
		s := signatures(root)[0]
		_, err := xmldsig.Verify(s, siblingTarget(t, s), xmldsig.VerifyOptions{Trust: bus.trust})
		return err
	}
	root := parseRoot(t, doc)
	if err := verify(root); !errors.Is(err, xmldsig.ErrDigest) {
		t.Fatalf("before inlining: %v", err)
	}
	x := xmldsig.Explain(root, xmldsig.ExplainOptions{At: signedAt})
	if len(x) != 1 || !strings.Contains(hints(x[0]), "xop:Include") {
		t.Fatalf("explanation: %+v", x)
	}
	if err := xmldsig.InlineXOP(root, map[string][]byte{"<part-1@urn:x>": binary}); err != nil {
		t.Fatal(err)
	}
	if err := verify(root); err != nil {
		t.Fatalf("after inlining: %v", err)
	}
}
