package signertest

import (
	"os"
	"path/filepath"
	"testing"
)

// sharedVariable names another folder than ../shared; a folder that is not there, such as "none",
// hides the material, as in a plain clone.
const sharedVariable = "EGISSOGW_TEST_SHARED"

// Shared is the path of a file or folder of the shared specification (official schemas, samples,
// vectors) beside the repository, which is no part of it: where it is absent the test is skipped.
// Call it with the t of the test or subtest that needs it, which ends there. The package's TestMain
// has to be Main: a test that looks for the folder runs once more without it.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	path, ok := FindShared(t, elem...)
	if !ok {
		t.Skipf("no shared specification beside the repository: %s", path)
	}
	return path
}

// FindShared is Shared for a test that goes on without: it tells whether the path exists.
func FindShared(t testing.TB, elem ...string) (path string, ok bool) {
	t.Helper()
	dir, named := os.Getenv(sharedVariable), true
	if dir == "" {
		dir, named = filepath.Join(Root(t), "..", "shared"), false
	}
	noteLook(t, !named && exists(dir))
	path = filepath.Join(append([]string{dir}, elem...)...)
	return path, exists(path)
}

// SharedFiles lists the files of the shared specification that match the patterns; where it is
// absent there are none.
func SharedFiles(t testing.TB, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, pattern := range patterns {
		dir, _ := FindShared(t)
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
