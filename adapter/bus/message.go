package bus

import "time"

// ContentWriter takes a document element by element.
type ContentWriter interface {
	Start(space, local string)
	Text(text string)
	End()
	Element(space, local, text string)
}

// Prefix is the short name a document best gives to a namespace.
type Prefix struct{ Prefix, URI string }

// Request is a message to ЕГИССО.
type Request struct {
	// MessageID is made for it before it is built, and stored: one id, one content,
	// for ever.
	MessageID string
	NodeID    string // of the sender; usually empty
	// Provider is the participant code it is sent for.
	Provider string
	// Test marks a request that must not change the receiver's data.
	Test bool
	// Content writes the document: exactly one element.
	Content  func(w ContentWriter) error
	Prefixes []Prefix
	Files    []File   // already in the storage, or about to be
	Inline   []Inline // travel inside the message
}

// Refusal is one reason why a request of somebody else is refused.
type Refusal struct{ Code, Text string }

// Response refuses a request of somebody else.
type Response struct {
	MessageID string
	To        string // the request's ReplyTo, unchanged
	Refusals  []Refusal
}

// File is a file of the storage: one that is announced by a message.
type File struct {
	ID           string // folder in the storage
	Name         string
	NamespaceURI string
	MimeType     string
	Hash         []byte // as it is announced; of what came see Announced
	Announced    string // the hash as a sender wrote it
	Signature    []byte // detached CMS, DER
	// User and Password are the one-time login that came with it.
	User     string
	Password Secret
}

// Inline is a file inside a message. Nothing but its signature vouches for it.
type Inline struct {
	ID           string
	MimeType     string
	NamespaceURI string
	Signature    []byte // detached CMS, DER
	Content      []byte
	Missing      bool // announced, and not there
}

// Secret is a text that never prints itself; convert it to a string to use it.
type Secret string

// String hides the text.
func (Secret) String() string { return "***" }

// GoString hides the text.
func (Secret) GoString() string { return "***" }

// Queue is where the bus keeps messages for us. Its value is stored.
type Queue string

// The queues.
const (
	Answers  Queue = "GetResponse" // to our requests
	Requests Queue = "GetRequest"  // of others, and broadcasts
	Statuses Queue = "GetStatus"   // the bus's own, of our messages
)

// Reply is what a queue brought, as it came. Nothing in it has been read, so it can be
// kept before anything in it can do harm.
type Reply struct {
	Queue       Queue
	ContentType string
	Raw         []byte
	Cut         bool // there was more than the limit; Raw is the beginning
	// Carries tells, by its looks alone, whether there may be a message in it.
	Carries bool
	// ClaimedID is the id the message in it claims to have, "" if none can be seen.
	ClaimedID string
	Handle    any // the transport's own
}

// AnswerKind is what an answer holds. Its value is stored.
type AnswerKind string

// The kinds.
const (
	AnswerContent  AnswerKind = "content"      // the receiver's answer
	AnswerRejected AnswerKind = "rejected"     // the receiver's refusal
	AnswerStatus   AnswerKind = "status"       // how far the receiver is; the answer follows
	AnswerByBus    AnswerKind = "async_status" // what the bus itself says
	AnswerUnknown  AnswerKind = "unknown"
)

// Answer is a message of Answers or Statuses. It must be stored and then acknowledged,
// whatever it holds, or it comes again and again.
type Answer struct {
	ID     string // to acknowledge; of a status, which has none, made of what it says
	About  string // id of the message it is about
	Sender string // mnemonic of who says it, "" if it names nobody
	Kind   AnswerKind

	SentAt, DeliveredAt time.Time // zero if absent or unreadable

	Content  []byte    // of AnswerContent, as it was verified
	Refusals []Refusal // of AnswerRejected
	// Of AnswerByBus: Final says that nothing more comes, ReplyRefused that it is about
	// an answer of ours, which the bus refused; Category is its word for it, Text for
	// people.
	Final        bool
	ReplyRefused bool
	Category     string
	Text         string

	Files  []File
	Inline []Inline
	Raw    []byte // what the values were taken from
}

// IncomingKind is what a message of Requests is. Its value is stored.
type IncomingKind string

// The kinds.
const (
	IncomingBroadcast IncomingKind = "broadcast" // needs no answer
	IncomingRequest   IncomingKind = "request"
	IncomingCancel    IncomingKind = "cancel" // withdraws a request
	IncomingUnknown   IncomingKind = "unknown"
)

// Incoming is a message of Requests. Like an Answer it is stored, then acknowledged.
type Incoming struct {
	ID               string
	Kind             IncomingKind
	Sender           string
	SentAt           time.Time
	ReplyTo          string // copied into the answer, never interpreted
	Test             bool
	Cancels          string // the request an IncomingCancel withdraws
	Content          []byte
	Namespace, Local string // of the content's root element
	Raw              []byte
}
