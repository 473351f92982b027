package lifecycle

// Reason is a code of egisso.reason: why a record waits or was dropped, or why a person has
// to act. "" is none. What people read of it stands in that table
// (adapter/store/code/05_states.sql).
type Reason string

// Why a record waits for others (L-SEQ, adapter/egisso/SPEC.md#local-checks).
const (
	WaitMeasure     Reason = "wait_measure"
	FixMeasure      Reason = "fix_measure"
	WaitParticipant Reason = "wait_participant"
	// MeasureInUse: a measure is not removed while facts of it live, or anything that names
	// it is on its way.
	MeasureInUse Reason = "measure_in_use"
)

// Settling: a row that is gone may come back, after a table was loaded anew or a mistake was
// taken back.
const Settling Reason = "settling"

// WaitClassifier: a measure is not sent unchecked while КМСЗ, asked for, has not come yet.
const WaitClassifier Reason = "wait_classifier"

// MassChange: so many changes in a day may be a slip in the source; a person lets them go.
const MassChange Reason = "mass_change"

// ConfirmAdopted: a record a person saw in ЕГИССО is neither ended nor removed before ЕГИССО
// has accepted something on it: the id may be somebody else's.
const ConfirmAdopted Reason = "confirm_adopted"

// ConfirmPeople: one new surname may touch many facts, so an operator decides
// (adapter/egisso/SPEC.md#changed-records).
const ConfirmPeople Reason = "confirm_people"

// ConfirmIdentity: a fact that became another man's may be a correction, or a key that was
// given away. Only a person knows.
const ConfirmIdentity Reason = "confirm_identity"

// Why a record is dropped.
const (
	// NotActual: the first export is of what is actual on its date (adapter/egisso/SPEC.md#when).
	NotActual   Reason = "not_actual"
	Unreadable  Reason = "unreadable"
	NotNeeded   Reason = "not_needed"
	CodeKnown   Reason = "code_known"
	Replaced    Reason = "replaced"
	NeedsPerson Reason = "needs_person"
	// RefusedGone: ЕГИССО refused it before it went. If it refused because it has it already,
	// it has it still.
	RefusedGone Reason = "refused_gone"
	// Declined: a person does not want this content to be sent.
	Declined Reason = "declined"
)

// Why a rejected record is dropped: what the refusal says ЕГИССО holds (converge.go).
const (
	HeldBefore    Reason = "held_before"
	AcceptedLate  Reason = "accepted_late" // a late protocol says so, not a refusal
	RemovedBefore Reason = "removed_before"
	GoesAgain     Reason = "goes_again"
	UnknownFact   Reason = "unknown_fact"
	UnknownGone   Reason = "unknown_gone"
	AdoptedByHand Reason = "adopted_by_hand"
	// TakenOver: the source says that ЕГИССО had it before this gateway.
	TakenOver Reason = "taken_over"
)

// What a person has to do where no element can.
const (
	ExcludeByHand Reason = "exclude_by_hand"
	UnknownEnding Reason = "unknown_ending"
	// HeldByHand: refusals lead in a circle, or nothing can follow from them.
	HeldByHand Reason = "held_by_hand"
	// SourceMoved: nothing is concluded from refusals while the source is another database.
	SourceMoved Reason = "source_moved"
	// AdoptionRefused: ЕГИССО does not know the record a person adopted.
	AdoptionRefused Reason = "adoption_refused"
	// RefusedUnclear: it went after a refusal that may mean that ЕГИССО has it.
	RefusedUnclear Reason = "refused_unclear"
)

// Doubts reports whether a person is asked only because it is not known what the last refusal
// means: what was refused stays until that is known, or the row wants something else.
func (r Reason) Doubts() bool { return r == RefusedUnclear || r == SourceMoved || r == HeldByHand }
