package xmldsig_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

func TestSignAndVerifyOnEveryCurve(t *testing.T) {
	for _, curve := range gost3410.Curves() {
		t.Run(curve.Name(), func(t *testing.T) {
			bus := newParty(t, curve)
			element, signature := genuine(t, bus)
			answer, err := receive(envelope("", element+smevSignature(signature)), xmlsafe.Limits{}, bus.trust)
			if err != nil || answer != "genuine" {
				t.Fatalf("%q, %v", answer, err)
			}
			if strings.ContainsAny(signature, "\n\r\t") || strings.Contains(signature, "> <") {
				t.Fatal("white space in the signature")
			}
		})
	}
}

// badSigner spoils what a good signer makes.
type badSigner struct {
	party
	spoil func([]byte) ([]byte, error)
}

func (s badSigner) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	value, err := s.party.SignDigest(ctx, digest)
	if err != nil {
		return nil, err
	}
	return s.spoil(value)
}

func TestSignRefuses(t *testing.T) {
	p := newParty(t, gost3410.CryptoProA())
	digest := make([]byte, 32)
	broken := errors.New("token pulled out")
	cases := []struct {
		name   string
		spoil  func([]byte) ([]byte, error)
		id     string
		digest []byte
		want   error
	}{
		{"good", func(b []byte) ([]byte, error) { return b, nil }, "ID", digest, nil},
		{"signer fails", func([]byte) ([]byte, error) { return nil, broken }, "ID", digest, broken},
		{"halves swapped", func(b []byte) ([]byte, error) { return append(append([]byte(nil), b[32:]...), b[:32]...), nil }, "ID", digest, xmldsig.ErrSignatureValue},
		{"empty signature", func([]byte) ([]byte, error) { return nil, nil }, "ID", digest, xmldsig.ErrSignatureValue},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := xmldsig.Sign(context.Background(), badSigner{p, c.spoil}, c.id, c.digest)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			if signing := (*xmldsig.SigningError)(nil); errors.As(err, &signing) != (c.want != nil) {
				t.Errorf("%v does not say that it was the signer", err)
			}
		})
	}
	for name, id := range map[string]string{"empty Id": "", "Id with a digit first": "1", "Id with a quote": `a"b`, "Id with a colon": "a:b"} {
		t.Run(name, func(t *testing.T) {
			if _, err := xmldsig.Sign(context.Background(), p, id, digest); err == nil {
				t.Fatal("accepted")
			}
		})
	}
	if _, err := xmldsig.Sign(context.Background(), p, "ID", make([]byte, 64)); err == nil {
		t.Fatal("digest of the wrong size accepted")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := xmldsig.Sign(ctx, p, "ID", digest); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
}

func TestSignEnveloped(t *testing.T) {
	p := newParty(t, gost3410.CryptoProA())
	cases := []struct {
		name  string
		doc   string
		plain bool
	}{
		{"with Id", "<?xml version=\"1.0\"?>\n<a xmlns=\"urn:a\" Id=\"X\"><b>1</b>\n</a>\n<!-- end -->", false},
		{"without Id", `<a xmlns="urn:a"><b>1</b></a>`, false},
		{"empty element", `<p:a xmlns:p="urn:a"/>`, false},
		{"empty element with spaces", `<p:a xmlns:p="urn:a"></p:a >`, false},
		{"text around the signature", `<a xmlns="urn:a">pppppppppppp<b/>x></a>`, false},
		{"plain, no namespaces", "<a>1\n<b/></a>", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			signed, err := xmldsig.SignEnveloped(context.Background(), p, []byte(c.doc), c.plain)
			if err != nil {
				t.Fatal(err)
			}
			root := parseRoot(t, signed)
			signature := root.Child(xmldsig.Namespace, "Signature")
			v, err := xmldsig.Verify(signature, root, xmldsig.VerifyOptions{Trust: p.trust, Enveloped: true, Plain: c.plain})
			if err != nil {
				t.Fatal(err)
			}
			if len(signatures(v.Element)) != 0 {
				t.Error("the verified element still has the signature")
			}
			if _, err := xmldsig.Verify(signature, root, xmldsig.VerifyOptions{Trust: p.trust, Plain: c.plain}); !errors.Is(err, xmldsig.ErrAlgorithm) {
				t.Errorf("accepted as detached: %v", err)
			}
			if _, err := xmldsig.Verify(signature, root, xmldsig.VerifyOptions{Trust: p.trust, Enveloped: true, Plain: !c.plain}); !errors.Is(err, xmldsig.ErrAlgorithm) {
				t.Errorf("accepted with other transforms: %v", err)
			}
			x := xmldsig.Explain(root, xmldsig.ExplainOptions{At: signedAt, Trust: p.trust, Source: signed})
			if len(x) != 1 || !x[0].Holds {
				t.Errorf("explanation: %+v", x)
			}
			changed := strings.Replace(string(signed), "urn:a", "urn:b", 1)
			if c.plain {
				changed = strings.Replace(string(signed), "<b/>", "<c/>", 1)
			}
			root = parseRoot(t, []byte(changed))
			if _, err := xmldsig.Verify(root.Child(xmldsig.Namespace, "Signature"), root, xmldsig.VerifyOptions{Trust: p.trust, Enveloped: true, Plain: c.plain}); !errors.Is(err, xmldsig.ErrDigest) {
				t.Errorf("changed document: %v", err)
			}
		})
	}
	for name, doc := range map[string]string{"no namespace": "<a/>", "not XML": "a", "Id that is no name": `<a xmlns="urn:a" Id="1"/>`} {
		if _, err := xmldsig.SignEnveloped(context.Background(), p, []byte(doc), false); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestSignDetached(t *testing.T) {
	p := newParty(t, gost3410.TC26_512A())
	doc := []byte(`<a xmlns="urn:a" Id="X"><b>1</b></a>`)
	signature, err := xmldsig.SignDetached(context.Background(), p, doc, false)
	if err != nil {
		t.Fatal(err)
	}
	opts := xmldsig.VerifyOptions{Trust: p.trust, Separate: true}
	s, root := parseRoot(t, signature), parseRoot(t, doc)
	if _, err := xmldsig.Verify(s, root, opts); err != nil {
		t.Fatal(err)
	}
	if _, err := xmldsig.Verify(s, root, xmldsig.VerifyOptions{Trust: p.trust}); !errors.Is(err, xmldsig.ErrReference) {
		t.Fatalf("two documents accepted as one: %v", err)
	}
	x := xmldsig.Explain(s, xmldsig.ExplainOptions{At: signedAt, Content: root})
	if len(x) != 1 || !x[0].Holds || !x[0].Certificate.Equal(p.Identity.Certificate) {
		t.Fatalf("explanation: %+v", x)
	}
	root.Elements()[0].Children = nil
	if _, err := xmldsig.Verify(s, root, opts); !errors.Is(err, xmldsig.ErrDigest) {
		t.Fatalf("changed document: %v", err)
	}
	if _, err := xmldsig.SignDetached(context.Background(), p, []byte(`<a xmlns="urn:a"/>`), false); !errors.Is(err, xmldsig.ErrReference) {
		t.Fatalf("no Id: %v", err)
	}
}

func TestVerifiedElementIsItsOwnDocument(t *testing.T) {
	bus := newParty(t, gost3410.CryptoProA())
	element, signature := genuine(t, bus)
	root := parseRoot(t, []byte(envelope("", element+smevSignature(signature))))
	s := signatures(root)[0]
	v, err := xmldsig.Verify(s, siblingTarget(t, s), xmldsig.VerifyOptions{Trust: bus.trust})
	if err != nil {
		t.Fatal(err)
	}
	if v.Element.Parent != nil || v.Element.Root() != v.Element {
		t.Fatal("the verified element leads back to the unverified document")
	}
	if !v.Certificate.Equal(bus.Identity.Certificate) || v.Certificate.DigestSize() != 32 {
		t.Fatal("another certificate")
	}
	var _ *cert.Certificate = v.Certificate
}
