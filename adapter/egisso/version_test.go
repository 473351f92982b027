package egisso

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestVersionsHaveSchemasAndSamples: a row of the table without its official
// schema would be tested by nothing.
func TestVersionsHaveSchemasAndSamples(t *testing.T) {
	var known []string
	for _, v := range Versions() {
		sharedPath(t, "schemas", "egisso", sampleFolder(v)+".xsd")
		sampleNames(t, sampleFolder(v), "")
		known = append(known, sampleFolder(v)+".xsd")
		if v.Namespace() != "urn://egisso-ru/msg/"+v.Code+"/"+v.Number || v.Prefixes[0].URI != v.Namespace() {
			t.Errorf("%s has the namespace %s", v, v.Namespace())
		}
		seen := map[string]bool{}
		for _, p := range v.Prefixes {
			if p.URI == "" || seen[p.Prefix] || seen[p.URI] {
				t.Errorf("%s: prefix %q of %q", v, p.Prefix, p.URI)
			}
			seen[p.Prefix], seen[p.URI] = true, true
		}
		if found, err := FindVersion(v.Code, v.Number); err != nil || found != v {
			t.Errorf("%s is not found: %v", v, err)
		}
		if v.Register != "" && len(v.Kinds()) == 0 {
			t.Errorf("%s has no lists", v)
		}
	}
	schemas, err := filepath.Glob(filepath.Join(sharedPath(t, "schemas", "egisso"), "*.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range schemas {
		if name := filepath.Base(path); !slices.Contains(known, name) {
			t.Errorf("no version for the schema %s", name)
		}
	}
}

// TestNamespacesAreThoseOfTheSchemas: every namespace of the table is the target
// of an official schema.
func TestNamespacesAreThoseOfTheSchemas(t *testing.T) {
	targets := map[string]bool{}
	for _, pattern := range []string{"*.xsd", "schemas/*/*.xsd"} {
		paths, err := filepath.Glob(filepath.Join(sharedPath(t, "schemas", "egisso"), pattern))
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
	for _, v := range Versions() {
		for _, p := range v.Prefixes {
			if !targets[p.URI] {
				t.Errorf("%s: no schema has the namespace %s", v, p.URI)
			}
		}
	}
	for i := range protocolVersions {
		for name, space := range protocolVersions[i].names() {
			if !targets[space] {
				t.Errorf("protocol %s: no schema has the namespace %s of %s", protocolVersions[i].number, space, name)
			}
		}
	}
}

func TestFindVersionSaysWhatIsKnown(t *testing.T) {
	for _, c := range []struct{ code, number, want string }{
		{"10.05.I", "2.2.0", "есть: 2.1.0, 1.0.7"},
		{"10.36.S", "2.0.0", "вида сведений"},
	} {
		if _, err := FindVersion(c.code, c.number); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want one with %q", c.code, c.number, err, c.want)
		}
	}
}

func TestParseVersionSet(t *testing.T) {
	set, err := ParseVersionSet(" 10.05.I = 1.0.7 ,10.15.I=1.0.3,")
	if err != nil {
		t.Fatal(err)
	}
	for register, want := range map[Register]string{
		RegisterMeasure: "10.05.I 1.0.7", RegisterPoint: "10.15.I 1.0.3", RegisterFact: "10.06.S 1.1.0",
		RegisterOrganization: "10.07.I 1.0.6", RegisterParticipant: "10.11.I 1.0.3",
	} {
		if got := set.For(register).String(); got != want {
			t.Errorf("%s is sent as %s, want %s", register, got, want)
		}
		if got := VersionSet(nil).For(register); got != register.Version() {
			t.Errorf("%s is sent as %s by default", register, got)
		}
	}
	for _, bad := range []string{"10.05.I", "10.05.I=9", "10.99.I=1", "10.02.I=1.0.3", "10.05.I=1.0.7,10.05.I=2.1.0"} {
		if _, err := ParseVersionSet(bad); err == nil {
			t.Errorf("versions %q were accepted", bad)
		} else {
			t.Log(err)
		}
	}
}

// TestReadersTellKindsApart: a document of another kind, or of a version nobody
// knows, is refused by name.
func TestReadersTellKindsApart(t *testing.T) {
	measures := readSample(t, measureSamples, "valid.request.new-four-measures.xml")
	for name, err := range map[string]error{
		"measures of a version to come":  third(ReadPackage([]byte(strings.ReplaceAll(string(measures), "/2.1.0", "/9.9.9")))),
		"an answer as a package":         third(ReadPackage(readSample(t, measureSamples, "valid.response.all-accepted.xml"))),
		"10.10.I as a package":           third(ReadPackage(readSample(t, storageSamples, "valid.request.xml"))),
		"a package as a storage request": second(ReadStorageRequest(measures)),
		"no XML":                         third(ReadPackage([]byte("пакет"))),
	} {
		var format *FormatError
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
	p := worldPackages(RegisterFact.Version())["valid.data.one-prescription.xml"]
	var w textWriter
	if err := p.WriteVersion(&w, RegisterMeasure.Version()); err == nil || w.b.Len() > 0 {
		t.Errorf("error %v, %d bytes", err, w.b.Len())
	}
}

// TestRefusalBeforeItWasKnown: 10.06.S 1.0.7 sends the refusal of a recipient as
// the end of his right (SPEC.md#which-event).
func TestRefusalBeforeItWasKnown(t *testing.T) {
	v, err := FindVersion("10.06.S", "1.0.7")
	if err != nil {
		t.Fatal(err)
	}
	p := &Package{ID: factID("aaa"), Register: RegisterFact, Elements: elements(
		FactTermination{Kind: KindFactRecipientRefusal, ID: factID("101"), FactID: factID("001"), DateFinish: today},
		FactTermination{Kind: KindFactEndOfRight, ID: factID("102"), FactID: factID("002"), DateFinish: today},
	)}
	read, _, err := ReadPackage(writtenAs(t, p, v))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Elements) != 2 || read.Elements[0].ElementKind() != KindFactEndOfRight {
		t.Errorf("read %+v", read.Elements)
	}
	validate(t, v, [][]byte{writtenAs(t, p, v)})
}

func TestDecodeElementRefusesWhatItCannotRead(t *testing.T) {
	for _, c := range []struct {
		kind    Kind
		content string
	}{
		{"whatever", `{}`}, {KindFact, `{`}, {KindFact, `{"mszReceiver":{"snils":14346409756}}`}, {KindFact, `{"dateStart":"10.01.2023"}`},
		{KindApplication, `[]`}, {KindOrganization, `{"title":7}`},
	} {
		_, err := DecodeElement(c.kind, []byte(c.content))
		if err == nil {
			t.Errorf("%s %s was read", c.kind, c.content)
		} else if strings.Contains(err.Error(), "14346409756") || strings.Contains(err.Error(), "10.01.2023") {
			t.Errorf("error shows a value: %v", err)
		} else {
			t.Log(err)
		}
	}
	for _, r := range Registers() {
		for _, kind := range r.Kinds() {
			if e, err := DecodeElement(kind, []byte(`{}`)); err != nil || e.ElementKind() != kind || e.Target() != uuid.Nil {
				t.Errorf("%s: %v, %v", kind, e, err)
			}
		}
	}
}
