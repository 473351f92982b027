package ledger

import (
	"encoding/json"
	"time"
)

// entry is one line of the file: exactly one of the fields is set.
type entry struct {
	Attempt   *Attempt   `json:"attempt,omitempty"`
	Processed *Processed `json:"processed,omitempty"`
	Delivered *Delivered `json:"delivered,omitempty"`
	Acked     *Acked     `json:"acked,omitempty"`
}

// Attempt is one SendRequest that could be read far enough to know its
// MessageID.
type Attempt struct {
	At        time.Time `json:"at"`
	MessageID string    `json:"message"`
	Sender    string    `json:"sender,omitempty"`
	Bytes     string    `json:"bytes"`             // SHA-256 of the message as received, hex
	Content   string    `json:"content,omitempty"` // digest of the signed element, hex
	Fault     string    `json:"fault,omitempty"`   // fault given, empty if accepted
	Scripted  string    `json:"scripted,omitempty"`
	// Acceptance is set when this attempt was the one accepted.
	Acceptance *Acceptance `json:"acceptance,omitempty"`
}

// Acceptance is what the bus keeps of an accepted message in order to process
// it, also after a restart.
type Acceptance struct {
	MessageID       string          `json:"message"`
	Sender          string          `json:"sender"`
	NodeID          string          `json:"node,omitempty"`
	ReferenceID     string          `json:"reference,omitempty"`
	TransactionCode string          `json:"transaction,omitempty"`
	At              time.Time       `json:"at"`
	Version         string          `json:"version"` // of the schema
	Content         string          `json:"content"` // the primary content, self-contained
	Files           []File          `json:"files,omitempty"`
	Script          json.RawMessage `json:"script,omitempty"` // scripted action that concerns processing
}

// File is a file a message announces, in the file storage or inline.
type File struct {
	UUID      string `json:"uuid,omitempty"`
	Name      string `json:"name,omitempty"`
	Hash      string `json:"hash,omitempty"`
	Signature []byte `json:"signature,omitempty"`
	Inline    []byte `json:"inline,omitempty"`
	IsInline  bool   `json:"isInline,omitempty"`
}

// Processed is the outcome of an accepted message.
type Processed struct {
	At        time.Time `json:"at"`
	MessageID string    `json:"message"`
	PackageID string    `json:"package,omitempty"`
	Refusal   string    `json:"refusal,omitempty"` // why the message or package was refused whole
	Records   []Record  `json:"records,omitempty"`
	Answers   []Answer  `json:"answers,omitempty"`
}

// Record is one element of a package: a measure, a fact, or an event on one.
type Record struct {
	ID       string          `json:"id"` // lower case
	Kind     string          `json:"kind"`
	Target   string          `json:"target,omitempty"` // the fact or measure an event is about
	Accepted bool            `json:"accepted"`
	Codes    []string        `json:"codes,omitempty"`   // rule codes of the messages given, "-" for none
	Content  string          `json:"content,omitempty"` // hash of the content without the id
	State    json.RawMessage `json:"state,omitempty"`   // what the receiver must remember of it
}

// Answer is a message in the sender's response queue.
type Answer struct {
	ID              string    `json:"id"`
	Owner           string    `json:"owner"` // mnemonic whose queue it lies in
	NodeID          string    `json:"node,omitempty"`
	Version         string    `json:"version"` // of the schema the question came by
	OriginalID      string    `json:"original"`
	ReferenceID     string    `json:"reference,omitempty"`
	TransactionCode string    `json:"transaction,omitempty"`
	From            string    `json:"from"`      // mnemonic of the author
	SentAt          time.Time `json:"sent"`      // when the author sent it
	Available       time.Time `json:"available"` // not delivered earlier
	Root            [2]string `json:"root,omitzero"`
	Data            string    `json:"data"`                // SenderProvidedResponseData
	Signature       string    `json:"signature,omitempty"` // ds:Signature over Data
}

// Delivered is one delivery of an answer.
type Delivered struct {
	At time.Time `json:"at"`
	ID string    `json:"id"`
}

// Acked is one Ack call.
type Acked struct {
	At       time.Time `json:"at"`
	ID       string    `json:"id"`
	Owner    string    `json:"owner"`
	Accepted bool      `json:"accepted"`
	Requeue  bool      `json:"requeue,omitempty"` // scripted: delivered once more although acknowledged
}
