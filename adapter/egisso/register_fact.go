package egisso

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/crypto/xmlsafe"
)

var factKinds = []Kind{
	KindFact,
	KindFactRecalculation,
	KindFactDeathOrMovingRecalculation,
	KindFactAlteration,
	KindFactEndByRecalculation,
	KindFactEndByIneligibility,
	KindFactEndOfRight,
	KindFactEndOfValidityPeriod,
	KindFactRecipientRefusal,
	KindFactDuplicate,
	KindFactInvalidation,
}

var factSpec = spec{
	register: RegisterFact,
	title:    "Реестр фактов назначений",
	kinds:    factKinds,
	born:     KindFact, changed: KindFactAlteration, removed: KindFactInvalidation,
	blank: blankFactElement,
	read:  (*decoder).factElement,
}

func blankFactElement(kind Kind) Element {
	switch kind {
	case KindFact:
		return new(Fact)
	case KindFactAlteration:
		return new(FactAlteration)
	case KindFactRecalculation:
		return new(FactRecalculation)
	case KindFactDeathOrMovingRecalculation:
		return new(FactDeathOrMovingRecalculation)
	case KindFactDuplicate, KindFactInvalidation:
		return &FactInvalidation{Kind: kind}
	}
	return &FactTermination{Kind: kind}
}

// The elements of 10.06.S.
func (f *Fact) ElementKind() Kind              { return KindFact }
func (e *FactRecalculation) ElementKind() Kind { return KindFactRecalculation }
func (e *FactDeathOrMovingRecalculation) ElementKind() Kind {
	return KindFactDeathOrMovingRecalculation
}
func (e *FactAlteration) ElementKind() Kind   { return KindFactAlteration }
func (e *FactTermination) ElementKind() Kind  { return e.Kind }
func (e *FactInvalidation) ElementKind() Kind { return e.Kind }

func (f *Fact) ElementID() uuid.UUID                           { return f.ID }
func (e *FactRecalculation) ElementID() uuid.UUID              { return e.ID }
func (e *FactDeathOrMovingRecalculation) ElementID() uuid.UUID { return e.ID }
func (e *FactAlteration) ElementID() uuid.UUID                 { return e.ID }
func (e *FactTermination) ElementID() uuid.UUID                { return e.ID }
func (e *FactInvalidation) ElementID() uuid.UUID               { return e.ID }

func (f *Fact) Target() uuid.UUID                           { return uuid.Nil }
func (e *FactRecalculation) Target() uuid.UUID              { return e.FactID }
func (e *FactDeathOrMovingRecalculation) Target() uuid.UUID { return e.FactID }
func (e *FactAlteration) Target() uuid.UUID                 { return e.FactID }
func (e *FactTermination) Target() uuid.UUID                { return e.FactID }
func (e *FactInvalidation) Target() uuid.UUID               { return e.FactID }

func (f *Fact) writable(*Version) error {
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

func (e *FactRecalculation) writable(v *Version) error {
	return eventWritable(v, e.FactID, e.ProviderCode, nil, e.Amount)
}

func (e *FactDeathOrMovingRecalculation) writable(v *Version) error {
	return eventWritable(v, e.FactID, e.ProviderCode, &e.DateFinish, e.Amount)
}

func (e *FactAlteration) writable(v *Version) error {
	return errors.Join(eventWritable(v, e.FactID, e.ProviderCode, nil), e.Fact.writable(v))
}

func (e *FactTermination) writable(v *Version) error {
	if !e.Kind.Termination() {
		return fmt.Errorf("kind %q is no termination", e.Kind)
	}
	return eventWritable(v, e.FactID, e.ProviderCode, &e.DateFinish, e.Amount.Decimal, e.Quantity.Decimal)
}

func (e *FactInvalidation) writable(v *Version) error {
	if e.Kind != KindFactDuplicate && e.Kind != KindFactInvalidation {
		return fmt.Errorf("kind %q is no invalidation", e.Kind)
	}
	return eventWritable(v, e.FactID, e.ProviderCode, nil)
}

// eventWritable checks what the XSD demands of an event's own elements; finish is
// nil for events without a date.
func eventWritable(v *Version, fact uuid.UUID, providerCode string, finish *Date, numbers ...decimal.Decimal) error {
	if providerCode != "" && v.participant(providerCode) != "" {
		return errors.New("providerCode is not of the form NNNN.NNNNNN")
	}
	if finish != nil && !finish.possible() {
		return errors.New("dateFinish is absent or impossible")
	}
	for _, n := range numbers {
		if numberProblem(n) != "" {
			return fmt.Errorf("a number is longer than %d digits", maxDigits)
		}
	}
	return eventOn(fact)
}

func (d *decoder) factElement(kind Kind, e *xmlsafe.Element) Element {
	ns := d.v.space.pack
	s := d.sequence(e)
	defer s.end()
	if kind == KindFact {
		f := d.fact(s)
		f.ID = d.uuid(s.need(ns, "uuid"))
		return &f
	}
	id, fact, provider := d.event(s)
	switch kind {
	case KindFactRecalculation:
		return &FactRecalculation{ID: id, FactID: fact, ProviderCode: provider, Amount: d.decimal(s.need(ns, "amount"))}
	case KindFactDeathOrMovingRecalculation:
		return &FactDeathOrMovingRecalculation{
			ID: id, FactID: fact, ProviderCode: provider,
			Amount: d.decimal(s.need(ns, "amount")), DateFinish: d.date(s.need(ns, "dateFinish")),
		}
	case KindFactAlteration:
		inner := d.sequence(s.need(ns, "fact"))
		defer inner.end()
		return &FactAlteration{ID: id, FactID: fact, ProviderCode: provider, Fact: d.fact(inner)}
	case KindFactDuplicate, KindFactInvalidation:
		return &FactInvalidation{Kind: kind, ID: id, FactID: fact, ProviderCode: provider}
	}
	return &FactTermination{
		Kind: kind, ID: id, FactID: fact, ProviderCode: provider,
		DateFinish: d.date(s.need(ns, "dateFinish")),
		Amount:     d.nullDecimal(s.optional(ns, "amount")), Quantity: d.nullDecimal(s.optional(ns, "quantity")),
	}
}
