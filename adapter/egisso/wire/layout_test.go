package wire_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
)

// TestEveryKindIsWrittenAndRead: an element of each kind stands in a package of every version
// that has the kind, and is read from it as it was.
func TestEveryKindIsWrittenAndRead(t *testing.T) {
	for _, v := range egisso.Versions() {
		if v.Register == "" {
			continue
		}
		known := map[egisso.Kind]egisso.Element{}
		for _, p := range egissotest.Packages(v) {
			for _, e := range p.Elements {
				known[e.ElementKind()] = e
			}
		}
		for _, kind := range v.Kinds() {
			e := known[kind]
			if e == nil {
				t.Errorf("%s: no element %s in the packages of the world", v, kind)
				continue
			}
			p := &egisso.Package{Register: v.Register, Elements: []egisso.Element{e}}
			if v.Register != egisso.RegisterParticipant {
				p.ID = egissotest.FactID("aaa")
			}
			read, _, err := wire.ReadPackage(egissotest.WrittenAs(t, p, v))
			if err != nil {
				t.Errorf("%s: %s: %v", v, kind, err)
				continue
			}
			if got, want := egissotest.JSON(t, read), egissotest.JSON(t, p); got != want || read.Elements[0].ElementKind() != kind {
				t.Errorf("%s: %s is read as\n%s, want\n%s", v, kind, got, want)
			}
		}
	}
	for _, r := range egisso.Registers() {
		if !slices.Equal(r.Kinds(), r.Version().Kinds()) {
			t.Errorf("%s: the current version has not all kinds", r)
		}
	}
}

// foreign is an element of a type that nothing is known of.
type foreign struct{ kind egisso.Kind }

func (f foreign) ElementKind() egisso.Kind { return f.kind }
func (foreign) ElementID() uuid.UUID       { return egissotest.FactID("bbb") }
func (foreign) Target() uuid.UUID          { return uuid.Nil }

func TestElementsOfUnknownTypesAreNotWritten(t *testing.T) {
	for _, r := range egisso.Registers() {
		for _, kind := range r.Kinds() {
			var w egissotest.TextWriter
			p := &egisso.Package{ID: egissotest.FactID("aaa"), Register: r, Elements: []egisso.Element{foreign{kind}}}
			if err := wire.WritePackage(&w, p, r.Version()); err == nil || !strings.Contains(err.Error(), "has no writer") || w.String() != "" {
				t.Errorf("%s: error %v, written %q", kind, err, w.String())
			}
		}
	}
}
