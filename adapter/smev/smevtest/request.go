package smevtest

import (
	"context"
	"strings"

	"egissogw/adapter/smev/smevtest/ledger"
)

// requestReply is the reply of GetRequest with a broadcast, a request or a
// cancellation (message 06 of the samples). It is written in the schema version
// it is asked for, author's signature included.
func (b *Bus) requestReply(ctx context.Context, c *call, a ledger.Answer) (string, error) {
	v := c.version
	if a.Type == typeCancel {
		return b.cancelReply(ctx, c, a)
	}
	data := requestData(v, a)
	authors, err := signElement(ctx, b.options.ReceiverSigner, data, v.types, "SenderProvidedRequestData")
	if err != nil {
		return "", err
	}
	m := metadata{
		id: a.ID, kind: a.Type, sender: authorOf(a), recipient: party{c.sender.Mnemonic, c.sender.Name},
		sent: a.SentAt, delivered: c.now, status: v.delivered,
	}
	to := `<ns2:ReplyTo>` + a.ReplyTo + `</ns2:ReplyTo>`
	if a.Type == typeBroadcast && !v.oldRouting {
		// The schema says a broadcast has neither; in 1.1 it was seen with both.
		m.recipient, to = party{}, ""
	}
	var r strings.Builder
	r.WriteString(`<ns2:Request Id="SIGNED_BY_SMEV">` + data + m.write(v, "") + b.accesses(a.Files) + to)
	r.WriteString(`<ns2:SenderInformationSystemSignature>` + authors + `</ns2:SenderInformationSystemSignature></ns2:Request>`)
	return b.signed(ctx, c, "GetRequestResponse", "RequestMessage", "Request", r.String(), contents(a.Files))
}

// requestData is SenderProvidedRequestData. A broadcast of 1.1 names itself as
// the root of its chain and has the transaction code "ignore", as it was seen
// (adapter/smev/SPEC.md#incoming).
func requestData(v *version, a ledger.Answer) string {
	reference, code := a.ReferenceID, a.TransactionCode
	if a.Type == typeBroadcast && v.oldRouting {
		reference, code = or(reference, a.ID), or(code, "ignore")
	}
	var d strings.Builder
	d.WriteString(`<ns2:SenderProvidedRequestData xmlns:ns2="` + v.types + `" xmlns="` + v.basic + `" Id="SIGNED_BY_CALLER">`)
	d.WriteString(`<ns2:MessageID>` + a.ID + `</ns2:MessageID>`)
	if reference != "" {
		d.WriteString(`<ns2:ReferenceMessageID>` + reference + `</ns2:ReferenceMessageID>`)
	}
	if code != "" {
		d.WriteString(`<ns2:TransactionCode>` + escape(code) + `</ns2:TransactionCode>`)
	}
	d.WriteString(`<MessagePrimaryContent>` + a.Content + `</MessagePrimaryContent>` + headers(v, a.Files))
	if a.Test {
		d.WriteString(`<ns2:TestMessage/>`)
	}
	d.WriteString(`</ns2:SenderProvidedRequestData>`)
	return d.String()
}

// cancelReply hands out a cancellation.
func (b *Bus) cancelReply(ctx context.Context, c *call, a ledger.Answer) (string, error) {
	v := c.version
	block := `<ns2:Cancel Id="SIGNED_BY_SMEV"><MessageReference Id="SIGNED_BY_CALLER">` + a.OriginalID + `</MessageReference>` +
		`<ns2:MessageID>` + a.ID + `</ns2:MessageID>` + metadata{
		id: a.ID, kind: a.Type, sender: authorOf(a), recipient: party{c.sender.Mnemonic, c.sender.Name},
		sent: a.SentAt, delivered: c.now, status: "cancelled",
	}.write(v, "") + `</ns2:Cancel>`
	return b.signed(ctx, c, "GetRequestResponse", "RequestMessage", "Cancel", block, "")
}
