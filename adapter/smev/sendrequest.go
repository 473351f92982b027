package smev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// ContentWriter is what primary content is written with. Names are given by
// namespace; prefixes and escaping are the writer's business. Errors stay inside
// and come out when the message is finished.
type ContentWriter interface {
	Start(space, local string)
	Text(s string)
	End()
	Element(space, local, text string)
}

// Request is a request to be sent (SenderProvidedRequestData, SPEC.md#sendrequest).
type Request struct {
	// MessageID comes from NewMessageID and is stored before the request is
	// built: one id, one content, for ever.
	MessageID string
	// ReferenceMessageID is the id of the first message of a chain; for the
	// first it equals MessageID. Usually empty.
	ReferenceMessageID string
	// TransactionCode comes back with the answer. Usually empty.
	TransactionCode string
	// NodeID marks the node of the sender. Usually empty.
	NodeID string
	// EndOfLife is when the message stops being of use; zero is never.
	EndOfLife time.Time
	// Content writes the primary content: exactly one element.
	Content func(w ContentWriter) error
	// Prefixes are the namespace prefixes the content is best written with.
	Prefixes []xmldsig.Prefix
	// Files are already in the file storage.
	Files []FileRef
	// Attachments travel inside the message.
	Attachments []Attachment
	// BusinessProcessMetadata is XML, any number of elements, each with a
	// namespace; it is copied as it is, see MetadataTemplate. Usually empty.
	BusinessProcessMetadata string
	// Test marks a request that must not change the provider's data.
	Test bool
}

// FileRef announces a file of the file storage (RefAttachmentHeader).
type FileRef struct {
	// UUID is the folder of the file.
	UUID string
	// FileName and NamespaceURI are sent from schema 1.3 on.
	FileName, NamespaceURI string
	// Hash is the digest of the file, see FileHash.
	Hash     []byte
	MimeType string
	// SignaturePKCS7 is the detached CMS over the file, DER.
	SignaturePKCS7 []byte
}

// BuildSendRequest writes and signs a request. The bytes returned are what is
// stored and posted, unchanged, as often as needed. Content streams through the
// writer once; besides the envelope itself nothing grows with it.
func BuildSendRequest(ctx context.Context, v Version, signer Signer, r Request) (envelope []byte, err error) {
	metadata, err := r.check()
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	c := call{version: v, operation: OpSendRequest, id: idRequest, prefixes: r.Prefixes}
	c.signed = func(w *xmldsig.Writer) error { return r.write(ctx, w, v, metadata) }
	if len(r.Attachments) > 0 {
		c.unsigned = func(buf *bytes.Buffer) { writeAttachmentContents(buf, v, r.Attachments) }
	}
	return c.build(ctx, signer)
}

// check refuses what the envelope's schema would refuse. It returns the parsed
// metadata of the business process, nil if there is none.
func (r *Request) check() (*xmlsafe.Element, error) {
	if _, err := MessageIDTime(r.MessageID); err != nil {
		return nil, err
	}
	if r.Content == nil {
		return nil, errors.New("request has no content")
	}
	if err := checkFiles(r.Files, r.Attachments, idRequest); err != nil {
		return nil, err
	}
	if err := errors.Join(checkLength("NodeID", r.NodeID, 50), checkLength("TransactionCode", r.TransactionCode, 1500)); err != nil {
		return nil, err
	}
	return readMetadata(r.BusinessProcessMetadata)
}

// write writes SenderProvidedRequestData; the order is the schema's.
func (r *Request) write(ctx context.Context, w *xmldsig.Writer, v Version, metadata *xmlsafe.Element) error {
	optional := func(local, value string) {
		if value != "" {
			w.Element(v.Types, local, value)
		}
	}
	w.StartAttrs(v.Types, "SenderProvidedRequestData", idAttr(idRequest))
	w.Element(v.Types, "MessageID", r.MessageID)
	optional("ReferenceMessageID", r.ReferenceMessageID)
	optional("TransactionCode", r.TransactionCode)
	optional("NodeID", r.NodeID)
	if !r.EndOfLife.IsZero() {
		w.Element(v.Types, "EOL", formatMoment(r.EndOfLife))
	}
	if err := writePrimaryContent(w, v, r.Content); err != nil {
		return err
	}
	writeAttachmentHeaders(w, v, r.Attachments)
	writeFileRefs(w, v, r.Files)
	if metadata != nil {
		w.Start(v.Types, "BusinessProcessMetadata")
		for _, e := range metadata.Elements() {
			w.Copy(e)
		}
		w.End()
	}
	if r.Test {
		w.Start(v.Types, "TestMessage")
		w.End()
	}
	w.End()
	return nil
}
