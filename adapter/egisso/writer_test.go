package egisso

import (
	"bytes"
	"testing"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

var _ Writer = (*xmldsig.Writer)(nil)

// TestPackagesThroughTheSigningWriter: the writer of signed messages gets the
// same documents, with the namespaces declared once.
func TestPackagesThroughTheSigningWriter(t *testing.T) {
	for name, p := range worldPackages() {
		t.Run(name, func(t *testing.T) {
			prefixes := MeasurePrefixes
			if p.Register == RegisterFact {
				prefixes = FactPrefixes
			}
			var declared []xmldsig.Prefix
			for _, x := range prefixes {
				declared = append(declared, xmldsig.Prefix{Prefix: x.Prefix, URI: x.URI})
			}
			var wire, normal bytes.Buffer
			w := xmldsig.NewWriter(&wire, &normal, declared)
			if err := p.Write(w); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			sameDocument(t, wire.Bytes(), written(t, p))
			sameDocument(t, normal.Bytes(), written(t, p))

			doc, err := xmlsafe.Parse(wire.Bytes(), xmlsafe.DefaultLimits)
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
			t.Logf("%-40s %6d bytes on the wire, %6d in normal form", name, wire.Len(), normal.Len())
		})
	}
}
