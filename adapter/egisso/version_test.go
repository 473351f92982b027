package egisso_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/crypto/signertest"
)

// TestVersionsHaveSchemasAndSamples: a row of the table without its official
// schema would be tested by nothing.
func TestVersionsHaveSchemasAndSamples(t *testing.T) {
	var known []string
	for _, v := range egisso.Versions() {
		signertest.Shared(t, "schemas", "egisso", egissotest.SampleFolder(v)+".xsd")
		egissotest.SampleNames(t, egissotest.SampleFolder(v), "")
		known = append(known, egissotest.SampleFolder(v)+".xsd")
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
		if found, err := egisso.FindVersion(v.Code, v.Number); err != nil || found != v {
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
		if _, err := egisso.FindVersion(c.code, c.number); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: error %v, want one with %q", c.code, c.number, err, c.want)
		}
	}
}

func TestParseVersionSet(t *testing.T) {
	set, err := egisso.ParseVersionSet(" 10.05.I = 1.0.7 ,10.15.I=1.0.3,")
	if err != nil {
		t.Fatal(err)
	}
	for register, want := range map[egisso.Register]string{
		egisso.RegisterMeasure: "10.05.I 1.0.7", egisso.RegisterPoint: "10.15.I 1.0.3", egisso.RegisterFact: "10.06.S 1.1.0",
		egisso.RegisterOrganization: "10.07.I 1.0.6", egisso.RegisterParticipant: "10.11.I 1.0.3",
	} {
		if got := set.For(register).String(); got != want {
			t.Errorf("%s is sent as %s, want %s", register, got, want)
		}
		if got := egisso.VersionSet(nil).For(register); got != register.Version() {
			t.Errorf("%s is sent as %s by default", register, got)
		}
	}
	for _, bad := range []string{"10.05.I", "10.05.I=9", "10.99.I=1", "10.02.I=1.0.3", "10.05.I=1.0.7,10.05.I=2.1.0"} {
		if _, err := egisso.ParseVersionSet(bad); err == nil {
			t.Errorf("versions %q were accepted", bad)
		} else {
			t.Log(err)
		}
	}
}
