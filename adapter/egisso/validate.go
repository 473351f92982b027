package egisso

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Errors of Package.Validate a caller may want to tell apart.
var (
	ErrEmptyPackage = errors.New("package has no elements") // L-EMPTY
	ErrTooMany      = errors.New("package has too many elements")
)

// Validate reports what would make the package as a whole wrong: no elements or
// too many, identifiers missing or repeated, an event beside its own fact or
// beside another event on it (SPEC.md#package-limits), values that cannot be
// written. It does not repeat the checks of records.
func (p *Package) Validate() error { return p.validate(p.Register.Version()) }

func (p *Package) validate(v *Version) error {
	switch {
	case v == nil:
		return fmt.Errorf("register %q is not known", p.Register)
	case v.Register != p.Register:
		return fmt.Errorf("%s does not carry register %q", v, p.Register)
	case p.ID == uuid.Nil && p.Register != RegisterParticipant:
		return errors.New("package has no id")
	}
	switch n := p.Len(); {
	case n == 0:
		return ErrEmptyPackage
	case n > MaxElements, v.listMax == 1 && n > 1:
		return fmt.Errorf("%w: %d", ErrTooMany, n)
	case n != p.lenOf(p.Register):
		return fmt.Errorf("package of register %q holds elements of another register", p.Register)
	}
	if err := p.validateElements(v); err != nil {
		return err
	}
	return p.validateIDs()
}

func (p *Package) validateElements(v *Version) error {
	switch p.Register {
	case RegisterMeasure:
		return p.validateMeasures()
	case RegisterFact:
		return p.validateFacts(v)
	case RegisterOrganization:
		return p.validateOrganizations()
	case RegisterParticipant:
		return p.Applications[0].writable()
	case RegisterPoint:
		return p.validatePoints()
	}
	return nil
}

func (p *Package) validateIDs() error {
	seen := make(map[uuid.UUID]bool, p.Len())
	for _, id := range p.RecordIDs() {
		if id == uuid.Nil {
			return errors.New("element without an id")
		}
		if seen[id] {
			return fmt.Errorf("id %s is used by two elements", id)
		}
		seen[id] = true
	}
	return nil
}

func (p *Package) validateMeasures() error {
	for i := range p.Measures {
		m := &p.Measures[i]
		if !timestampFits(m.LastChanging) {
			return fmt.Errorf("measure %s: %s", m.ID, badLastChanging)
		}
		for _, c := range m.Categories {
			if c.ID == uuid.Nil {
				return fmt.Errorf("measure %s: category without an id", m.ID)
			}
		}
	}
	for _, r := range p.MeasureInvalidations {
		if r.LocalMeasureID == uuid.Nil {
			return fmt.Errorf("invalidation %s names no measure", r.ID)
		}
	}
	return nil
}

const badLastChanging = "lastChanging is absent or not in the years 2000 to 2999"

func (p *Package) validateOrganizations() error {
	for i := range p.Organizations {
		o := &p.Organizations[i]
		if !timestampFits(o.LastChanging) {
			return fmt.Errorf("organization %s: %s", o.ID, badLastChanging)
		}
		for _, point := range o.Points {
			for _, m := range point.Measures {
				if m.ID == uuid.Nil {
					return fmt.Errorf("organization %s: a measure is not resolved", o.ID)
				}
			}
		}
	}
	return nil
}

func (p *Package) validatePoints() error {
	touched := make(map[uuid.UUID]bool, p.Len())
	for i := range p.Points {
		x := &p.Points[i]
		touched[x.ID] = true
		if !timestampFits(x.LastChanging) {
			return fmt.Errorf("presence point %s: %s", x.ID, badLastChanging)
		}
		for _, m := range x.Measures {
			if m.ID == uuid.Nil {
				return fmt.Errorf("presence point %s: a measure is not resolved", x.ID)
			}
		}
	}
	for _, e := range p.PointInvalidations {
		switch {
		case e.PointID == uuid.Nil:
			return fmt.Errorf("invalidation %s names no presence point", e.ID)
		case touched[e.PointID]:
			return fmt.Errorf("invalidation %s: its point has another element in the package", e.ID)
		case !timestampFits(e.LastChanging):
			return fmt.Errorf("invalidation %s: %s", e.ID, badLastChanging)
		}
		touched[e.PointID] = true
	}
	return nil
}

func (p *Package) validateFacts(v *Version) error {
	touched := make(map[uuid.UUID]bool, p.Len()) // facts named in this package
	touch := func(event, fact uuid.UUID) error {
		if fact == uuid.Nil {
			return fmt.Errorf("event %s names no fact", event)
		}
		if touched[fact] {
			return fmt.Errorf("event %s: its fact %s has another element in the package", event, fact)
		}
		touched[fact] = true
		return nil
	}
	for i := range p.Facts {
		f := &p.Facts[i]
		touched[f.ID] = true
		if err := f.writable(); err != nil {
			return fmt.Errorf("fact %s: %w", f.ID, err)
		}
	}
	var errs []error
	for _, e := range p.Recalculations {
		errs = append(errs, touch(e.ID, e.FactID), eventValues(v, e.ID, e.ProviderCode, nil, e.Amount))
	}
	for _, e := range p.DeathRecalculations {
		errs = append(errs, touch(e.ID, e.FactID), eventValues(v, e.ID, e.ProviderCode, &e.DateFinish, e.Amount))
	}
	for i := range p.Alterations {
		e := &p.Alterations[i]
		errs = append(errs, touch(e.ID, e.FactID), eventValues(v, e.ID, e.ProviderCode, nil))
		if err := e.Fact.writable(); err != nil {
			errs = append(errs, fmt.Errorf("alteration %s: %w", e.ID, err))
		}
	}
	for _, e := range p.Terminations {
		errs = append(errs, touch(e.ID, e.FactID),
			eventValues(v, e.ID, e.ProviderCode, &e.DateFinish, e.Amount.Decimal, e.Quantity.Decimal))
		if !e.Kind.Termination() {
			errs = append(errs, fmt.Errorf("termination %s: kind %q is no termination", e.ID, e.Kind))
		}
	}
	for _, e := range slices.Concat(p.Duplicates, p.Invalidations) {
		errs = append(errs, touch(e.ID, e.FactID), eventValues(v, e.ID, e.ProviderCode, nil))
	}
	return errors.Join(errs...)
}

// eventValues checks what the XSD demands of an event's own elements; finish is
// nil for events without a date.
func eventValues(v *Version, id uuid.UUID, providerCode string, finish *Date, numbers ...decimal.Decimal) error {
	if providerCode != "" && v.participant(providerCode) != "" {
		return fmt.Errorf("event %s: providerCode is not of the form NNNN.NNNNNN", id)
	}
	if finish != nil && !finish.possible() {
		return fmt.Errorf("event %s: dateFinish is absent or impossible", id)
	}
	for _, n := range numbers {
		if numberProblem(n) != "" {
			return fmt.Errorf("event %s: a number is longer than %d digits", id, maxDigits)
		}
	}
	return nil
}

// writable reports what no check of the record may have let pass because the
// gateway fills it: the identifiers, and the form that chooses the element.
func (f *Fact) writable() error {
	switch {
	case f.MeasureID == uuid.Nil:
		return errors.New("lmszId is not resolved")
	case f.CategoryID == uuid.Nil:
		return errors.New("categoryId is not resolved")
	case formElements[ProvisionForm(trim(string(f.Assignment.Form)))] == "":
		return errors.New("form of provision has no element in 10.06.S")
	}
	return nil
}
