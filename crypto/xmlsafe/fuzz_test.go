package xmlsafe_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

// FuzzParse checks that the reader never panics, that offsets hold, and that
// what it accepts means the same to the standard library's decoder.
func FuzzParse(f *testing.F) {
	for _, name := range signertest.SharedFiles(f, "spec/smev3-vectors/messages/*.xml", "spec/smev3-vectors/transform/*/input.xml") {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{
		"<a/>", "\uFEFF<?xml version='1.0' encoding='UTF-8'?><!--c--><a/>", `<a xmlns="u" xmlns:p="v" p:b="1" c='2&#9;'>x<![CDATA[y]]>&amp;<?p i?></a>`,
		"<!DOCTYPE a><a/>", `<a Id="x"><b Id="x"/></a>`, "<a>\r\n\r</a>", "<a>]]></a>", "<p:a xmlns:p='u'><p:b xmlns:p='v'/></p:a>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := xmlsafe.Parse(data, xmlsafe.Limits{Bytes: 1 << 20})
		if err != nil {
			var se *xmlsafe.SyntaxError
			if !errors.As(err, &se) || se.Offset < 0 || se.Offset > len(data) || d != nil {
				t.Fatalf("bad error: %#v", err)
			}
			return
		}
		d.Root.Walk(func(e *xmlsafe.Element) bool {
			source := data[e.Start:e.End]
			if source[0] != '<' || source[len(source)-1] != '>' {
				t.Fatalf("offsets of %s are wrong", e.Path())
			}
			if e.Parent != nil && (e.Start <= e.Parent.Start || e.End >= e.Parent.End) {
				t.Fatalf("%s sticks out of its parent", e.Path())
			}
			return true
		})
		ours := new(strings.Builder)
		outline(ours, d.Root)
		theirs, err := standardOutline(data)
		if err != nil {
			// The standard library follows the name tables of an older edition.
			if onlyASCII(data) {
				t.Fatalf("accepted what encoding/xml refuses: %v", err)
			}
			return
		}
		if ours.String() != theirs {
			t.Fatalf("outline\n%s\nencoding/xml reads\n%s", ours, theirs)
		}
	})
}

func onlyASCII(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	for _, c := range data {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// spaces makes values comparable: the standard decoder does not normalise the
// white space of attributes.
var spaces = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// lineEnds brings line ends to one form: the standard decoder leaves them in
// comments and processing instructions as they are.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// outline writes names, attributes and text in one comparable form.
func outline(b *strings.Builder, e *xmlsafe.Element) {
	b.WriteString("<{" + spaces.Replace(e.Space) + "}" + e.Local)
	for _, a := range e.Attrs {
		b.WriteString(" {" + spaces.Replace(a.Space) + "}" + a.Local + "=" + spaces.Replace(a.Value) + ";")
	}
	b.WriteByte('>')
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			outline(b, n)
		case xmlsafe.Text:
			b.WriteString(string(n))
		case xmlsafe.Comment:
			b.WriteString("<!" + string(n) + ">")
		case *xmlsafe.ProcInst:
			b.WriteString("<?" + n.Target + " " + n.Data + ">")
		}
	}
	b.WriteString("</>")
}

// standardOutline is outline as encoding/xml reads the document.
func standardOutline(data []byte) (string, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	d := xml.NewDecoder(bytes.NewReader(data))
	var b strings.Builder
	for depth := 0; ; {
		tok, err := d.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			depth++
			b.WriteString("<{" + spaces.Replace(tok.Name.Space) + "}" + tok.Name.Local)
			for _, a := range tok.Attr {
				if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
					continue
				}
				b.WriteString(" {" + spaces.Replace(a.Name.Space) + "}" + a.Name.Local + "=" + spaces.Replace(a.Value) + ";")
			}
			b.WriteByte('>')
		case xml.EndElement:
			depth--
			b.WriteString("</>")
		case xml.CharData:
			if depth > 0 {
				b.Write(tok)
			}
		case xml.Comment:
			if depth > 0 {
				b.WriteString("<!" + lineEnds.Replace(string(tok)) + ">")
			}
		case xml.ProcInst:
			if depth > 0 {
				b.WriteString("<?" + tok.Target + " " + lineEnds.Replace(string(tok.Inst)) + ">")
			}
		}
	}
}
