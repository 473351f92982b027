package egissotest

import (
	"os"
	"path/filepath"
	"sort"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/crypto/signertest"
)

// SampleFolder is where samples of a version lie.
func SampleFolder(v *egisso.Version) string { return v.Code + "-" + v.Number }

// SchemaProblems is what xmllint finds in each document by the official schema.
func SchemaProblems(t testing.TB, schema string, documents [][]byte) []string {
	t.Helper()
	return signertest.SchemaProblems(t, signertest.Shared(t, "schemas", "egisso", schema), documents)
}

// ReadSample reads a sample of the shared specification, by its path in samples; where there is
// none the test is skipped.
func ReadSample(t testing.TB, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(signertest.Shared(t, append([]string{"samples"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// SampleNames lists the samples of a kind by the start of their names.
func SampleNames(t testing.TB, kind, prefix string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(signertest.Shared(t, "samples", kind), prefix+"*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples %s/%s*: %v", kind, prefix, err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	sort.Strings(names)
	return names
}

// Codes lists findings as "CODE" or "CODE(W)", sorted.
func Codes(findings []egisso.Finding) []string {
	out := []string{}
	for _, f := range findings {
		c := f.Code
		if f.Severity == egisso.Warning {
			c += "(W)"
		}
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}
