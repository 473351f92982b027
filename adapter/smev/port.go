package smev

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"egissogw/adapter/bus"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
)

// Port is the bus as package bus describes one: SMEV 3 by SOAP.
type Port struct {
	Client   *Client
	Builder  Builder
	Metadata MetadataTemplate
}

// NewMessageID makes an id for a message.
func (Port) NewMessageID(now time.Time) string { return NewMessageID(now) }

// MessageTime is when an id was made.
func (Port) MessageTime(id string) (made time.Time, known bool) {
	made, err := MessageIDTime(id)
	return made, err == nil
}

// FileHash is the digest a file is announced with.
func (p Port) FileHash(content io.Reader) ([]byte, error) {
	return FileHash(p.Builder.Signer.Certificate(), content)
}

// BuildRequest makes the final bytes of a request.
func (p Port) BuildRequest(ctx context.Context, r bus.Request) ([]byte, error) {
	metadata, err := p.Metadata.Fill(r.Provider)
	if err != nil {
		return nil, err
	}
	request := Request{
		MessageID: r.MessageID, NodeID: r.NodeID, BusinessProcessMetadata: metadata, Test: r.Test,
		Content: func(w ContentWriter) error { return r.Content(w) },
	}
	for _, prefix := range r.Prefixes {
		request.Prefixes = append(request.Prefixes, xmldsig.Prefix{Prefix: prefix.Prefix, URI: prefix.URI})
	}
	for _, f := range r.Files {
		request.Files = append(request.Files, FileRef{
			UUID: f.ID, FileName: f.Name, NamespaceURI: f.NamespaceURI, Hash: f.Hash, MimeType: f.MimeType, SignaturePKCS7: f.Signature,
		})
	}
	for _, f := range r.Inline {
		request.Attachments = append(request.Attachments, attachment(f))
	}
	return p.Builder.BuildRequest(ctx, request)
}

// BuildResponse makes the final bytes of an answer to somebody else.
func (p Port) BuildResponse(ctx context.Context, r bus.Response) ([]byte, error) {
	response := Response{MessageID: r.MessageID, To: r.To}
	for _, refusal := range r.Refusals {
		response.Rejections = append(response.Rejections, Rejection{Code: refusal.Code, Description: refusal.Text})
	}
	return p.Builder.BuildResponse(ctx, response)
}

// SendRequest posts final bytes.
func (p Port) SendRequest(ctx context.Context, id string, message []byte) error {
	_, err := p.Client.SendRequest(ctx, id, message)
	return PortError(err)
}

// SendResponse posts final bytes.
func (p Port) SendResponse(ctx context.Context, id string, message []byte) error {
	_, err := p.Client.SendResponse(ctx, id, message)
	return PortError(err)
}

// Ack acknowledges a message.
func (p Port) Ack(ctx context.Context, id string, accepted bool) error {
	return PortError(p.Client.Ack(ctx, id, accepted))
}

// Poll asks a queue for a message.
func (p Port) Poll(ctx context.Context, q bus.Queue) (*bus.Reply, error) {
	r, err := p.Client.Poll(ctx, Operation(q))
	if err != nil {
		return nil, PortError(err)
	}
	return unread(r), nil
}

// Kept makes a reply of what was kept of one, to be read once more.
func (Port) Kept(q bus.Queue, contentType string, raw []byte) *bus.Reply {
	return unread(KeptReply(Operation(q), contentType, raw))
}

func unread(r *Reply) *bus.Reply {
	return &bus.Reply{
		Queue: bus.Queue(r.Operation), ContentType: r.ContentType, Raw: r.Raw, Cut: r.Cut, Carries: r.Carries(), ClaimedID: r.ClaimedID(), Handle: r,
	}
}

// ReadAnswer reads a reply of the queues of answers and statuses; nil means that there
// is no message in it. With an error the answer holds what it claims to be.
func (p Port) ReadAnswer(r *bus.Reply) (*bus.Answer, error) {
	read := p.Client.ReadResponse
	if r.Queue == bus.Statuses {
		read = p.Client.ReadStatus
	}
	a, err := read(r.Handle.(*Reply))
	if a == nil {
		return nil, PortError(err)
	}
	answer := &bus.Answer{
		ID: a.MessageID, About: a.OriginalMessageID, Sender: a.SenderMnemonic, Kind: bus.AnswerKind(a.Kind),
		SentAt: a.SentAt, DeliveredAt: a.DeliveredAt, Content: a.Content, Raw: a.Raw,
	}
	for _, rejection := range a.Rejections {
		answer.Refusals = append(answer.Refusals, bus.Refusal{Code: rejection.Code, Text: rejection.Description})
	}
	if a.AsyncStatus != nil {
		a.AsyncStatus.put(answer)
	}
	if r.Queue == bus.Statuses && err == nil {
		answer.ID = a.AsyncStatus.id()
	}
	for _, f := range a.FSAttachments {
		answer.Files = append(answer.Files, bus.File{
			ID: f.UUID, User: f.UserName, Password: bus.Secret(f.Password), Name: f.FileName, Announced: f.Hash,
			MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.SignaturePKCS7,
		})
	}
	for _, f := range a.Attachments {
		answer.Inline = append(answer.Inline, bus.Inline{
			ID: f.ID, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.SignaturePKCS7, Content: f.Content, Missing: f.Missing,
		})
	}
	return answer, PortError(err)
}

// put writes the status into an answer.
func (s *AsyncStatus) put(a *bus.Answer) {
	outcome := s.Outcome()
	a.Final, a.ReplyRefused = outcome == AsyncRequestFailed, outcome == AsyncResponseRejected
	a.Category, a.Text = s.Category, s.Details
	if s.Fault != nil && s.Fault.Description != "" {
		a.Text = s.Fault.Description
	}
}

// id names a status by what it says: the same words again are the same status.
func (s *AsyncStatus) id() string {
	fault := ""
	if s.Fault != nil {
		fault = s.Fault.Name + " " + s.Fault.Code + " " + s.Fault.Description
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", s.OriginalMessageID, s.Category, s.Details, fault))
	return "status:" + hex.EncodeToString(sum[:16])
}

// ReadIncoming reads a reply of the queue of requests, as ReadAnswer does.
func (p Port) ReadIncoming(r *bus.Reply) (*bus.Incoming, error) {
	m, err := p.Client.ReadRequest(r.Handle.(*Reply))
	if m == nil {
		return nil, PortError(err)
	}
	return &bus.Incoming{
		ID: m.MessageID, Kind: bus.IncomingKind(m.Kind), Sender: m.SenderMnemonic, SentAt: m.SentAt, ReplyTo: m.ReplyTo, Test: m.Test,
		Cancels: m.CancelledMessageID, Content: m.Content, Namespace: m.ContentNamespace, Local: m.ContentName, Raw: m.Raw,
	}, PortError(err)
}

func attachment(f bus.Inline) Attachment {
	return Attachment{
		ID: f.ID, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, SignaturePKCS7: f.Signature, Content: f.Content, Missing: f.Missing,
	}
}

// Storage is the file storage as package bus describes one.
type Storage struct{ Files *FileStore }

// Upload puts a file into its folder.
func (s Storage) Upload(ctx context.Context, id, name string, content io.ReadSeeker) error {
	return PortError(s.Files.Upload(ctx, id, name, content))
}

// Fetch gets a file of at most so many bytes and checks it on the way. What w has been
// given may be used only if there is no error.
func (s Storage) Fetch(ctx context.Context, f bus.File, w io.Writer, limit int64) error {
	_, err := s.Files.Fetch(ctx, FSAttachment{
		UUID: f.ID, UserName: f.User, Password: Secret(f.Password), FileName: f.Name, Hash: f.Announced, SignaturePKCS7: f.Signature,
	}, w, FileCheck{Limit: limit})
	return PortError(err)
}

// Check checks a file that came inside a message: its signature alone vouches for it.
func (Storage) Check(f bus.Inline, limit int64) error {
	a := attachment(f)
	_, err := a.Check(FileCheck{Limit: limit, RequireSignature: true})
	return PortError(err)
}

// PortError says of an error of this package what its callers do about it.
func PortError(err error) error {
	if err == nil {
		return nil
	}
	e := &bus.Error{Class: bus.Class(Classify(err).String()), Err: err, Absent: !MayHaveArrived(err), After: RetryAfter(err)}
	var (
		fault   *Fault
		reply   *ReplyError
		storage *FileStoreError
		term    *cert.TermError
	)
	switch {
	case errors.As(err, &fault):
		e.Refused, e.Reason, e.Alert = fault.Name, strings.TrimSpace(fault.Name+" "+fault.SignatureCode)+": "+fault.Explain(), fault.Alert()
		e.TooOld, e.Unsigned = fault.Name == "StaleMessageId", fault.Name == "SignatureVerificationFault"
		e.Unregistered = fault.Name == "SenderIsNotRegistered"
		e.Stranger = e.Unregistered || fault.SignatureCode == "CertificateIsNotFound" || fault.SignatureCode == "CertificateIsExpired"
	case errors.As(err, &reply), errors.As(err, &term):
		e.Unreadable = reply != nil
	case errors.Is(err, ErrFileHash):
		e.Damaged, e.Refusable = true, true
	case errors.Is(err, ErrFileSignature), errors.Is(err, ErrTooLarge):
		e.Refusable = true
	case errors.As(err, &storage):
		e.Withheld = storage.Code >= 500 || storage.Class() == ClassOperator
	}
	return e
}
