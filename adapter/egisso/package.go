package egisso

import (
	"github.com/google/uuid"
)

// MaxElements is the largest number of elements the gateway puts into one
// package. The XSD limits each list to 1000; one limit for all of them together
// keeps messages small (spec egisso.md a.5).
const MaxElements = 1000

// Package is what one message brings to ЕГИССО: elements of one register.
// Lists of the other register are empty. Within a list the order is kept; the
// lists are written in the order of the schema.
type Package struct {
	ID       uuid.UUID
	Register Register

	// 10.05.I
	Measures             []LocalMeasure
	MeasureInvalidations []LocalMeasureInvalidation

	// 10.06.S
	Facts               []Fact
	Recalculations      []FactRecalculation
	DeathRecalculations []FactDeathOrMovingRecalculation
	Alterations         []FactAlteration
	Terminations        []FactTermination // written by Kind
	Duplicates          []FactInvalidation
	Invalidations       []FactInvalidation
}

// Len returns the number of elements.
func (p *Package) Len() int {
	return len(p.Measures) + len(p.MeasureInvalidations) +
		len(p.Facts) + len(p.Recalculations) + len(p.DeathRecalculations) + len(p.Alterations) +
		len(p.Terminations) + len(p.Duplicates) + len(p.Invalidations)
}

// RecordIDs returns the identifiers a protocol reports the elements by (spec
// egisso.md c.2), in the order they are written.
func (p *Package) RecordIDs() []uuid.UUID {
	ids := make([]uuid.UUID, 0, p.Len())
	for _, m := range p.Measures {
		ids = append(ids, m.ID)
	}
	for _, r := range p.MeasureInvalidations {
		ids = append(ids, r.ID)
	}
	for i := range p.Facts {
		ids = append(ids, p.Facts[i].ID)
	}
	for _, e := range p.Recalculations {
		ids = append(ids, e.ID)
	}
	for _, e := range p.DeathRecalculations {
		ids = append(ids, e.ID)
	}
	for i := range p.Alterations {
		ids = append(ids, p.Alterations[i].ID)
	}
	for _, kind := range factKinds {
		for _, e := range p.Terminations {
			if e.Kind == kind {
				ids = append(ids, e.ID)
			}
		}
	}
	for _, e := range p.Duplicates {
		ids = append(ids, e.ID)
	}
	for _, e := range p.Invalidations {
		ids = append(ids, e.ID)
	}
	return ids
}
