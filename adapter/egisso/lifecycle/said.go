package lifecycle

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
)

// SaidKind is what was said of a message of ours.
type SaidKind string

// The kinds.
const (
	SaidContent SaidKind = "content"      // the provider's answer
	SaidRefused SaidKind = "rejected"     // the provider's refusal
	SaidStatus  SaidKind = "status"       // a status of the provider's work; the answer follows
	SaidByBus   SaidKind = "async_status" // a status made by the bus
	SaidUnknown SaidKind = "unknown"
)

// saidVersion is the version of the stored form.
const saidVersion = 1

// Said is what was said of a message of ours, whoever carried it. Its JSON form is
// stored as evidence beside the signed bytes it was read from.
type Said struct {
	Version int      `json:"version"`
	Kind    SaidKind `json:"kind"`
	// About is the id of the message it is about, as it was written.
	About string `json:"about"`
	// Sender is the mnemonic of who says it, as it was written.
	Sender      string    `json:"sender,omitempty"`
	SentAt      time.Time `json:"sent_at,omitzero"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`
	// Refusals are the reasons of SaidRefused.
	Refusals []Refusal `json:"refusals,omitempty"`
	// Final: after what the bus says nothing more comes. Category is its word for it,
	// Text a text for people.
	Final    bool   `json:"final,omitempty"`
	Category string `json:"category,omitempty"`
	Text     string `json:"text,omitempty"`
	// ReplyRefused: what the bus says is about an answer of ours, which it refused.
	ReplyRefused bool `json:"reply_refused,omitempty"`

	// Content is the document of SaidContent.
	Content []byte `json:"-"`
	read    *reading
}

// Refusal is one reason of a refusal.
type Refusal struct {
	Code string `json:"code"`
	Text string `json:"text,omitempty"`
}

// reading is what a document says.
type reading struct {
	answer *egisso.Answer
	err    error
}

// Stored returns the form that is stored.
func (s Said) Stored() ([]byte, error) {
	s.Version = saidVersion
	return json.Marshal(s)
}

// ReadSaid reads the stored form; content is the document that is stored beside it.
func ReadSaid(stored, content []byte) (*Said, error) {
	s := &Said{Content: content}
	if err := json.Unmarshal(stored, s); err != nil {
		return nil, fmt.Errorf("decode a stored answer: %w", err)
	}
	if s.Version != saidVersion {
		return nil, fmt.Errorf("a stored answer has version %d, known is %d", s.Version, saidVersion)
	}
	return s, nil
}

// answer reads the document, once.
func (s *Said) answer() (*egisso.Answer, error) {
	if s.read == nil {
		answer, err := wire.ReadAnswer(s.Content)
		s.read = &reading{answer, err}
	}
	return s.read.answer, s.read.err
}

// IsMessageID tells whether a text has the form of a MessageID: a UUID and nothing
// around it.
func IsMessageID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }
