package lifecycle

import "time"

// Evidence is what is known about a message whose sending had no clear outcome.
type Evidence string

// The evidence.
const (
	// EvidenceNone: neither the bus nor the receiver has said anything of it.
	EvidenceNone Evidence = "none"
	// EvidenceArrived: an answer or a status about it came, or the bus said
	// MessageIsAlreadySent to a repetition.
	EvidenceArrived Evidence = "arrived"
	// EvidenceAbsent: the bus said doesNotExist about it.
	EvidenceAbsent Evidence = "absent"
)

// StaleAction is what to do with a message whose id the bus calls too old.
type StaleAction string

// The actions.
const (
	// StaleNewID: nothing of the message is on the bus; the content goes under a
	// new id.
	StaleNewID StaleAction = "new_id"
	// StaleArrived: the message arrived earlier; wait for its answer.
	StaleArrived StaleAction = "arrived"
	// StaleWait: it may have arrived; go on polling before anything is decided.
	StaleWait StaleAction = "wait"
	// StaleOperator: it may have arrived and no evidence came in time; a new id
	// may make a duplicate at the receiver, so a person decides.
	StaleOperator StaleAction = "operator"
)

// StaleCase are the facts about a message that was refused with StaleMessageId.
type StaleCase struct {
	// Made is when the id was made; zero if it cannot be read. One that is in the future
	// was made by a clock that was wrong.
	Made time.Time
	// InDoubt says that MayHaveArrived was true of an earlier attempt.
	InDoubt bool
	// LastInDoubt is when that was.
	LastInDoubt time.Time
	Evidence    Evidence
	// Age is the oldest id the bus is expected to take; zero means two days,
	// which the schema names.
	Age time.Duration
	// Patience is how long after the last attempt in doubt evidence is waited
	// for.
	Patience time.Duration
}

// StaleDecision is the answer of DecideStale.
type StaleDecision struct {
	Action StaleAction
	// ClockSuspect says that the id is neither old by our clock nor of the future: it is
	// wrong, or the bus's is, and an id made now would be refused again. Nothing is to be
	// sent under a new id before the clocks agree.
	ClockSuspect bool
	// FromFuture says that the clock was wrong that made the id.
	FromFuture bool
	// Wait is how long StaleWait waits.
	Wait time.Duration
}

const defaultStaleAge = 48 * time.Hour

// DecideStale says what becomes of a message refused with StaleMessageId. A new
// id is never given while the old one may have arrived and nothing shows that it
// has not (adapter/smev/SPEC.md#messageid).
func DecideStale(c StaleCase, now time.Time) StaleDecision {
	var d StaleDecision
	limit := c.Age
	if limit <= 0 {
		limit = defaultStaleAge
	}
	d.FromFuture = fromFuture(c.Made, now)
	d.ClockSuspect = !c.Made.IsZero() && now.Sub(c.Made) < limit && !d.FromFuture
	switch wait := c.LastInDoubt.Add(c.Patience).Sub(now); {
	case c.Evidence == EvidenceArrived:
		d.Action, d.ClockSuspect = StaleArrived, false
	case !c.InDoubt, c.Evidence == EvidenceAbsent:
		d.Action = StaleNewID
	case wait > 0:
		d.Action, d.Wait = StaleWait, wait
	default:
		d.Action = StaleOperator
	}
	return d
}

// ReplaceUnsent tells whether a message gets a new id before its first attempt:
// when its own is older than limit (a day is advised), or of the future. One that was
// attempted keeps its id, however old: the bus is asked first (adapter/smev/SPEC.md#messageid).
func ReplaceUnsent(made time.Time, known bool, attempts int, limit time.Duration, now time.Time) bool {
	return attempts == 0 && (!known || now.Sub(made) > limit || fromFuture(made, now))
}

// futureTolerance is how far apart the clocks of gateways on one database may be.
const futureTolerance = 5 * time.Minute

// fromFuture: the id speaks against the clock that made it, not against ours.
func fromFuture(made, now time.Time) bool { return made.Sub(now) > futureTolerance }
