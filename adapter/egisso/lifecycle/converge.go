package lifecycle

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// Held is what ЕГИССО holds of a row without having accepted it from us now: a refusal says
// so, or a person.
type Held struct {
	ID          uuid.UUID // uuid.Nil: it holds nothing
	Event       uuid.UUID // the element it holds it by
	Hash        []byte
	Content     any // nil: what element Event says
	Provider    string
	Generation  int
	Events      int
	Concluded   int
	Unconfirmed bool // it may hold other content
	Resend      bool // and its content goes once more
	Unknown     uuid.UUID
	Adoption    Adopted
}

// Adopted is how far a record is that a person saw in ЕГИССО, or the source.
type Adopted string

// Stages of an adoption.
const (
	NotAdopted     Adopted = ""
	AdoptionAsked  Adopted = "asked"
	AdoptionHeld   Adopted = "held"    // ЕГИССО has not accepted anything on it yet
	AdoptionDenied Adopted = "refused" // it does not know the record
	AdoptionSaid   Adopted = "said"    // the source says so, and ЕГИССО has not accepted anything on it yet
)

// mostConclusions is how many conclusions in a row follow from refusals before a person is
// asked: an id that is always taken, or two refusals that contradict each other, end so.
const mostConclusions = 5

// conclusion is what is known of a row beside its own words: the row with that knowledge, to
// be decided on.
type conclusion struct {
	row     Pending
	reason  Reason // why the last record is taken off; "": nothing follows
	review  Reason // why a person has to act, and nothing is decided
	content any    // of what is adopted, if no element says it
}

// held is what the conclusion says that ЕГИССО holds.
func (c conclusion) held() *Held {
	p := c.row
	return &Held{
		ID: p.AcceptedID, Event: p.AcceptedEvent, Hash: p.AcceptedHash, Content: c.content, Provider: p.AcceptedProvider,
		Generation: p.Generation, Events: p.Events, Concluded: p.Concluded, Unconfirmed: p.Unconfirmed, Resend: p.Resend, Unknown: p.UnknownID, Adoption: p.Adoption,
	}
}

// conclude says what follows from the refusal of the row's last record
// (jobs/README.md#held-already). Nothing does for an id that does not derive from the row's
// own key and provider.
func (d Decider) conclude(p Pending) conclusion {
	if p.Last == nil || d.Register == egisso.RegisterParticipant {
		return conclusion{}
	}
	if p.Last.Late.Accepted && p.Last.State != Accepted && p.Last.State != AcceptedWithWarnings {
		return d.late(p)
	}
	if p.Last.State != Rejected {
		return conclusion{}
	}
	event := p.Last.event(d.Register)
	told := p.Adoption == AdoptionHeld || p.Adoption == AdoptionSaid
	unknown := p.Last.Refusal.UnknownTarget && p.AcceptedID != uuid.Nil && (event || told)
	loaded := p.Last.Refusal.AlreadyLoaded && d.derived(p)
	switch {
	case !unknown && !loaded:
		return conclusion{}
	case p.SourceMoved:
		return conclusion{review: SourceMoved}
	case unknown && told:
		c := conclusion{row: nothingHeld(p), reason: UnknownFact, review: AdoptionRefused}
		c.row.Adoption = AdoptionDenied
		return c
	case p.Concluded >= mostConclusions:
		return conclusion{review: HeldByHand}
	case unknown:
		return d.unknown(p)
	}
	return d.loaded(p, event)
}

// late: ЕГИССО accepted the record, though the package it was in had been released. What a
// fact says now may be something else; the ids of all others contain it.
func (d Decider) late(p Pending) conclusion {
	last := p.Last
	switch derived := d.derived(p); {
	case last.Late.Unsigned && (p.SourceMoved || !derived),
		last.State == Dropped && !derived: // its row has gone on since
		return conclusion{}
	}
	c := conclusion{row: p, reason: AcceptedLate}
	switch {
	case last.BecomesHash == nil:
		c.row = nothingHeld(p)
		c.row.AcceptedEvent, c.row.Generation = last.ID, p.Generation+1
	case last.event(d.Register) && p.AcceptedID == uuid.Nil: // what it was about has gone meanwhile
		return conclusion{}
	case last.event(d.Register):
		c.row = c.row.holds(last, p.AcceptedID)
		c.row.Events = p.Events + 1
	default:
		c.row = c.row.holds(last, last.ID)
		c.row.AcceptedProvider, c.row.Events = last.Provider, 0
		c.row.Unconfirmed = d.Register == egisso.RegisterFact && (last.Late.Changed || last.Late.Unsigned)
		c.row.Resend = c.row.Unconfirmed && last.Late.Changed
	}
	c.row.Last, c.row.Concluded = nil, 0
	return c
}

// unknown: ЕГИССО does not have what an event was about. What was to be removed is gone, and
// a fact goes again under its id.
func (d Decider) unknown(p Pending) conclusion {
	c := conclusion{row: nothingHeld(p)}
	switch {
	case p.Last.BecomesHash == nil:
		c.row.AcceptedEvent, c.row.Generation, c.reason = p.Last.ID, p.Generation+1, UnknownGone
	case p.AcceptedID == p.UnknownID || p.AcceptedID != egisso.FactID(d.provider(p), p.Key, p.Generation):
		return conclusion{review: HeldByHand} // it went again, or it is not one that could
	default:
		c.row.UnknownID, c.reason = p.AcceptedID, UnknownFact
	}
	return c
}

// loaded: ЕГИССО has a record with this id.
func (d Decider) loaded(p Pending, event bool) conclusion {
	c := conclusion{row: p, reason: HeldBefore}
	c.row.Last, c.row.Concluded = nil, p.Concluded+1
	switch {
	case p.Last.ID == p.UnknownID:
		return conclusion{review: HeldByHand} // and does not know it: one of the two refusals means something else
	case p.Last.BecomesHash == nil: // ids are never used again, so nobody has brought it back
		c.row = nothingHeld(p)
		c.row.AcceptedEvent, c.row.Generation, c.reason = p.Last.ID, p.Generation+1, RemovedBefore
	case event && !p.Last.Kind.Ends():
		c.row.Events, c.reason = p.Events+1, GoesAgain
	case event: // ended once, a fact cannot end again
		c.row = c.row.holds(p.Last, p.AcceptedID)
		c.row.Events, c.row.Unconfirmed = p.Events+1, true
	default: // the id of a version contains its content
		c.row = c.row.holds(p.Last, p.Last.ID)
		c.row.AcceptedProvider, c.row.Events, c.row.Unconfirmed = p.Last.Provider, 0, d.Register == egisso.RegisterFact
		c.row.Resend = c.row.Unconfirmed && (p.Resend || p.Last.Refusal.OtherWords)
	}
	return c
}

// event reports whether the record is about another one that ЕГИССО has: an event on a fact,
// or a removal.
func (r RecordHead) event(register egisso.Register) bool {
	return r.BecomesHash == nil || register == egisso.RegisterFact && r.Kind != egisso.KindFact
}

// derived reports whether the id of the last record is the one that follows from the row's
// key, its provider and what ЕГИССО held before.
func (d Decider) derived(p Pending) bool {
	last, hash := p.Last, hash32(p.Last.BecomesHash)
	before := p.AcceptedID
	if before == uuid.Nil {
		before = p.AcceptedEvent
	}
	switch {
	case last.event(d.Register):
		return p.AcceptedID != uuid.Nil && last.ID == egisso.EventID(last.Kind, p.AcceptedID, p.Events, hash)
	case d.Register == egisso.RegisterFact:
		return p.AcceptedID == uuid.Nil && last.ID == egisso.FactID(d.provider(p), p.Key, p.Generation)
	case d.Register == egisso.RegisterMeasure:
		return last.ID == egisso.MeasureID(d.holder(p), p.Key, before, hash)
	case d.Register == egisso.RegisterOrganization:
		return last.ID == egisso.OrganizationID(d.holder(p), p.Key, before, hash)
	}
	if now, err := pointHash(p); err != nil || now != hash {
		return last.Provider == d.holder(p) // its id is of words the row says no longer
	}
	return last.ID == egisso.PointID(d.holder(p), p.Key, before, pointIDHash(p))
}

// holds is the row once ЕГИССО is known to hold under id what the record says.
func (p Pending) holds(last *RecordHead, id uuid.UUID) Pending {
	p.AcceptedID, p.AcceptedEvent = id, last.ID
	p.AcceptedHash, p.AcceptedContent = last.BecomesHash, last.Becomes
	return p
}

// nothingHeld is the row once ЕГИССО is known to hold nothing of it.
func nothingHeld(p Pending) Pending {
	p.Last, p.Concluded = nil, p.Concluded+1
	p.AcceptedID, p.AcceptedHash, p.AcceptedContent, p.AcceptedProvider = uuid.Nil, nil, nil, ""
	p.Unconfirmed, p.Resend, p.Adoption = false, false, NotAdopted
	return p
}

// adopted is the row once ЕГИССО is taken to hold, under the id a person saw there, what the
// row says; fresh is what would be sent if it held nothing. What cannot be sent yet cannot be
// compared with anything either, and waits.
func adopted(p Pending, fresh Decision) (c conclusion, err error) {
	r := fresh.Record
	if r == nil || r.State == Waiting {
		return conclusion{}, nil
	}
	c = conclusion{row: p, reason: AdoptedByHand, content: withID(r.Content, p.AdoptID)}
	if r.Becomes != nil {
		c.content = r.Becomes
	}
	c.row.Last, c.row.AcceptedID, c.row.AcceptedEvent, c.row.AcceptedHash = nil, p.AdoptID, p.AdoptID, r.BecomesHash
	c.row.AcceptedProvider, c.row.Events, c.row.Unconfirmed, c.row.Adoption = r.Provider, 0, true, AdoptionHeld
	if c.row.AcceptedContent, err = json.Marshal(c.content); err != nil {
		return c, fmt.Errorf("encode what is adopted: %w", err)
	}
	return c, nil
}

// withID is the record under another id.
func withID(content any, id uuid.UUID) any {
	switch r := content.(type) {
	case *egisso.Fact:
		c := *r
		c.ID = id
		return &c
	case *egisso.LocalMeasure:
		c := *r
		c.ID = id
		return &c
	case *egisso.Organization:
		c := *r
		c.ID = id
		return &c
	case *egisso.PresencePoint:
		c := *r
		c.ID = id
		return &c
	}
	return content
}
