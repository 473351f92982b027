package smev

import (
	"context"
	"fmt"
	"strings"
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
	"egissogw/wsdl"
)

// IncomingKind is what a message of the request queue is (SPEC.md#incoming).
type IncomingKind string

// The kinds. They are decided by MessageMetadata/MessageType, not by what else
// the message has or lacks.
const (
	// IncomingBroadcast needs an acknowledgement and no answer.
	IncomingBroadcast IncomingKind = "broadcast"
	// IncomingRequest expects an answer: SendResponse with To = ReplyTo.
	IncomingRequest IncomingKind = "request"
	// IncomingCancel withdraws an earlier request (schema 1.1).
	IncomingCancel IncomingKind = "cancel"
	// IncomingUnknown is to be stored and shown.
	IncomingUnknown IncomingKind = "unknown"
)

// Incoming is one message taken with GetRequest. Like an Answer it must be
// stored and then acknowledged by MessageID.
type Incoming struct {
	Kind IncomingKind
	// MessageID is the id to acknowledge.
	MessageID          string
	ReferenceMessageID string
	TransactionCode    string
	SenderMnemonic     string
	SenderName         string
	SentAt             time.Time
	DeliveredAt        time.Time
	// ReplyTo is copied into the answer's To unchanged, and never interpreted.
	ReplyTo string
	// Test marks a request that must not change anything.
	Test bool
	// CancelledMessageID is the request an IncomingCancel withdraws.
	CancelledMessageID string
	// Content is the primary content, as in Answer; ContentNamespace and
	// ContentName name its root element.
	Content                       []byte
	ContentNamespace, ContentName string
	FSAttachments                 []FSAttachment
	Attachments                   []Attachment
	// Certificate and Raw are as in Answer.
	Certificate *cert.Certificate
	Raw         []byte
}

// GetRequest takes one message from the request queue; nil, nil means the queue
// is empty. Errors are as with GetResponse.
func (c *Client) GetRequest(ctx context.Context) (*Incoming, error) {
	r, err := c.Poll(ctx, OpGetRequest)
	if err != nil {
		return nil, err
	}
	return c.ReadRequest(r)
}

// ReadRequest reads a reply to GetRequest, as ReadResponse does one to GetResponse.
func (c *Client) ReadRequest(r *Reply) (*Incoming, error) {
	if err := c.open(r); err != nil {
		return nil, err
	}
	message, err := readIncoming(r.envelope, c.options.Version, c.options.Trust)
	if err != nil {
		return message, r.fail(err)
	}
	if message == nil {
		c.observe(r, false, "", time.Time{})
		return nil, nil
	}
	c.observe(r, true, ClockDelivery, message.DeliveredAt)
	return message, nil
}

// readIncoming reads GetRequestResponse; the rules are those of readAnswer.
func readIncoming(e *envelope, v Version, trust TrustFunc) (*Incoming, error) {
	body, err := e.reply(v, OpGetRequest)
	if err != nil {
		return nil, err
	}
	children := body.Elements()
	if len(children) == 0 {
		return nil, nil
	}
	in := &Incoming{Kind: IncomingUnknown, Raw: e.raw}
	message := children[0]
	if len(children) > 1 || !message.Is(v.Types, "RequestMessage") {
		return in, fmt.Errorf("%w: no RequestMessage in the reply, but %.60q", ErrUnverified, message.Local)
	}
	local := "Request"
	if v.Cancellation && message.Child(v.Types, "Cancel") != nil {
		local = "Cancel"
	}
	target, ok := message.Only(v.Types, local)
	if !ok {
		return in, fmt.Errorf("%w: RequestMessage has not exactly one %s", ErrUnverified, local)
	}
	verified, err := e.verifyBus(target, message, v, trust)
	if err != nil {
		in.readIDs(e.sketch(target), v)
		return in, err
	}
	in.Certificate = verified.Certificate
	in.readIDs(verified.Element, v)
	if err := checkForeignID(in.MessageID); err != nil {
		return in, malformed("%w", err)
	}
	if local == "Cancel" {
		in.Kind = IncomingCancel
		in.CancelledMessageID = childText(verified.Element, v.Basic, "MessageReference")
		return in, nil
	}
	if err := in.readRequest(verified, v); err != nil {
		in.Kind, in.Content = IncomingUnknown, nil
		return in, nil
	}
	in.Attachments = readAttachments(verified.Element.Child(v.Types, "SenderProvidedRequestData"), message, v)
	return in, nil
}

// readIDs takes the ids straight from the tree. For a Cancel the id is its own,
// beside the reference to the request.
func (m *Incoming) readIDs(e *xmlsafe.Element, v Version) {
	data := e.Child(v.Types, "SenderProvidedRequestData")
	m.SenderMnemonic = senderMnemonic(e.Child(v.Types, "MessageMetadata"), v)
	if e.Local == "Cancel" {
		m.MessageID = childText(e, v.Types, "MessageID")
		return
	}
	if m.MessageID = childText(e.Child(v.Types, "MessageMetadata"), v.Types, "MessageId"); m.MessageID == "" {
		m.MessageID = childText(data, v.Types, "MessageID")
	}
	m.ReferenceMessageID = childText(data, v.Types, "ReferenceMessageID")
}

func (m *Incoming) readRequest(verified *xmldsig.Verified, v Version) error {
	var r wsdl.Request
	e := verified.Element
	if err := decodeInto(e, v, &r); err != nil {
		return err
	}
	data, ok := e.Only(v.Types, "SenderProvidedRequestData")
	if !ok || r.SenderProvidedRequestData == nil || r.MessageMetadata == nil {
		return malformed("Request lacks its data or its metadata")
	}
	m.TransactionCode = text(r.SenderProvidedRequestData.TransactionCode)
	m.Test = r.SenderProvidedRequestData.TestMessage != nil
	m.ReplyTo = text(r.ReplyTo)
	if s := r.MessageMetadata.Sender; s != nil {
		m.SenderName = text(s.HumanReadableName)
	}
	m.SentAt, m.DeliveredAt = moment(r.MessageMetadata.SendingTimestamp), moment(r.MessageMetadata.DeliveryTimestamp)
	m.FSAttachments = joinFiles(r.FSAttachmentsList, r.SenderProvidedRequestData.RefAttachmentHeaderList)
	root, err := contentRoot(data, v)
	if err != nil {
		return err
	}
	m.Content = verified.Content
	m.ContentNamespace, m.ContentName = strings.Clone(root.Space), strings.Clone(root.Local)
	switch strings.TrimSpace(text(r.MessageMetadata.MessageType)) {
	case "BROADCAST":
		m.Kind = IncomingBroadcast
	case "REQUEST":
		m.Kind = IncomingRequest
	}
	return nil
}
