package main_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
)

// TestCitationsResolve sees that every Markdown file named in code, in SQL, in the
// Makefile and in other Markdown files is there, and that the heading named is in it.
func TestCitationsResolve(t *testing.T) {
	b := readBook(t, os.DirFS("../.."))
	for _, problem := range b.problems() {
		t.Error(problem)
	}
	if b.anchored < 200 { // there were 250 when this was written
		t.Errorf("only %d citations of headings found", b.anchored)
	}
}

// TestCitationProblemsAreFound sees that what does not resolve is told.
func TestCitationProblemsAreFound(t *testing.T) {
	gone := "design" + ".md"
	b := readBook(t, fstest.MapFS{
		"README.md": {Data: []byte("# A\n## Б в, г!\n## `x_y`\n```\n# no heading\n```\n" +
			"[ok](#б-в-г) [ok](p/SPEC.md#two-1) [bad](#no-heading) [bad](q/NONE.md) [other](https://example.org/x.md#y)\n")},
		"p/SPEC.md": {Data: []byte("# Two\n## Two\n[up](../README.md#x_y)\n")},
		"p/a.go":    {Data: []byte("// (SPEC.md#two,\n// #three) (README.md#a) x.md\n// spec " + "b.2\n")},
		"p/b.sql":   {Data: []byte("-- p/SPEC.md#four, " + gone + "\n")},
		"Makefile":  {Data: []byte("# see p/SPEC.md#five\n")},
		"c.txt":     {Data: []byte("NONE.md\n")},
	})
	want := []string{
		"Makefile:1: p/SPEC.md has no heading #five",
		"README.md:7: README.md has no heading #no-heading",
		"README.md:7: q/NONE.md is not there",
		"p/a.go:2: p/SPEC.md has no heading #three",
		"p/a.go:2: x.md is not there",
		`p/a.go:3: "spec ` + `b.2": cite a heading of a SPEC.md`,
		"p/b.sql:1: " + gone + " is not there",
		"p/b.sql:1: p/SPEC.md has no heading #four",
	}
	if got := b.problems(); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// book is all text that cites, and the headings that can be cited.
type book struct {
	text     map[string]string          // path -> content
	anchors  map[string]map[string]bool // path of a Markdown file -> its anchors
	anchored int                        // citations of headings that were looked at
}

func readBook(t *testing.T, files fs.FS) *book {
	t.Helper()
	b := &book{text: map[string]string{}, anchors: map[string]map[string]bool{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."), d.IsDir() && name == "bin":
			return fs.SkipDir
		case d.IsDir() || d.Name() == "citation_test.go" || !slices.Contains([]string{".go", ".sql", ".md", ".env"}, path.Ext(name)) && name != "Makefile":
			return nil
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if bytes.Contains(content, []byte(".md")) || lettered.Match(content) {
			b.text[name] = string(content)
		}
		if path.Ext(name) == ".md" {
			b.anchors[name] = anchorsOf(string(content))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var (
	// What follows the name of a file: its headings, the further ones after commas and
	// on further lines of a comment, as in SPEC.md#one, #two.
	citation = regexp.MustCompile(`\.md\b((?:(?:,\s*(?:(?://|--)\s*)?)?#[\p{L}\d_-]+)*)`)
	fileName = regexp.MustCompile(`[\w./-]+$`)
	// A link of a Markdown file into itself.
	ownLink = regexp.MustCompile(`\]\((#[^)\s]*)\)`)
	anchor  = regexp.MustCompile(`#[\p{L}\d_-]+`)
	// Sections of documents that are not part of the repository.
	lettered = regexp.MustCompile(`spec(?:ification)?[ \t]+[a-h]\.\d`)
)

// problems are the citations that lead nowhere, sorted.
func (b *book) problems() []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(b.text)) {
		text := b.text[name]
		say := func(at int, format string, a ...any) {
			line := 1 + strings.Count(text[:at], "\n")
			found = append(found, fmt.Sprintf("%s:%d: ", name, line)+fmt.Sprintf(format, a...))
		}
		for _, m := range citation.FindAllStringSubmatchIndex(text, -1) {
			before := text[strings.LastIndexByte(text[:m[0]], '\n')+1 : m[0]]
			cited := fileName.FindString(before) + ".md"
			if strings.HasSuffix(before, ":"+strings.TrimSuffix(cited, ".md")) || cited == ".md" {
				continue // an address, or any such file
			}
			target, ok := b.resolve(name, cited)
			if !ok {
				say(m[0], "%s is not there", cited)
				continue
			}
			for _, a := range anchor.FindAllStringIndex(text[m[2]:m[3]], -1) {
				b.look(target, text[m[2]+a[0]:m[2]+a[1]], m[2]+a[0], say)
			}
		}
		if path.Ext(name) == ".md" {
			for _, m := range ownLink.FindAllStringSubmatchIndex(text, -1) {
				b.look(name, text[m[2]:m[3]], m[2], say)
			}
		}
		for _, m := range lettered.FindAllStringIndex(text, -1) {
			say(m[0], "%q: cite a heading of a SPEC.md", text[m[0]:m[1]])
		}
	}
	slices.Sort(found)
	return found
}

// resolve finds a cited file beside the one that cites it, or from the top of the tree.
func (b *book) resolve(from, cited string) (string, bool) {
	for _, name := range []string{path.Join(path.Dir(from), cited), path.Clean(cited)} {
		if b.anchors[name] != nil {
			return name, true
		}
	}
	return "", false
}

func (b *book) look(target, heading string, at int, say func(int, string, ...any)) {
	b.anchored++
	if !b.anchors[target][strings.TrimPrefix(heading, "#")] {
		say(at, "%s has no heading %s", target, heading)
	}
}

// anchorsOf gives the headings of a Markdown text the names GitHub gives them: lower
// case, without punctuation, spaces as hyphens, repeated ones numbered.
func anchorsOf(text string) map[string]bool {
	anchors, fenced := map[string]bool{}, false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		title := strings.TrimLeft(line, "#")
		if fenced || title == line || !strings.HasPrefix(title, " ") {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(title))
		unique := name
		for n := 1; anchors[unique]; n++ {
			unique = fmt.Sprintf("%s-%d", name, n)
		}
		anchors[unique] = true
	}
	return anchors
}
