package smev

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
	"egissogw/wsdl"
)

// readAnswer reads GetResponseResponse. An empty queue is nil, nil.
//
// When the signature does not hold, the answer has only what is needed to store
// and acknowledge the message (its ids and Raw), the kind AnswerUnknown, and the
// error matches ErrUnverified. When a verified message cannot be understood, the
// answer is of the kind AnswerUnknown and there is no error, unless there is no
// id to acknowledge it by.
func readAnswer(e *envelope, v Version, trust TrustFunc) (*Answer, error) {
	body, err := e.reply(v, OpGetResponse)
	if err != nil {
		return nil, err
	}
	children := body.Elements()
	if len(children) == 0 {
		return nil, nil
	}
	answer := &Answer{Kind: AnswerUnknown, Raw: e.raw}
	message := children[0]
	if len(children) > 1 || !message.Is(v.Types, "ResponseMessage") {
		// An older revision of 1.1 has other children here (smev3.md a).
		return answer, fmt.Errorf("%w: no ResponseMessage in the reply, but %.60q", ErrUnverified, message.Local)
	}
	target, ok := message.Only(v.Types, "Response")
	if !ok {
		return answer, fmt.Errorf("%w: ResponseMessage has not exactly one Response", ErrUnverified)
	}
	verified, err := verifyBus(target, message, v, trust)
	if err != nil {
		answer.readIDs(target, v)
		return answer, err
	}
	answer.Certificate = verified.Certificate
	answer.readIDs(verified.Element, v)
	if err := checkForeignID(answer.MessageID); err != nil {
		return answer, malformed("%w", err)
	}
	if err := answer.readResponse(verified.Element, v); err != nil {
		answer.Kind, answer.Content, answer.Rejections = AnswerUnknown, nil, nil
		answer.RequestStatus, answer.AsyncStatus = nil, nil
		return answer, nil
	}
	answer.Attachments = readAttachments(verified.Element, message, v)
	return answer, nil
}

// readIDs takes what is needed to store, correlate and acknowledge a message,
// straight from the tree so that nothing else can get in the way.
func (a *Answer) readIDs(response *xmlsafe.Element, v Version) {
	value := func(e *xmlsafe.Element, local string) string {
		if e == nil {
			return ""
		}
		if c, ok := e.Only(v.Types, local); ok {
			return c.Text()
		}
		return ""
	}
	data := response.Child(v.Types, "SenderProvidedResponseData")
	metadata := response.Child(v.Types, "MessageMetadata")
	// The schema names MessageMetadata/MessageId, the reference client uses
	// the sender's MessageID; they are equal in every message seen.
	if a.MessageID = value(metadata, "MessageId"); a.MessageID == "" {
		a.MessageID = value(data, "MessageID")
	}
	a.OriginalMessageID = value(response, "OriginalMessageId")
	if a.OriginalMessageID == "" && data != nil {
		a.OriginalMessageID = value(data.Child(v.Types, "AsyncProcessingStatus"), "OriginalMessageId")
	}
	a.ReferenceMessageID = value(response, "ReferenceMessageID")
}

// readResponse fills the rest from the verified Response.
func (a *Answer) readResponse(response *xmlsafe.Element, v Version) error {
	var r wsdl.Response
	if err := decodeInto(response, v, &r); err != nil {
		return err
	}
	a.TransactionCode = text(r.OriginalTransactionCode)
	if m := r.MessageMetadata; m != nil {
		if m.Sender != nil {
			a.SenderMnemonic, a.SenderName = text(m.Sender.Mnemonic), text(m.Sender.HumanReadableName)
		}
		if m.Recipient != nil {
			a.RecipientMnemonic = text(m.Recipient.Mnemonic)
		}
		a.SentAt, a.DeliveredAt = moment(m.SendingTimestamp), moment(m.DeliveryTimestamp)
		a.MessageStatus = text(m.Status)
	}
	a.readFiles(&r)
	data, ok := response.Only(v.Types, "SenderProvidedResponseData")
	if !ok || r.SenderProvidedResponseData == nil {
		return malformed("Response has not exactly one SenderProvidedResponseData")
	}
	a.To = text(r.SenderProvidedResponseData.To)
	return a.readData(data, r.SenderProvidedResponseData, v)
}

// readData tells the four kinds of message apart (smev3.md b). Exactly one of
// them must be there.
func (a *Answer) readData(data *xmlsafe.Element, d *wsdl.SenderProvidedResponseData, v Version) error {
	kinds := 0
	kind := func(k AnswerKind, present bool) bool {
		if present {
			kinds++
			a.Kind = k
		}
		return present
	}
	if kind(AnswerContent, len(data.Childs(v.Basic, "MessagePrimaryContent")) > 0) {
		content, err := primaryContent(data, v)
		if err != nil {
			return err
		}
		a.Content = content
	}
	if kind(AnswerRejected, len(d.RequestRejected) > 0) {
		for _, r := range d.RequestRejected {
			a.Rejections = append(a.Rejections, Rejection{
				Code:        strings.TrimSpace(text(r.RejectionReasonCode)),
				Description: text(r.RejectionReasonDescription),
			})
		}
	}
	if kind(AnswerStatus, d.RequestStatus != nil) {
		status := &RequestStatus{Code: int(d.RequestStatus.StatusCode), Description: text(d.RequestStatus.StatusDescription)}
		for _, p := range d.RequestStatus.StatusParameter {
			status.Parameters = append(status.Parameters, StatusParameter{p.Key, p.Value})
		}
		a.RequestStatus = status
	}
	if kind(AnswerAsyncStatus, d.AsyncProcessingStatus != nil) {
		status := data.Child(v.Types, "AsyncProcessingStatus")
		if status == nil {
			return malformed("AsyncProcessingStatus is in a foreign namespace")
		}
		a.AsyncStatus = readAsyncStatus(d.AsyncProcessingStatus, status, v)
	}
	if kinds != 1 {
		return malformed("%d kinds of answer in one message", kinds)
	}
	return nil
}

func readAsyncStatus(s *wsdl.AsyncProcessingStatus, e *xmlsafe.Element, v Version) *AsyncStatus {
	status := &AsyncStatus{
		OriginalMessageID: text(s.OriginalMessageId),
		Category:          strings.TrimSpace(text(s.StatusCategory)),
		Details:           text(s.StatusDetails),
	}
	// The generated type of SmevFault cannot hold the subtypes that xsi:type
	// announces.
	if fault := e.Child(v.Types, "SmevFault"); fault != nil {
		status.Fault = readStatusFault(fault)
	}
	return status
}

// primaryContent gives the one child of MessagePrimaryContent in exclusive
// canonical form, which stands alone: it is a piece of the bytes whose digest
// was checked.
func primaryContent(data *xmlsafe.Element, v Version) ([]byte, error) {
	wrapper, ok := data.Only(v.Basic, "MessagePrimaryContent")
	if !ok {
		return nil, malformed("more than one MessagePrimaryContent")
	}
	elements := wrapper.Elements()
	if len(elements) != 1 {
		return nil, malformed("%d elements in MessagePrimaryContent", len(elements))
	}
	var buf bytes.Buffer
	if err := xmldsig.Canonicalize(&buf, elements[0]); err != nil {
		return nil, malformed("primary content: %w", err)
	}
	return buf.Bytes(), nil
}

// readFiles joins FSAttachmentsList with the headers of the sender by uuid.
func (a *Answer) readFiles(r *wsdl.Response) {
	if r.FSAttachmentsList == nil {
		return
	}
	headers := map[string]*wsdl.RefAttachmentHeaderType{}
	if d := r.SenderProvidedResponseData; d != nil && d.RefAttachmentHeaderList != nil {
		for _, h := range d.RefAttachmentHeaderList.RefAttachmentHeader {
			headers[h.Uuid] = h
		}
	}
	for _, f := range r.FSAttachmentsList.FSAttachment {
		file := FSAttachment{UUID: f.Uuid, UserName: f.UserName, Password: Secret(f.Password), FileName: f.FileName}
		if h := headers[f.Uuid]; h != nil {
			file.Hash = strings.TrimSpace(h.Hash)
			file.MimeType = text(h.MimeType)
			file.NamespaceURI = h.NamespaceUri
			file.SignaturePKCS7, _ = decodeBase64(text(h.SignaturePKCS7))
		}
		a.FSAttachments = append(a.FSAttachments, file)
	}
}

// readAttachments joins the verified headers with the contents beside the signed
// element. The contents are not signed by the bus: whoever uses them checks
// SignaturePKCS7.
func readAttachments(response, message *xmlsafe.Element, v Version) []Attachment {
	list := response.Child(v.Types, "SenderProvidedResponseData").Child(v.Basic, "AttachmentHeaderList")
	if list == nil {
		return nil
	}
	contents := map[string]string{}
	if all := message.Child(v.Basic, "AttachmentContentList"); all != nil {
		for _, c := range all.Childs(v.Basic, "AttachmentContent") {
			id, content := c.Child(v.Basic, "Id"), c.Child(v.Basic, "Content")
			if id != nil && content != nil && len(content.Elements()) == 0 {
				contents[strings.TrimSpace(id.Text())] = content.Text()
			}
		}
	}
	var attachments []Attachment
	for _, h := range list.Childs(v.Basic, "AttachmentHeader") {
		var header wsdl.AttachmentHeaderType
		if err := decodeInto(h, v, &header); err != nil {
			continue
		}
		a := Attachment{ID: strings.TrimSpace(header.ContentId), MimeType: text(header.MimeType), NamespaceURI: header.NamespaceUri}
		a.SignaturePKCS7, _ = decodeBase64(text(header.SignaturePKCS7))
		encoded, found := contents[a.ID]
		content, err := decodeBase64(encoded)
		a.Content, a.Missing = content, !found || err != nil
		attachments = append(attachments, a)
	}
	return attachments
}

// decodeBase64 reads base64 with or without white space in it.
func decodeBase64(s string) ([]byte, error) {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, s)
	return base64.StdEncoding.DecodeString(s)
}
