package xmldsig_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// written runs fn on a writer and checks the promise: the normal form is the
// transform of the canonical form of the wire form, both ways.
func written(t *testing.T, prefixes []xmldsig.Prefix, fn func(*xmldsig.Writer)) (wire, normal string) {
	t.Helper()
	var wireBuf, normalBuf bytes.Buffer
	w := xmldsig.NewWriter(&wireBuf, &normalBuf, prefixes)
	fn(w)
	if err := w.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	checkForms(t, wireBuf.Bytes(), normalBuf.Bytes())
	return wireBuf.String(), normalBuf.String()
}

func checkForms(t *testing.T, wire, normal []byte) {
	t.Helper()
	doc, err := xmlsafe.Parse(wire, xmlsafe.Limits{})
	if err != nil {
		t.Fatalf("wire form: %v\n%s", err, wire)
	}
	if want := transformed(t, doc.Root); !bytes.Equal(normal, want) {
		t.Fatalf("normal form, one-pass transform: %s", firstDifference(normal, want))
	}
	var b bytes.Buffer
	if err := xmldsig.Transform(&b, canonical(t, doc.Root)); err != nil || !bytes.Equal(normal, b.Bytes()) {
		t.Fatalf("normal form, c14n and transform (%v): %s", err, firstDifference(normal, b.Bytes()))
	}
	// The normal form may be sent as well: it is its own transform.
	if again := transformed(t, parseRoot(t, normal)); !bytes.Equal(normal, again) {
		t.Fatalf("normal form is not stable: %s", firstDifference(normal, again))
	}
}

func TestWriterForms(t *testing.T) {
	prefixes := []xmldsig.Prefix{{Prefix: "a", URI: "urn:a"}, {Prefix: "b", URI: "urn:b"}}
	cases := []struct {
		name     string
		prefixes []xmldsig.Prefix
		fn       func(*xmldsig.Writer)
		wire     string
		normal   string
	}{
		{"empty element", prefixes, func(w *xmldsig.Writer) { w.Start("urn:a", "x"); w.End() },
			`<a:x xmlns:a="urn:a" xmlns:b="urn:b"/>`, `<ns1:x xmlns:ns1="urn:a"></ns1:x>`},
		{"siblings get new numbers", prefixes, func(w *xmldsig.Writer) {
			w.Start("urn:a", "x")
			w.Element("urn:b", "y", "1")
			w.Element("urn:b", "y", "2")
			w.Element("urn:a", "z", "")
			w.End()
		}, `<a:x xmlns:a="urn:a" xmlns:b="urn:b"><b:y>1</b:y><b:y>2</b:y><a:z/></a:x>`,
			`<ns1:x xmlns:ns1="urn:a"><ns2:y xmlns:ns2="urn:b">1</ns2:y><ns3:y xmlns:ns3="urn:b">2</ns3:y><ns1:z></ns1:z></ns1:x>`},
		{"unlisted namespace is declared where used", prefixes[:1], func(w *xmldsig.Writer) {
			w.Start("urn:a", "x")
			w.Start("urn:c", "y")
			w.Element("urn:c", "z", "1")
			w.End()
			w.Element("urn:c", "y", "2")
			w.End()
		}, `<a:x xmlns:a="urn:a"><q1:y xmlns:q1="urn:c"><q1:z>1</q1:z></q1:y><q1:y xmlns:q1="urn:c">2</q1:y></a:x>`,
			`<ns1:x xmlns:ns1="urn:a"><ns2:y xmlns:ns2="urn:c"><ns2:z>1</ns2:z></ns2:y><ns3:y xmlns:ns3="urn:c">2</ns3:y></ns1:x>`},
		{"made-up prefix avoids a listed one", []xmldsig.Prefix{{Prefix: "q1", URI: "urn:a"}}, func(w *xmldsig.Writer) {
			w.Start("urn:a", "x")
			w.Element("urn:c", "y", "1")
			w.End()
		}, `<q1:x xmlns:q1="urn:a"><q2:y xmlns:q2="urn:c">1</q2:y></q1:x>`,
			`<ns1:x xmlns:ns1="urn:a"><ns2:y xmlns:ns2="urn:c">1</ns2:y></ns1:x>`},
		{"attributes", prefixes, func(w *xmldsig.Writer) {
			w.StartAttrs("urn:a", "x", xmldsig.Attr{Local: "Id", Value: "I"}, xmldsig.Attr{Space: "urn:b", Local: "z", Value: "<\"&\n>"}, xmldsig.Attr{Local: "B", Value: "v\r\nw"})
			w.End()
		}, `<a:x xmlns:a="urn:a" xmlns:b="urn:b" b:z="&lt;&quot;&amp;&#xA;>" B="v&#xA;w" Id="I"/>`,
			`<ns1:x xmlns:ns1="urn:a" xmlns:ns2="urn:b" ns2:z="&lt;&quot;&amp;&#xa;>" B="v&#xa;w" Id="I"></ns1:x>`},
		{"default namespace", []xmldsig.Prefix{{URI: "urn:a"}, {Prefix: "b", URI: "urn:b"}}, func(w *xmldsig.Writer) {
			w.StartAttrs("urn:a", "x", xmldsig.Attr{Space: "urn:a", Local: "y", Value: "v"})
			w.Element("urn:b", "z", "1")
			w.End()
		}, `<x xmlns="urn:a" xmlns:b="urn:b" xmlns:q1="urn:a" q1:y="v"><b:z>1</b:z></x>`,
			`<ns1:x xmlns:ns1="urn:a" ns1:y="v"><ns2:z xmlns:ns2="urn:b">1</ns2:z></ns1:x>`},
		{"text is one block however it comes", prefixes[:1], func(w *xmldsig.Writer) {
			w.Start("urn:a", "x")
			w.Text("ppp")
			w.Text("ppppppppp<")
			w.Text(">")
			w.Text("\r")
			w.Text("\n.")
			w.End()
		}, "<a:x xmlns:a=\"urn:a\">pppppppppppp&lt;&gt;\n.</a:x>", "<ns1:x xmlns:ns1=\"urn:a\">pppppppppppp&lt;&gt;\n.</ns1:x>"},
		{"greater-than in a short block", prefixes[:1], func(w *xmldsig.Writer) { w.Element("urn:a", "x", "a<>b]>") },
			`<a:x xmlns:a="urn:a">a&lt;&gt;b]&gt;</a:x>`, `<ns1:x xmlns:ns1="urn:a">a&lt;>b]&gt;</ns1:x>`},
		{"white space only is left out", prefixes[:1], func(w *xmldsig.Writer) {
			w.Start("urn:a", "x")
			w.Text(" \r\n")
			w.Text("\t")
			w.Element("urn:a", "y", " ")
			w.Text("")
			w.Element("urn:a", "z", " 1 ")
			w.End()
		}, `<a:x xmlns:a="urn:a"><a:y/><a:z> 1 </a:z></a:x>`, `<ns1:x xmlns:ns1="urn:a"><ns1:y></ns1:y><ns1:z> 1 </ns1:z></ns1:x>`},
		{"C1 controls and Cyrillic", prefixes[:1], func(w *xmldsig.Writer) { w.Element("urn:a", "x", "я\u0085\u007F«") },
			"<a:x xmlns:a=\"urn:a\">я\u0085\u007F«</a:x>", "<ns1:x xmlns:ns1=\"urn:a\">я&#x85;&#x7f;«</ns1:x>"},
		{"namespace with special characters", nil, func(w *xmldsig.Writer) { w.Element("urn:a?b=1&c=\"2\"", "x", "1") },
			`<q1:x xmlns:q1="urn:a?b=1&amp;c=&quot;2&quot;">1</q1:x>`, `<ns1:x xmlns:ns1="urn:a?b=1&amp;c=&quot;2&quot;">1</ns1:x>`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wire, normal := written(t, c.prefixes, c.fn)
			if wire != c.wire {
				t.Errorf("wire\n%s\nwant\n%s", wire, c.wire)
			}
			if normal != c.normal {
				t.Errorf("normal\n%s\nwant\n%s", normal, c.normal)
			}
		})
	}
}

func TestWriterRefuses(t *testing.T) {
	prefixes := []xmldsig.Prefix{{Prefix: "a", URI: "urn:a"}}
	attr := func(a xmldsig.Attr) func(*xmldsig.Writer) {
		return func(w *xmldsig.Writer) { w.StartAttrs("urn:a", "x", a); w.End() }
	}
	text := func(s string) func(*xmldsig.Writer) {
		return func(w *xmldsig.Writer) { w.Element("urn:a", "x", s) }
	}
	cases := []struct {
		name     string
		prefixes []xmldsig.Prefix
		fn       func(*xmldsig.Writer)
	}{
		{"nothing written", prefixes, func(*xmldsig.Writer) {}},
		{"element not ended", prefixes, func(w *xmldsig.Writer) { w.Start("urn:a", "x") }},
		{"end without start", prefixes, func(w *xmldsig.Writer) { w.Element("urn:a", "x", ""); w.End() }},
		{"second outermost element", prefixes, func(w *xmldsig.Writer) { w.Element("urn:a", "x", ""); w.Element("urn:a", "x", "") }},
		{"text before the element", prefixes, func(w *xmldsig.Writer) { w.Text("1"); w.Element("urn:a", "x", "") }},
		{"text after the element", prefixes, func(w *xmldsig.Writer) { w.Element("urn:a", "x", ""); w.Text("1") }},
		{"no namespace", prefixes, func(w *xmldsig.Writer) { w.Element("", "x", "") }},
		{"xml namespace", prefixes, func(w *xmldsig.Writer) { w.Element(xmlsafe.XMLNamespace, "x", "") }},
		{"bad namespace", prefixes, func(w *xmldsig.Writer) { w.Element("urn:\x01", "x", "") }},
		{"empty name", prefixes, func(w *xmldsig.Writer) { w.Element("urn:a", "", "") }},
		{"qualified name", prefixes, func(w *xmldsig.Writer) { w.Element("urn:a", "a:x", "") }},
		{"name with markup", prefixes, func(w *xmldsig.Writer) { w.Element("urn:a", "x>", "") }},
		{"xml:lang", prefixes, attr(xmldsig.Attr{Space: xmlsafe.XMLNamespace, Local: "lang", Value: "ru"})},
		{"declaration as an attribute", prefixes, attr(xmldsig.Attr{Local: "xmlns", Value: "urn:b"})},
		{"attribute without a name", prefixes, attr(xmldsig.Attr{Value: "v"})},
		{"control character in an attribute", prefixes, attr(xmldsig.Attr{Local: "y", Value: "\x02"})},
		{"duplicate attribute", prefixes, func(w *xmldsig.Writer) {
			w.StartAttrs("urn:a", "x", xmldsig.Attr{Local: "y"}, xmldsig.Attr{Local: "z"}, xmldsig.Attr{Local: "y"})
			w.End()
		}},
		{"control character", prefixes, text("a\x01")},
		{"only a control character", prefixes, text("\x01")},
		{"bad UTF-8", prefixes, text("\xD0")},
		{"U+FFFF", prefixes, text("\uFFFF")},
		{"prefix listed twice", []xmldsig.Prefix{{Prefix: "a", URI: "urn:a"}, {Prefix: "a", URI: "urn:b"}}, text("")},
		{"namespace listed twice", []xmldsig.Prefix{{Prefix: "a", URI: "urn:a"}, {Prefix: "b", URI: "urn:a"}}, text("")},
		{"prefix xml", []xmldsig.Prefix{{Prefix: "xml", URI: "urn:a"}}, text("")},
		{"prefix that is no name", []xmldsig.Prefix{{Prefix: "1", URI: "urn:a"}}, text("")},
		{"prefix without namespace", []xmldsig.Prefix{{Prefix: "a"}}, text("")},
		{"copied xsi:type", prefixes, func(w *xmldsig.Writer) {
			doc, err := xmlsafe.Parse([]byte(`<a xmlns="urn:a" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="t:x"/>`), xmlsafe.Limits{})
			if err == nil {
				w.Copy(doc.Root)
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := xmldsig.NewWriter(io.Discard, io.Discard, c.prefixes)
			c.fn(w)
			first := w.Close()
			if !errors.Is(first, xmldsig.ErrWriter) {
				t.Fatalf("error: %v", first)
			}
			w.Element("urn:a", "x", "")
			if again := w.Close(); again.Error() != first.Error() {
				t.Fatalf("the first error did not stay: %v", again)
			}
		})
	}
}

func TestWriterErrorsKeepValuesSecret(t *testing.T) {
	w := xmldsig.NewWriter(io.Discard, nil, nil)
	w.Start("urn:a", "receiver")
	w.Element("urn:a", "SNILS", "secret\x00")
	if err := w.Close(); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "receiver/SNILS") {
		t.Fatalf("error: %v", err)
	}
}

// failing fails after n bytes.
type failing struct{ n int }

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteErrorsAreReported(t *testing.T) {
	fill := func(w *xmldsig.Writer) error {
		w.Start("urn:a", "x")
		for range 10_000 {
			w.Element("urn:a", "y", "some text")
		}
		w.End()
		return w.Close()
	}
	if err := fill(xmldsig.NewWriter(&failing{100_000}, nil, nil)); !errors.Is(err, errFull) {
		t.Errorf("wire: %v", err)
	}
	if err := fill(xmldsig.NewWriter(nil, &failing{100_000}, nil)); !errors.Is(err, errFull) {
		t.Errorf("normal: %v", err)
	}
	var wire bytes.Buffer
	if err := fill(xmldsig.NewWriter(&wire, nil, nil)); err != nil {
		t.Fatal(err)
	}
	root := parseRoot(t, wire.Bytes())
	if err := xmldsig.Canonicalize(&failing{1000}, root); !errors.Is(err, errFull) {
		t.Errorf("canonicalize: %v", err)
	}
	if err := xmldsig.TransformElement(&failing{1000}, root); !errors.Is(err, errFull) {
		t.Errorf("transform: %v", err)
	}
}

// TestWriterRandomDocuments is the proof that messages are canonical by
// construction, on anything the writer can be asked to write.
func TestWriterRandomDocuments(t *testing.T) {
	for n := range cases(t, 1500) {
		r := seeded(3_000_000 + n)
		var prefixes []xmldsig.Prefix
		for i, uri := range append(append([]string(nil), testURIs...), exoticURIs...) {
			if r.IntN(3) == 0 {
				prefixes = append(prefixes, xmldsig.Prefix{Prefix: fmt.Sprint("p", i), URI: uri})
			}
		}
		if len(prefixes) > 0 && r.IntN(3) == 0 {
			prefixes[0].Prefix = ""
		}
		docs := documents{Rand: r, exotic: true}
		left := 1 + r.IntN(40)
		var element func(w *xmldsig.Writer, depth int)
		element = func(w *xmldsig.Writer, depth int) {
			left--
			var attrs []xmldsig.Attr
			seen := map[string]bool{}
			for r.IntN(3) == 0 {
				a := xmldsig.Attr{Local: docs.local(), Value: randomText(&docs, 3)}
				if r.IntN(2) == 0 {
					a.Space = docs.uri()
				}
				if !seen[a.Space+" "+a.Local] {
					seen[a.Space+" "+a.Local] = true
					attrs = append(attrs, a)
				}
			}
			w.StartAttrs(docs.uri(), docs.local(), attrs...)
			for r.IntN(4) > 0 {
				switch {
				case r.IntN(2) == 0 && left > 0 && depth < 10:
					element(w, depth+1)
				case r.IntN(3) == 0:
					w.Element(docs.uri(), docs.local(), randomText(&docs, 6))
				default:
					w.Text(randomText(&docs, 6))
				}
			}
			w.End()
		}
		written(t, prefixes, func(w *xmldsig.Writer) { element(w, 0) })
		if t.Failed() {
			t.Fatalf("case %d", n)
		}
	}
}

// randomText makes decoded text of the pieces documents are made of.
func randomText(d *documents, most int) string {
	n := d.IntN(most)
	if d.IntN(150) == 0 {
		n = 400 + d.IntN(400)
	}
	var b strings.Builder
	for range n {
		b.WriteString(pick(d.Rand, []string{"text", "x", " ", "\n", "\t", "\r", "\r\n", "]", ">", ">", "<", "&", "\"", "'", "я", "\u0085", "\u00A0", "\u007F", "«",
			"\U0001F600", "pppppppppppp", "]]>", "->", "\uFEFF"}))
	}
	return b.String()
}

// TestWriterCopy: what another writer made can be copied into ours.
func TestWriterCopy(t *testing.T) {
	for n := range 500 {
		docs := documents{Rand: seeded(4_000_000 + n), comments: true, exotic: true}
		root := parseRoot(t, docs.document())
		written(t, nil, func(w *xmldsig.Writer) { w.Copy(root) })
	}
}
