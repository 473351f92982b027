// Package jobs moves records along their way: collect, decide, form, sign,
// send, receive, apply, and watch over what does not move
// (README.md#the-way-of-a-record). Each job is a step over states in the gateway's database: safe to
// run at any time, twice, after a crash, and in several processes at once. Cron
// only says when; a step that left work wakes the next one.
//
// A job declares the little it needs of its neighbours; cmd plugs them in. The way
// to the bus is such a neighbour (transport.go): Sign and Respond ask a Builder for
// final bytes, Send posts them, Receive, Listen and Fetch take what comes. Another
// transport, such as the operator's standard adapter (REST send, get, find), would
// stand behind the same interfaces and touch neither packages nor their states.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Report says what one run of a job did.
type Report struct {
	Done int  // units of work finished in this run
	More bool // work that can be done now is left
	// Skipped: nothing was tried, because the bus is known to be down. It says
	// nothing about the job's health.
	Skipped bool
	// Wakes names jobs that have something to do now, beside those that always follow.
	Wakes []string
}

// Job is one step. Run does a bounded piece of work and returns; being stopped
// by ctx is not a failure of the work.
type Job interface {
	Name() string
	Run(ctx context.Context) (Report, error)
}

// ErrServiceOff means that the administrator switched the signing and sending
// service off. Nothing is signed, so nothing is sent or polled.
var ErrServiceOff = errors.New("the signing service is off")

// ErrDatabaseLost means that the database lacks what the archive outside it holds: it was
// lost, or an older copy was restored. Nothing leaves until that is brought back or a
// person says that it is not missed. It is a kind of ErrServiceOff.
var ErrDatabaseLost = fmt.Errorf("%w: the database lacks what the archive holds", ErrServiceOff)

// quietly leaves out of errs what only says that the switch is off: that is a
// state, not a failure, and ends the run.
func quietly(report Report, errs ...error) (Report, error) {
	off := false
	rest := slices.DeleteFunc(slices.Clone(errs), func(err error) bool {
		off = off || errors.Is(err, ErrServiceOff)
		return err == nil || errors.Is(err, ErrServiceOff)
	})
	if off {
		report.More = false
	}
	return report, errors.Join(rest...)
}
