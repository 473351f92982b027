package smev

import (
	"errors"
	"slices"
	"time"
)

// MayHaveArrived tells, of the outcome of SendRequest or SendResponse, whether
// the bus may have the message: then it is in doubt, and its id must not be
// replaced without evidence (SPEC.md#messageid). Only two outcomes are certain not to
// have left anything: there was no connection, or the bus refused by a fault
// that it gives before it takes a message.
func MayHaveArrived(err error) bool {
	var (
		fault     *Fault
		transport *TransportError
	)
	switch {
	case errors.As(err, &fault):
		return !slices.Contains(refusing, fault.Class())
	case errors.As(err, &transport):
		return !transport.NotSent
	}
	return true // success too
}

// refusing are the classes of faults after which nothing of the message is kept.
// An internal failure of the bus (ClassRetry) may come at any moment, and of
// what is not known nothing is.
var refusing = []Class{ClassRetryLater, ClassFixData, ClassFixConfiguration, ClassNewID, ClassOperator}

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

// EvidenceOf reads the evidence in an asynchronous status about the message. The
// status must have been verified.
func EvidenceOf(s *AsyncStatus) Evidence {
	switch {
	case s == nil || s.Category == "":
		return EvidenceNone
	case s.Category == "doesNotExist":
		return EvidenceAbsent
	}
	return EvidenceArrived
}

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
	MessageID string
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
	// ClockSuspect says that the id is not old by our clock: it is wrong, or
	// the bus's is, and an id made now would be refused again. Nothing is to be
	// sent under a new id before the clocks agree.
	ClockSuspect bool
	// Wait is how long StaleWait waits.
	Wait time.Duration
}

const defaultStaleAge = 48 * time.Hour

// DecideStale says what becomes of a message refused with StaleMessageId. A new
// id is never given while the old one may have arrived and nothing shows that it
// has not (SPEC.md#messageid).
func DecideStale(c StaleCase, now time.Time) StaleDecision {
	var d StaleDecision
	limit := c.Age
	if limit <= 0 {
		limit = defaultStaleAge
	}
	made, err := MessageIDTime(c.MessageID)
	d.ClockSuspect = err == nil && now.Sub(made) < limit
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
// when its own is older than limit (a day is advised). One that was attempted
// keeps its id, however old: the bus is asked first (SPEC.md#messageid).
func ReplaceUnsent(messageID string, attempts int, limit time.Duration, now time.Time) bool {
	if attempts > 0 {
		return false
	}
	made, err := MessageIDTime(messageID)
	return err != nil || now.Sub(made) > limit
}
