package egisso

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// MaxElements is the largest number of elements the gateway puts into one
// package. The XSD limits each list to 1000; one limit for all of them together
// keeps messages small (SPEC.md#package-limits).
const MaxElements = 1000

// Package is what one message brings to ЕГИССО: elements of one register.
// Lists of the other registers are empty. Within a list the order is kept; the
// lists are written in the order of the schema.
type Package struct {
	ID       uuid.UUID // not sent in 10.11.I, whose message has no package
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

	// 10.07.I
	Organizations []Organization

	// 10.11.I, exactly one
	Applications []Application

	// 10.15.I
	Points             []PresencePoint
	PointInvalidations []PresencePointInvalidation
}

// Len returns the number of elements.
func (p *Package) Len() int {
	n := 0
	for _, r := range registers {
		n += p.lenOf(r)
	}
	return n
}

// lenOf returns the number of elements of one register.
func (p *Package) lenOf(r Register) int {
	switch r {
	case RegisterMeasure:
		return len(p.Measures) + len(p.MeasureInvalidations)
	case RegisterFact:
		return len(p.Facts) + len(p.Recalculations) + len(p.DeathRecalculations) + len(p.Alterations) +
			len(p.Terminations) + len(p.Duplicates) + len(p.Invalidations)
	case RegisterOrganization:
		return len(p.Organizations)
	case RegisterParticipant:
		return len(p.Applications)
	case RegisterPoint:
		return len(p.Points) + len(p.PointInvalidations)
	}
	return 0
}

// RecordIDs returns the identifiers a protocol reports the elements by
// (SPEC.md#identifiers), in the order they are written.
func (p *Package) RecordIDs() []uuid.UUID {
	ids := make([]uuid.UUID, 0, p.Len())
	ids = appendIDs(ids, p.Measures, func(m *LocalMeasure) uuid.UUID { return m.ID })
	ids = appendIDs(ids, p.MeasureInvalidations, func(e *LocalMeasureInvalidation) uuid.UUID { return e.ID })
	ids = appendIDs(ids, p.Facts, func(f *Fact) uuid.UUID { return f.ID })
	ids = appendIDs(ids, p.Recalculations, func(e *FactRecalculation) uuid.UUID { return e.ID })
	ids = appendIDs(ids, p.DeathRecalculations, func(e *FactDeathOrMovingRecalculation) uuid.UUID { return e.ID })
	ids = appendIDs(ids, p.Alterations, func(e *FactAlteration) uuid.UUID { return e.ID })
	for _, kind := range factKinds {
		for _, e := range p.Terminations {
			if e.Kind == kind {
				ids = append(ids, e.ID)
			}
		}
	}
	ids = appendIDs(ids, p.Duplicates, func(e *FactInvalidation) uuid.UUID { return e.ID })
	ids = appendIDs(ids, p.Invalidations, func(e *FactInvalidation) uuid.UUID { return e.ID })
	ids = appendIDs(ids, p.Organizations, func(o *Organization) uuid.UUID { return o.ID })
	ids = appendIDs(ids, p.Applications, func(a *Application) uuid.UUID { return a.ID })
	ids = appendIDs(ids, p.Points, func(x *PresencePoint) uuid.UUID { return x.ID })
	return appendIDs(ids, p.PointInvalidations, func(e *PresencePointInvalidation) uuid.UUID { return e.ID })
}

func appendIDs[T any](ids []uuid.UUID, list []T, id func(*T) uuid.UUID) []uuid.UUID {
	for i := range list {
		ids = append(ids, id(&list[i]))
	}
	return ids
}

// Add puts an element of the kind, given in its JSON form, into its list.
func (p *Package) Add(kind Kind, content []byte) error {
	var err error
	switch {
	case kind == KindMeasure:
		err = add(&p.Measures, content)
	case kind == KindMeasureInvalidation:
		err = add(&p.MeasureInvalidations, content)
	case kind == KindFact:
		err = add(&p.Facts, content)
	case kind == KindFactRecalculation:
		err = add(&p.Recalculations, content)
	case kind == KindFactDeathOrMovingRecalculation:
		err = add(&p.DeathRecalculations, content)
	case kind == KindFactAlteration:
		err = add(&p.Alterations, content)
	case kind.Termination():
		err = add(&p.Terminations, content)
	case kind == KindFactDuplicate:
		err = add(&p.Duplicates, content)
	case kind == KindFactInvalidation:
		err = add(&p.Invalidations, content)
	case kind == KindOrganization:
		err = add(&p.Organizations, content)
	case kind == KindApplication:
		err = add(&p.Applications, content)
	case kind == KindPoint:
		err = add(&p.Points, content)
	case kind == KindPointInvalidation:
		err = add(&p.PointInvalidations, content)
	default:
		return fmt.Errorf("kind %q is not known", kind)
	}
	if err != nil {
		return fmt.Errorf("decode element %s: %w", kind, err)
	}
	return nil
}

func add[T any](list *[]T, content []byte) error {
	var value T
	if err := json.Unmarshal(content, &value); err != nil {
		// The decoder's own text may show the value.
		if wrong := new(json.UnmarshalTypeError); errors.As(err, &wrong) {
			return fmt.Errorf("field %s is not a %s", wrong.Field, wrong.Type)
		}
		return errors.New("broken JSON or an unreadable value")
	}
	*list = append(*list, value)
	return nil
}
