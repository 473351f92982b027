package lifecycle

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// A removal goes when its row has been gone for the term, of whatever register.
func TestRemovalsSettle(t *testing.T) {
	for register, kind := range map[egisso.Register]egisso.Kind{
		egisso.RegisterFact: egisso.KindFactInvalidation, egisso.RegisterMeasure: egisso.KindMeasureInvalidation, egisso.RegisterPoint: egisso.KindPointInvalidation,
	} {
		for _, c := range []struct {
			term, gone time.Duration
			want       State
		}{{0, 0, Ready}, {time.Minute, 0, Waiting}, {time.Minute, 59 * time.Second, Waiting}, {time.Minute, time.Minute, Ready}} {
			decider := testDecider(register)
			decider.Settle = c.term
			d, err := decider.Decide(Pending{Key: "1", Deleted: true, Unchanged: c.gone, AcceptedID: uuid.New(), AcceptedHash: make([]byte, 32)})
			if err != nil || d.Record == nil || d.Record.Kind != kind || d.Record.State != c.want || (d.Record.Reason == Settling) != (c.want == Waiting) {
				t.Errorf("%s gone for %s of %s: %+v, %v", register, c.gone, c.term, d.Record, err)
			}
		}
	}
}

// What changed, or began, does not wait for anything.
func TestOnlyRemovalsSettle(t *testing.T) {
	decider := testDecider(egisso.RegisterFact)
	decider.Settle = time.Hour
	d, err := decider.Decide(pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()}))
	if err != nil || d.Record == nil || d.Record.State != Ready {
		t.Errorf("%+v, %v", d.Record, err)
	}
}
