package ledger

import (
	"encoding/json"
	"time"
)

// entry is one line of the file: exactly one of the fields is set.
type entry struct {
	Attempt   *Attempt   `json:"attempt,omitempty"`
	Processed *Processed `json:"processed,omitempty"`
	Pushed    *Answer    `json:"pushed,omitempty"`
	Delivered *Delivered `json:"delivered,omitempty"`
	Acked     *Acked     `json:"acked,omitempty"`
	Call      *Call      `json:"call,omitempty"`
	Transfer  *Transfer  `json:"transfer,omitempty"`
}

// Attempt is one SendRequest or SendResponse that could be read far enough to
// know its MessageID.
type Attempt struct {
	At        time.Time `json:"at"`
	MessageID string    `json:"message"`
	Response  bool      `json:"response,omitempty"` // a SendResponse
	Sender    string    `json:"sender,omitempty"`
	Bytes     string    `json:"bytes"`             // SHA-256 of the message as received, hex
	Content   string    `json:"content,omitempty"` // digest of the signed element, hex
	Stored    int64     `json:"stored,omitempty"`  // bytes of its files, inline and in the storage
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
	Version         string          `json:"version"`           // of the schema
	Content         string          `json:"content,omitempty"` // the primary content, self-contained
	Files           []File          `json:"files,omitempty"`
	Script          json.RawMessage `json:"script,omitempty"`   // scripted action that concerns processing
	Personal        string          `json:"personal,omitempty"` // what is wrong with PersonalSignature
	Response        *Response       `json:"response,omitempty"`
}

// Response is what a SendResponse answers with.
type Response struct {
	MessageID string    `json:"message"`
	RequestID string    `json:"request"` // MessageID of the request it answers
	Sender    string    `json:"sender"`
	At        time.Time `json:"at"`
	Kind      string    `json:"kind"`              // content, rejected or status
	Codes     []string  `json:"codes,omitempty"`   // of RequestRejected or RequestStatus
	Content   string    `json:"content,omitempty"` // the primary content
	Data      string    `json:"data,omitempty"`    // SenderProvidedResponseData, for the one who asked
	Signature string    `json:"signature,omitempty"`
	Refused   string    `json:"refused,omitempty"` // why the bus refused it afterwards
}

// Kinds of a Response.
const (
	ResponseContent  = "content"
	ResponseRejected = "rejected"
	ResponseStatus   = "status"
)

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

// Delivered is one delivery of an answer.
type Delivered struct {
	At    time.Time `json:"at"`
	ID    string    `json:"id"`
	Taken bool      `json:"taken,omitempty"` // no acknowledgement is expected
}

// Acked is one Ack call.
type Acked struct {
	At       time.Time `json:"at"`
	ID       string    `json:"id"`
	Owner    string    `json:"owner"`
	Accepted bool      `json:"accepted"`
	Requeue  bool      `json:"requeue,omitempty"` // scripted: delivered once more although acknowledged
}

// Call is one SOAP call of any operation, whatever came of it.
type Call struct {
	At        time.Time `json:"at"`
	Operation string    `json:"operation"`
	Version   string    `json:"version"` // of the schema
	Sender    string    `json:"sender,omitempty"`
	Message   string    `json:"message,omitempty"` // id sent, acknowledged or handed out
	Bytes     string    `json:"bytes"`             // SHA-256 of the envelope as received, hex
	Size      int       `json:"size"`
	Fault     string    `json:"fault,omitempty"`   // given, or what kept the reply back
	Trouble   string    `json:"trouble,omitempty"` // made by the script
	Saved     string    `json:"saved,omitempty"`   // file the envelope was written to
}

// Transfer is one upload to the file storage or download from it.
type Transfer struct {
	At      time.Time `json:"at"`
	Upload  bool      `json:"upload,omitempty"`
	UUID    string    `json:"uuid"`
	Name    string    `json:"name"`
	Bytes   int64     `json:"bytes"` // of this transfer
	Whole   bool      `json:"whole"` // it was not interrupted
	Trouble string    `json:"trouble,omitempty"`
}
