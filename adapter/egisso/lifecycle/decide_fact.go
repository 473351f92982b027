package lifecycle

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
)

// fact decides on a row of facts.
func (d Decider) fact(p Pending) (Decision, error) {
	s, err := d.factState(p)
	if err != nil {
		return Decision{}, err
	}
	move, held := d.nextStep(s, p)
	if decision, ok := d.unsent(move.Step, p); ok {
		return decision, nil
	}
	record := d.factRecord(s, &move, p)
	switch {
	case move.Move == egisso.MoveNew && d.before(move.Fact):
		record.State, record.Reason = Dropped, NotActual
		return Decision{Record: record}, nil
	case move.Move == egisso.MoveInvalidate:
		return Decision{Record: record}, nil
	case move.Kind != egisso.KindFact && move.Kind != egisso.KindFactAlteration:
		return d.checked(p, record, d.Checker.Event(move.Event(p.AcceptedID), check.Target{Accepted: s.accepted}), ""), nil
	}
	return d.checked(p, record, d.factFindings(s, move.Fact), cmp.Or(held, s.wait)), nil
}

// before reports whether a fact had ended when the first export was made.
func (d Decider) before(f egisso.Fact) bool {
	return !d.ActualOn.IsZero() && !f.DateFinish.IsZero() && f.DateFinish.Before(d.ActualOn)
}

// factRecord makes the element that follows from the move, and says what ЕГИССО
// holds once it accepts it.
func (d Decider) factRecord(s factState, move *FactStep, p Pending) *NewRecord {
	record := &NewRecord{Kind: move.Kind, Provider: d.provider(p), State: Ready, Settles: move.Last}
	if move.Move == egisso.MoveInvalidate {
		record.ID = egisso.EventID(move.Kind, p.AcceptedID, p.Events, [32]byte{}) // it has no content
		record.Content = move.Element(record.ID, p.AcceptedID, d.loader(p))
		return record
	}
	hash := move.BecomesHash
	record.BecomesHash = hash[:]
	if move.Kind == egisso.KindFact { // it becomes its content
		record.ID = egisso.FactID(d.provider(p), p.Key, p.Generation)
		record.Content = move.Element(record.ID, record.ID, "")
		record.Added = added(move.Fact, s.said)
		return record
	}
	if move.Becomes.MeasureID == uuid.Nil && s.accepted != nil { // not resolved while its measure is under way
		move.Becomes.MeasureID, move.Becomes.CategoryID = s.accepted.MeasureID, s.accepted.CategoryID
	}
	record.ID = egisso.EventID(move.Kind, p.AcceptedID, p.Events, hash)
	record.Content, record.Becomes = move.Element(record.ID, p.AcceptedID, d.loader(p)), move.Becomes
	return record
}

// added is what makes of a fact as the source says it the one that is sent; nil if that
// differs in more.
func added(f, said egisso.Fact) *FactIDs {
	ids := FactIDs{f.MeasureID, f.CategoryID}
	f.ID, f.MeasureID, f.CategoryID = uuid.Nil, uuid.Nil, uuid.Nil
	if !reflect.DeepEqual(f, said) {
		return nil
	}
	return &ids
}

// nextStep decides what to say next of the fact, and what it is held for. What names another
// man is held until a person says what that means. A change of nothing but people
// is held until an operator lets it go; an end does not wait for that, and one that
// was refused stays in sight.
func (d Decider) nextStep(s factState, p Pending) (move FactStep, held Reason) {
	if s.another {
		return d.identityStep(s, p)
	}
	if p.Unconfirmed { // a sum alone says nothing of the rest
		d.Events = maps.Clone(d.Events)
		if d.Events == nil {
			d.Events = EventPolicy{}
		}
		d.Events[egisso.CauseCost] = egisso.KindFactAlteration
	}
	move = NextFactStep(s.latest, gone(p), s.accepted, s.history, d.Events)
	if !move.PersonOnly || d.SendPeople || p.PeopleReleased {
		return move, ""
	}
	rest := NextFactStep(s.latest.WithPeopleOf(*s.accepted), gone(p), s.accepted, s.history, d.Events)
	if rest.Move == egisso.MoveEnd || rest.Refused {
		rest.Last = false // the people are still to be said
		return rest, ""
	}
	return move, ConfirmPeople
}

// identityStep is the next step of a fact that names another man than ЕГИССО holds it for.
func (d Decider) identityStep(s factState, p Pending) (move FactStep, held Reason) {
	if p.Identity == IdentityReplaced {
		move = NextFactStep(egisso.Fact{}, true, s.accepted, s.history, d.Events)
		move.Last = false // the other man's is still to be said
		return move, ""
	}
	latest := s.latest
	if latest.Ending != nil && latest.Ending.Reason == egisso.CauseDuplicate && p.Identity == "" {
		latest.Ending = nil // whose duplicate it is only a person knows
	}
	move = NextFactStep(latest, false, s.accepted, s.history, d.Events)
	if p.Identity == IdentityCorrected {
		return move, ""
	}
	return move, ConfirmIdentity
}

// factState is a row of facts with what it refers to resolved.
type factState struct {
	latest   egisso.Fact
	said     egisso.Fact  // latest as it was read
	accepted *egisso.Fact // what ЕГИССО holds; nil: nothing
	history  History
	measure  *egisso.LocalMeasure // accepted version of its measure
	loader   string               // provider ЕГИССО has that from; "": its measure is not known
	wait     Reason
	content  string // of the assignment, before it is cut to what the schema takes
	twin     bool   // another fact says the same
	another  bool   // it names another man than ЕГИССО holds it for
}

func (d Decider) factState(p Pending) (s factState, err error) {
	s.history, s.twin = history(p), p.Twin
	if p.AcceptedContent != nil {
		accepted, err := decoded[egisso.Fact](p.AcceptedContent, "accepted fact")
		if err != nil {
			return s, err
		}
		hash := accepted.ContentHash()
		s.accepted, s.history.Accepted = &accepted, &hash
	}
	if gone(p) {
		return s, nil
	}
	if s.latest, err = decoded[egisso.Fact](p.Content, "fact"); err != nil {
		return s, err
	}
	s.said = s.latest
	f := &s.latest
	s.content = f.Assignment.Content
	*f = f.Normalize()
	s.another = s.accepted != nil && f.Receiver.Another(s.accepted.Normalize().Receiver)
	state := p.Measures[f.MeasureKey]
	s.measure, s.wait = measureFor(state)
	if s.wait == "" && state != nil && state.Gone && s.accepted == nil {
		s.measure, s.wait = nil, FixMeasure // no new fact of what is to be removed
	}
	if s.measure != nil {
		f.MeasureID, f.CategoryID = s.measure.ID, categoryID(s.measure, f.CategoryKey)
	}
	// The measure's own provider does not name itself, any other does: the source need not
	// know which of the two a row is.
	if f.MeasureProviderCode == d.provider(p) {
		f.MeasureProviderCode = ""
	}
	if state != nil {
		s.loader = d.owner(state.Provider)
		if f.MeasureProviderCode == "" && s.loader != d.provider(p) {
			f.MeasureProviderCode = s.loader
		}
	}
	// What was sent under another provider said the same in other words.
	if a := s.accepted; a != nil && cmp.Or(a.MeasureProviderCode, d.owner(p.AcceptedProvider)) == cmp.Or(f.MeasureProviderCode, d.provider(p)) {
		a.MeasureProviderCode = f.MeasureProviderCode
		hash := a.ContentHash()
		s.history.Accepted = &hash
	}
	code, wait := participantFor(p, f.OSZCode, f.OSZKey)
	// An organisation that left the register of participants has its facts still.
	if a := s.accepted; code == "" && a != nil && f.OSZKey != "" && a.OSZKey == f.OSZKey {
		code, wait = a.OSZCode, ""
	}
	if f.OSZCode = code; s.wait == "" {
		s.wait = wait
	}
	return s, nil
}

// factFindings checks a whole fact; while it waits, rules that need what it waits
// for would only blame its absence.
func (d Decider) factFindings(s factState, f egisso.Fact) []egisso.Finding {
	f.Assignment.Content = s.content
	if s.twin {
		d.Checker.Twin = func([32]byte) bool { return true }
	}
	d.Checker.MeasureLoader = s.loader
	findings := d.Checker.Fact(f, s.measure)
	if s.wait == "" {
		return findings
	}
	return slices.DeleteFunc(findings, func(found egisso.Finding) bool {
		switch found.Code {
		case "014", "L-CAT":
			return s.measure == nil
		case "L-OSZ":
			return f.OSZCode == "" && found.Field == "oszCode"
		}
		return false
	})
}

// loader is the provider an event names when another one loaded the fact.
func (d Decider) loader(p Pending) string {
	if p.AcceptedProvider == d.provider(p) {
		return ""
	}
	return p.AcceptedProvider
}

// categoryID finds a category of the accepted version by the source's key; an
// unknown one is for the check L-CAT to name.
func categoryID(m *egisso.LocalMeasure, key string) uuid.UUID {
	for _, c := range m.Categories {
		if c.Key == key {
			return c.ID
		}
	}
	return uuid.Nil
}
