package egisso

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
)

// TestVersionsHaveSchemasAndSamples: a row of the table without its official
// schema would be tested by nothing.
func TestVersionsHaveSchemasAndSamples(t *testing.T) {
	var known []string
	for _, v := range Versions() {
		signertest.Shared(t, "schemas", "egisso", sampleFolder(v)+".xsd")
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
	schemas, err := filepath.Glob(filepath.Join(signertest.Shared(t, "schemas", "egisso"), "*.xsd"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range schemas {
		if name := filepath.Base(path); !slices.Contains(known, name) {
			t.Errorf("no version for the schema %s", name)
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
