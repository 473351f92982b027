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
	MoveEnd        Move = "end"  // an accepted fact stops early
	// MoveReview: ЕГИССО holds something that no element of the kind can remove;
	// a person has to.
	MoveReview Move = "review"
)
