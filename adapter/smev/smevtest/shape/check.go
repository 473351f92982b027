package shape

import (
	"errors"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// Error is the first deviation of a document from its schema.
type Error struct {
	Offset int    // byte offset of the element in the source
	Path   string // path of the element
	Text   string // what is wrong; never quotes values
}

// Error implements error.
func (e *Error) Error() string { return e.Path + ": " + e.Text }

// Knows reports whether the schema has a document element of this name.
func (s *Schema) Knows(space, local string) bool {
	_, ok := s.roots[name{space, local}]
	return ok
}

// Check returns nil if the element and everything under it follows the schema,
// and an *Error otherwise.
func (s *Schema) Check(e *xmlsafe.Element) error {
	p, ok := s.roots[name{e.Space, e.Local}]
	if !ok {
		return fail(e, "no declaration of this document element")
	}
	c := checker{ids: map[string]bool{}}
	return c.element(p, e)
}

// checker is one run of Check.
type checker struct {
	ids map[string]bool // values of type id seen so far
}

const xsi = "http://www.w3.org/2001/XMLSchema-instance"

// element checks one element that has the particle's name.
func (k *checker) element(p *particle, e *xmlsafe.Element) error {
	if p.skip {
		return nil
	}
	if err := k.attrs(p, e); err != nil {
		return err
	}
	var kids []*xmlsafe.Element
	for _, c := range e.Children {
		if el, ok := c.(*xmlsafe.Element); ok {
			kids = append(kids, el)
		}
	}
	if p.text != nil {
		if len(kids) > 0 {
			return fail(kids[0], "element where only text is allowed")
		}
		if err := k.value(p.text, e.Text()); err != nil {
			return fail(e, err.Error())
		}
		return nil
	}
	for _, c := range e.Children {
		if text, ok := c.(xmlsafe.Text); ok && strings.Trim(string(text), " \t\r\n") != "" {
			return fail(e, "text where only elements are allowed")
		}
	}
	i := 0
	for _, child := range p.children {
		var err error
		if i, err = k.match(child, e, kids, i); err != nil {
			return err
		}
	}
	if i < len(kids) {
		return fail(kids[i], "element is not expected here")
	}
	return nil
}

// match consumes the elements the particle takes and returns the index of the
// next one.
func (k *checker) match(p *particle, parent *xmlsafe.Element, kids []*xmlsafe.Element, i int) (int, error) {
	count := 0
	for count < p.max && i < len(kids) && p.starts(name{kids[i].Space, kids[i].Local}) {
		var err error
		switch p.kind {
		case kindElement:
			err = k.element(p, kids[i])
			i++
		case kindAny:
			i++
		case kindSequence:
			for _, c := range p.children {
				if i, err = k.match(c, parent, kids, i); err != nil {
					break
				}
			}
		case kindChoice:
			i, err = k.alternative(p, parent, kids, i)
		}
		if err != nil {
			return i, err
		}
		count++
	}
	if count < p.min && !p.nullable() {
		if i < len(kids) {
			return i, fail(kids[i], "element is not expected here, expected "+p.label())
		}
		return i, fail(parent, "content is not complete, expected "+p.label())
	}
	return i, nil
}

func (k *checker) alternative(p *particle, parent *xmlsafe.Element, kids []*xmlsafe.Element, i int) (int, error) {
	for _, c := range p.children {
		if c.starts(name{kids[i].Space, kids[i].Local}) {
			return k.match(c, parent, kids, i)
		}
	}
	return i, nil
}

func (k *checker) attrs(p *particle, e *xmlsafe.Element) error {
	for _, a := range e.Attrs {
		if a.Space == xsi && (a.Local == "schemaLocation" || a.Local == "noNamespaceSchemaLocation") {
			continue
		}
		known := false
		for _, want := range p.attrs {
			if a.Space == "" && a.Local == want.name {
				known = true
				if err := k.value(want.text, a.Value); err != nil {
					return fail(e, "attribute "+want.name+": "+err.Error())
				}
			}
		}
		if !known {
			return fail(e, "attribute "+a.Local+" is not allowed")
		}
	}
	for _, want := range p.attrs {
		if _, ok := e.Attr("", want.name); want.required && !ok {
			return fail(e, "attribute "+want.name+" is required")
		}
	}
	return nil
}

// value checks a value and that identifiers are given once.
func (k *checker) value(t *simpleType, value string) error {
	if err := t.check(value); err != nil {
		return err
	}
	if t.label != "id" {
		return nil
	}
	value = strings.Trim(value, " \t\r\n")
	if k.ids[value] {
		return errors.New("identifier is not unique")
	}
	k.ids[value] = true
	return nil
}

// label names what the particle expects.
func (p *particle) label() string {
	switch p.kind {
	case kindElement:
		return p.name.local
	case kindAny:
		return "an element"
	}
	var names []string
	for _, c := range p.children {
		names = append(names, c.label())
		if p.kind == kindSequence && !c.nullable() {
			break
		}
	}
	return strings.Join(names, " or ")
}

func fail(e *xmlsafe.Element, text string) error {
	return &Error{Offset: e.Start, Path: e.Path(), Text: text}
}
