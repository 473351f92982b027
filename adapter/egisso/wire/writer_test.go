package wire_test

import (
	"bytes"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

var _ wire.Writer = (*xmldsig.Writer)(nil)

// TestPackagesThroughTheSigningWriter: the writer of signed messages gets the
// same documents, with the namespaces declared once.
func TestPackagesThroughTheSigningWriter(t *testing.T) {
	for _, v := range egisso.Versions() {
		if v.Register == "" {
			continue
		}
		for name, p := range egissotest.Packages(v) {
			if name == "valid.data.osz-code-letters.xml" && !v.Letters {
				continue
			}
			t.Run(v.String()+" "+name, func(t *testing.T) { throughTheSigningWriter(t, v, p) })
		}
	}
}

func throughTheSigningWriter(t *testing.T, v *egisso.Version, p *egisso.Package) {
	var declared []xmldsig.Prefix
	for _, x := range v.Prefixes {
		declared = append(declared, xmldsig.Prefix{Prefix: x.Prefix, URI: x.URI})
	}
	var sent, normal bytes.Buffer
	w := xmldsig.NewWriter(&sent, &normal, declared)
	if err := wire.WritePackage(w, p, v); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	egissotest.SameDocument(t, sent.Bytes(), egissotest.WrittenAs(t, p, v))
	egissotest.SameDocument(t, normal.Bytes(), egissotest.WrittenAs(t, p, v))

	doc, err := xmlsafe.Parse(sent.Bytes(), xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if e != doc.Root && len(e.Decls) > 0 {
			t.Errorf("%s declares a namespace: the prefixes are not complete", e.Path())
			return false
		}
		return true
	})
	t.Logf("%6d bytes on the wire, %6d in normal form", sent.Len(), normal.Len())
}
