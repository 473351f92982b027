package egissotest

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/crypto/xmlsafe"
)

// TextWriter is the simplest Writer: the namespace is declared on every
// element, nothing is indented.
type TextWriter struct {
	b    strings.Builder
	open []string
}

// Start implements Writer.
func (w *TextWriter) Start(space, local string) {
	fmt.Fprintf(&w.b, `<%s xmlns=%q>`, local, space)
	w.open = append(w.open, local)
}

// Text implements Writer. It escapes what must be escaped and nothing else: a character that XML does
// not allow has to show.
func (w *TextWriter) Text(text string) { _, _ = escaper.WriteString(&w.b, text) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")

// End implements Writer.
func (w *TextWriter) End() {
	last := len(w.open) - 1
	w.b.WriteString("</" + w.open[last] + ">")
	w.open = w.open[:last]
}

// Element implements Writer.
func (w *TextWriter) Element(space, local, text string) {
	w.Start(space, local)
	w.Text(text)
	w.End()
}

// String returns what was written.
func (w *TextWriter) String() string { return w.b.String() }

// Written returns the package as XML of the current version.
func Written(t testing.TB, p *egisso.Package) []byte {
	t.Helper()
	return WrittenAs(t, p, p.Register.Version())
}

// WrittenAs returns the package as XML of the version.
func WrittenAs(t testing.TB, p *egisso.Package, v *egisso.Version) []byte {
	t.Helper()
	var w TextWriter
	if err := wire.WritePackage(&w, p, v); err != nil {
		t.Fatal(err)
	}
	if len(w.open) != 0 {
		t.Fatalf("elements left open: %v", w.open)
	}
	return []byte(w.String())
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

// SameDocument compares two documents by their infosets and shows where they
// first differ.
func SameDocument(t testing.TB, got, want []byte) {
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
