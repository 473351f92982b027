package egisso

import (
	"slices"

	"github.com/google/uuid"
)

// MaxElements is the largest number of elements the gateway puts into one
// package. The XSD limits each list to 1000; one limit for all of them together
// keeps messages small (SPEC.md#package-limits).
const MaxElements = 1000

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
	for _, e := range p.Listed(p.Register.Version()) {
		ids = append(ids, e.ElementID())
	}
	return ids
}

// Listed returns the elements in the order they are written in the version, that of its
// lists.
func (p *Package) Listed(v *Version) []Element {
	if v == nil {
		return p.Elements
	}
	list := func(e Element) int { return slices.Index(v.kinds, v.List(e.ElementKind())) }
	return slices.SortedStableFunc(slices.Values(p.Elements), func(a, b Element) int { return list(a) - list(b) })
}
