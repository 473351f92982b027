package xmldsig_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// message reads one of the real messages of the bus.
func message(t testing.TB, pattern string) *xmlsafe.Element {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(sharedDir(t), "spec/smev3-vectors/messages", pattern+"*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("message %s: %d files (%v)", pattern, len(found), err)
	}
	return parseRoot(t, readFile(t, found[0]))
}

// anybody trusts every certificate that is one.
func anybody(*cert.Certificate) error { return nil }

// signatures gives all ds:Signature below root.
func signatures(root *xmlsafe.Element) []*xmlsafe.Element {
	var found []*xmlsafe.Element
	root.Walk(func(e *xmlsafe.Element) bool {
		if e.Is(xmldsig.Namespace, "Signature") {
			found = append(found, e)
		}
		return true
	})
	return found
}

// siblingTarget gives the element that stands beside the wrapper of a
// signature and carries an Id: the layout of the bus.
func siblingTarget(t testing.TB, signature *xmlsafe.Element) *xmlsafe.Element {
	t.Helper()
	e := besideSignature(signature)
	if e == nil {
		t.Fatal("no signed element beside the signature")
	}
	return e
}

// besideSignature is siblingTarget where there may be none.
func besideSignature(signature *xmlsafe.Element) *xmlsafe.Element {
	if signature.Parent == nil || signature.Parent.Parent == nil {
		return nil
	}
	for _, e := range signature.Parent.Parent.Elements() {
		if _, ok := e.Attr("", "Id"); ok {
			return e
		}
	}
	return nil
}

// unindent removes the white space somebody's editor put into SignedInfo.
func unindent(signature *xmlsafe.Element) {
	signature.Child(xmldsig.Namespace, "SignedInfo").Walk(func(e *xmlsafe.Element) bool {
		e.Children = slices.DeleteFunc(e.Children, func(n xmlsafe.Node) bool {
			text, ok := n.(xmlsafe.Text)
			return ok && xmlsafe.IsSpace(string(text))
		})
		return true
	})
}

// TestRealMessages verifies every signature in the messages collected from the
// real bus.
func TestRealMessages(t *testing.T) {
	cases := []struct {
		file       string
		signatures int
		indented   bool  // SignedInfo was re-indented after signing
		want       error // what stays wrong then
	}{
		{"01", 1, false, nil},
		{"02", 1, false, nil},
		{"03", 2, false, nil},
		{"06", 1, false, xmldsig.ErrDigest}, // a MIME part is lost
		{"07", 1, false, xmldsig.ErrDigest}, // redacted
		{"11", 2, true, nil},
		{"14", 1, true, nil},
		{"15", 2, true, xmldsig.ErrDigest}, // content replaced
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			root := message(t, c.file)
			found := signatures(root)
			if len(found) != c.signatures {
				t.Fatalf("%d signatures, want %d", len(found), c.signatures)
			}
			if c.indented {
				for i, s := range found {
					if _, err := xmldsig.Verify(s, siblingTarget(t, s), xmldsig.VerifyOptions{Trust: anybody}); !errors.Is(err, xmldsig.ErrSignatureValue) {
						t.Errorf("signature %d as it is: %v", i, err)
					}
					unindent(s)
				}
			}
			for i, s := range found {
				target := siblingTarget(t, s)
				v, err := xmldsig.Verify(s, target, xmldsig.VerifyOptions{Trust: anybody})
				if !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Errorf("signature %d: %v, want %v", i, err, c.want)
				}
				if err != nil {
					continue
				}
				if v.Element.Local != target.Local || v.Element.Space != target.Space || v.Certificate == nil {
					t.Errorf("signature %d: verified %s", i, v.Element.Local)
				}
				// The other signature inside what was verified holds there too.
				for _, inner := range signatures(target) {
					if _, err := xmldsig.Verify(inner, siblingTarget(t, inner), xmldsig.VerifyOptions{Trust: anybody}); err != nil {
						t.Errorf("signature inside the verified element: %v", err)
					}
				}
			}
		})
	}
}

func TestGOST2001IsRefused(t *testing.T) {
	signature := message(t, "17")
	_, err := xmldsig.Verify(signature, signature, xmldsig.VerifyOptions{Trust: anybody})
	if !errors.Is(err, cert.ErrGOST2001) {
		t.Fatalf("error: %v", err)
	}
}

// TestRealMessageTampering changes real messages in ways that must not pass.
func TestRealMessageTampering(t *testing.T) {
	refuse := func(*cert.Certificate) error { return fmt.Errorf("not ours: %w", cert.ErrExpired) }
	cases := []struct {
		name   string
		change func(signature, target *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element)
		trust  func(*cert.Certificate) error
		want   error
	}{
		{"as it is", nil, anybody, nil},
		{"untrusted certificate", nil, refuse, xmldsig.ErrUntrusted},
		{"expired certificate", nil, refuse, cert.ErrExpired},
		{"no rule of trust", nil, nil, xmldsig.ErrUntrusted},
		{"text changed", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) {
			e.Elements()[0].Children = []xmlsafe.Node{xmlsafe.Text("00000000-0000-1000-8000-000000000000")}
			return s, e
		}, anybody, xmldsig.ErrDigest},
		{"attribute added", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) {
			e.Attrs = append(e.Attrs, xmlsafe.Attr{Local: "x", Value: "y"})
			return s, e
		}, anybody, xmldsig.ErrDigest},
		{"element moved to another namespace", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) {
			e.Elements()[0].Space = "urn:x"
			return s, e
		}, anybody, xmldsig.ErrDigest},
		{"white space between elements", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) {
			e.Children = append(e.Children, xmlsafe.Text("\n   "))
			return s, e
		}, anybody, nil},
		{"comment added", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) {
			e.Children = append(e.Children, xmlsafe.Comment("x"))
			return s, e
		}, anybody, nil},
		{"target missing", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) { return s, nil }, anybody, xmldsig.ErrReference},
		{"signature missing", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) { return nil, e }, anybody, xmldsig.ErrStructure},
		{"wrapper instead of signature", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) { return s.Parent, e }, anybody, xmldsig.ErrStructure},
		{"inner element as target", func(s, e *xmlsafe.Element) (*xmlsafe.Element, *xmlsafe.Element) { return s, e.Elements()[0] }, anybody, xmldsig.ErrReference},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			signature := signatures(message(t, "02"))[0]
			target := siblingTarget(t, signature)
			if c.change != nil {
				signature, target = c.change(signature, target)
			}
			_, err := xmldsig.Verify(signature, target, xmldsig.VerifyOptions{Trust: c.trust})
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Fatalf("error %v, want %v", err, c.want)
			}
		})
	}
}
