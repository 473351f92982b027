package smev

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ErrUnverified is matched by errors about replies whose signature by the bus
// is missing, wrong or made with a certificate that is not trusted. Nothing in
// such a reply may be believed; its bytes are to be kept and shown.
var ErrUnverified = errors.New("signature of the bus does not hold")

// ErrMalformedReply is matched by errors about replies that are not what the
// protocol prescribes. The outcome of the call is unknown.
var ErrMalformedReply = errors.New("malformed reply of the bus")

// TransportError says that a call brought no answer of the bus: no connection,
// no reply in time, or a reply that is not SOAP under a status other than 200. A
// message that was being sent may or may not have arrived: the same bytes are to
// be sent again.
type TransportError struct {
	Operation Operation
	// Status is the HTTP status, 0 when there was no reply at all.
	Status int
	// NotSent says that there was no connection at all: the bus certainly has
	// nothing of the message.
	NotSent bool
	// RetryAfter is how long the other side asked to wait; zero if it did not.
	RetryAfter time.Duration
	Err        error
}

func (e *TransportError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("call %s: http status %d without a soap fault", e.Operation, e.Status)
	}
	return fmt.Sprintf("call %s: %v", e.Operation, e.Err)
}

// Unwrap gives the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// maxRetryAfter is as long as anybody may make us wait.
const maxRetryAfter = time.Hour

// RetryAfter gives the wait an error asks for, zero if none: the next attempt is
// after that or after the schedule's delay, whichever is longer.
func RetryAfter(err error) time.Duration {
	var transport *TransportError
	if !errors.As(err, &transport) {
		return 0
	}
	return min(max(transport.RetryAfter, 0), maxRetryAfter)
}

// parseRetryAfter reads the header: seconds or a moment (RFC 9110, 10.2.3).
func parseRetryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// ReplyError is a reply that cannot be used, with its bytes, which the caller
// keeps. It matches ErrMalformedReply or ErrUnverified through its cause.
type ReplyError struct {
	Operation Operation
	// Raw is the body of the HTTP reply, decompressed.
	Raw []byte
	// ContentType is the type it came under.
	ContentType string
	Err         error
}

func (e *ReplyError) Error() string { return fmt.Sprintf("read reply to %s: %v", e.Operation, e.Err) }

// Unwrap gives the cause.
func (e *ReplyError) Unwrap() error { return e.Err }

// malformed makes an error that matches ErrMalformedReply.
func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrMalformedReply, fmt.Errorf(format, args...))
}
