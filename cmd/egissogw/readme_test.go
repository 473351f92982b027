package main_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryDependencyHasAReason sees that the table of dependencies in CONTRIBUTING.md names
// the modules go.mod asks for directly, and no others.
func TestEveryDependencyHasAReason(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := map[string]bool{}
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		// A module with its version, without the comment "indirect".
		if len(fields) == 2 && strings.HasPrefix(fields[1], "v") {
			direct[fields[0]] = true
		}
	}
	described := dependencies(t)
	for _, module := range slices.Sorted(maps.Keys(direct)) {
		if !described[module] {
			t.Errorf("CONTRIBUTING.md does not say why %s is needed", module)
		}
	}
	for _, module := range slices.Sorted(maps.Keys(described)) {
		if !direct[module] {
			t.Errorf("CONTRIBUTING.md names %s, which go.mod does not ask for", module)
		}
	}
	if len(direct) == 0 {
		t.Error("no modules found in go.mod")
	}
}

// TestReadmeIsOnePage: who comes for the first time reads it whole; everything else
// stands beside what it describes.
func TestReadmeIsOnePage(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(readme), "\n"); lines > 150 {
		t.Errorf("README.md has %d lines: more than 150", lines)
	}
}

// dependencies are the modules of the table in CONTRIBUTING.md.
func dependencies(t *testing.T) map[string]bool {
	t.Helper()
	guide, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(guide), "\n## Dependencies\n")
	section, _, _ = strings.Cut(section, "\n## ")
	found := map[string]bool{}
	for line := range strings.Lines(section) {
		if cell, isRow := strings.CutPrefix(line, "| `"); isRow {
			cell, _, _ = strings.Cut("`"+cell, " | ")
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
				found[m[1]] = true
			}
		}
	}
	return found
}
