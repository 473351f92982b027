package egisso

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestRandomPackagesFitTheSchema: whatever the checks let out, the official
// XSD accepts, and reading gives the same document again. Records at and beyond
// every limit are among the random ones, so a check that is missing shows here.
func TestRandomPackagesFitTheSchema(t *testing.T) {
	packages := 150
	if testing.Short() {
		packages = 40
	}
	for _, c := range []struct {
		kind, schema string
		make         func(random) (*Package, int)
	}{
		{measureSamples, "10.05.I-2.1.0.xsd", random.measurePackage},
		{factSamples, "10.06.S-1.1.0.xsd", random.factPackage},
	} {
		t.Run(c.kind, func(t *testing.T) {
			dir := t.TempDir()
			var files []string
			records, refused := 0, 0
			for seed := uint64(0); len(files) < packages; seed++ {
				p, bad := c.make(newRandom(seed))
				refused += bad
				if p.Len() == 0 {
					continue
				}
				records += p.Len()
				document := written(t, p)
				read, err := readPackage(c.kind, document)
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				sameDocument(t, written(t, read), document)
				name := filepath.Join(dir, fmt.Sprintf("seed-%d.xml", seed))
				if err := os.WriteFile(name, document, 0o600); err != nil {
					t.Fatal(err)
				}
				files = append(files, name)
			}
			validateFiles(t, c.schema, files)
			t.Logf("%s: %d packages, %d elements valid by the XSD; %d random records refused by the checks", c.kind, len(files), records, refused)
			if refused == 0 {
				t.Error("no random record was refused: the generator no longer reaches the limits")
			}
		})
	}
}

// validateFiles runs xmllint once over all files.
func validateFiles(t *testing.T, schema string, files []string) {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed (Debian package libxml2-utils)")
	}
	args := append([]string{"--noout", "--schema", sharedPath(t, "schemas", "egisso", schema)}, files...)
	if out, err := exec.Command(xmllint, args...).CombinedOutput(); err != nil {
		text := string(out)
		if len(text) > 3000 {
			text = text[:3000]
		}
		t.Fatalf("xmllint: %v\n%s", err, text)
	}
}

// TestStorageRequestFitsTheSchema validates the one document with no content.
func TestStorageRequestFitsTheSchema(t *testing.T) {
	var w textWriter
	WriteStorageRequest(&w)
	name := filepath.Join(t.TempDir(), "request.xml")
	if err := os.WriteFile(name, []byte(w.b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	validateFiles(t, "10.10.I-1.0.3.xsd", []string{name})
}
