package signertest_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
)

// TestOnePlaceLooksForShared: what hides the folder hides it from every test.
func TestOnePlaceLooksForShared(t *testing.T) {
	own := regexp.MustCompile(`"\.\.", "shared"|"(\.\./)+shared`)
	root := signertest.Root(t)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && rel != "." {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasPrefix(rel, filepath.Join("crypto", "signertest")) {
			return nil
		}
		source, err := os.ReadFile(path)
		if found := own.Find(source); found != nil {
			t.Errorf("%s looks for %s by itself: use signertest.Shared", rel, found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSharedCanBeHidden(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("EGISSOGW_TEST_SHARED", dir)
	if path, ok := signertest.FindShared(t); !ok || path != dir {
		t.Errorf("found %q, %t", path, ok)
	}
	t.Setenv("EGISSOGW_TEST_SHARED", "none")
	if path, ok := signertest.FindShared(t, "schemas"); ok {
		t.Errorf("found %q", path)
	}
	if files := signertest.SharedFiles(t, "*"); len(files) != 0 {
		t.Errorf("found %q", files)
	}
	ended := false
	t.Run("inner", func(t *testing.T) {
		defer func() { ended = t.Skipped() }()
		signertest.Shared(t)
	})
	if !ended {
		t.Error("a test that needs the folder is not skipped")
	}
}
