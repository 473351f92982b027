package lifecycle

import (
	"encoding/json"
	"testing"

	"egissogw/adapter/egisso"
)

// held is a row whose fact ЕГИССО holds as the gateway would have sent it.
func held(t *testing.T, p Pending) Pending {
	t.Helper()
	d, err := testDecider(egisso.RegisterFact).Decide(p)
	if err != nil || d.Record == nil || d.Record.State != Ready {
		t.Fatalf("the fact is not sent: %+v, %v", d.Record, err)
	}
	if p.AcceptedContent, err = json.Marshal(d.Record.Content); err != nil {
		t.Fatal(err)
	}
	p.AcceptedID, p.AcceptedHash, p.AcceptedProvider = d.Record.ID, d.Record.BecomesHash, d.Record.Provider
	return p
}

// latest gives the row another content.
func latest(t *testing.T, p Pending, f egisso.Fact) Pending {
	t.Helper()
	next := pendingFact(t, f, nil)
	p.Content, p.ContentHash = next.Content, next.ContentHash
	return p
}

// Whose measure it is need not be said by the measure's own provider, but by any
// other: that alone is no news about the fact.
func TestAFactThatChangesHandsSaysTheSameOfItsMeasure(t *testing.T) {
	known := &MeasureState{Accepted: acceptedMeasure(), Provider: testProvider}
	for name, c := range map[string]struct{ from, to string }{
		"from the measure's provider": {"", "0042.000002"},
		"to the measure's provider":   {"0042.000002", ""},
		"from one to another":         {"0042.000002", "0042.000003"},
	} {
		t.Run(name, func(t *testing.T) {
			p := pendingFact(t, invented(), known)
			p.Provider = c.from
			p = held(t, p)
			p.Provider = c.to
			if d, err := testDecider(egisso.RegisterFact).Decide(p); err != nil || d.Record != nil {
				t.Errorf("decided %+v, %v", d.Record, err)
			}
		})
	}
}

// The code of an organisation that left the register of participants is still that
// under which ЕГИССО holds its facts: they can end.
func TestFactsOfAnExcludedParticipantEnd(t *testing.T) {
	f := invented()
	f.OSZCode, f.OSZKey = "", "clinic"
	p := pendingFact(t, f, &MeasureState{Accepted: acceptedMeasure()})
	p.Participants = map[string]string{"clinic": "0042.000009"}
	p = held(t, p)
	p.Participants = map[string]string{"clinic": ""}
	if d, err := testDecider(egisso.RegisterFact).Decide(p); err != nil || d.Record != nil {
		t.Errorf("nothing changed, decided %+v, %v", d.Record, err)
	}
	f.Ending = &egisso.Ending{Reason: egisso.CauseDeath, Date: date("2025-02-10")}
	d, err := testDecider(egisso.RegisterFact).Decide(latest(t, p, f))
	if err != nil || d.Record == nil || d.Record.Kind != egisso.KindFactEndOfRight || d.Record.State != Ready {
		t.Errorf("decided %+v, %v", d.Record, err)
	}
}

// An end that ЕГИССО refused stays refused while a change of people is held back:
// it must not go again whenever the row is looked at.
func TestARefusedEndDoesNotGoAgainBesideAHeldChange(t *testing.T) {
	p := held(t, pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()}))
	f := invented()
	f.Receiver.FamilyName = "Другой"
	f.Ending = &egisso.Ending{Reason: egisso.CauseDeath, Date: date("2025-02-10")}
	p = latest(t, p, f)
	d, err := testDecider(egisso.RegisterFact).Decide(p)
	if err != nil || d.Record == nil || d.Record.Kind != egisso.KindFactEndOfRight {
		t.Fatalf("the end does not go: %+v, %v", d.Record, err)
	}
	p.Last = &RecordHead{ID: d.Record.ID, Kind: d.Record.Kind, State: Rejected, BecomesHash: d.Record.BecomesHash}
	if d, err = testDecider(egisso.RegisterFact).Decide(p); err != nil || d.Record != nil || d.Drop != "" {
		t.Errorf("after the refusal decided %+v, %q, %v", d.Record, d.Drop, err)
	}
	p.PeopleReleased = true
	if d, err = testDecider(egisso.RegisterFact).Decide(p); err != nil || d.Record == nil || d.Record.Kind != egisso.KindFactAlteration || d.Record.State != Ready {
		t.Errorf("the released change of people does not go: %+v, %v", d.Record, err)
	}
}
