package xmldsig_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// isContent tells where the messages of these tests have their content.
func isContent(e *xmlsafe.Element) bool { return e.Is(basicNS, "MessagePrimaryContent") }

// outlineOf reads a document without the inside of its t:Response.
func outlineOf(t testing.TB, doc []byte) *xmlsafe.Element {
	t.Helper()
	d, err := xmlsafe.ParseOutline(doc, xmlsafe.Limits{AllowDuplicateIDs: true}, func(e *xmlsafe.Element) bool { return e.Is(typesNS, "Response") }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d.Root
}

// TestVerifyOutline: an outline and the source give what a tree gives.
func TestVerifyOutline(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	element, signature := genuine(t, bus)
	doc := []byte(envelope("", element+smevSignature(signature)))
	s := signatures(outlineOf(t, doc))[0]
	v, err := xmldsig.Verify(s, siblingTarget(t, s), xmldsig.VerifyOptions{Trust: bus.trust, Source: doc, Content: isContent})
	if err != nil {
		t.Fatal(err)
	}
	if want := `<ns1:Answer xmlns:ns1="urn:answer">genuine</ns1:Answer>`; string(v.Content) != want {
		t.Errorf("content %s, want %s", v.Content, want)
	}
	content := v.Element.Child(basicNS, "MessagePrimaryContent")
	if content == nil || len(content.Elements()) != 1 || !content.Elements()[0].Is("urn:answer", "Answer") || content.Elements()[0].Children != nil {
		t.Errorf("in place of the content: %+v", content)
	}
	if id := v.Element.Child(typesNS, "OriginalMessageId"); id == nil || id.Text() != "d0f3cbf6-9b3e-11ea-b23a-3316e2108089" || id.Parent != v.Element {
		t.Errorf("beside it: %+v", id)
	}
	for _, c := range []struct {
		by   string
		want error
	}{
		{"forgery", xmldsig.ErrDigest},
		{`genuine<x xmlns="urn:answer" Id="SIGNED_BY_SMEV"/>`, xmldsig.ErrReference},
	} {
		changed := []byte(strings.Replace(string(doc), "genuine", c.by, 1))
		s := signatures(outlineOf(t, changed))[0]
		if _, err := xmldsig.Verify(s, siblingTarget(t, s), xmldsig.VerifyOptions{Trust: bus.trust, Source: changed}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.by, err)
		}
	}
}

// TestInstructionsAreRefused: the transform drops them, and white space between
// them, so that whoever adds some keeps digest and signature.
func TestInstructionsAreRefused(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	element, signature := genuine(t, bus)
	for _, added := range []string{"<?x?>", "<?x?> <?x?>", "<?x y?>\n"} {
		for _, place := range []string{"d0f3cbf6", "genuine", "<b:MessagePrimaryContent>", "</t:Response>"} {
			before, after, ok := strings.Cut(element, place)
			if !ok {
				t.Fatalf("no %s in %s", place, element)
			}
			doc := []byte(envelope("", before+added+place+after+smevSignature(signature)))
			for _, source := range [][]byte{nil, doc} {
				s := signatures(parseRoot(t, doc))[0]
				_, err := xmldsig.Verify(s, siblingTarget(t, s), xmldsig.VerifyOptions{Trust: bus.trust, Source: source})
				if !errors.Is(err, xmldsig.ErrInstruction) {
					t.Errorf("%q before %s: %v", added, place, err)
				}
			}
		}
	}
}

// TestReadIsDigested holds what Verify gives against the octets of the digest, on
// random documents: parsing those octets gives the same names, attributes and
// texts, and the content alone means the same.
func TestReadIsDigested(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	const cases = 300
	for n := range cases {
		docs := documents{Rand: seeded(7_000_000 + n), comments: true, rawSpace: true, exotic: true}
		inside := strings.TrimPrefix(string(docs.document()), "\uFEFF")
		if i := strings.Index(inside, "?>\n"); strings.HasPrefix(inside, "<?xml") {
			inside = inside[i+3:]
		}
		if strings.Contains(inside, "<?") {
			continue
		}
		element := `<t:Response xmlns:t="` + typesNS + `" Id="ID"> <b:MessagePrimaryContent xmlns:b="` + basicNS + `">` + inside + `</b:MessagePrimaryContent></t:Response>`
		digest, err := xmldsig.Digest(parseRoot(t, []byte(element)), 32, false)
		if err != nil {
			t.Fatalf("case %d: %v\n%s", n, err, element)
		}
		signature, err := xmldsig.Sign(t.Context(), bus, "ID", digest)
		if err != nil {
			t.Fatal(err)
		}
		doc := []byte(envelope("", element+smevSignature(string(signature))))
		s := signatures(outlineOf(t, doc))[0]
		opts := xmldsig.VerifyOptions{Trust: bus.trust, Source: doc}
		v, err := xmldsig.Verify(s, siblingTarget(t, s), opts)
		if err != nil {
			t.Fatalf("case %d: %v\n%s", n, err, doc)
		}
		octets := transformed(t, parseRoot(t, []byte(element)))
		if got, want := infoset(v.Element), infoset(parseRoot(t, octets)); got != want {
			t.Fatalf("case %d: read\n%s\ndigested\n%s", n, got, want)
		}
		opts.Content = isContent
		if v, err = xmldsig.Verify(s, siblingTarget(t, s), opts); err != nil {
			t.Fatal(err)
		}
		root := parseRoot(t, octets).Child(basicNS, "MessagePrimaryContent").Elements()[0]
		if got, want := infoset(parseRoot(t, v.Content)), infoset(root); got != want {
			t.Fatalf("case %d: content\n%s\ndigested\n%s", n, got, want)
		}
	}
}

// infoset writes down what a tree says, prefixes and their declarations left out,
// attributes in order.
func infoset(e *xmlsafe.Element) string {
	var b strings.Builder
	b.WriteString("{" + e.Space + "}" + e.Local)
	var attrs []string
	for _, a := range e.Attrs {
		attrs = append(attrs, "{"+a.Space+"}"+a.Local+"="+a.Value)
	}
	slices.Sort(attrs)
	b.WriteString("[" + strings.Join(attrs, ";") + "](")
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			b.WriteString(infoset(n))
		case xmlsafe.Text:
			b.WriteString("'" + string(n) + "'")
		default:
			b.WriteString("!")
		}
	}
	b.WriteString(")")
	return b.String()
}
