package wire

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

func eventReady(v *egisso.Version, e egisso.Element) error {
	switch e := e.(type) {
	case *egisso.FactRecalculation:
		return modificationReady(v, e.FactID, e.ProviderCode, nil, e.Amount)
	case *egisso.FactDeathOrMovingRecalculation:
		return modificationReady(v, e.FactID, e.ProviderCode, &e.DateFinish, e.Amount)
	case *egisso.FactAlteration:
		return errors.Join(modificationReady(v, e.FactID, e.ProviderCode, nil), factReady(&e.Fact))
	case *egisso.FactTermination:
		if !e.Kind.Termination() {
			return fmt.Errorf("kind %q is no termination", e.Kind)
		}
		return modificationReady(v, e.FactID, e.ProviderCode, &e.DateFinish, e.Amount.Decimal, e.Quantity.Decimal)
	case *egisso.FactInvalidation:
		if e.Kind != egisso.KindFactDuplicate && e.Kind != egisso.KindFactInvalidation {
			return fmt.Errorf("kind %q is no invalidation", e.Kind)
		}
		return modificationReady(v, e.FactID, e.ProviderCode, nil)
	}
	return unknownType(e)
}

// modificationReady checks what the XSD demands of an event's own elements; finish is
// nil for events without a date.
func modificationReady(v *egisso.Version, fact uuid.UUID, providerCode string, finish *egisso.Date, numbers ...decimal.Decimal) error {
	if providerCode != "" && v.ParticipantCode(providerCode) != "" {
		return errors.New("providerCode is not of the form NNNN.NNNNNN")
	}
	if finish != nil && !finish.Possible() {
		return errors.New("dateFinish is absent or impossible")
	}
	for _, n := range numbers {
		if !egisso.NumberFits(n) {
			return fmt.Errorf("a number is longer than %d digits", egisso.MaxDigits)
		}
	}
	return eventOn(fact)
}

// event writes an event on a fact.
func (o output) event(e egisso.Element) {
	ns := o.v.Space.Pack
	switch e := e.(type) {
	case *egisso.FactRecalculation:
		o.modification(e.ElementKind(), e.ID, e.FactID, e.ProviderCode)
		o.Element(ns, "amount", money(e.Amount))
	case *egisso.FactDeathOrMovingRecalculation:
		o.modification(e.ElementKind(), e.ID, e.FactID, e.ProviderCode)
		o.Element(ns, "amount", money(e.Amount))
		o.date(ns, "dateFinish", e.DateFinish)
	case *egisso.FactAlteration:
		o.modification(e.ElementKind(), e.ID, e.FactID, e.ProviderCode)
		o.Start(ns, "fact")
		o.factContent(e.Fact.Normalize())
		o.End()
	case *egisso.FactTermination:
		o.modification(o.v.List(e.Kind), e.ID, e.FactID, e.ProviderCode)
		o.date(ns, "dateFinish", e.DateFinish)
		if e.Amount.Valid {
			o.Element(ns, "amount", money(e.Amount.Decimal))
		}
		if e.Quantity.Valid {
			o.Element(ns, "quantity", e.Quantity.Decimal.String())
		}
	case *egisso.FactInvalidation:
		o.modification(e.Kind, e.ID, e.FactID, e.ProviderCode)
	default:
		return
	}
	o.End()
}

// modification starts the element of an event and writes tFactModification; the
// caller ends the element.
func (o output) modification(kind egisso.Kind, id, fact uuid.UUID, providerCode string) {
	ns := o.v.Space.Pack
	o.Start(ns, tag(kind))
	o.uuid(ns, "uuid", id)
	o.uuid(ns, "assignmentFactUuid", fact)
	o.optional(ns, "providerCode", providerCode)
}

// event reads an event on a fact; the caller ends the sequence.
func (d *decoder) event(kind egisso.Kind, s *sequence) egisso.Element {
	ns := d.v.Space.Pack
	id, fact, provider := d.modification(s)
	switch kind {
	case egisso.KindFactRecalculation:
		return &egisso.FactRecalculation{ID: id, FactID: fact, ProviderCode: provider, Amount: d.decimal(s.need(ns, "amount"))}
	case egisso.KindFactDeathOrMovingRecalculation:
		return &egisso.FactDeathOrMovingRecalculation{
			ID: id, FactID: fact, ProviderCode: provider,
			Amount: d.decimal(s.need(ns, "amount")), DateFinish: d.date(s.need(ns, "dateFinish")),
		}
	case egisso.KindFactAlteration:
		inner := d.sequence(s.need(ns, "fact"))
		defer inner.end()
		return &egisso.FactAlteration{ID: id, FactID: fact, ProviderCode: provider, Fact: d.fact(inner)}
	case egisso.KindFactDuplicate, egisso.KindFactInvalidation:
		return &egisso.FactInvalidation{Kind: kind, ID: id, FactID: fact, ProviderCode: provider}
	}
	return &egisso.FactTermination{
		Kind: kind, ID: id, FactID: fact, ProviderCode: provider,
		DateFinish: d.date(s.need(ns, "dateFinish")),
		Amount:     d.nullDecimal(s.optional(ns, "amount")), Quantity: d.nullDecimal(s.optional(ns, "quantity")),
	}
}

// modification reads tFactModification.
func (d *decoder) modification(s *sequence) (id, fact uuid.UUID, provider string) {
	ns := d.v.Space.Pack
	id = d.uuid(s.need(ns, "uuid"))
	fact = d.uuid(s.need(ns, "assignmentFactUuid"))
	if e := s.optional(ns, "providerCode"); e != nil {
		if provider = d.coded(e); d.err == nil {
			if problem := d.v.ParticipantCode(provider); problem != "" {
				d.fail(e, "L-OSZ", problem)
			}
		}
	}
	return id, fact, provider
}
