package egisso

import "github.com/google/uuid"

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
	aliases:  []string{"assignment_fact", "10.06.S", "10.10.I"},
	kinds:    factKinds,
	born:     KindFact, changed: KindFactAlteration, removed: KindFactInvalidation,
	blank: blankFactElement,
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
