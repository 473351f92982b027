package store_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// contractFile holds what other systems may rely on: a line for each column of the public views,
// in their order, and one for each function. Lines are added, by -update; one that goes
// breaks what somebody built and is taken out by hand.
const contractFile = "testdata/contract.txt"

// contractLines are the lines of the catalogue as it is.
func contractLines(columns, functions []described) (lines []string) {
	for _, c := range columns {
		lines = append(lines, "view "+c.name+"."+c.column+" "+c.kind)
	}
	for _, f := range functions {
		lines = append(lines, "function "+f.name+" "+f.kind)
	}
	return lines
}

// checkContract compares the catalogue with the committed lines.
func checkContract(t *testing.T, columns, functions []described) {
	t.Helper()
	data, err := os.ReadFile(contractFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	promised, have := strings.Split(strings.TrimSpace(string(data)), "\n"), contractLines(columns, functions)
	for _, broken := range brokenPromises(promised, have) {
		t.Errorf("promised to other systems in %s and not so any more: %s", contractFile, broken)
	}
	switch {
	case t.Failed() || slices.Equal(promised, have):
	case *update:
		if err := os.WriteFile(contractFile, []byte(strings.Join(have, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s lacks what is new: go test ./adapter/store -run Catalogue -update", contractFile)
	}
}

// brokenPromises are promised lines that are gone, changed, or, of a view's columns, not where
// they were: whoever inserts a view's rows into a table of his own takes them by their places.
func brokenPromises(promised, have []string) (broken []string) {
	places := map[string]int{}
	place := func(line string, count map[string]int) (key string) {
		view, _, isView := strings.Cut(line, ".")
		if !isView || !strings.HasPrefix(line, "view ") {
			return line
		}
		count[view]++
		return line + strings.Repeat("\x00", count[view])
	}
	known := map[string]bool{}
	for _, line := range have {
		known[place(line, places)] = true
	}
	places = map[string]int{}
	for _, line := range promised {
		if line != "" && !known[place(line, places)] {
			broken = append(broken, line)
		}
	}
	return broken
}

func TestBrokenPromises(t *testing.T) {
	promised := []string{"view a.x text", "view a.y text", "view b.x text", "function f(a text) void"}
	for _, c := range []struct {
		name   string
		have   []string
		broken []string
	}{
		{"the same", promised, nil},
		{"more", []string{"view a.x text", "view a.y text", "view a.z text", "view b.x text", "view c.x text", "function f(a text) void", "function g() void"}, nil},
		{"a column gone", []string{"view a.x text", "view b.x text", "function f(a text) void"}, []string{"view a.y text"}},
		{"inserted", []string{"view a.x text", "view a.z text", "view a.y text", "view b.x text", "function f(a text) void"}, []string{"view a.y text"}},
		{"another type", []string{"view a.x text", "view a.y uuid", "view b.x text", "function f(a text) void"}, []string{"view a.y text"}},
		{"another parameter", []string{"view a.x text", "view a.y text", "view b.x text", "function f(b text) void"}, []string{"function f(a text) void"}},
	} {
		if got := brokenPromises(promised, c.have); !slices.Equal(got, c.broken) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}
