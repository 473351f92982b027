package smev

import (
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
		// An older revision of 1.1 has other children here (SPEC.md#versions).
		return answer, fmt.Errorf("%w: no ResponseMessage in the reply, but %.60q", ErrUnverified, message.Local)
	}
	target, ok := message.Only(v.Types, "Response")
	if !ok {
		return answer, fmt.Errorf("%w: ResponseMessage has not exactly one Response", ErrUnverified)
	}
	verified, err := e.verifyBus(target, message, v, trust)
	if err != nil {
		answer.readIDs(e.sketch(target), v)
		return answer, err
	}
	answer.Certificate = verified.Certificate
	answer.readIDs(verified.Element, v)
	if err := checkForeignID(answer.MessageID); err != nil {
		return answer, malformed("%w", err)
	}
	if err := answer.readResponse(verified, v); err != nil {
		answer.Kind, answer.Content, answer.Rejections = AnswerUnknown, nil, nil
		answer.RequestStatus, answer.AsyncStatus = nil, nil
		return answer, nil
	}
	answer.Attachments = readAttachments(verified.Element.Child(v.Types, "SenderProvidedResponseData"), message, v)
	return answer, nil
}

// readIDs takes what is needed to store, correlate and acknowledge a message,
// straight from the tree so that nothing else can get in the way.
func (a *Answer) readIDs(response *xmlsafe.Element, v Version) {
	data := response.Child(v.Types, "SenderProvidedResponseData")
	metadata := response.Child(v.Types, "MessageMetadata")
	// The schema names MessageMetadata/MessageId, the reference client uses
	// the sender's MessageID; they are equal in every message seen.
	if a.MessageID = childText(metadata, v.Types, "MessageId"); a.MessageID == "" {
		a.MessageID = childText(data, v.Types, "MessageID")
	}
	a.OriginalMessageID = childText(response, v.Types, "OriginalMessageId")
	if a.OriginalMessageID == "" && data != nil {
		a.OriginalMessageID = childText(data.Child(v.Types, "AsyncProcessingStatus"), v.Types, "OriginalMessageId")
	}
	a.ReferenceMessageID = childText(response, v.Types, "ReferenceMessageID")
	a.SenderMnemonic = senderMnemonic(metadata, v)
}

// senderMnemonic gives MessageMetadata/Sender/Mnemonic; both may be missing (1.3).
func senderMnemonic(metadata *xmlsafe.Element, v Version) string {
	if metadata == nil {
		return ""
	}
	sender, _ := metadata.Only(v.Types, "Sender")
	return childText(sender, v.Types, "Mnemonic")
}

// childText gives the text of the only child of that name, "" if there is none
// or more than one. e may be nil.
func childText(e *xmlsafe.Element, space, local string) string {
	if e == nil {
		return ""
	}
	if c, ok := e.Only(space, local); ok {
		return c.Text()
	}
	return ""
}

// readResponse fills the rest from the verified Response.
func (a *Answer) readResponse(verified *xmldsig.Verified, v Version) error {
	var r wsdl.Response
	response := verified.Element
	if err := decodeInto(response, v, &r); err != nil {
		return err
	}
	a.TransactionCode = text(r.OriginalTransactionCode)
	if m := r.MessageMetadata; m != nil {
		if m.Sender != nil {
			a.SenderName = text(m.Sender.HumanReadableName)
		}
		if m.Recipient != nil {
			a.RecipientMnemonic = text(m.Recipient.Mnemonic)
		}
		a.SentAt, a.DeliveredAt = moment(m.SendingTimestamp), moment(m.DeliveryTimestamp)
		a.MessageStatus = text(m.Status)
	}
	data, ok := response.Only(v.Types, "SenderProvidedResponseData")
	if !ok || r.SenderProvidedResponseData == nil {
		return malformed("Response has not exactly one SenderProvidedResponseData")
	}
	a.To = text(r.SenderProvidedResponseData.To)
	a.FSAttachments = joinFiles(r.FSAttachmentsList, r.SenderProvidedResponseData.RefAttachmentHeaderList)
	return a.readData(data, r.SenderProvidedResponseData, verified.Content, v)
}

// readData tells the four kinds of message apart (SPEC.md#sendresponse). Exactly one of
// them must be there.
func (a *Answer) readData(data *xmlsafe.Element, d *wsdl.SenderProvidedResponseData, content []byte, v Version) error {
	kinds := 0
	kind := func(k AnswerKind, present bool) bool {
		if present {
			kinds++
			a.Kind = k
		}
		return present
	}
	if kind(AnswerContent, len(data.Childs(v.Basic, "MessagePrimaryContent")) > 0) {
		if _, err := contentRoot(data, v); err != nil {
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

// contentRoot gives the one child of MessagePrimaryContent. Its inside is not in
// the tree, but in Verified.Content: in the words of the digest, standing alone.
func contentRoot(data *xmlsafe.Element, v Version) (*xmlsafe.Element, error) {
	wrapper, ok := data.Only(v.Basic, "MessagePrimaryContent")
	if !ok {
		return nil, malformed("more than one MessagePrimaryContent")
	}
	elements := wrapper.Elements()
	if len(elements) != 1 {
		return nil, malformed("%d elements in MessagePrimaryContent", len(elements))
	}
	return elements[0], nil
}
