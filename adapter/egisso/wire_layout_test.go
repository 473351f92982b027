package egisso

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestEveryKindIsWrittenAndRead: an element of each kind stands in a package of every version
// that has the kind, and is read from it as it was.
func TestEveryKindIsWrittenAndRead(t *testing.T) {
	for _, v := range Versions() {
		if v.Register == "" {
			continue
		}
		known := map[Kind]Element{}
		for _, p := range worldPackages(v) {
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
			p := &Package{Register: v.Register, Elements: []Element{e}}
			if v.Register != RegisterParticipant {
				p.ID = factID("aaa")
			}
			read, _, err := ReadPackage(writtenAs(t, p, v))
			if err != nil {
				t.Errorf("%s: %s: %v", v, kind, err)
				continue
			}
			if got, want := asJSON(t, read), asJSON(t, p); got != want || read.Elements[0].ElementKind() != kind {
				t.Errorf("%s: %s is read as\n%s, want\n%s", v, kind, got, want)
			}
		}
	}
	for _, r := range Registers() {
		if !slices.Equal(r.Kinds(), r.Version().Kinds()) {
			t.Errorf("%s: the current version has not all kinds", r)
		}
	}
}

// foreign is an element of a type that nothing is known of.
type foreign struct{ kind Kind }

func (f foreign) ElementKind() Kind  { return f.kind }
func (foreign) ElementID() uuid.UUID { return factID("bbb") }
func (foreign) Target() uuid.UUID    { return uuid.Nil }

func TestElementsOfUnknownTypesAreNotWritten(t *testing.T) {
	for _, r := range Registers() {
		for _, kind := range r.Kinds() {
			var w textWriter
			p := &Package{ID: factID("aaa"), Register: r, Elements: []Element{foreign{kind}}}
			if err := WritePackage(&w, p, r.Version()); err == nil || !strings.Contains(err.Error(), "has no writer") || w.String() != "" {
				t.Errorf("%s: error %v, written %q", kind, err, w.String())
			}
		}
	}
}
