package xmldsig_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// sharedDir finds the folder of specifications beside the repository.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the folder shared is not beside the repository")
	}
	return dir
}

// firstDifference shows where two outputs part.
func firstDifference(ours, theirs []byte) string {
	i := 0
	for i < len(ours) && i < len(theirs) && ours[i] == theirs[i] {
		i++
	}
	around := func(b []byte) []byte { return b[max(0, i-60):min(len(b), i+60)] }
	return fmt.Sprintf("at byte %d\nours   %q\ntheirs %q", i, around(ours), around(theirs))
}
