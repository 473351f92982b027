package lifecycle

import (
	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// AnsweredPackage is the package an answer belongs to.
type AnsweredPackage struct {
	ID          uuid.UUID
	MessageID   uuid.UUID
	Register    egisso.Register
	State       string
	Result      PackageResult // "" until answered
	RecordCount int
	Classifier  string // code a request for the classifier asked for
	Members     []uuid.UUID
	// Delivered: SMEV has or had the message the answer is about.
	Delivered bool
	// Released: its records were given back before an answer came, and have gone again.
	Released bool
	// Undecided are the members an earlier protocol left in doubt; all of them
	// before the first one.
	Undecided map[uuid.UUID]bool
	// Decided are the outcomes an earlier protocol gave, and Protocol is that
	// protocol, the last one applied; nil before the first.
	Decided  map[uuid.UUID]State
	Protocol []byte
	// Unconfirmed are the outcomes among them that came from a file while the bus had
	// the package.
	Unconfirmed map[uuid.UUID]State
}

// Verdict is what an answer means for its package. At most one of Progress,
// Failed, Returned, Result and Late is set; none when the answer decides nothing.
type Verdict struct {
	Note     string // English, kept with the answer
	Info     string // Russian, for the journal
	Review   string // Russian, why a person should look
	Progress int    // 1 accepted, 2 in work: not final
	Failed   bool   // refused by SMEV or by the provider: records are "not sent" again
	Returned bool   // ЕГИССО could not process the package as a whole: the same, but answered
	Result   PackageResult
	// Outcomes of the members: accepted, accepted_with_warnings or rejected. A
	// member the protocol leaves in doubt is missing and stays sent.
	Outcomes map[uuid.UUID]State
	// Late are outcomes of members that were released meanwhile; Decide says what follows.
	Late map[uuid.UUID]State
	// Classifier is what a request for the classifier brought, Body the document
	// it came in. It is stored, and the journal tells what was new.
	Classifier *egisso.ClassifierAnswer
	Body       []byte
	Messages   []ProtocolMessage
	// Stranger: it is about nothing of ours (Russian, why a person should look).
	Stranger string
	// Named are the records the protocol of a stranger names. Ids are made once, so if any
	// is ours, the package was ours and is lost here: then LostPackage is what to look at.
	Named []uuid.UUID
	// ReplyFailed: an answer of ours was refused after all (Russian, why).
	ReplyFailed string
	// ParticipantCode is what ЕГИССО calls the participant whose application it
	// accepted, "" if it did not say.
	ParticipantCode string
	// Protocol is the protocol the verdict comes from; kept if it says anything.
	Protocol []byte
	// FromFile is the protocol file of a package the bus has: nobody signed it, so that
	// it proves no delivery and its outcomes stay unconfirmed.
	FromFile string
	// Settled is the word of the bus about outcomes that came from a file; "" as an
	// outcome means that ЕГИССО never had the record.
	Settled map[uuid.UUID]State
}

// ProtocolMessage is one message of a protocol about one record.
type ProtocolMessage struct {
	RecordID string
	Type     int // 1 error, 2 warning
	RuleCode string
	Report   string
}
