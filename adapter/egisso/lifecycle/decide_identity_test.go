package lifecycle

import (
	"testing"

	"egissogw/adapter/egisso"
)

// A fact that names another man waits for a person, whatever else it says, and whatever
// may go by itself otherwise.
func TestAnotherManWaitsForAPerson(t *testing.T) {
	another := func(f *egisso.Fact) {
		f.Receiver.SNILS, f.Receiver.BirthDate = "12345678964", date("1950-02-03")
	}
	ends := func(f *egisso.Fact) { f.Ending = &egisso.Ending{Reason: egisso.CauseDeath, Date: date("2025-02-10")} }
	duplicate := func(f *egisso.Fact) { f.Ending = &egisso.Ending{Reason: egisso.CauseDuplicate} }
	for name, c := range map[string]struct {
		change []func(*egisso.Fact)
		says   Identity
		kind   egisso.Kind
		state  State
		reason Reason
	}{
		"another man":                            {change: []func(*egisso.Fact){another}, kind: egisso.KindFactAlteration, state: Waiting, reason: ConfirmIdentity},
		"another man, who died":                  {change: []func(*egisso.Fact){another, ends}, kind: egisso.KindFactAlteration, state: Waiting, reason: ConfirmIdentity},
		"another man, called a duplicate":        {change: []func(*egisso.Fact){another, duplicate}, kind: egisso.KindFactAlteration, state: Waiting, reason: ConfirmIdentity},
		"corrected, a person says":               {change: []func(*egisso.Fact){another}, says: IdentityCorrected, kind: egisso.KindFactAlteration, state: Ready},
		"corrected, and a duplicate":             {change: []func(*egisso.Fact){another, duplicate}, says: IdentityCorrected, kind: egisso.KindFactDuplicate, state: Ready},
		"given away, a person says":              {change: []func(*egisso.Fact){another}, says: IdentityReplaced, kind: egisso.KindFactInvalidation, state: Ready},
		"given away to a duplicate":              {change: []func(*egisso.Fact){another, duplicate}, says: IdentityReplaced, kind: egisso.KindFactInvalidation, state: Ready},
		"his number was corrected":               {change: []func(*egisso.Fact){func(f *egisso.Fact) { f.Receiver.SNILS = "12345678964" }}, kind: egisso.KindFactAlteration, state: Ready},
		"his birth date and name were corrected": {change: []func(*egisso.Fact){func(f *egisso.Fact) { f.Receiver.BirthDate, f.Receiver.FirstName = date("1950-02-03"), "Олег" }}, kind: egisso.KindFactAlteration, state: Ready},
		"a brother born on the same day":         {change: []func(*egisso.Fact){func(f *egisso.Fact) { f.Receiver.SNILS, f.Receiver.FirstName = "12345678964", "Олег" }}, kind: egisso.KindFactAlteration, state: Waiting, reason: ConfirmIdentity},
	} {
		t.Run(name, func(t *testing.T) {
			p := held(t, pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()}))
			f := invented()
			for _, change := range c.change {
				change(&f)
			}
			p = latest(t, p, f)
			p.Identity, p.PeopleReleased = c.says, true
			decider := testDecider(egisso.RegisterFact)
			decider.SendPeople = true
			d, err := decider.Decide(p)
			if err != nil || d.Record == nil {
				t.Fatalf("decided %+v, %v", d, err)
			}
			if d.Record.Kind != c.kind || d.Record.State != c.state || d.Record.Reason != c.reason {
				t.Errorf("decided %s, %s, %q: %v", d.Record.Kind, d.Record.State, d.Record.Reason, d.Record.Findings)
			}
			if more := c.says == IdentityReplaced || f.Ending != nil && f.Ending.Reason == egisso.CauseDeath; d.Record.Settles == more {
				t.Errorf("settles %t", d.Record.Settles)
			}
		})
	}
}

// A row that is gone takes its fact with it, whoever it named last.
func TestARowThatIsGoneNamesNobody(t *testing.T) {
	p := held(t, pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()}))
	p.Deleted, p.Content, p.ContentHash = true, nil, nil
	d, err := testDecider(egisso.RegisterFact).Decide(p)
	if err != nil || d.Record == nil || d.Record.Kind != egisso.KindFactInvalidation || d.Record.State != Ready {
		t.Errorf("decided %+v, %v", d.Record, err)
	}
}
