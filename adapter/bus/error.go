package bus

import (
	"context"
	"errors"
	"time"
)

// Class is what a caller does about an error. It is shown in logs.
type Class string

// The classes.
const (
	// ClassUnknown: nobody knows. Keep everything, tell the operator, try the same bytes a
	// limited number of times.
	ClassUnknown Class = "unknown"
	// ClassRetry: trouble on the way or in the bus. Send the same bytes again, without
	// limit, with back-off.
	ClassRetry Class = "retry"
	// ClassRetryLater: a queue or a quota is full. The same, but after a long pause.
	ClassRetryLater Class = "retry_later"
	// ClassFixData: the content is refused. Correct it and send it as a new message.
	ClassFixData Class = "fix_data"
	// ClassFixConfiguration: key, certificate, registration, rights or settings are wrong.
	// Nothing helps until somebody changes them.
	ClassFixConfiguration Class = "fix_configuration"
	// ClassAlreadyDone: what was asked has been done before. Success for a repetition of
	// the same bytes.
	ClassAlreadyDone Class = "already_done"
	// ClassNewID: the id or the term of the message is over.
	ClassNewID Class = "new_id"
	// ClassOperator: at fault in a way no repetition cures.
	ClassOperator Class = "operator"
)

// Repeats tells whether the same bytes are to be sent again without a human.
func (c Class) Repeats() bool { return c == ClassRetry || c == ClassRetryLater }

// ErrUnregistered is an Error whose sender the bus does not know, for errors.Is.
var ErrUnregistered = errors.New("the bus does not know the sender")

// Error is what a transport says of a call that did not succeed.
type Error struct {
	Class Class
	// Refused is what the bus calls its refusal, "" if it said nothing of the kind.
	Refused string
	// Reason tells people why, in Russian and without the other side's own text, which
	// may quote data.
	Reason string
	Alert  bool // an operator should hear of it at once
	TooOld bool // the bus calls the id of the message too old
	// Unsigned: the signature is refused, so other bytes of the same content may be taken.
	Unsigned bool
	// Stranger: the bus does not know the certificate the call or message is signed with, or
	// not any more. What another one signed it may take.
	Stranger bool
	// Unregistered: of Stranger, that the sender is not registered.
	Unregistered bool
	// Absent: the other side certainly has nothing of what was sent.
	Absent bool
	// Unreadable: what came is no reply, or none that may be believed.
	Unreadable bool
	// After is the wait that was asked for, zero if none.
	After time.Duration
	// Of a file: Damaged is another one than was announced, Refusable one that no further
	// attempt makes better, Withheld one that a fresh login may bring.
	Damaged, Refusable, Withheld bool
	Err                          error
}

// Error is that of the cause.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether it is an ErrUnregistered.
func (e *Error) Is(target error) bool { return target == ErrUnregistered && e.Unregistered }

// As gives what a transport said of an error; nil if it is none of a transport's.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// ClassOf says what to do about an error; a nil error has no class.
func ClassOf(err error) Class {
	switch e := As(err); {
	case e != nil:
		return e.Class
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return ClassRetry
	}
	return ClassUnknown
}

// MayHaveArrived tells, of the outcome of sending, whether the other side may have the
// message: then it is in doubt, and its id must not be replaced without evidence.
func MayHaveArrived(err error) bool {
	e := As(err)
	return e == nil || !e.Absent
}
