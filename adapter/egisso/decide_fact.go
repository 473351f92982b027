package egisso

import (
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// MoveEnd: an accepted fact stops early.
const MoveEnd Move = "end"

// FactDecision is the answer of DecideFact.
type FactDecision struct {
	Decision
	// Fact is what KindFact and KindFactAlteration bring.
	Fact Fact
	// Values of the other events.
	DateFinish Date
	Amount     decimal.NullDecimal
	Quantity   decimal.NullDecimal
	// Becomes is what ЕГИССО holds once it accepts the element, and BecomesHash its
	// ContentHash: History.Accepted from then on. It is the accepted fact
	// of the next decision, and the zero Fact after a removal.
	Becomes     Fact
	BecomesHash [32]byte
	// PersonOnly is set on an alteration that corrects nothing but people. One
	// new surname may touch many facts: whether to alter them all is a person's
	// decision (SPEC.md#changed-records).
	PersonOnly bool
	// Last is set if nothing is left to say of this content once the element is accepted.
	Last bool
}

// DecideFact says what a fact's row means (SPEC.md#changed-records), as Decide does,
// and tells apart the events that need the content: a changed cost, an end
// before time, a duplicate. latest is ignored when deleted is set, but for an
// ending that calls it a duplicate. accepted is what ЕГИССО holds, nil if it
// holds nothing or if only History.Accepted is known; then every change is an
// alteration.
//
// One step is decided at a time. A new fact goes without its ending, a change of
// content before the ending; after each step is accepted, the next decision
// brings the next one.
func DecideFact(latest Fact, deleted bool, accepted *Fact, h History, p EventPolicy) FactDecision {
	latest = latest.Normalize()
	if accepted == nil || accepted.Ending == nil {
		latest = p.Settle(latest)
	} // else the policy of today must not take back an end of yesterday
	duplicate := latest.Ending != nil && latest.Ending.Reason == CauseDuplicate
	if deleted || duplicate {
		d := FactDecision{Decision: Decide(RegisterFact, [32]byte{}, true, h), Last: true}
		if d.Move == MoveInvalidate && duplicate {
			d.Kind = p.event(CauseDuplicate)
		}
		return d
	}
	switch {
	case h.InFlight:
		return FactDecision{Decision: Decision{Move: MoveWait}}
	case h.Accepted == nil:
		return firstFact(latest, h)
	}
	hash := latest.contentHash()
	if hash == *h.Accepted && !h.Unsure {
		return FactDecision{Decision: Decision{Move: MoveNothing}}
	}
	d := nextFact(latest, accepted, p)
	if hash == *h.Accepted {
		d = alteration(latest)
	}
	d.BecomesHash = d.Becomes.contentHash()
	if h.Rejected != nil && *h.Rejected == d.BecomesHash {
		return FactDecision{Decision: Decision{Move: MoveNothing, Refused: true}}
	}
	d.Last = d.Kind != "" && d.BecomesHash == hash
	return d
}

func firstFact(latest Fact, h History) FactDecision {
	ends := latest.Ending != nil
	latest.Ending = nil
	hash := latest.contentHash()
	return FactDecision{Decision: Decide(RegisterFact, hash, false, h), Fact: latest, Becomes: latest, BecomesHash: hash, Last: !ends}
}

// nextFact decides the next step of an accepted fact.
func nextFact(latest Fact, accepted *Fact, p EventPolicy) FactDecision {
	if accepted == nil {
		return alteration(latest)
	}
	before := accepted.Normalize()
	sameContent := contentWithoutEnding(latest) == contentWithoutEnding(before)
	switch {
	case sameContent && latest.Ending != nil && before.Ending == nil:
		return ending(latest, before, p)
	case sameContent, before.Ending != nil:
		// The end moved or was taken back, or an ended fact has an error.
		d := alteration(latest)
		d.PersonOnly = onlyPeopleChanged(latest, before)
		return d
	}
	now := latest
	now.Ending = nil
	if amount, only := onlyCostChanged(now, before); only && p.event(CauseCost) == KindFactRecalculation {
		return FactDecision{
			Decision: Decision{Move: MoveAlter, Kind: KindFactRecalculation},
			Amount:   decimal.NewNullDecimal(amount), Becomes: now,
		}
	}
	d := alteration(now)
	d.PersonOnly = onlyPeopleChanged(now, before)
	return d
}

func onlyPeopleChanged(now, before Fact) bool {
	return now.WithPeopleOf(before).contentHash() == before.contentHash()
}

// WithPeopleOf returns the fact with the people of another one: what is left to
// say while a change of people is held back.
func (f Fact) WithPeopleOf(other Fact) Fact {
	f.Receiver, f.ReasonPersons = other.Receiver, other.ReasonPersons
	return f
}

func contentWithoutEnding(f Fact) [32]byte {
	f.Ending = nil
	return f.contentHash()
}

// alteration corrects the whole fact; one that ended keeps its early end.
func alteration(f Fact) FactDecision {
	d := FactDecision{Decision: Decision{Move: MoveAlter, Kind: KindFactAlteration}, Fact: f, Becomes: f}
	if f.Ending != nil {
		d.Fact.DateFinish, d.Fact.Ending = f.Ending.Date, nil
	}
	return d
}

// onlyCostChanged reports whether the two differ in the sum (monetary form) or
// the rouble equivalent and nothing else, and gives the new one.
func onlyCostChanged(now, before Fact) (cost decimal.Decimal, only bool) {
	if now.Assignment.Form == FormMonetary {
		before.Assignment.Amount = now.Assignment.Amount
		return now.Assignment.Amount, now.contentHash() == before.contentHash()
	}
	if !now.Assignment.Equivalent.Valid {
		return decimal.Decimal{}, false
	}
	before.Assignment.Equivalent = now.Assignment.Equivalent
	return now.Assignment.Equivalent.Decimal, now.contentHash() == before.contentHash()
}

// ending ends an accepted fact. A death or a moving with a recalculated sum is
// an alteration of its own (SPEC.md#which-event).
func ending(latest, before Fact, p EventPolicy) FactDecision {
	e := latest.Ending
	d := FactDecision{
		Decision:   Decision{Move: MoveEnd, Kind: p.event(e.Reason)},
		DateFinish: e.Date, Amount: e.Amount, Quantity: e.Quantity,
		Becomes: before,
	}
	d.Becomes.Ending = e
	if e.Amount.Valid && (e.Reason == CauseDeath || e.Reason == CauseMoved) {
		d.Kind, d.Quantity = KindFactDeathOrMovingRecalculation, decimal.NullDecimal{}
	}
	if !d.Kind.Termination() && d.Kind != KindFactDeathOrMovingRecalculation {
		return FactDecision{Decision: Decision{Move: MoveReview}} // an unknown reason
	}
	return d
}

// Event returns the decision as an event on the fact, for check.Checker.Event.
func (d *FactDecision) Event(fact uuid.UUID) Event {
	return Event{Kind: d.Kind, FactID: fact, DateFinish: d.DateFinish, Amount: d.Amount, Quantity: d.Quantity}
}

// Element returns the element to send: a Fact or one of the events. id is the
// fact's uuid for KindFact and the event's for the others; providerCode is for
// facts another provider loaded.
func (d *FactDecision) Element(id, fact uuid.UUID, providerCode string) Element {
	switch d.Kind {
	case KindFact:
		f := d.Fact
		f.ID = id
		return &f
	case KindFactAlteration:
		return &FactAlteration{ID: id, FactID: fact, ProviderCode: providerCode, Fact: d.Fact}
	case KindFactRecalculation:
		return &FactRecalculation{ID: id, FactID: fact, ProviderCode: providerCode, Amount: d.Amount.Decimal}
	case KindFactDeathOrMovingRecalculation:
		return &FactDeathOrMovingRecalculation{ID: id, FactID: fact, ProviderCode: providerCode, Amount: d.Amount.Decimal, DateFinish: d.DateFinish}
	case KindFactDuplicate, KindFactInvalidation:
		return &FactInvalidation{Kind: d.Kind, ID: id, FactID: fact, ProviderCode: providerCode}
	}
	return &FactTermination{
		Kind: d.Kind, ID: id, FactID: fact, ProviderCode: providerCode,
		DateFinish: d.DateFinish, Amount: d.Amount, Quantity: d.Quantity,
	}
}
