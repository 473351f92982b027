package lifecycle

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// FactStep is the answer of NextFactStep.
type FactStep struct {
	Step
	// Fact is what KindFact and KindFactAlteration bring.
	Fact egisso.Fact
	// Values of the other events.
	DateFinish egisso.Date
	Amount     decimal.NullDecimal
	Quantity   decimal.NullDecimal
	// Becomes is what ЕГИССО holds once it accepts the element, and BecomesHash its
	// ContentHash: History.Accepted from then on. It is the accepted fact
	// of the next decision, and the zero Fact after a removal.
	Becomes     egisso.Fact
	BecomesHash [32]byte
	// PersonOnly is set on an alteration that corrects nothing but people. One
	// new surname may touch many facts: whether to alter them all is a person's
	// decision (adapter/egisso/SPEC.md#changed-records).
	PersonOnly bool
	// Last is set if nothing is left to say of this content once the element is accepted.
	Last bool
}

// NextFactStep says what a fact's row means (adapter/egisso/SPEC.md#changed-records), as NextStep does,
// and tells apart the events that need the content: a changed cost, an end
// before time, a duplicate. latest is ignored when deleted is set, but for an
// ending that calls it a duplicate. accepted is what ЕГИССО holds, nil if it
// holds nothing or if only History.Accepted is known; then every change is an
// alteration.
//
// One step is decided at a time. A new fact goes without its ending, a change of
// content before the ending; after each step is accepted, the next decision
// brings the next one.
func NextFactStep(latest egisso.Fact, deleted bool, accepted *egisso.Fact, h History, p EventPolicy) FactStep {
	latest = latest.Normalize()
	if accepted == nil || accepted.Ending == nil {
		latest = p.Settle(latest)
	} // else the policy of today must not take back an end of yesterday
	duplicate := latest.Ending != nil && latest.Ending.Reason == egisso.CauseDuplicate
	if deleted || duplicate {
		d := FactStep{Step: NextStep(egisso.RegisterFact, [32]byte{}, true, h), Last: true}
		if d.Move == egisso.MoveInvalidate && duplicate {
			d.Kind = p.event(egisso.CauseDuplicate)
		}
		return d
	}
	switch {
	case h.InFlight:
		return FactStep{Step: Step{Move: egisso.MoveWait}}
	case h.Accepted == nil:
		return firstFact(latest, h)
	}
	hash := latest.NormalHash()
	if hash == *h.Accepted && !h.Unsure {
		return FactStep{Step: Step{Move: egisso.MoveNothing}}
	}
	d := nextFact(latest, accepted, p)
	if hash == *h.Accepted {
		d = alterationOf(latest)
	}
	d.BecomesHash = d.Becomes.NormalHash()
	if h.Rejected != nil && *h.Rejected == d.BecomesHash {
		return FactStep{Step: Step{Move: egisso.MoveNothing, Refused: true}}
	}
	d.Last = d.Kind != "" && d.BecomesHash == hash
	return d
}

func firstFact(latest egisso.Fact, h History) FactStep {
	ends := latest.Ending != nil
	latest.Ending = nil
	hash := latest.NormalHash()
	return FactStep{Step: NextStep(egisso.RegisterFact, hash, false, h), Fact: latest, Becomes: latest, BecomesHash: hash, Last: !ends}
}

// nextFact decides the next step of an accepted fact.
func nextFact(latest egisso.Fact, accepted *egisso.Fact, p EventPolicy) FactStep {
	if accepted == nil {
		return alterationOf(latest)
	}
	before := accepted.Normalize()
	sameContent := contentWithoutEnding(latest) == contentWithoutEnding(before)
	switch {
	case sameContent && latest.Ending != nil && before.Ending == nil:
		return endingStep(latest, before, p)
	case sameContent, before.Ending != nil:
		// The end moved or was taken back, or an ended fact has an error.
		d := alterationOf(latest)
		d.PersonOnly = onlyPeopleChanged(latest, before)
		return d
	}
	now := latest
	now.Ending = nil
	if amount, only := onlyCostChanged(now, before); only && p.event(egisso.CauseCost) == egisso.KindFactRecalculation {
		return FactStep{
			Step:   Step{Move: egisso.MoveAlter, Kind: egisso.KindFactRecalculation},
			Amount: decimal.NewNullDecimal(amount), Becomes: now,
		}
	}
	d := alterationOf(now)
	d.PersonOnly = onlyPeopleChanged(now, before)
	return d
}

func onlyPeopleChanged(now, before egisso.Fact) bool {
	return now.WithPeopleOf(before).NormalHash() == before.NormalHash()
}

func contentWithoutEnding(f egisso.Fact) [32]byte {
	f.Ending = nil
	return f.NormalHash()
}

// alterationOf corrects the whole fact; one that ended keeps its early end.
func alterationOf(f egisso.Fact) FactStep {
	d := FactStep{Step: Step{Move: egisso.MoveAlter, Kind: egisso.KindFactAlteration}, Fact: f, Becomes: f}
	if f.Ending != nil {
		d.Fact.DateFinish, d.Fact.Ending = f.Ending.Date, nil
	}
	return d
}

// onlyCostChanged reports whether the two differ in the sum (monetary form) or
// the rouble equivalent and nothing else, and gives the new one.
func onlyCostChanged(now, before egisso.Fact) (cost decimal.Decimal, only bool) {
	if now.Assignment.Form == egisso.FormMonetary {
		before.Assignment.Amount = now.Assignment.Amount
		return now.Assignment.Amount, now.NormalHash() == before.NormalHash()
	}
	if !now.Assignment.Equivalent.Valid {
		return decimal.Decimal{}, false
	}
	before.Assignment.Equivalent = now.Assignment.Equivalent
	return now.Assignment.Equivalent.Decimal, now.NormalHash() == before.NormalHash()
}

// endingStep ends an accepted fact. A death or a moving with a recalculated sum is
// an alteration of its own (adapter/egisso/SPEC.md#which-event).
func endingStep(latest, before egisso.Fact, p EventPolicy) FactStep {
	e := latest.Ending
	d := FactStep{
		Step:       Step{Move: egisso.MoveEnd, Kind: p.event(e.Reason)},
		DateFinish: e.Date, Amount: e.Amount, Quantity: e.Quantity,
		Becomes: before,
	}
	d.Becomes.Ending = e
	if e.Amount.Valid && (e.Reason == egisso.CauseDeath || e.Reason == egisso.CauseMoved) {
		d.Kind, d.Quantity = egisso.KindFactDeathOrMovingRecalculation, decimal.NullDecimal{}
	}
	if !d.Kind.Termination() && d.Kind != egisso.KindFactDeathOrMovingRecalculation {
		return FactStep{Step: Step{Move: egisso.MoveReview}} // an unknown reason
	}
	return d
}

// Event returns the decision as an event on the fact, for check.Checker.Event.
func (d *FactStep) Event(fact uuid.UUID) egisso.Event {
	return egisso.Event{Kind: d.Kind, FactID: fact, DateFinish: d.DateFinish, Amount: d.Amount, Quantity: d.Quantity}
}

// Element returns the element to send: a Fact or one of the events. id is the
// fact's uuid for KindFact and the event's for the others; providerCode is for
// facts another provider loaded.
func (d *FactStep) Element(id, fact uuid.UUID, providerCode string) egisso.Element {
	switch d.Kind {
	case egisso.KindFact:
		f := d.Fact
		f.ID = id
		return &f
	case egisso.KindFactAlteration:
		return &egisso.FactAlteration{ID: id, FactID: fact, ProviderCode: providerCode, Fact: d.Fact}
	case egisso.KindFactRecalculation:
		return &egisso.FactRecalculation{ID: id, FactID: fact, ProviderCode: providerCode, Amount: d.Amount.Decimal}
	case egisso.KindFactDeathOrMovingRecalculation:
		return &egisso.FactDeathOrMovingRecalculation{ID: id, FactID: fact, ProviderCode: providerCode, Amount: d.Amount.Decimal, DateFinish: d.DateFinish}
	case egisso.KindFactDuplicate, egisso.KindFactInvalidation:
		return &egisso.FactInvalidation{Kind: d.Kind, ID: id, FactID: fact, ProviderCode: providerCode}
	}
	return &egisso.FactTermination{
		Kind: d.Kind, ID: id, FactID: fact, ProviderCode: providerCode,
		DateFinish: d.DateFinish, Amount: d.Amount, Quantity: d.Quantity,
	}
}
