package signbench

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"
	"time"

	"github.com/beevik/etree"

	"egissogw/crypto/gostbench"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/streebog"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// bench has what the comparisons need. Each of its methods that makes one first
// sees that all parties come to the same bytes. A party whose program is nil
// stays away.
type bench struct {
	t       testing.TB
	engine  *gostbench.Engine
	libxml2 *libxml2
	openssl *signertest.Tool

	identity signertest.Identity
	signer   *softkey.Signer
	gogost   *gogostParty
}

// must stops at an error of a party.
func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// same stops if two parties disagree.
func (b *bench) same(what string, ours, theirs []byte) {
	b.t.Helper()
	if !bytes.Equal(ours, theirs) {
		b.t.Fatalf("%s differ: %d bytes, %d expected", what, len(theirs), len(ours))
	}
}

// nowhere is a writer that keeps nothing, without the shortcuts of io.Discard.
type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// hash compares Streebog-256 over the bytes of an input.
func (b *bench) hash(in *input) comparison {
	want := streebog.Sum256(in.wire)
	if len(in.wire) < largest {
		b.same("digests of gogost", want[:], gogostSum(in.wire))
	}
	c := comparison{in.name, len(in.wire), []party{
		inside("egissogw", func() { streebog.Sum256(in.wire) }),
	}}
	if b.engine != nil {
		digest, _ := b.engine.Hash("md_gost12_256", in.wire, 1)
		b.same("digests of OpenSSL", want[:], digest)
		c.parties = append(c.parties, party{name: "OpenSSL gost-engine", goal: 1, run: func(n int) time.Duration {
			_, each := b.engine.Hash("md_gost12_256", in.wire, n)
			return each * time.Duration(n)
		}})
	}
	c.parties = append(c.parties, inside("gogost", func() { gogostSum(in.wire) }))
	return c
}

// canonicalise compares exclusive canonicalisation of a tree in memory.
func (b *bench) canonicalise(in *input) comparison {
	root := b.parse(in.received)
	b.checkCanonical(in, root)
	c := comparison{in.name, len(in.received), []party{
		inside("egissogw", func() { b.must(xmldsig.Canonicalize(nowhere{}, root)) }),
		inside("egissogw with SMEV transform", func() { b.must(xmldsig.TransformElement(nowhere{}, root)) }),
	}}
	if b.libxml2 != nil {
		c.parties = append(c.parties, party{name: "libxml2", run: b.libxml2.canonicalise})
	}
	return c
}

// parseAndCanonicalise compares the way from received bytes to canonical form.
func (b *bench) parseAndCanonicalise(in *input) comparison {
	b.checkCanonical(in, b.parse(in.received))
	c := comparison{in.name, len(in.received), []party{
		inside("egissogw", func() { b.must(xmldsig.Canonicalize(nowhere{}, b.parse(in.received))) }),
	}}
	if b.libxml2 != nil {
		c.parties = append(c.parties, party{name: "libxml2", run: b.libxml2.parseAndCanonicalise})
	}
	c.parties = append(c.parties, inside("goxmldsig", func() {
		_, err := goxmldsigCanonical(b.tree(in.received))
		b.must(err)
	}))
	return c
}

// parseAndTransform compares the way from received bytes to the octets to hash.
// libxml2 has no transform and stops at canonical form.
func (b *bench) parseAndTransform(in *input) comparison {
	var normal bytes.Buffer
	b.must(xmldsig.TransformElement(&normal, b.parse(in.received)))
	b.same("normal forms of foreign and own XML", in.normal, normal.Bytes())
	b.checkCanonical(in, b.parse(in.received))
	c := comparison{in.name, len(in.received), []party{
		inside("egissogw, one pass", func() { b.must(xmldsig.TransformElement(nowhere{}, b.parse(in.received))) }),
	}}
	if b.libxml2 != nil {
		c.parties = append(c.parties, party{name: "libxml2, c14n only", run: b.libxml2.parseAndCanonicalise})
	}
	c.parties = append(c.parties, inside("goxmldsig + our transform", func() {
		canonical, err := goxmldsigCanonical(b.tree(in.received))
		b.must(err)
		b.must(xmldsig.Transform(nowhere{}, canonical))
	}))
	return c
}

func (b *bench) parse(document []byte) *xmlsafe.Element {
	doc, err := xmlsafe.Parse(document, xmlsafe.Limits{})
	b.must(err)
	return doc.Root
}

func (b *bench) tree(document []byte) *etree.Element {
	doc := etree.NewDocument()
	b.must(doc.ReadFromBytes(document))
	return doc.Root()
}

// checkCanonical sees that the canonicalisers agree, and leaves the received form
// loaded in libxml2.
func (b *bench) checkCanonical(in *input, root *xmlsafe.Element) {
	b.t.Helper()
	var canonical bytes.Buffer
	b.must(xmldsig.Canonicalize(&canonical, root))
	if len(in.received) < largest {
		theirs, err := goxmldsigCanonical(b.tree(in.received))
		b.must(err)
		b.same("canonical forms of goxmldsig", canonical.Bytes(), theirs)
	}
	if b.libxml2 != nil {
		b.libxml2.load(in.received)
		b.same("canonical forms of libxml2", canonical.Bytes(), b.libxml2.canonical())
	}
}

// write compares writing the signed element. Ours writes the octets to hash too.
func (b *bench) write(in *input) comparison {
	var theirs bytes.Buffer
	b.must(writeEncodingXML(&theirs, in))
	var normal bytes.Buffer
	b.must(xmldsig.TransformElement(&normal, b.parse(theirs.Bytes())))
	b.same("elements by encoding/xml", in.normal, normal.Bytes())
	return comparison{in.name, len(in.wire), []party{
		inside("egissogw, wire + normal form", func() {
			var wire bytes.Buffer
			b.must(in.write(&wire, nowhere{}, compactPrefixes()))
		}),
		inside("encoding/xml, wire form only", func() {
			var wire bytes.Buffer
			b.must(writeEncodingXML(&wire, in))
		}),
		inside("facts alone, not written", func() { b.must(in.content(deaf{})) }),
	}}
}

// deaf writes nothing.
type deaf struct{}

func (deaf) Start(_, _ string)      {}
func (deaf) Text(string)            {}
func (deaf) End()                   {}
func (deaf) Element(_, _, _ string) {}

// writeEncodingXML writes the signed element with encoding/xml.
func writeEncodingXML(w io.Writer, in *input) error {
	e := encoder{xml.NewEncoder(w), map[string]string{}, nil}
	root := xml.StartElement{Name: xml.Name{Local: "st:SenderProvidedRequestData"}}
	for _, p := range compactPrefixes() {
		e.prefixes[p.URI] = p.Prefix
		name := "xmlns:" + p.Prefix
		if p.Prefix == "" {
			name = "xmlns"
		}
		root.Attr = append(root.Attr, xml.Attr{Name: xml.Name{Local: name}, Value: p.URI})
	}
	root.Attr = append(root.Attr, xml.Attr{Name: xml.Name{Local: "Id"}, Value: signedID})
	if err := e.EncodeToken(root); err != nil {
		return err
	}
	if err := in.content(&e); err != nil {
		return err
	}
	if err := e.EncodeToken(root.End()); err != nil {
		return err
	}
	return e.Close()
}

// encoder writes elements with encoding/xml, whose Close reports any error.
type encoder struct {
	*xml.Encoder
	prefixes map[string]string
	open     []xml.StartElement
}

func (e *encoder) Start(space, local string) {
	start := xml.StartElement{Name: xml.Name{Local: qualified(e.prefixes, space, local)}}
	e.open = append(e.open, start)
	e.EncodeToken(start)
}
func (e *encoder) Text(text string) { e.EncodeToken(xml.CharData(text)) }
func (e *encoder) End() {
	last := len(e.open) - 1
	e.EncodeToken(e.open[last].End())
	e.open = e.open[:last]
}
func (e *encoder) Element(space, local, text string) {
	e.Start(space, local)
	e.Text(text)
	e.End()
}

// writeAndDigest compares writing the signed element and taking its digest.
func (b *bench) writeAndDigest(in *input) comparison {
	ours := func() []byte {
		var wire bytes.Buffer
		h := streebog.New256()
		b.must(in.write(&wire, h, compactPrefixes()))
		return h.Sum(nil)
	}
	c := comparison{in.name, len(in.wire), []party{inside("egissogw", func() { ours() })}}
	if len(in.wire) >= largest {
		return c
	}
	_, theirs, err := b.gogost.writeAndDigest(in)
	b.must(err)
	b.same("digests of goxmldsig and gogost", ours(), theirs)
	c.parties = append(c.parties, inside("goxmldsig + gogost", func() {
		_, _, err := b.gogost.writeAndDigest(in)
		b.must(err)
	}))
	return c
}
