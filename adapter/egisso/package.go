package egisso

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// MaxElements is the largest number of elements the gateway puts into one
// package. The XSD limits each list to 1000; one limit for all of them together
// keeps messages small (SPEC.md#package-limits).
const MaxElements = 1000

// Errors of Package.Validate a caller may want to tell apart.
var (
	ErrEmptyPackage = errors.New("package has no elements") // L-EMPTY
	ErrTooMany      = errors.New("package has too many elements")
)

// Package is what one message brings to ЕГИССО: elements of one register, in any
// order. They are written list by list in the order of the schema, within a list in
// the order given.
type Package struct {
	ID       uuid.UUID // not sent in 10.11.I, whose message has no package
	Register Register
	Elements []Element
}

// RecordIDs returns the identifiers a protocol reports the elements by
// (SPEC.md#identifiers), in the order they are written.
func (p *Package) RecordIDs() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(p.Elements))
	for _, e := range p.listed(p.Register.Version()) {
		ids = append(ids, e.ElementID())
	}
	return ids
}

// listed are the elements in the order of the lists of the version.
func (p *Package) listed(v *Version) []Element {
	if v == nil {
		return p.Elements
	}
	list := func(e Element) int { return slices.Index(v.kinds, v.list(e.ElementKind())) }
	return slices.SortedStableFunc(slices.Values(p.Elements), func(a, b Element) int { return list(a) - list(b) })
}

// Validate reports what would make the package as a whole wrong: no elements or
// too many, identifiers missing or repeated, an event beside its own record or
// beside another event on it (SPEC.md#package-limits), values that cannot be
// written. It does not repeat the checks of records.
func (p *Package) Validate() error { return p.validate(p.Register.Version()) }

func (p *Package) validate(v *Version) error {
	n := len(p.Elements)
	switch {
	case v == nil:
		return fmt.Errorf("register %q is not known", p.Register)
	case v.Register != p.Register:
		return fmt.Errorf("%s does not carry register %q", v, p.Register)
	case p.ID == uuid.Nil && !p.Register.spec().bare:
		return errors.New("package has no id")
	case n == 0:
		return ErrEmptyPackage
	case n > MaxElements, v.listMax == 1 && n > 1:
		return fmt.Errorf("%w: %d", ErrTooMany, n)
	}
	errs := []error{p.validateIDs()}
	for _, e := range p.Elements {
		if e.ElementKind().Register() != p.Register {
			return fmt.Errorf("package of register %q holds an element %q", p.Register, e.ElementKind())
		}
		if err := e.writable(v); err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", e.ElementKind(), e.ElementID(), err))
		}
	}
	return errors.Join(errs...)
}

// validateIDs: an id is used once, and what is touched is touched once.
func (p *Package) validateIDs() error {
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
