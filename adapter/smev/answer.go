package smev

import (
	"log/slog"
	"time"

	"egissogw/crypto/cert"
)

// AnswerKind is what a message of the answer queue holds (SPEC.md#answers).
type AnswerKind string

// The kinds.
const (
	// AnswerContent is the provider's answer.
	AnswerContent AnswerKind = "content"
	// AnswerRejected is the provider's refusal, with one reason or more.
	AnswerRejected AnswerKind = "rejected"
	// AnswerStatus is a status of the provider's work; the answer follows.
	AnswerStatus AnswerKind = "status"
	// AnswerAsyncStatus is a status made by the bus.
	AnswerAsyncStatus AnswerKind = "async_status"
	// AnswerUnknown is anything else: to be stored and shown.
	AnswerUnknown AnswerKind = "unknown"
)

// Answer is one message taken with GetResponse. Every Answer must be stored and
// then acknowledged by MessageID, whatever it holds, or it comes again and
// again.
type Answer struct {
	// MessageID is the id to acknowledge. It is the bus's to choose: any text
	// of up to 64 characters.
	MessageID string
	// OriginalMessageID is the id of the message that is answered.
	OriginalMessageID string
	// ReferenceMessageID is the root of the chain of messages, informational.
	ReferenceMessageID string
	// TransactionCode is the one sent with the request.
	TransactionCode string
	// SenderMnemonic and SenderName are who answered; for a status of the bus
	// the mnemonic is the bus's own.
	SenderMnemonic, SenderName string
	RecipientMnemonic          string
	// SentAt is when the bus took the message, DeliveredAt when it gave it
	// out. Zero if absent or unreadable.
	SentAt, DeliveredAt time.Time
	// MessageStatus is the status in the message's metadata.
	MessageStatus string
	// To is the opaque address of the answer; never to be interpreted.
	To string

	Kind AnswerKind
	// Content is the primary content: the bytes of its root element as they
	// were verified, with the namespace declarations it inherited added so
	// that it stands alone. Set for AnswerContent.
	Content []byte
	// Rejections are set for AnswerRejected.
	Rejections []Rejection
	// RequestStatus is set for AnswerStatus.
	RequestStatus *RequestStatus
	// AsyncStatus is set for AnswerAsyncStatus.
	AsyncStatus *AsyncStatus
	// FSAttachments are the files waiting in the file storage.
	FSAttachments []FSAttachment
	// Attachments are the files inside the message. Their bytes are not
	// covered by the signature of the message.
	Attachments []Attachment

	// Certificate is the one the bus signed with; nil if the signature did
	// not hold.
	Certificate *cert.Certificate
	// Raw is the SOAP envelope the values were taken from: the HTTP body as it
	// came or, for a multipart reply, its root part with all XOP references
	// replaced by base64.
	Raw []byte
}

// Rejection is one reason of a refusal.
type Rejection struct {
	// Code is ACCESS_DENIED, NO_DATA, UNKNOWN_REQUEST_DESCRIPTION or FAILURE.
	Code        string
	Description string
}

// RequestStatus is an intermediate status of the provider.
type RequestStatus struct {
	Code        int
	Description string
	Parameters  []StatusParameter
}

// StatusParameter is one pair of a RequestStatus.
type StatusParameter struct{ Key, Value string }

// AsyncStatus is the bus's word on a message it accepted earlier.
type AsyncStatus struct {
	// OriginalMessageID is the id of the message the status is about.
	OriginalMessageID string
	// Category is an InteractionStatusType; unknown values are possible.
	Category string
	// Details is a text for people.
	Details string
	// Fault is the reason of a rejection, nil if none was given.
	Fault *Fault
}

// AsyncOutcome is what a status category means for the message it is about.
type AsyncOutcome string

// The outcomes (SPEC.md#answers).
const (
	// AsyncRequestFailed: the request is refused or lost; nothing more comes.
	AsyncRequestFailed AsyncOutcome = "request_failed"
	// AsyncResponseRejected: an answer we sent with SendResponse was refused.
	AsyncResponseRejected AsyncOutcome = "response_rejected"
	// AsyncProgress: the message is on its way. Also for categories that are
	// not known: they must not close anything.
	AsyncProgress AsyncOutcome = "progress"
)

// Outcome says what the category means.
func (s *AsyncStatus) Outcome() AsyncOutcome {
	switch s.Category {
	case "requestIsRejectedBySmev", "cancelled", "doesNotExist":
		return AsyncRequestFailed
	case "responseIsRejectedBySmev":
		return AsyncResponseRejected
	}
	return AsyncProgress
}

// FSAttachment is a file waiting in the file storage, with its one-time login
// and, where a header with the same uuid is present, what the sender said of it.
type FSAttachment struct {
	UUID     string
	UserName string
	Password Secret
	// FileName usually begins with a slash. Never use it as a local name.
	FileName string
	// Hash is the digest as the sender wrote it, base64.
	Hash           string
	MimeType       string
	NamespaceURI   string
	SignaturePKCS7 []byte
}

// LogValue leaves the login out.
func (a FSAttachment) LogValue() slog.Value {
	return slog.GroupValue(slog.String("uuid", a.UUID), slog.String("mime_type", a.MimeType))
}

// Attachment is a file inside a message.
type Attachment struct {
	// ID joins header and content; it must be an XML name.
	ID             string
	MimeType       string
	NamespaceURI   string
	SignaturePKCS7 []byte
	Content        []byte
	// Missing says that a received header has no readable content.
	Missing bool
}

// Secret is a text that never prints itself; convert it to a string to use it.
type Secret string

// String hides the text.
func (Secret) String() string { return "***" }

// GoString hides the text.
func (Secret) GoString() string { return "***" }

// MarshalText hides the text.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// LogValue hides the text.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }
