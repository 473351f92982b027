package smev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"egissogw/crypto/xmldsig"
)

// Response is an answer to a message taken with GetRequest
// (SenderProvidedResponseData, SPEC.md#sendresponse). Exactly one of Content, Rejections
// and Status is given.
type Response struct {
	// MessageID is the id of the answer itself, from NewMessageID.
	MessageID string
	// To is the ReplyTo of the request, unchanged.
	To string
	// Content writes the answer: exactly one element.
	Content func(w ContentWriter) error
	// Prefixes are the namespace prefixes the content is best written with.
	Prefixes []xmldsig.Prefix
	// Rejections refuse the request.
	Rejections []Rejection
	// Status tells how far the work is; the answer follows.
	Status *RequestStatus
	// Files and Attachments accompany the content.
	Files       []FileRef
	Attachments []Attachment
}

// BuildSendResponse writes and signs an answer; see BuildSendRequest.
func BuildSendResponse(ctx context.Context, v Version, signer Signer, r Response) (envelope []byte, err error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("write response: %w", err)
	}
	c := call{version: v, operation: OpSendResponse, id: idResponse, prefixes: r.Prefixes}
	c.signed = func(w *xmldsig.Writer) error { return r.write(ctx, w, v) }
	if len(r.Attachments) > 0 {
		c.unsigned = func(buf *bytes.Buffer) { writeAttachmentContents(buf, v, r.Attachments) }
	}
	return c.build(ctx, signer)
}

// SendResponse posts the bytes made by BuildSendResponse; errors are as with
// SendRequest.
func (c *Client) SendResponse(ctx context.Context, id string, envelope []byte) (Receipt, error) {
	return c.send(ctx, OpSendResponse, id, envelope)
}

func (r *Response) check() error {
	if _, err := MessageIDTime(r.MessageID); err != nil {
		return err
	}
	kinds := 0
	for _, given := range []bool{r.Content != nil, len(r.Rejections) > 0, r.Status != nil} {
		if given {
			kinds++
		}
	}
	if kinds != 1 {
		return errors.New("response needs exactly one of content, rejections and status")
	}
	if r.Content == nil && len(r.Files)+len(r.Attachments) > 0 {
		return errors.New("only content can have files")
	}
	for _, rejection := range r.Rejections {
		switch rejection.Code {
		case "ACCESS_DENIED", "NO_DATA", "UNKNOWN_REQUEST_DESCRIPTION", "FAILURE":
		default:
			return fmt.Errorf("rejection code %.60q is not in the schema", rejection.Code)
		}
		if err := checkLength("RejectionReasonDescription", rejection.Description, 4000); err != nil {
			return err
		}
	}
	if err := checkFiles(r.Files, r.Attachments, idResponse); err != nil {
		return err
	}
	return checkLength("To", r.To, 4000)
}

// write writes SenderProvidedResponseData; the order is the schema's.
func (r *Response) write(ctx context.Context, w *xmldsig.Writer, v Version) error {
	w.StartAttrs(v.Types, "SenderProvidedResponseData", idAttr(idResponse))
	w.Element(v.Types, "MessageID", r.MessageID)
	w.Element(v.Types, "To", r.To)
	if r.Content != nil {
		if err := writePrimaryContent(w, v, r.Content); err != nil {
			return err
		}
		writeAttachmentHeaders(w, v, r.Attachments)
		writeFileRefs(w, v, r.Files)
	}
	for _, rejection := range r.Rejections {
		w.Start(v.Types, "RequestRejected")
		w.Element(v.Types, "RejectionReasonCode", rejection.Code)
		w.Element(v.Types, "RejectionReasonDescription", rejection.Description)
		w.End()
	}
	if s := r.Status; s != nil {
		w.Start(v.Types, "RequestStatus")
		w.Element(v.Types, "StatusCode", strconv.Itoa(s.Code))
		for _, p := range s.Parameters {
			w.Start(v.Types, "StatusParameter")
			w.Element(v.Types, "Key", p.Key)
			w.Element(v.Types, "Value", p.Value)
			w.End()
		}
		w.Element(v.Types, "StatusDescription", s.Description)
		w.End()
	}
	w.End()
	return nil
}
