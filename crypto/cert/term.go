package cert

import (
	"errors"
	"fmt"
	"time"
)

// Why a certificate must not be used at a moment. TermError matches them with errors.Is.
var (
	ErrNotYetValid    = errors.New("certificate is not yet valid")
	ErrExpired        = errors.New("certificate has expired")
	ErrKeyNotYetValid = errors.New("term of the private key has not begun")
	ErrKeyTermOver    = errors.New("term of the private key is over")
)

// TermError tells which term was violated, by what moment, and where the term's bound is.
type TermError struct {
	// Kind is one of ErrNotYetValid, ErrExpired, ErrKeyNotYetValid, ErrKeyTermOver.
	Kind error
	// Certificate is the one concerned.
	Certificate *Certificate
	// At is the moment asked for, Bound the bound of the term that it is beyond.
	At, Bound time.Time
}

// Error names the certificate and the bound.
func (e *TermError) Error() string {
	relation := "since"
	if e.Kind == ErrNotYetValid || e.Kind == ErrKeyNotYetValid {
		relation = "until"
	}
	return fmt.Sprintf("%s: %v, %s %s", e.Certificate, e.Kind, relation, e.Bound.UTC().Format(time.RFC3339))
}

// Unwrap lets errors.Is find the kind.
func (e *TermError) Unwrap() error { return e.Kind }

// CheckTerm tells whether a new signature may be made at the moment: both the certificate and
// its private key must be within their terms. The error is a *TermError.
func (c *Certificate) CheckTerm(at time.Time) error {
	if err := c.CheckValidity(at); err != nil {
		return err
	}
	p := c.PrivateKeyUsage
	if p == nil {
		return nil
	}
	if !p.NotBefore.IsZero() && at.Before(p.NotBefore) {
		return &TermError{ErrKeyNotYetValid, c, at, p.NotBefore}
	}
	if !p.NotAfter.IsZero() && at.After(p.NotAfter) {
		return &TermError{ErrKeyTermOver, c, at, p.NotAfter}
	}
	return nil
}

// CheckValidity tells whether a signature may be believed at the moment. Only the certificate's
// own term counts: a signature made while the private key could be used stays good after that.
// The error is a *TermError.
func (c *Certificate) CheckValidity(at time.Time) error {
	if at.Before(c.NotBefore) {
		return &TermError{ErrNotYetValid, c, at, c.NotBefore}
	}
	if at.After(c.NotAfter) {
		return &TermError{ErrExpired, c, at, c.NotAfter}
	}
	return nil
}

// SigningEnds is the last moment at which CheckTerm lets a signature be made: what to warn of in
// time.
func (c *Certificate) SigningEnds() time.Time {
	if p := c.PrivateKeyUsage; p != nil && !p.NotAfter.IsZero() && p.NotAfter.Before(c.NotAfter) {
		return p.NotAfter
	}
	return c.NotAfter
}
