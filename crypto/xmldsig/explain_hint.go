package xmldsig

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
)

// sameWithoutSignature tells whether the digest is that of the element without
// the signature it contains.
func (x *explainer) sameWithoutSignature(expected []byte) bool {
	if x.verify.Enveloped || !x.target.Contains(x.signature) {
		return false
	}
	f := x.form(x.target)
	f.cut = x.signature
	return x.has(f, expected)
}

// errEffort: explaining would take more work than the size of a document allows.
var errEffort = errors.New("limit of work is reached")

// hasXOP is HasXOP for an element that is read again.
func hasXOP(f form) bool {
	found := xopFinder{}
	return errors.Is(f.show(found), errFound)
}

var errFound = errors.New("found")

// xopFinder gives up at the first xop:Include.
type xopFinder struct{}

func (xopFinder) StartElement(e *xmlsafe.Element) error {
	if e.Is(XOPNamespace, "Include") {
		return errFound
	}
	return nil
}
func (xopFinder) Text(string) error                   { return nil }
func (xopFinder) ProcInst(string, string) error       { return nil }
func (xopFinder) EndElement(e *xmlsafe.Element) error { return nil }

// otherTargets gives a few other elements that have an Id.
func (x *explainer) otherTargets() []*xmlsafe.Element {
	const most = 16
	var found []*xmlsafe.Element
	x.target.Root().Walk(func(e *xmlsafe.Element) bool {
		if e != x.target && slices.ContainsFunc(e.Attrs, xmlsafe.IsID) {
			found = append(found, e)
		}
		return len(found) < most
	})
	return found
}

// variant is something that might have been signed instead; note is empty for
// what should have been.
type variant struct {
	note   string
	octets []byte
}

// signedInfoVariants gives the usual wrong forms of SignedInfo after the right
// one.
func (x *explainer) signedInfoVariants() []variant {
	e := x.signature.Child(Namespace, "SignedInfo")
	variants := []variant{{"", x.parts.canonical}}
	add := func(note string, make func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if make(&b) == nil {
			variants = append(variants, variant{note, b.Bytes()})
		}
	}
	add("SignedInfo без пробелов между элементами (документ переформатирован после подписи)", func(b *bytes.Buffer) error {
		return Canonicalize(b, withoutSpace(e))
	})
	add("SignedInfo канонизирован без объявления пространства имён подписи", func(b *bytes.Buffer) error {
		head, tail, found := strings.Cut(string(x.parts.canonical), ` xmlns`)
		_, rest, closed := strings.Cut(tail, `="`+Namespace+`"`)
		if !found || !closed {
			return ErrStructure
		}
		b.WriteString(head + rest)
		return nil
	})
	add("к SignedInfo применена трансформация СМЭВ", func(b *bytes.Buffer) error { return TransformElement(b, e) })
	if x.opts.Source != nil {
		add("SignedInfo взят исходными байтами, без канонизации", func(b *bytes.Buffer) error {
			b.Write(x.opts.Source[e.Start:e.End])
			return nil
		})
	}
	return variants
}

// valueVariants gives the usual wrong byte orders after the right one.
func valueVariants(value []byte) []variant {
	half := len(value) / 2
	first, second := value[:half], value[half:]
	return []variant{
		{"", value},
		{"половины значения переставлены (r‖s вместо s‖r)", slices.Concat(second, first)},
		{"всё значение в обратном порядке байтов (так отдаёт КриптоПро CSP)", reversed(value)},
		{"каждая половина значения в обратном порядке байтов", slices.Concat(reversed(first), reversed(second))},
	}
}

// withoutSpace copies an element without text that is white space only.
func withoutSpace(e *xmlsafe.Element) *xmlsafe.Element {
	c := *e
	c.Children = nil
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			c.Children = append(c.Children, withoutSpace(n))
		case xmlsafe.Text:
			if !xmlsafe.IsSpace(string(n)) {
				c.Children = append(c.Children, n)
			}
		}
	}
	return &c
}

func reversed(b []byte) []byte {
	r := bytes.Clone(b)
	slices.Reverse(r)
	return r
}

func encoded(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// inRussian says what an error means, with its own text for details.
func inRussian(err error) string {
	for _, known := range []struct {
		is   error
		text string
	}{
		{cert.ErrGOST2001, "ключи ГОСТ Р 34.10-2001 выведены из применения, подпись не проверяется"},
		{errEffort, "подписей и элементов с Id слишком много: предел работы для документа такого размера исчерпан"},
		{ErrGrowth, "форма для подписи несоразмерно больше документа"},
		{ErrInstruction, "внутри подписанного элемента есть инструкция обработки: подпись её не видит, вставить её мог кто угодно"},
		{ErrStructure, "подпись построена не по правилам СМЭВ"},
		{ErrAlgorithm, "алгоритм или преобразование не разрешены"},
		{ErrReference, "подпись относится не к тому элементу"},
		{ErrCertificate, "сертификат в подписи не читается"},
		{ErrSignatureValue, "значение подписи не сходится"},
		{ErrDigest, "дайджест не сходится"},
		{ErrTransform, "содержимое не проходит трансформацию СМЭВ (элементы без пространства имён, атрибуты xml:*)"},
	} {
		if errors.Is(err, known.is) {
			return fmt.Sprintf("%s (%v)", known.text, err)
		}
	}
	return err.Error()
}
