package fault

import (
	"context"
	"errors"
	"slices"

	"egissogw/crypto/pkcs11"
)

// LastingError is a reason not to start that the next start would meet again, such as
// a wrong setting or PIN. serve ends with exitConfig then, after which the unit is not
// restarted: every start presents the PIN, and a token locks it after a few wrong ones.
type LastingError struct{ error }

// Lasting makes an error one.
func Lasting(err error) error { return LastingError{err} }

// Unwrap gives the reason.
func (e LastingError) Unwrap() error { return e.error }

// passing are faults of a token that may be gone at the next start: it is plugged in
// again, its service answers. None of them says that a PIN was refused.
var passing = []error{
	pkcs11.ErrModule, pkcs11.ErrNoToken, pkcs11.ErrToken, pkcs11.ErrTimeout,
	context.Canceled, context.DeadlineExceeded,
}

// Signer tells whether a signer that does not open will open at the next start.
// What is not known to pass counts as lasting.
func Signer(err error) error {
	if slices.ContainsFunc(passing, func(target error) bool { return errors.Is(err, target) }) {
		return err
	}
	return LastingError{err}
}

// ErrInterrupted is returned by a command that was told to stop and did.
var ErrInterrupted = errors.New("остановлено; ничего не осталось ни запущенным, ни на диске")
