package lifecycle

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// theirs is the id under which another program sent the fact.
var theirs = uuid.MustParse("8d7a6c1e-3b52-4f0a-9c6e-0a1b2c3d4e5f")

// knownFact is a row of which the source says that ЕГИССО has it.
func knownFact(t *testing.T) Pending {
	t.Helper()
	p := pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()})
	p.Known.ID = theirs
	return p
}

// withVersion is the row whose source says what ЕГИССО accepted, too.
func withVersion(t *testing.T, p Pending, change func(*egisso.Fact)) Pending {
	t.Helper()
	said := changed(t, p, change)
	p.Known.Content, p.Known.Hash = said.Content, said.ContentHash
	return p
}

func TestWhatTheSourceSaysIsThere(t *testing.T) {
	ended := func(f *egisso.Fact) {
		f.Ending = &egisso.Ending{Reason: egisso.CauseDeath, Date: date("2025-02-20")}
	}
	hash := invented().ContentHash()
	for name, c := range map[string]struct {
		row         Pending
		held        bool
		unconfirmed bool
		kind        egisso.Kind // "" nothing is sent
		state       State
	}{
		"as the row says":                  {row: knownFact(t), held: true, unconfirmed: true},
		"and it has ended":                 {row: changed(t, knownFact(t), ended), held: true, unconfirmed: true},
		"as the row says, version named":   {row: withVersion(t, knownFact(t), func(*egisso.Fact) {}), held: true},
		"in other words":                   {row: withVersion(t, knownFact(t), restarted), held: true, kind: egisso.KindFactAlteration, state: Ready},
		"it ended since":                   {row: withVersion(t, changed(t, knownFact(t), ended), func(*egisso.Fact) {}), held: true, kind: egisso.KindFactEndOfRight, state: Ready},
		"its measure is on its way":        {row: pendingOn(knownFact(t), &MeasureState{Pending: true}), kind: egisso.KindFact, state: Waiting},
		"it is gone, nobody knows what":    {row: removed(knownFact(t))},
		"it is gone, version named":        {row: removed(withVersion(t, knownFact(t), restarted)), held: true, kind: egisso.KindFactInvalidation, state: Ready},
		"another row claims the id":        {row: twice(knownFact(t)), kind: egisso.KindFact, state: Blocked},
		"the gateway sent it itself":       {row: sent(knownFact(t), hash[:])},
		"a person named another id before": {row: adoptedAs(knownFact(t), uuid.New()), held: true, unconfirmed: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := decided(t, c.row)
			if (d.Held != nil) != c.held || c.held && d.Held.Unconfirmed != c.unconfirmed {
				t.Fatalf("held %+v, want %v", d.Held, c.held)
			}
			var kind egisso.Kind
			var state State
			if d.Record != nil {
				kind, state = d.Record.Kind, d.Record.State
			}
			if kind != c.kind || state != c.state {
				t.Errorf("sends %q %q, want %q %q: %+v", kind, state, c.kind, c.state, d.Record)
			}
		})
	}
}

func pendingOn(p Pending, m *MeasureState) Pending {
	p.Measures = measures(m)
	return p
}

func removed(p Pending) Pending {
	p.Deleted, p.Content, p.ContentHash = true, nil, nil
	return p
}

func twice(p Pending) Pending {
	p.Known.Twice = true
	return p
}

func sent(p Pending, hash []byte) Pending {
	p.AcceptedID, p.AcceptedEvent, p.AcceptedHash, p.AcceptedContent = egisso.FactID(testProvider, "1", 0), egisso.FactID(testProvider, "1", 0), hash, p.Content
	return p
}

func adoptedAs(p Pending, id uuid.UUID) Pending {
	p.AdoptID, p.Adoption = id, AdoptionAsked
	return p
}

// TestTakenOverGoesOn: events name the id ЕГИССО has; ends and removals ask nobody; other
// words of the source about what ЕГИССО holds count until ЕГИССО accepted something.
func TestTakenOverGoesOn(t *testing.T) {
	p := knownFact(t)
	d := decided(t, p)
	if d.Drop != TakenOver || d.Held.ID != theirs || d.Held.Adoption != AdoptionSaid {
		t.Fatalf("%+v", d.Held)
	}
	text, err := json.Marshal(d.Held.Content)
	if err != nil {
		t.Fatal(err)
	}
	p = after(t, p, d, Refused{})
	p.AcceptedContent, p.AdoptID = text, theirs
	if d := decided(t, p); d.Record != nil || d.Held != nil {
		t.Errorf("decided again: %+v", d)
	}
	altered := changed(t, p, restarted)
	d = decided(t, altered)
	if d.Held != nil || d.Record == nil || d.Record.Kind != egisso.KindFactAlteration || d.Record.ID != egisso.EventID(egisso.KindFactAlteration, theirs, 0, hash32(d.Record.BecomesHash)) {
		t.Errorf("a change: %+v", d.Record)
	}
	if d := decided(t, removed(p)); d.Record == nil || d.Record.State != Ready || d.Record.Kind != egisso.KindFactInvalidation {
		t.Errorf("a removal: %+v", d.Record)
	}
	other := p
	other.Known.ID = uuid.New()
	if d := decided(t, other); d.Held == nil || d.Held.ID != other.Known.ID {
		t.Errorf("the source corrected itself: %+v", d.Held)
	}
	left := p
	left.Known = Known{}
	if d := decided(t, changed(t, left, restarted)); d.Held != nil || d.Record == nil || d.Record.Kind != egisso.KindFactAlteration {
		t.Errorf("the column is gone: %+v", d)
	}
	denied := after(t, altered, decided(t, altered), Refused{UnknownTarget: true})
	if d = decided(t, denied); d.Review != AdoptionRefused || d.Held.Adoption != AdoptionDenied || d.Held.ID != uuid.Nil {
		t.Errorf("ЕГИССО does not know it: %+v %+v", d, d.Held)
	}
	denied = after(t, denied, d, Refused{})
	if d := decided(t, denied); d.Held != nil || d.Review != AdoptionRefused {
		t.Errorf("asked again: %+v", d)
	}
	denied.Known.ID = uuid.New()
	if d := decided(t, denied); d.Held == nil || d.Held.ID != denied.Known.ID {
		t.Errorf("the source named another id: %+v", d)
	}
}

// TestTakenOverMeasure: the next version follows the one ЕГИССО has, and categories keep the
// ids they have there, whether the source still names them or not.
func TestTakenOverMeasure(t *testing.T) {
	category := uuid.New()
	m := egisso.LocalMeasure{Title: "Мера", Categories: []egisso.LocalCategory{{Key: "c", Title: "Категория", ID: category}}}
	row := func(m egisso.LocalMeasure) Pending {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		hash := m.ContentHash()
		return Pending{Key: "m", Content: text, ContentHash: hash[:]}
	}
	p := row(m)
	p.Known.ID = theirs
	decider := testDecider(egisso.RegisterMeasure)
	decider.AwaitsClassifier = true
	d, err := decider.Decide(p)
	if err != nil || d.Held == nil || d.Held.ID != theirs || d.Record != nil {
		t.Fatalf("%+v, %v", d, err)
	}
	text, err := json.Marshal(d.Held.Content)
	if err != nil {
		t.Fatal(err)
	}
	m.Title, m.Categories[0].ID = "Другая", uuid.Nil
	m.Categories = append(m.Categories, egisso.LocalCategory{Key: "d", Title: "Новая"})
	next := row(m)
	next.AcceptedID, next.AcceptedEvent, next.AcceptedHash, next.AcceptedContent = d.Held.ID, d.Held.Event, d.Held.Hash, text
	next.AcceptedProvider, next.Adoption, next.AdoptID, next.Unconfirmed = d.Held.Provider, d.Held.Adoption, theirs, true
	d, err = decider.Decide(next)
	if err != nil || d.Record == nil {
		t.Fatalf("%+v, %v", d, err)
	}
	version := d.Record.Content.(*egisso.LocalMeasure)
	if version.PreviousID != theirs || version.Categories[0].ID != category || version.Categories[1].ID != egisso.CategoryID(testProvider, "m", "d") {
		t.Errorf("the next version is %+v", version)
	}
}
