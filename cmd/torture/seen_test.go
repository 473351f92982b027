package main

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table of README.md")

// Everything that was seen once has scenarios, and they are there.
func TestEverythingSeenHasAScenario(t *testing.T) {
	var names, ids []string
	for _, s := range scenarios {
		names = append(names, s.Name)
	}
	for _, s := range seen {
		if s.what == "" || len(s.by) == 0 || slices.Contains(ids, s.id) {
			t.Errorf("%s is not complete, or there are two", s.id)
		}
		ids = append(ids, s.id)
		for _, name := range s.by {
			if !slices.Contains(names, name) {
				t.Errorf("%s: no scenario %q", s.id, name)
			}
		}
	}
}

// The README has the table of what was seen.
func TestReadmeHasWhatWasSeen(t *testing.T) {
	const begins, ends = "<!-- seen -->\n", "<!-- /seen -->\n"
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begins)
	_, after, closed := strings.Cut(rest, ends)
	if !found || !closed {
		t.Fatal("README.md has no place for the table")
	}
	var table bytes.Buffer
	writeSeen(&table)
	want := before + begins + table.String() + ends + after
	if *update {
		if err := os.WriteFile("README.md", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Error("the table of README.md is not that of seen.go: go test ./cmd/torture -run Readme -update")
	}
}
