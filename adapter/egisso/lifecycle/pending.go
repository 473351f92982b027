package lifecycle

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// Pending is a source row on which a decision is due, with all it depends on.
type Pending struct {
	Key         string
	RecordNo    string
	ChangedAt   time.Time
	Deleted     bool
	Unchanged   time.Duration // since the gateway learned what the row says now
	Content     json.RawMessage
	ContentHash []byte
	Findings    []egisso.Finding // why the row could not be read
	Provider    string           // participant code; empty: the gateway's own provider
	Generation  int              // how many times ЕГИССО removed the record
	Events      int              // events accepted on it since; of a participant, applications decided

	AcceptedID       uuid.UUID
	AcceptedEvent    uuid.UUID
	AcceptedHash     []byte
	AcceptedContent  json.RawMessage
	AcceptedProvider string // participant code it was sent under
	ParticipantCode  string // the code ЕГИССО gave to a participant
	PeopleReleased   bool   // an operator let the change of people in this content go
	// Identity is what a person said of another man in the fact, of this content; "" while
	// nobody said anything.
	Identity Identity
	Twin     bool // another fact says the same assignment
	InUse    bool // of a measure: facts of it live, or what names it is on its way

	// What a refusal or a person said that ЕГИССО holds (Held).
	Concluded   int       // conclusions from refusals since ЕГИССО accepted something of the row
	Unconfirmed bool      // it may hold other content
	Resend      bool      // a person wants the content to be sent once more
	UnknownID   uuid.UUID // the fact it did not know, though it had accepted it
	AdoptID     uuid.UUID // under which a person saw the record in ЕГИССО
	Adoption    Adopted
	Known       Known
	SourceMoved bool // the source became another database, and nobody has confirmed it yet

	// Declined is the element a person did not want to be sent, uuid.Nil if there is none.
	Declined uuid.UUID

	// Overridden: an operator let the present content go in spite of warnings that
	// the policy makes blocking.
	Overridden bool

	Last         *RecordHead              // open record, or the one decided last; nil if none
	Measures     map[string]*MeasureState // by key; those of its needs the source has
	Participants map[string]string        // code by key, "" while ЕГИССО gave none; those the source has
}

// Identity is what it means that a fact names another man than ЕГИССО holds it for.
type Identity string

// The meanings.
const (
	// IdentityCorrected: it is the same assignment to the same man, whose data were wrong.
	IdentityCorrected Identity = "correction"
	// IdentityReplaced: the key was given to another man's assignment. The fact is taken
	// back, and another one goes in its place.
	IdentityReplaced Identity = "replacement"
)

// RecordHead identifies a record and its state.
type RecordHead struct {
	ID          uuid.UUID
	Kind        egisso.Kind
	State       State
	BecomesHash []byte // of what ЕГИССО holds once it accepts it; nil for a removal
	Passed      bool   // a person let it go with many others
	Provider    string // participant code it is sent under
	// Of what ЕГИССО rejected: what that means, and, if it has the record already, what it
	// was to hold.
	Refusal Refused
	Becomes json.RawMessage
	Late    LateWord
}

// LateWord is what a protocol said of a record that came when its package had been released.
type LateWord struct {
	Accepted bool
	Changed  bool // the record says something else since
	Unsigned bool // a person brought the protocol as a file
}

// MeasureState is what is known of a local measure another record uses.
type MeasureState struct {
	Accepted *egisso.LocalMeasure // nil when ЕГИССО has none
	Provider string               // whose measure it is; empty: the gateway's own provider's
	Pending  bool                 // a new version is on its way
	Gone     bool                 // the source has it no more
}

// Decision is what follows for one row.
type Decision struct {
	Drop   Reason     // to take the last record off, open or rejected; "" keeps it
	Record *NewRecord // what is to be sent, or why it cannot be
	Adopt  *Adoption  // what ЕГИССО holds without our having sent it
	Held   *Held      // the same, because a refusal or a person said so
	Review Reason     // why a person has to act; nothing can be sent
}

// NewRecord is an element to be sent, waiting or blocked.
type NewRecord struct {
	ID       uuid.UUID
	Kind     egisso.Kind
	Provider string // participant code it is sent under
	Content  any    // the element; its JSON form is stored
	// Added are the ids by which Content, a fact, differs from what the row says; nil: it
	// says something else.
	Added *FactIDs
	// Becomes is what ЕГИССО holds once it accepts the record, nil where that is
	// Content itself; BecomesHash is its hash, nil for a removal.
	Becomes     any
	BecomesHash []byte
	State       State // ready, waiting or blocked
	// Settles: once it is accepted nothing is left to send, unless the row changes.
	Settles  bool
	Reason   Reason
	Findings []egisso.Finding
}

// FactIDs are what the gateway adds to a fact of the source beside the fact's own id;
// uuid.Nil: not known yet.
type FactIDs struct{ Measure, Category uuid.UUID }

// Adoption is what ЕГИССО is known to hold of a row.
type Adoption struct {
	ID              uuid.UUID
	Content         any
	Hash            []byte
	Provider        string
	ParticipantCode string // "" leaves it as it is
}
