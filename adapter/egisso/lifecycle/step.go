package lifecycle

import "egissogw/adapter/egisso"

// History is what the gateway knows about a source row's life in ЕГИССО.
type History struct {
	// Accepted is the hash of the content ЕГИССО holds now, nil if it holds none.
	Accepted *[32]byte
	// Rejected is the hash of the content ЕГИССО refused last, nil if none. The
	// same content is not sent again by itself: it needs correction.
	Rejected *[32]byte
	// Unsure: ЕГИССО may hold other content than Accepted, and this one is to be sent
	// though it did not change.
	Unsure bool
	// InFlight is set while a package with this row waits for its protocol.
	InFlight bool
	// Invalidated is set when ЕГИССО held the record and accepted its removal.
	Invalidated bool
}

// Step is what a record needs next.
type Step struct {
	Move egisso.Move
	// Kind is the element to send for New, Alter and Invalidate, else "".
	Kind egisso.Kind
	// Reborn is set on New when an earlier record of the same row was
	// invalidated: the new one needs an identifier of its own.
	Reborn bool
	// Refused is set on Nothing when ЕГИССО refused just this content: it needs
	// correction.
	Refused bool
}

// NextStep says what a source row's present state means (adapter/egisso/SPEC.md#changed-records).
// content is the hash of the canonical record, not of the source row: a change
// of an unused column is no change. It is ignored when deleted is set.
//
// The events that need more than the content (recalculation, terminations,
// duplicates) are decided by NextFactStep.
func NextStep(register egisso.Register, content [32]byte, deleted bool, h History) Step {
	born, changed, removed := register.Sends()
	switch {
	case h.InFlight:
		return Step{Move: egisso.MoveWait}
	case deleted && h.Accepted == nil:
		return Step{Move: egisso.MoveDrop}
	case deleted && removed == "":
		return Step{Move: egisso.MoveReview}
	case deleted:
		return Step{Move: egisso.MoveInvalidate, Kind: removed}
	case h.Accepted != nil && *h.Accepted == content && !h.Unsure:
		return Step{Move: egisso.MoveNothing}
	case h.Rejected != nil && *h.Rejected == content:
		return Step{Move: egisso.MoveNothing, Refused: true}
	case h.Accepted == nil:
		return Step{Move: egisso.MoveNew, Kind: born, Reborn: h.Invalidated}
	default:
		return Step{Move: egisso.MoveAlter, Kind: changed}
	}
}
