package egisso

// Move is what the gateway does about one source row.
type Move string

// Moves. Nothing and Drop both send nothing: Nothing means ЕГИССО already
// holds this content (a pending event, if any, is withdrawn), Drop means it
// never held anything and now never will.
const (
	MoveNothing    Move = "nothing"
	MoveNew        Move = "new"
	MoveAlter      Move = "alter"
	MoveInvalidate Move = "invalidate"
	MoveDrop       Move = "drop"
	MoveWait       Move = "wait" // something is in flight: decide after its protocol
	// MoveReview: ЕГИССО holds something that no element of the kind can remove;
	// a person has to.
	MoveReview Move = "review"
)

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

// Decision is the answer of Decide.
type Decision struct {
	Move Move
	// Kind is the element to send for New, Alter and Invalidate, else "".
	Kind Kind
	// Reborn is set on New when an earlier record of the same row was
	// invalidated: the new one needs an identifier of its own.
	Reborn bool
	// Refused is set on Nothing when ЕГИССО refused just this content: it needs
	// correction.
	Refused bool
}

// Decide says what a source row's present state means (SPEC.md#changed-records).
// content is the hash of the canonical record, not of the source row: a change
// of an unused column is no change. It is ignored when deleted is set.
//
// The events that need more than the content (recalculation, terminations,
// duplicates) are decided by DecideFact.
func Decide(register Register, content [32]byte, deleted bool, h History) Decision {
	of := register.spec()
	switch {
	case h.InFlight:
		return Decision{Move: MoveWait}
	case deleted && h.Accepted == nil:
		return Decision{Move: MoveDrop}
	case deleted && of.removed == "":
		return Decision{Move: MoveReview}
	case deleted:
		return Decision{Move: MoveInvalidate, Kind: of.removed}
	case h.Accepted != nil && *h.Accepted == content && !h.Unsure:
		return Decision{Move: MoveNothing}
	case h.Rejected != nil && *h.Rejected == content:
		return Decision{Move: MoveNothing, Refused: true}
	case h.Accepted == nil:
		return Decision{Move: MoveNew, Kind: of.born, Reborn: h.Invalidated}
	default:
		return Decision{Move: MoveAlter, Kind: of.changed}
	}
}
