// Package samples finds the shared reference material (schemas, sample
// messages) for the simulator's tests and runs xmllint on it.
package samples

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
)

// Root returns the repository's folder.
func Root(t testing.TB) string {
	t.Helper()
	return signertest.Root(t)
}

// Dir returns the folder of reference material, ../shared beside the
// repository, or skips the test.
func Dir(t testing.TB) string {
	t.Helper()
	return signertest.Shared(t)
}

// Find returns a path of the reference material and whether it is there.
func Find(t testing.TB, elem ...string) (string, bool) {
	t.Helper()
	return signertest.FindShared(t, elem...)
}

// Read returns a file of the reference material.
func Read(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{Dir(t)}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Lint validates files against a schema with xmllint and returns for each file
// whether it is valid, and xmllint's words about those that are not.
func Lint(t testing.TB, schema string, files ...string) (map[string]bool, string) {
	t.Helper()
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Skip("xmllint is not installed")
	}
	out, _ := exec.CommandContext(t.Context(), "xmllint", append([]string{"--noout", "--nonet", "--huge", "--schema", schema}, files...)...).CombinedOutput()
	valid := map[string]bool{}
	for _, f := range files {
		if strings.Contains(string(out), f+" validates\n") {
			valid[f] = true
		} else if strings.Contains(string(out), f+" fails to validate") || strings.Contains(string(out), f+":") {
			valid[f] = false
		} else {
			t.Fatalf("xmllint did not judge %s:\n%s", f, out)
		}
	}
	var words []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasSuffix(line, " validates\n") {
			words = append(words, line)
		}
	}
	return valid, strings.Join(words, "")
}
