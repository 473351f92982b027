package xmlsafe

import (
	"errors"
	"fmt"
	"strings"
)

// Classes of refusal, matched with errors.Is.
var (
	// ErrMalformed: the bytes are not namespace-well-formed XML 1.0 in UTF-8.
	ErrMalformed = errors.New("malformed XML")
	// ErrForbidden: legal XML that is never accepted: a document type
	// declaration, an undefined entity, a duplicate identifier, another
	// encoding or version.
	ErrForbidden = errors.New("forbidden XML")
	// ErrLimit: the document exceeds one of the Limits.
	ErrLimit = errors.New("XML limit exceeded")
)

// SyntaxError says why and where a document was refused. It never quotes text
// or attribute values, which may be personal data; names it may quote.
type SyntaxError struct {
	// Offset is the position in the source, in bytes from 0.
	Offset int
	// Line and Column locate Offset for people, from 1; Column counts bytes.
	Line, Column int
	// Reason is the rule that was broken.
	Reason string

	class error
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%v at byte %d (line %d, column %d): %s", e.class, e.Offset, e.Line, e.Column, e.Reason)
}

// Unwrap gives the class: ErrMalformed, ErrForbidden or ErrLimit.
func (e *SyntaxError) Unwrap() error { return e.class }

// newError builds a SyntaxError for an offset of src.
func newError(src string, offset int, class error, format string, args ...any) error {
	if offset > len(src) {
		offset = len(src)
	}
	before := src[:offset]
	return &SyntaxError{
		Offset: offset,
		Line:   strings.Count(before, "\n") + 1,
		Column: offset - strings.LastIndexByte(before, '\n'),
		Reason: fmt.Sprintf(format, args...),
		class:  class,
	}
}

// shown prepares a name for an error text: quoted and cut to a sane length.
func shown(name string) string {
	const most = 80
	if len(name) > most {
		name = name[:most] + "..."
	}
	return fmt.Sprintf("%q", name)
}
