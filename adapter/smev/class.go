package smev

import (
	"context"
	"errors"

	"egissogw/crypto/cert"
)

// Class is what a caller does about an error. Every fault has exactly one.
type Class int

// The classes.
const (
	// ClassUnknown: nobody knows. Keep everything, tell the operator, try the
	// same bytes a limited number of times. The zero value, so that what was
	// forgotten is never mistaken for anything better.
	ClassUnknown Class = iota
	// ClassRetry: trouble on the way or in the bus. Send the same bytes again,
	// without limit, with back-off.
	ClassRetry
	// ClassRetryLater: a queue or a quota is full. Send the same bytes again,
	// without limit, but after a long pause.
	ClassRetryLater
	// ClassFixData: the content is refused. Correct it and send it as a new
	// message with a new id.
	ClassFixData
	// ClassFixConfiguration: key, certificate, registration, rights or settings
	// are wrong. Nothing helps until somebody changes them.
	ClassFixConfiguration
	// ClassAlreadyDone: what was asked has been done before. Success for a
	// repetition of the same bytes; on a first attempt of SendRequest it
	// means that ids are not unique, which is for the operator.
	ClassAlreadyDone
	// ClassNewID: the id or the term of the message is over. If the message was
	// certainly never accepted, send the content under a new id; otherwise the
	// operator decides (SPEC.md#messageid).
	ClassNewID
	// ClassOperator: the program or the exchange is at fault in a way no
	// repetition cures. Keep the message and tell the operator.
	ClassOperator
)

var classNames = [...]string{
	ClassUnknown:          "unknown",
	ClassRetry:            "retry",
	ClassRetryLater:       "retry_later",
	ClassFixData:          "fix_data",
	ClassFixConfiguration: "fix_configuration",
	ClassAlreadyDone:      "already_done",
	ClassNewID:            "new_id",
	ClassOperator:         "operator",
}

// String gives the name used in the database and in logs.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return classNames[ClassUnknown]
	}
	return classNames[c]
}

// Classify says what to do about an error of this package. It never turns an
// error into success by itself: only faults the table knows can be
// ClassAlreadyDone, and only for the operations they belong to. A nil error has
// no class; for it ClassUnknown is returned.
func Classify(err error) Class {
	var (
		fault     *Fault
		transport *TransportError
		store     *FileStoreError
		term      *cert.TermError
		signing   *signError
	)
	switch {
	case err == nil:
		return ClassUnknown
	case errors.As(err, &fault):
		return fault.Class()
	case errors.As(err, &transport): // even if what came instead of a reply is malformed
		return ClassRetry
	case errors.Is(err, ErrFileHash), errors.Is(err, ErrFileSignature):
		return ClassOperator
	case errors.Is(err, ErrUnverified), errors.Is(err, ErrMalformedReply):
		return ClassUnknown
	case errors.As(err, &store):
		return store.Class()
	case errors.As(err, &term): // of our own certificate or key
		return ClassFixConfiguration
	case errors.As(err, &signing):
		return ClassUnknown
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return ClassRetry
	}
	return ClassUnknown
}
