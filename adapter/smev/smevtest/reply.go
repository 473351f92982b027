package smevtest

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// moscow is the clock of the bus; its moments carry milliseconds and offset.
var moscow = time.FixedZone("MSK", 3*60*60)

func stamp(t time.Time) string { return t.In(moscow).Format("2006-01-02T15:04:05.000-07:00") }

// open starts a reply element with the namespaces the bus declares there.
func open(v *version, local string) string {
	return fmt.Sprintf(`<ns2:%s xmlns:ns3="%s" xmlns:ns2="%s" xmlns="%s"`, local, v.faults, v.types, v.basic)
}

// empty is a reply without content.
func empty(v *version, local string) string { return open(v, local) + "/>" }

type party struct{ mnemonic, name string }

// metadata is MessageMetadata.
type metadata struct {
	id, kind          string
	sender, recipient party
	sent, delivered   time.Time
	status            string
}

// write renders MessageMetadata as the version has it (adapter/smev/SPEC.md#messagemetadata).
func (m metadata) write(v *version, attr string) string {
	var b strings.Builder
	b.WriteString(`<ns2:MessageMetadata` + attr + `><ns2:MessageId>` + m.id + `</ns2:MessageId><ns2:MessageType>` + m.kind + `</ns2:MessageType>`)
	writeParty(&b, v, "Sender", m.sender)
	b.WriteString(`<ns2:SendingTimestamp>` + stamp(m.sent) + `</ns2:SendingTimestamp>`)
	if v.oldRouting {
		b.WriteString(`<ns2:DestinationName>unknown</ns2:DestinationName>`)
	}
	if m.recipient.mnemonic != "" {
		writeParty(&b, v, "Recipient", m.recipient)
	}
	if v.oldRouting {
		b.WriteString(`<ns2:SupplementaryData><ns2:DetectedContentTypeName>not detected</ns2:DetectedContentTypeName><ns2:InteractionType>NotDetected</ns2:InteractionType></ns2:SupplementaryData>`)
	}
	if !m.delivered.IsZero() {
		b.WriteString(`<ns2:DeliveryTimestamp>` + stamp(m.delivered) + `</ns2:DeliveryTimestamp>`)
	}
	b.WriteString(`<ns2:Status>` + m.status + `</ns2:Status></ns2:MessageMetadata>`)
	return b.String()
}

func writeParty(b *strings.Builder, v *version, local string, p party) {
	if p.mnemonic == "" && !v.oldRouting { // 1.1 knows no sender without one
		writeNameless(b, v, local, p)
		return
	}
	b.WriteString(`<ns2:` + local + `><ns2:Mnemonic>` + escape(p.mnemonic) + `</ns2:Mnemonic>`)
	if v.humanName {
		b.WriteString(`<ns2:HumanReadableName>` + escape(p.name) + `</ns2:HumanReadableName>`)
	}
	b.WriteString(`</ns2:` + local + `>`)
}

// metadataReply is the reply of SendRequest: metadata signed by the bus.
func (b *Bus) metadataReply(ctx context.Context, c *call, local string, m metadata) (string, error) {
	v := c.version
	start := open(v, local) + ">" + m.write(v, ` Id="SIGNED_BY_SMEV"`)
	end := `</ns2:` + local + `>`
	signature, err := signElement(ctx, b.busSigner(c), start+end, v.types, "MessageMetadata")
	if err != nil {
		return "", err
	}
	return start + `<ns2:SMEVSignature>` + signature + `</ns2:SMEVSignature>` + end, nil
}

// responseData is SenderProvidedResponseData.
func responseData(v *version, dataID, id, to, content string) string {
	return `<ns2:SenderProvidedResponseData xmlns:ns2="` + v.types + `" xmlns="` + v.basic + `" Id="` + dataID + `">` +
		`<ns2:MessageID>` + id + `</ns2:MessageID><ns2:To>` + to + `</ns2:To>` + content + `</ns2:SenderProvidedResponseData>`
}

// replyTo is the opaque address of an answer.
func replyTo(original, mnemonic string) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"mid":%q,"mnm":%q}`, original, mnemonic))
}

// author is who a message is from.
func authorOf(a ledger.Answer) party {
	switch {
	case a.From == Nobody:
		return party{"", a.FromName}
	case a.From == busMnemonic:
		return party{busMnemonic, busName}
	case a.From == receiverMnemonic:
		return party{receiverMnemonic, receiverName}
	}
	return party{a.From, or(a.FromName, a.From)}
}

// responseReply is the reply of GetResponse with an answer. It is signed anew
// at every delivery, because it tells the moment of delivery.
func (b *Bus) responseReply(ctx context.Context, c *call, a ledger.Answer) (string, error) {
	v := c.version
	if a.Version != v.number {
		return "", newFault("SMEVFailure", "Ответ на сообщение версии %s запрошен по версии %s", a.Version, v.number)
	}
	var r strings.Builder
	r.WriteString(`<ns2:Response Id="SIGNED_BY_SMEV">`)
	if a.OriginalID != "" {
		r.WriteString(`<ns2:OriginalMessageId>` + a.OriginalID + `</ns2:OriginalMessageId>`)
	}
	if a.TransactionCode != "" {
		r.WriteString(`<ns2:OriginalTransactionCode>` + escape(a.TransactionCode) + `</ns2:OriginalTransactionCode>`)
	}
	if a.ReferenceID != "" {
		r.WriteString(`<ns2:ReferenceMessageID>` + a.ReferenceID + `</ns2:ReferenceMessageID>`)
	}
	r.WriteString(a.Data)
	r.WriteString(metadata{
		id: a.ID, kind: "RESPONSE", sender: authorOf(a), recipient: party{c.sender.Mnemonic, c.sender.Name},
		sent: a.SentAt, delivered: c.now, status: v.delivered,
	}.write(v, ""))
	r.WriteString(b.accesses(a.Files))
	if a.Signature != "" {
		r.WriteString(`<ns2:SenderInformationSystemSignature>` + a.Signature + `</ns2:SenderInformationSystemSignature>`)
	}
	r.WriteString(`</ns2:Response>`)
	return b.signed(ctx, c, "GetResponseResponse", "ResponseMessage", "Response", r.String(), contents(a.Files))
}

// statusReply is the reply of GetStatus with a status of the bus.
func (b *Bus) statusReply(ctx context.Context, c *call, a ledger.Answer) (string, error) {
	v := c.version
	if a.Version != v.number {
		return "", newFault("SMEVFailure", "Статус сообщения версии %s запрошен по версии %s", a.Version, v.number)
	}
	data := `<ns2:AsyncProcessingStatusData Id="SIGNED_BY_SMEV">` + a.Data + `</ns2:AsyncProcessingStatusData>`
	return b.signed(ctx, c, "GetStatusResponse", "SmevAsyncProcessingMessage", "AsyncProcessingStatusData", data, "")
}

// signed puts a block, what comes unsigned after it, and the bus's signature
// over the block into a reply.
func (b *Bus) signed(ctx context.Context, c *call, reply, message, local, block, after string) (string, error) {
	v := c.version
	begin := open(v, reply) + `><ns2:` + message + `>` + block
	end := after + `</ns2:` + message + `></ns2:` + reply + `>`
	signature, err := signElement(ctx, b.busSigner(c), begin+end, v.types, local)
	if err != nil {
		return "", err
	}
	return begin + after + `<ns2:SMEVSignature>` + signature + `</ns2:SMEVSignature></ns2:` + message + `></ns2:` + reply + `>`, nil
}

// signElement signs the first element of that name in the document, over the
// general transform of the finished tree.
func signElement(ctx context.Context, signer Signer, document, space, local string) (string, error) {
	doc, err := xmlsafe.Parse([]byte(document), treeLimits)
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", local, err)
	}
	var target *xmlsafe.Element
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if e.Is(space, local) {
			target = e
		}
		return target == nil
	})
	id, _ := target.Attr("", "Id")
	h := cert.NewDigest(signer.Certificate().DigestSize())
	if err := xmldsig.TransformElement(h, target); err != nil {
		return "", fmt.Errorf("sign %s: %w", local, err)
	}
	signature, err := xmldsig.Sign(ctx, signer, id, h.Sum(nil))
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", local, err)
	}
	return string(signature), nil
}
