package egisso

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

func TestMain(m *testing.M) { signertest.Main(m) }

// sharedPath returns a path in the folder of reference material beside the
// repository and skips the test where there is none.
func sharedPath(t testing.TB, elem ...string) string {
	t.Helper()
	return signertest.Shared(t, elem...)
}

// schemaProblems is what xmllint finds in each document by the official schema.
func schemaProblems(t testing.TB, schema string, documents [][]byte) []string {
	t.Helper()
	return signertest.SchemaProblems(t, sharedPath(t, "schemas", "egisso", schema), documents)
}

func readSample(t testing.TB, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(sharedPath(t, append([]string{"samples"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sampleNames lists the samples of a kind by the start of their names.
func sampleNames(t testing.TB, kind, prefix string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(sharedPath(t, "samples", kind), prefix+"*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples %s/%s*: %v", kind, prefix, err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	sort.Strings(names)
	return names
}

// textWriter is the simplest Writer: the namespace is declared on every
// element, nothing is indented.
type textWriter struct {
	b    strings.Builder
	open []string
}

func (w *textWriter) Start(space, local string) {
	fmt.Fprintf(&w.b, `<%s xmlns=%q>`, local, space)
	w.open = append(w.open, local)
}

// Text escapes what must be escaped and nothing else: a character that XML does
// not allow has to show.
func (w *textWriter) Text(text string) { _, _ = escaper.WriteString(&w.b, text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")

func (w *textWriter) End() {
	last := len(w.open) - 1
	w.b.WriteString("</" + w.open[last] + ">")
	w.open = w.open[:last]
}

func (w *textWriter) Element(space, local, text string) {
	w.Start(space, local)
	w.Text(text)
	w.End()
}

// written returns the package as XML of the current version.
func written(t testing.TB, p *Package) []byte {
	t.Helper()
	return writtenAs(t, p, p.Register.Version())
}

// writtenAs returns the package as XML of the version.
func writtenAs(t testing.TB, p *Package, v *Version) []byte {
	t.Helper()
	var w textWriter
	if err := p.WriteVersion(&w, v); err != nil {
		t.Fatal(err)
	}
	if len(w.open) != 0 {
		t.Fatalf("elements left open: %v", w.open)
	}
	return []byte(w.b.String())
}

// infoset renders a document so that two of equal meaning give equal text:
// expanded names, attributes sorted, prefixes and white space between elements
// left out.
func infoset(t testing.TB, document []byte) string {
	t.Helper()
	doc, err := xmlsafe.Parse(document, xmlsafe.DefaultLimits)
	if err != nil {
		t.Fatalf("parse: %v\n%s", err, document)
	}
	var b strings.Builder
	renderElement(&b, doc.Root, 0)
	return b.String()
}

func renderElement(b *strings.Builder, e *xmlsafe.Element, depth int) {
	indent := strings.Repeat("  ", depth)
	fmt.Fprintf(b, "%s{%s}%s", indent, e.Space, e.Local)
	var attrs []string
	for _, a := range e.Attrs {
		attrs = append(attrs, fmt.Sprintf(" {%s}%s=%q", a.Space, a.Local, a.Value))
	}
	sort.Strings(attrs)
	b.WriteString(strings.Join(attrs, "") + "\n")
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			renderElement(b, n, depth+1)
		case xmlsafe.Text:
			if strings.TrimSpace(string(n)) != "" {
				fmt.Fprintf(b, "%s  %q\n", indent, string(n))
			}
		}
	}
}

// sameDocument compares two documents by their infosets and shows where they
// first differ.
func sameDocument(t testing.TB, got, want []byte) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	g, w := strings.Split(infoset(t, got), "\n"), strings.Split(infoset(t, want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("line %d of the infoset\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Fatalf("infoset has %d lines, want %d", len(g), len(w))
	}
}

// codes lists findings as "CODE" or "CODE(W)", sorted.
func codes(findings []Finding) []string {
	out := []string{}
	for _, f := range findings {
		c := f.Code
		if f.Severity == Warning {
			c += "(W)"
		}
		out = append(out, c)
	}
	sort.Strings(out)
	return out
}
