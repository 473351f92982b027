package config

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the configuration reference into the README")

const (
	readme         = "README.md"
	referenceBegin = "<!-- config:begin -->\n"
	referenceEnd   = "<!-- config:end -->"
)

func TestReadmeHoldsTheReference(t *testing.T) {
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), referenceBegin)
	if !ok {
		t.Fatalf("README.md has no line %q", referenceBegin)
	}
	have, after, ok := strings.Cut(rest, referenceEnd)
	if !ok {
		t.Fatalf("README.md has no line %q", referenceEnd)
	}
	want := "\n" + reference() + "\n"
	if have == want {
		return
	}
	if !*update {
		t.Fatal("the configuration reference in README.md is out of date: go test ./config -run Readme -update")
	}
	if err := os.WriteFile(readme, []byte(before+referenceBegin+want+referenceEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reference is that of all variables as Markdown, in Russian: what README.md shows.
func reference() string {
	var b strings.Builder
	group := ""
	for _, s := range Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n\n| Переменная | Значение | По умолчанию | Описание |\n| --- | --- | --- | --- |\n", group)
		}
		names := "`" + strings.Join(s.Names, "`<br>`") + "`"
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", names, s.Values, escape(s.Standard), escape(s.Doc))
	}
	return strings.TrimLeft(b.String(), "\n")
}

// escape keeps a text inside its table cell.
func escape(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// TestTagsAreRight checks what the struct tags of Config promise to the reader of
// the variables, which takes them as they are.
func TestTagsAreRight(t *testing.T) {
	namePattern := regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)
	seen := map[string]bool{}
	for f := range fields(reflect.ValueOf(&Config{}).Elem()) {
		if !namePattern.MatchString(f.name) {
			t.Errorf("odd name %q", f.name)
		}
		for _, name := range f.variables() {
			if seen[name] {
				t.Errorf("%s: declared twice", name)
			}
			seen[name] = true
		}
		if f.doc == "" || f.group == "" || f.groupDoc == "" {
			t.Errorf("%s: no description or group", f.name)
		}
		if f.check != "" && textChecks[f.check] == nil {
			t.Errorf("%s: unknown check %q", f.name, f.check)
		}
		if f.low != "" && f.bound(f.low) >= f.bound(f.high) {
			t.Errorf("%s: bounds %q..%q", f.name, f.low, f.high)
		}
	}
}
