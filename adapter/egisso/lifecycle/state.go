package lifecycle

// State is the state of a record; the moves are guarded in the database.
type State string

// Record states, jobs/README.md#states.
const (
	Ready                State = "ready"
	Waiting              State = "waiting"
	Blocked              State = "blocked"
	Packed               State = "packed"
	Accepted             State = "accepted"
	AcceptedWithWarnings State = "accepted_with_warnings"
	Rejected             State = "rejected"
	Dropped              State = "dropped"
)

// Open reports whether the record still waits for its outcome.
func (s State) Open() bool {
	switch s {
	case Ready, Waiting, Blocked, Packed:
		return true
	}
	return false
}

// PackageResult is the outcome of an answered package.
type PackageResult string

// Package results, adapter/egisso/SPEC.md#outcomes.
const (
	PackageAccepted PackageResult = "accepted"
	PackagePartial  PackageResult = "partial"
	PackageRejected PackageResult = "rejected"
)
