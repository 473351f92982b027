package wire

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// Errors of Validate a caller may want to tell apart.
var (
	ErrEmptyPackage = errors.New("package has no elements") // L-EMPTY
	ErrTooMany      = errors.New("package has too many elements")
)

// WritePackage writes the package as a document of the version, which must be one of the
// package's register. Nothing is written when an error is returned, which is that of
// Validate.
func WritePackage(w Writer, p *egisso.Package, v *egisso.Version) error {
	if err := Validate(p, v); err != nil {
		return fmt.Errorf("write package %s: %w", p.ID, err)
	}
	o, l := output{w, v}, layouts[p.Register]
	o.Start(v.Space.Message, v.Root)
	if l.bare != "" {
		l.write(o, p.Elements[0])
	} else {
		ns := v.Space.Pack
		o.Start(ns, "package")
		o.uuid(ns, v.Names.PackageID, p.ID)
		o.Start(ns, "elements")
		for _, e := range p.Listed(v) {
			l.write(o, e)
		}
		o.End()
		o.End()
	}
	o.End()
	return nil
}

// Validate reports what would make the package as a whole wrong in the version: no elements or
// too many, identifiers missing or repeated, an event beside its own record or beside another
// event on it (adapter/egisso/SPEC.md#package-limits), values that cannot be written. It does
// not repeat the checks of records.
func Validate(p *egisso.Package, v *egisso.Version) error {
	n, l := len(p.Elements), layouts[p.Register]
	switch {
	case v == nil, l == nil:
		return fmt.Errorf("register %q is not known", p.Register)
	case v.Register != p.Register:
		return fmt.Errorf("%s does not carry register %q", v, p.Register)
	case p.ID == uuid.Nil && l.bare == "":
		return errors.New("package has no id")
	case n == 0:
		return ErrEmptyPackage
	case n > egisso.MaxElements, v.ListMax == 1 && n > 1:
		return fmt.Errorf("%w: %d", ErrTooMany, n)
	}
	errs := []error{validateIDs(p)}
	for _, e := range p.Elements {
		if e.ElementKind().Register() != p.Register {
			return fmt.Errorf("package of register %q holds an element %q", p.Register, e.ElementKind())
		}
		if err := l.ready(v, e); err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", e.ElementKind(), e.ElementID(), err))
		}
	}
	return errors.Join(errs...)
}

// validateIDs: an id is used once, and what is touched is touched once.
func validateIDs(p *egisso.Package) error {
	ids, touched := make(map[uuid.UUID]bool, len(p.Elements)), make(map[uuid.UUID]bool, len(p.Elements))
	for _, e := range p.Elements {
		id := e.ElementID()
		switch {
		case id == uuid.Nil:
			return errors.New("element without an id")
		case ids[id]:
			return fmt.Errorf("id %s is used by two elements", id)
		}
		ids[id] = true
	}
	for _, e := range p.Elements {
		target := e.Target()
		if target != uuid.Nil && (touched[target] || ids[target]) {
			return fmt.Errorf("%s %s: its record %s has another element in the package", e.ElementKind(), e.ElementID(), target)
		}
		touched[target] = true
	}
	return nil
}

// packageCodes are the kinds of information that bring packages to ЕГИССО.
func packageCodes() (codes []string) {
	for _, r := range egisso.Registers() {
		codes = append(codes, r.Version().Code)
	}
	return codes
}

// ReadPackage reads a package of any kind and version and says which it was.
// The document's structure and value types are checked as strictly as the XSD
// does; limits and patterns of texts are left to the checks of records. Errors
// are *FormatError.
func ReadPackage(content []byte) (*egisso.Package, *egisso.Version, error) {
	var d decoder
	root := d.parseDocument(content, "", packageCodes()...)
	if d.err != nil {
		return nil, nil, fmt.Errorf("read package: %w", d.err)
	}
	p := &egisso.Package{Register: d.v.Register}
	message := d.sequence(root)
	if l := layouts[p.Register]; l.bare != "" {
		p.Elements = append(p.Elements, l.read(&d, l.bare, message.need(d.v.Space.Element, tag(l.bare))))
	} else {
		d.pack(message.need(d.v.Space.Pack, "package"), p)
	}
	message.end()
	if d.err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", d.v, d.err)
	}
	return p, d.v, nil
}

func (d *decoder) pack(e *xmlsafe.Element, p *egisso.Package) {
	ns := d.v.Space.Pack
	s := d.sequence(e)
	p.ID = d.uuid(s.need(ns, d.v.Names.PackageID))
	elements := d.sequence(s.need(ns, "elements"))
	s.end()
	max := d.v.ListMax
	if max == 0 {
		max = unbounded
	}
	l := layouts[p.Register]
	for _, kind := range d.v.Kinds() {
		elements.each(ns, tag(kind), max, func(e *xmlsafe.Element) { p.Elements = append(p.Elements, l.read(d, kind, e)) })
	}
	if l.some != "" && len(p.Elements) == 0 {
		elements.need(ns, tag(l.some))
	}
	elements.end()
}
