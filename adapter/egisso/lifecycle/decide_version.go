package lifecycle

import (
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// newVersion makes the next version of a record; before is the one it derives from.
type newVersion func(d Decider, p Pending, record *NewRecord, before uuid.UUID) (Decision, error)

// versions decides on a row of a register whose records change by new versions
// that name the one before (adapter/egisso/SPEC.md#which-event). hash is of what the row says.
func versions(next newVersion, hash func(Pending) ([32]byte, error)) func(Decider, Pending) (Decision, error) {
	return func(d Decider, p Pending) (Decision, error) {
		hash, err := hash(p)
		if err != nil {
			return Decision{}, err
		}
		move := NextStep(d.Register, hash, gone(p), history(p))
		if decision, ok := d.unsent(move, p); ok {
			return decision, nil
		}
		if move.Move == egisso.MoveInvalidate {
			return d.removal(move.Kind, p), nil
		}
		// An id is never used again: after a removal it derives from the removal.
		before := p.AcceptedID
		if before == uuid.Nil {
			before = p.AcceptedEvent
		}
		d.Checker.LastAccepted = &p.AcceptedID
		return next(d, p, &NewRecord{Kind: move.Kind, Provider: d.holder(p), BecomesHash: hash[:], Settles: true}, before)
	}
}

func contentHash(p Pending) ([32]byte, error) { return hash32(p.ContentHash), nil }

// pointHash is the hash of what the row says, with the code ЕГИССО gave to the
// organisation of a point: once the source knows the code too, that is no change.
func pointHash(p Pending) ([32]byte, error) {
	if gone(p) {
		return contentHash(p)
	}
	x, err := decoded[egisso.PresencePoint](p.Content, "presence point")
	if err != nil {
		return [32]byte{}, err
	}
	x.ONMSZCode, _ = participantFor(p, x.ONMSZCode, x.ONMSZKey)
	return x.ContentHash(), nil
}

// pointIDHash is the part of the content in the id of a point. Where the row names the
// organisation by its key, the organisation's code is none: a source that learns it later, as when a person
// types it in after the gateway's database was lost, says the same version.
func pointIDHash(p Pending) [32]byte {
	x, err := decoded[egisso.PresencePoint](p.Content, "presence point")
	if err != nil || x.ONMSZKey == "" {
		return hash32(p.ContentHash)
	}
	x.ONMSZCode = ""
	return x.ContentHash()
}

func (d Decider) measure(p Pending, record *NewRecord, before uuid.UUID) (Decision, error) {
	m, err := decoded[egisso.LocalMeasure](p.Content, "measure")
	if err != nil {
		return Decision{}, err
	}
	m.ID, m.PreviousID = egisso.MeasureID(record.Provider, p.Key, before, hash32(record.BecomesHash)), p.AcceptedID
	if err := categoryIDs(m.Categories, p, record.Provider); err != nil {
		return Decision{}, err
	}
	m.LastChanging = d.changed(m.LastChanging, p)
	record.ID, record.Content = m.ID, &m
	var wait Reason
	if d.AwaitsClassifier {
		wait = WaitClassifier
	}
	return d.checked(p, record, d.Checker.Measure(m), wait), nil
}

// categoryIDs gives categories their ids, which stay the same from version to version: those
// the source knows, or ЕГИССО holds, or else ours.
func categoryIDs(categories []egisso.LocalCategory, p Pending, provider string) error {
	held := map[string]uuid.UUID{}
	if p.AcceptedContent != nil {
		m, err := decoded[egisso.LocalMeasure](p.AcceptedContent, "accepted measure")
		if err != nil {
			return err
		}
		for _, c := range m.Categories {
			held[c.Key] = c.ID
		}
	}
	for i, c := range categories {
		for _, id := range []uuid.UUID{held[c.Key], egisso.CategoryID(provider, p.Key, c.Key)} {
			if categories[i].ID == uuid.Nil {
				categories[i].ID = id
			}
		}
	}
	return nil
}

func (d Decider) organization(p Pending, record *NewRecord, before uuid.UUID) (Decision, error) {
	o, err := decoded[egisso.Organization](p.Content, "organisation")
	if err != nil {
		return Decision{}, err
	}
	o.ID, o.PreviousID = egisso.OrganizationID(record.Provider, p.Key, before, hash32(record.BecomesHash)), p.AcceptedID
	known := d.measuresOf(p)
	for i := range o.Points {
		for j := range o.Points[i].Measures {
			m := &o.Points[i].Measures[j]
			m.ID = known.id(m.Key)
		}
	}
	o.LastChanging = d.changed(o.LastChanging, p)
	record.ID, record.Content = o.ID, &o
	d.Checker.KnownMeasure = known.has()
	return d.checked(p, record, d.Checker.Organization(o), known.wait), nil
}

func (d Decider) point(p Pending, record *NewRecord, before uuid.UUID) (Decision, error) {
	x, err := decoded[egisso.PresencePoint](p.Content, "presence point")
	if err != nil {
		return Decision{}, err
	}
	x.ID, x.PreviousID = egisso.PointID(record.Provider, p.Key, before, pointIDHash(p)), p.AcceptedID
	known := d.measuresOf(p)
	for i := range x.Measures {
		x.Measures[i].ID = known.id(x.Measures[i].Key)
	}
	x.LastChanging = d.changed(x.LastChanging, p)
	code, wait := participantFor(p, x.ONMSZCode, x.ONMSZKey)
	x.ONMSZCode = code
	record.ID, record.Content = x.ID, &x
	d.Checker.KnownMeasure = known.has()
	findings := d.Checker.Point(x)
	if wait != "" {
		findings = without(findings, "L-OSZ", "onmszCode")
	}
	if known.wait != "" {
		wait = known.wait
	}
	return d.checked(p, record, findings, wait), nil
}

func (d Decider) removal(kind egisso.Kind, p Pending) Decision {
	id := egisso.EventID(kind, p.AcceptedID, p.Events, [32]byte{})
	record := &NewRecord{ID: id, Kind: kind, Provider: d.holder(p), State: Ready, Settles: true}
	if kind == egisso.KindPointInvalidation {
		record.Content = &egisso.PresencePointInvalidation{ID: id, PointID: p.AcceptedID, LastChanging: d.changed(time.Time{}, p)}
	} else {
		record.Content = &egisso.LocalMeasureInvalidation{ID: id, LocalMeasureID: p.AcceptedID}
	}
	if p.InUse {
		record.State, record.Reason = Waiting, MeasureInUse
	}
	return Decision{Record: record}
}

// changed is when the record changed at the provider, as the source says.
func (d Decider) changed(said time.Time, p Pending) time.Time {
	if said.IsZero() {
		said = p.ChangedAt
	}
	if said.IsZero() {
		said = d.Now
	}
	return said.In(d.Location)
}

// measureIDs are the accepted versions of the measures a row names.
type measureIDs struct {
	ids  map[string]uuid.UUID // by the source's key
	wait Reason               // for one of them
}

func (d Decider) measuresOf(p Pending) measureIDs {
	m := measureIDs{ids: map[string]uuid.UUID{}}
	for key, state := range p.Measures {
		accepted, wait := measureFor(state)
		if accepted != nil {
			m.ids[key] = accepted.ID
		}
		if wait == WaitMeasure || m.wait == "" {
			m.wait = wait
		}
	}
	return m
}

func (m measureIDs) id(key string) uuid.UUID { return m.ids[key] }

// has is Checker.KnownMeasure; nil while the row waits, for the rule would only
// blame the absence of what it waits for.
func (m measureIDs) has() func(uuid.UUID) bool {
	if m.wait != "" {
		return nil
	}
	known := map[uuid.UUID]bool{}
	for _, id := range m.ids {
		known[id] = true
	}
	return func(id uuid.UUID) bool { return known[id] }
}

// without leaves out findings of a rule about a field.
func without(findings []egisso.Finding, code, field string) []egisso.Finding {
	var rest []egisso.Finding
	for _, f := range findings {
		if f.Code != code || f.Field != field {
			rest = append(rest, f)
		}
	}
	return rest
}
