package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// FormatError says why a package was refused as a document, before its records
// are checked: it is no XML, or its structure or a value is not what the XSD
// demands.
type FormatError struct {
	Finding egisso.Finding // code L-XSD, or that of the rule which owns the value
	Offset  int            // byte offset in the document
	Err     error          // the XML reader's error, if that was the reason
}

// Error names the place and the demand, never a value.
func (e *FormatError) Error() string {
	if e.Err != nil {
		return e.Err.Error()
	}
	return fmt.Sprintf("byte %d: %s", e.Offset, e.Finding)
}

// Unwrap returns the XML reader's error, if any.
func (e *FormatError) Unwrap() error { return e.Err }

// readLimits bound packages, protocols and classifiers: flat, at most 1000
// records, or some tens of thousands of rules (КМСЗ of 40,000 rules has 20 MiB).
var readLimits = xmlsafe.Limits{Bytes: 32 << 20, Depth: 32, Elements: 2_000_000, Attributes: 64, TextLength: 1 << 20}

// ProtocolBytes is the largest protocol that is read: a thousand records with several
// errors each take less.
const ProtocolBytes = 8 << 20

// protocolLimits bound protocols: a tree takes many times the size of its elements.
var protocolLimits = func() xmlsafe.Limits {
	l := readLimits
	l.Bytes, l.Elements = ProtocolBytes, 60_000
	return l
}()

// mostHeld is how many elements of a package or classifier are held at once; the
// rules of a classifier, the bulk of it, are not.
const mostHeld = 100_000

// errInstruction: no document of ЕГИССО has processing instructions. In a signed
// one the digest would not see them, and in a file nobody should have to ask.
var errInstruction = errors.New("processing instruction inside the document")

// refuseInstructions is for every element of a tree, and passed on by those who
// read elements one by one.
func refuseInstructions(e *xmlsafe.Element) error {
	for _, n := range e.Children {
		if inst, ok := n.(*xmlsafe.ProcInst); ok {
			return fmt.Errorf("%w: %.80q in %s", errInstruction, inst.Target, e.Path())
		}
	}
	return nil
}

// parseTree reads a document no larger than a protocol as a tree.
func parseTree(content []byte) (*xmlsafe.Document, error) {
	doc, err := xmlsafe.ParseEach(content, protocolLimits, nil)
	if err != nil {
		return nil, err
	}
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		err = refuseInstructions(e)
		return err == nil
	})
	return doc, err
}

// RootOf gives the namespace and name of a document's root, for those who choose a
// reader by it.
func RootOf(content []byte) (space, local string, err error) {
	doc, err := xmlsafe.ParseOutline(content, readLimits, func(*xmlsafe.Element) bool { return true }, nil)
	if err != nil {
		return "", "", fmt.Errorf("read root: %w", err)
	}
	return strings.Clone(doc.Root.Space), strings.Clone(doc.Root.Local), nil
}

// decoder reads a document of a known schema strictly: elements in the order
// of the schema, nothing missing, nothing more. The first error sticks; after
// it every method returns zero values.
type decoder struct {
	v     *egisso.Version
	err   error
	rules []egisso.KMSZRule // of the classifier, read while the document is parsed
	held  int               // elements in the tree
}

// versionOf returns the version whose messages have the namespace, nil if there is none.
func versionOf(space string) *egisso.Version {
	for _, v := range egisso.Versions() {
		if v.Space.Message == space {
			return v
		}
	}
	return nil
}

// parseDocument returns the root and sets the version if the document has the
// local name and the namespace of a version of one of the kinds.
func (d *decoder) parseDocument(content []byte, local string, codes ...string) *xmlsafe.Element {
	doc, err := xmlsafe.ParseEach(content, readLimits, d.take)
	if err == nil && d.held > mostHeld {
		err = fmt.Errorf("more than %d elements beside the rules of a classifier", mostHeld)
	}
	if err == nil {
		doc.Root.Walk(func(e *xmlsafe.Element) bool {
			err = refuseInstructions(e)
			return err == nil
		})
	}
	if err != nil {
		d.err = &FormatError{Finding: egisso.Finding{Code: "L-XSD", Severity: egisso.Error, Schema: true, Text: "Документ не является корректным XML"}, Err: err}
		return nil
	}
	d.v = versionOf(doc.Root.Space)
	switch {
	case d.v == nil || !slices.Contains(codes, d.v.Code):
		d.fail(doc.Root, "L-XSD", "пространство имён корневого элемента не принадлежит известной версии вида сведений "+strings.Join(codes, ", "))
		return nil
	case local == "":
		local = d.v.Root
	}
	if doc.Root.Local != local {
		d.fail(doc.Root, "L-XSD", "ожидается корневой элемент "+local)
		return nil
	}
	return doc.Root
}

func (d *decoder) fail(e *xmlsafe.Element, code, text string) {
	if d.err == nil {
		d.err = &FormatError{
			Finding: egisso.Finding{Code: code, Severity: egisso.Error, Field: e.Path(), Text: text, Schema: true},
			Offset:  e.Start,
		}
	}
}

// failed returns the error of the document, if any.
func (d *decoder) failed(what string) error {
	if d.err == nil {
		return nil
	}
	return fmt.Errorf("read %s: %w", what, d.err)
}

// sequence walks over the children of an element with element-only content.
type sequence struct {
	d    *decoder
	e    *xmlsafe.Element
	kids []*xmlsafe.Element
}

func (d *decoder) sequence(e *xmlsafe.Element) *sequence {
	s := &sequence{d: d, e: e}
	if d.err != nil || e == nil {
		return s
	}
	d.plainAttributes(e)
	for _, n := range e.Children {
		switch n := n.(type) {
		case *xmlsafe.Element:
			s.kids = append(s.kids, n)
		case xmlsafe.Text:
			if strings.TrimSpace(string(n)) != "" {
				d.fail(e, "L-XSD", "текст там, где допустимы только элементы")
			}
		}
	}
	return s
}

const nsInstance = "http://www.w3.org/2001/XMLSchema-instance"

// plainAttributes: no type of these schemas has attributes; only the hints
// where a schema lies are harmless.
func (d *decoder) plainAttributes(e *xmlsafe.Element) {
	for _, a := range e.Attrs {
		if a.Space == nsInstance && (a.Local == "schemaLocation" || a.Local == "noNamespaceSchemaLocation") {
			continue
		}
		d.fail(e, "L-XSD", "атрибут "+a.Local+" не предусмотрен схемой")
	}
}

// optional takes the next child if it has the name.
func (s *sequence) optional(space, local string) *xmlsafe.Element {
	if s.d.err != nil || len(s.kids) == 0 || !s.kids[0].Is(space, local) {
		return nil
	}
	e := s.kids[0]
	s.kids = s.kids[1:]
	return e
}

// need takes the next child, which must have the name.
func (s *sequence) need(space, local string) *xmlsafe.Element {
	e := s.optional(space, local)
	if e == nil && s.d.err == nil {
		text := "нет обязательного элемента " + local
		if len(s.kids) > 0 {
			text += ", на его месте " + s.kids[0].Local
		}
		s.d.fail(s.e, "L-XSD", text)
	}
	return e
}

// each calls f for every next child of the name; at most max of them.
func (s *sequence) each(space, local string, max int, f func(e *xmlsafe.Element)) {
	for n := 1; ; n++ {
		e := s.optional(space, local)
		if e == nil {
			return
		}
		if n > max {
			s.d.fail(e, "L-XSD", fmt.Sprintf("больше %d элементов %s", max, local))
			return
		}
		f(e)
	}
}

// some is each for a list that must not be empty.
func (s *sequence) some(space, local string, f func(e *xmlsafe.Element)) {
	found := false
	s.each(space, local, unbounded, func(e *xmlsafe.Element) {
		found = true
		f(e)
	})
	if !found {
		s.need(space, local)
	}
}

const unbounded = int(^uint(0) >> 1)

// end demands that every child was taken.
func (s *sequence) end() {
	if s.d.err == nil && len(s.kids) > 0 {
		s.d.fail(s.kids[0], "L-XSD", "элемент не предусмотрен схемой на этом месте")
	}
}
