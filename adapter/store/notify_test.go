package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmeNamesTheChannels: what can be listened to is described, and nothing else.
func TestReadmeNamesTheChannels(t *testing.T) {
	files, err := filepath.Glob("code/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	channels := named(t, regexp.MustCompile(`pg_notify\('(\w+)'`), files...)
	described := named(t, regexp.MustCompile("(?m)^\\| `(egisso_[a-z]+)` \\|.*\\|.*\\|$"), catalogueFile)
	if len(channels) < 5 || !slices.Equal(channels, described) {
		t.Errorf("%q are notified, %q are described in %s", channels, described, catalogueFile)
	}
}

// named are the distinct first groups of a pattern in files, sorted.
func named(t *testing.T, pattern *regexp.Regexp, files ...string) (names []string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(text), -1) {
			names = append(names, strings.ToLower(m[1]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
