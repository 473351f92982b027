package lifecycle

import (
	"testing"

	"egissogw/adapter/egisso"
)

func TestNextStep(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	for _, c := range []struct {
		name     string
		register egisso.Register
		content  [32]byte
		deleted  bool
		history  History
		want     Step
	}{
		{"new fact", egisso.RegisterFact, one, false, History{}, Step{Move: egisso.MoveNew, Kind: egisso.KindFact}},
		{"new measure", egisso.RegisterMeasure, one, false, History{}, Step{Move: egisso.MoveNew, Kind: egisso.KindMeasure}},
		{"changed before it was accepted stays new", egisso.RegisterFact, two, false, History{Rejected: &one}, Step{Move: egisso.MoveNew, Kind: egisso.KindFact}},
		{"rejected and not corrected", egisso.RegisterFact, one, false, History{Rejected: &one}, Step{Move: egisso.MoveNothing, Refused: true}},
		{"deleted before it was accepted", egisso.RegisterFact, one, true, History{}, Step{Move: egisso.MoveDrop}},
		{"rejected, then deleted", egisso.RegisterMeasure, one, true, History{Rejected: &one}, Step{Move: egisso.MoveDrop}},
		{"in flight, changed", egisso.RegisterFact, two, false, History{InFlight: true}, Step{Move: egisso.MoveWait}},
		{"in flight, deleted", egisso.RegisterFact, two, true, History{InFlight: true, Accepted: &one}, Step{Move: egisso.MoveWait}},
		{"accepted, unused column changed", egisso.RegisterFact, one, false, History{Accepted: &one}, Step{Move: egisso.MoveNothing}},
		{"accepted, content changed: fact", egisso.RegisterFact, two, false, History{Accepted: &one}, Step{Move: egisso.MoveAlter, Kind: egisso.KindFactAlteration}},
		{"accepted, content changed: measure", egisso.RegisterMeasure, two, false, History{Accepted: &one}, Step{Move: egisso.MoveAlter, Kind: egisso.KindMeasure}},
		{"accepted, deleted: fact", egisso.RegisterFact, one, true, History{Accepted: &one}, Step{Move: egisso.MoveInvalidate, Kind: egisso.KindFactInvalidation}},
		{"accepted, deleted: measure", egisso.RegisterMeasure, one, true, History{Accepted: &one}, Step{Move: egisso.MoveInvalidate, Kind: egisso.KindMeasureInvalidation}},
		{"back to the accepted content", egisso.RegisterFact, one, false, History{Accepted: &one, Rejected: &two}, Step{Move: egisso.MoveNothing}},
		{"alteration rejected and not corrected", egisso.RegisterFact, two, false, History{Accepted: &one, Rejected: &two}, Step{Move: egisso.MoveNothing, Refused: true}},
		{"alteration rejected, corrected", egisso.RegisterFact, [32]byte{3}, false, History{Accepted: &one, Rejected: &two}, Step{Move: egisso.MoveAlter, Kind: egisso.KindFactAlteration}},
		{"alteration rejected, then deleted", egisso.RegisterFact, two, true, History{Accepted: &one, Rejected: &two}, Step{Move: egisso.MoveInvalidate, Kind: egisso.KindFactInvalidation}},
		{"back after its invalidation", egisso.RegisterFact, one, false, History{Invalidated: true}, Step{Move: egisso.MoveNew, Kind: egisso.KindFact, Reborn: true}},
		{"deleted again after its invalidation", egisso.RegisterFact, one, true, History{Invalidated: true}, Step{Move: egisso.MoveDrop}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := NextStep(c.register, c.content, c.deleted, c.history); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
