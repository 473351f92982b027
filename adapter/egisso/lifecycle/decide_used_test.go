package lifecycle

import (
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// A measure that is gone is removed when nothing names it any more.
func TestAMeasureInUseIsNotRemoved(t *testing.T) {
	for used, want := range map[bool]State{true: Waiting, false: Ready} {
		p := Pending{Key: "1", Deleted: true, AcceptedID: uuid.New(), AcceptedHash: make([]byte, 32), InUse: used}
		d, err := testDecider(egisso.RegisterMeasure).Decide(p)
		if err != nil || d.Record == nil || d.Record.Kind != egisso.KindMeasureInvalidation || d.Record.State != want || (d.Record.Reason == MeasureInUse) != used {
			t.Errorf("in use %t: %+v, %v", used, d.Record, err)
		}
	}
}

// No new fact is sent of a measure that is to be removed; what ЕГИССО holds is kept right.
func TestFactsOfAMeasureThatIsGone(t *testing.T) {
	gone := &MeasureState{Accepted: acceptedMeasure(), Gone: true}
	d, err := testDecider(egisso.RegisterFact).Decide(pendingFact(t, invented(), gone))
	if err != nil || d.Record == nil || d.Record.State != Waiting || d.Record.Reason != FixMeasure {
		t.Errorf("a new fact: %+v, %v", d.Record, err)
	}
	p := held(t, pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()}))
	for key := range p.Measures {
		p.Measures[key] = gone
	}
	f := invented()
	f.Assignment.Content += ", два"
	d, err = testDecider(egisso.RegisterFact).Decide(latest(t, p, f))
	if err != nil || d.Record == nil || d.Record.Kind != egisso.KindFactAlteration || d.Record.State != Ready {
		t.Errorf("a change of a fact: %+v, %v", d.Record, err)
	}
}
