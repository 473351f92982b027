package schema_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egissogw/adapter/egisso/schema"
	"egissogw/crypto/signertest"
)

func TestMain(m *testing.M) { signertest.Main(m) }

// flattened is a folder with all official schemas side by side.
func flattened(t testing.TB) string {
	t.Helper()
	from := signertest.Shared(t, "schemas", "egisso")
	dir := t.TempDir()
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, entry.Name()), text, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestSamples: what xmllint accepts is accepted, what it refuses is refused.
func TestSamples(t *testing.T) {
	for layout, dir := range map[string]string{"flat": flattened(t), "as released": signertest.Shared(t, "schemas", "egisso")} {
		t.Run(layout, func(t *testing.T) {
			set, err := schema.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			samples, err := filepath.Glob(filepath.Join(signertest.Shared(t, "samples"), "*", "*.xml"))
			if err != nil || len(samples) < 50 {
				t.Fatalf("%d samples: %v", len(samples), err)
			}
			for _, sample := range samples {
				if layout == "flat" && !strings.HasPrefix(filepath.Base(filepath.Dir(sample)), "10.06.S-") {
					continue // the schemas are the same, and take long to compile
				}
				name := filepath.Base(filepath.Dir(sample)) + "/" + filepath.Base(sample)
				i := strings.LastIndex(filepath.Base(filepath.Dir(sample)), "-")
				kind := filepath.Base(filepath.Dir(sample))
				code, number := kind[:i], kind[i+1:]
				text, err := os.ReadFile(sample)
				if err != nil {
					t.Fatal(err)
				}
				err = set.Check(t.Context(), code, number, text)
				var invalid *schema.Error
				switch prefix, _, _ := strings.Cut(filepath.Base(sample), "."); {
				case err != nil && !errors.As(err, &invalid):
					t.Errorf("%s: %v", name, err)
				case prefix == "invalid" && err == nil:
					t.Errorf("%s is accepted", name)
				case (prefix == "valid" || prefix == "semantic") && err != nil:
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// TestErrorsNameElementsAndNoValues: what a document says stays in it.
func TestErrorsNameElementsAndNoValues(t *testing.T) {
	set, err := schema.Open(flattened(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(signertest.Shared(t, "samples", "10.06.S-1.1.0", "invalid.data.snils-with-dashes.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var invalid *schema.Error
	if err := set.Check(t.Context(), "10.06.S", "1.1.0", text); !errors.As(err, &invalid) {
		t.Fatalf("the document is accepted: %v", err)
	}
	found := false
	for _, v := range invalid.Violations {
		found = found || v.Element == "SNILS" && v.Facet != ""
	}
	if !found || regexp.MustCompile(`\d{3}-\d{3}`).MatchString(invalid.Error()) {
		t.Errorf("violations %+v, text %q", invalid.Violations, invalid)
	}
	if err := set.Check(t.Context(), "10.06.S", "1.1.0", []byte("<a")); err == nil || errors.As(err, &invalid) {
		t.Errorf("what is no XML: %v", err)
	}
	if err := set.Check(t.Context(), "10.99.X", "1", text); err == nil || errors.As(err, &invalid) {
		t.Errorf("a kind without a schema: %v", err)
	}
}

func TestFoldersWithoutSchemasAreRefused(t *testing.T) {
	if _, err := schema.Open(t.TempDir()); err == nil {
		t.Error("an empty folder")
	}
	if _, err := schema.Open(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a folder that is not there")
	}
	dir := flattened(t)
	if err := os.MkdirAll(filepath.Join(dir, "old"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "old", "10.06.S-1.1.0.xsd"), []byte("<a/>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := schema.Open(dir); err == nil {
		t.Error("two schemas with one name")
	}
}
