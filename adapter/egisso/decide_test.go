package egisso

import "testing"

func TestDecide(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	for _, c := range []struct {
		name     string
		register Register
		content  [32]byte
		deleted  bool
		history  History
		want     Decision
	}{
		{"new fact", RegisterFact, one, false, History{}, Decision{Move: MoveNew, Kind: KindFact}},
		{"new measure", RegisterMeasure, one, false, History{}, Decision{Move: MoveNew, Kind: KindMeasure}},
		{"changed before it was accepted stays new", RegisterFact, two, false, History{Rejected: &one}, Decision{Move: MoveNew, Kind: KindFact}},
		{"rejected and not corrected", RegisterFact, one, false, History{Rejected: &one}, Decision{Move: MoveNothing, Refused: true}},
		{"deleted before it was accepted", RegisterFact, one, true, History{}, Decision{Move: MoveDrop}},
		{"rejected, then deleted", RegisterMeasure, one, true, History{Rejected: &one}, Decision{Move: MoveDrop}},
		{"in flight, changed", RegisterFact, two, false, History{InFlight: true}, Decision{Move: MoveWait}},
		{"in flight, deleted", RegisterFact, two, true, History{InFlight: true, Accepted: &one}, Decision{Move: MoveWait}},
		{"accepted, unused column changed", RegisterFact, one, false, History{Accepted: &one}, Decision{Move: MoveNothing}},
		{"accepted, content changed: fact", RegisterFact, two, false, History{Accepted: &one}, Decision{Move: MoveAlter, Kind: KindFactAlteration}},
		{"accepted, content changed: measure", RegisterMeasure, two, false, History{Accepted: &one}, Decision{Move: MoveAlter, Kind: KindMeasure}},
		{"accepted, deleted: fact", RegisterFact, one, true, History{Accepted: &one}, Decision{Move: MoveInvalidate, Kind: KindFactInvalidation}},
		{"accepted, deleted: measure", RegisterMeasure, one, true, History{Accepted: &one}, Decision{Move: MoveInvalidate, Kind: KindMeasureInvalidation}},
		{"back to the accepted content", RegisterFact, one, false, History{Accepted: &one, Rejected: &two}, Decision{Move: MoveNothing}},
		{"alteration rejected and not corrected", RegisterFact, two, false, History{Accepted: &one, Rejected: &two}, Decision{Move: MoveNothing, Refused: true}},
		{"alteration rejected, corrected", RegisterFact, [32]byte{3}, false, History{Accepted: &one, Rejected: &two}, Decision{Move: MoveAlter, Kind: KindFactAlteration}},
		{"alteration rejected, then deleted", RegisterFact, two, true, History{Accepted: &one, Rejected: &two}, Decision{Move: MoveInvalidate, Kind: KindFactInvalidation}},
		{"back after its invalidation", RegisterFact, one, false, History{Invalidated: true}, Decision{Move: MoveNew, Kind: KindFact, Reborn: true}},
		{"deleted again after its invalidation", RegisterFact, one, true, History{Invalidated: true}, Decision{Move: MoveDrop}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(c.register, c.content, c.deleted, c.history); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
