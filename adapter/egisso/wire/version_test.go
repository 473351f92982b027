package wire_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/signertest"
)

// TestNamespacesAreThoseOfTheSchemas: every namespace of the table is the target
// of an official schema.
func TestNamespacesAreThoseOfTheSchemas(t *testing.T) {
	targets := map[string]bool{}
	for _, pattern := range []string{"*.xsd", "schemas/*/*.xsd"} {
		paths, err := filepath.Glob(filepath.Join(signertest.Shared(t, "schemas", "egisso"), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, after, _ := strings.Cut(string(b), `targetNamespace="`)
			target, _, _ := strings.Cut(after, `"`)
			targets[target] = true
		}
	}
	for _, v := range egisso.Versions() {
		for _, p := range v.Prefixes {
			if !targets[p.URI] {
				t.Errorf("%s: no schema has the namespace %s", v, p.URI)
			}
		}
	}
	for name, space := range wire.ProtocolSpaces() {
		if !targets[space] {
			t.Errorf("%s: no schema has the namespace %s", name, space)
		}
	}
}

// TestReadersTellKindsApart: a document of another kind, or of a version nobody
// knows, is refused by name.
func TestReadersTellKindsApart(t *testing.T) {
	measures := egissotest.ReadSample(t, measureSamples, "valid.request.new-four-measures.xml")
	for name, err := range map[string]error{
		"measures of a version to come":  third(wire.ReadPackage([]byte(strings.ReplaceAll(string(measures), "/2.1.0", "/9.9.9")))),
		"an answer as a package":         third(wire.ReadPackage(egissotest.ReadSample(t, measureSamples, "valid.response.all-accepted.xml"))),
		"10.10.I as a package":           third(wire.ReadPackage(egissotest.ReadSample(t, storageSamples, "valid.request.xml"))),
		"a package as a storage request": second(wire.ReadStorageRequest(measures)),
		"no XML":                         third(wire.ReadPackage([]byte("пакет"))),
	} {
		var format *wire.FormatError
		if !errors.As(err, &format) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		t.Logf("%s: %v", name, err)
	}
}

func second[T any](_ T, err error) error { return err }

func third[T, U any](_ T, _ U, err error) error { return err }

// TestWriteVersionOfAnotherKind: a package is not written as something else.
func TestWriteVersionOfAnotherKind(t *testing.T) {
	p := egissotest.Packages(egisso.RegisterFact.Version())["valid.data.one-prescription.xml"]
	var w egissotest.TextWriter
	if err := wire.WritePackage(&w, p, egisso.RegisterMeasure.Version()); err == nil || w.String() != "" {
		t.Errorf("error %v, %d bytes", err, len(w.String()))
	}
}

// TestRefusalBeforeItWasKnown: 10.06.S 1.0.7 sends the refusal of a recipient as
// the end of his right (adapter/egisso/SPEC.md#which-event).
func TestRefusalBeforeItWasKnown(t *testing.T) {
	v, err := egisso.FindVersion("10.06.S", "1.0.7")
	if err != nil {
		t.Fatal(err)
	}
	p := &egisso.Package{ID: egissotest.FactID("aaa"), Register: egisso.RegisterFact, Elements: egissotest.Elements(
		egisso.FactTermination{Kind: egisso.KindFactRecipientRefusal, ID: egissotest.FactID("101"), FactID: egissotest.FactID("001"), DateFinish: egissotest.Today},
		egisso.FactTermination{Kind: egisso.KindFactEndOfRight, ID: egissotest.FactID("102"), FactID: egissotest.FactID("002"), DateFinish: egissotest.Today},
	)}
	read, _, err := wire.ReadPackage(egissotest.WrittenAs(t, p, v))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Elements) != 2 || read.Elements[0].ElementKind() != egisso.KindFactEndOfRight {
		t.Errorf("read %+v", read.Elements)
	}
	validate(t, v, [][]byte{egissotest.WrittenAs(t, p, v)})
}
