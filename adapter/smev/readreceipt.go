package smev

import (
	"time"

	"egissogw/crypto/cert"
	"egissogw/crypto/xmlsafe"
	"egissogw/wsdl"
)

// Receipt is the bus's word that it took a message: the synchronous checks are
// passed, no more (SPEC.md#flow). A refusal may still come as an answer.
type Receipt struct {
	// MessageID is the id of the message that was sent.
	MessageID string
	// Status is requestIsQueued, normally.
	Status string
	// SentAt is when the bus took the message.
	SentAt time.Time
	// RecipientMnemonic is where the bus will deliver it, if it says.
	RecipientMnemonic string
	// Certificate is the one the bus signed with.
	Certificate *cert.Certificate
	// Raw is the SOAP envelope of the reply.
	Raw []byte
}

// readReceipt reads SendRequestResponse or SendResponseResponse. With an error
// that matches ErrUnverified only Raw is set.
func readReceipt(e *envelope, v Version, op Operation, trust TrustFunc) (Receipt, error) {
	receipt := Receipt{Raw: e.raw}
	body, err := e.reply(v, op)
	if err != nil {
		return receipt, err
	}
	target, ok := body.Only(v.Types, "MessageMetadata")
	if !ok {
		return receipt, malformed("%s has not exactly one MessageMetadata", body.Local)
	}
	verified, err := e.verifyBus(target, body, v, trust)
	if err != nil {
		return receipt, err
	}
	metadata, err := readMessageMetadata(verified.Element, v)
	if err != nil {
		return receipt, err
	}
	receipt.MessageID = text(metadata.MessageId)
	receipt.Status = text(metadata.Status)
	receipt.SentAt = moment(metadata.SendingTimestamp)
	if metadata.Recipient != nil {
		receipt.RecipientMnemonic = text(metadata.Recipient.Mnemonic)
	}
	receipt.Certificate = verified.Certificate
	return receipt, nil
}

func readMessageMetadata(e *xmlsafe.Element, v Version) (*wsdl.MessageMetadata, error) {
	var m wsdl.MessageMetadata
	if err := decodeInto(e, v, &m); err != nil {
		return nil, malformed("%w", err)
	}
	return &m, nil
}

// moment reads an optional moment; what cannot be read is zero, because no
// message may be lost over a date.
func moment(p *wsdl.Moment) time.Time {
	t, err := parseMoment(text(p))
	if err != nil {
		return time.Time{}
	}
	return t
}
