package smevtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// sendRequest does SendRequest: the checks after authentication, then the
// acceptance, which is on disk before the sender is told of it.
func (b *Bus) sendRequest(ctx context.Context, c *call) (string, error) {
	v := c.version
	data := c.data()
	id := c.messageID()
	if flt := b.checkMessageID(id, c.now); flt != nil {
		return "", flt
	}
	b.accepting.Lock()
	defer b.accepting.Unlock()
	if known, seen := b.ledger.Message(id); seen && known.Accepted {
		return "", newFault("MessageIsAlreadySent", "Сообщение %s уже отправлено", id)
	}
	if eol := text(data, v.types, "EOL"); eol != "" {
		if t, ok := parseTime(eol); !ok || t.Before(c.now) {
			return "", newFault("EndOfLifeReached", "Превышено время жизни сообщения %s", id)
		}
	}
	content := data.Child(v.basic, "MessagePrimaryContent").Elements()[0]
	if !b.receiver.Knows(content.Space, content.Local) {
		return "", unsupported(content)
	}
	accepted, flt := b.acceptance(c, data)
	if flt != nil {
		return "", flt
	}
	if flt := b.checkLimits(c, accepted.Files, receiverMnemonic); flt != nil {
		return "", flt
	}
	var canonical bytes.Buffer
	if err := xmldsig.Canonicalize(&canonical, content); err != nil {
		return "", fmt.Errorf("keep content of %s: %w", id, err)
	}
	accepted.Content = canonical.String()
	return b.accept(ctx, c, accepted, "SendRequestResponse", metadata{
		id: id, kind: "REQUEST",
		sender: party{c.sender.Mnemonic, c.sender.Name}, recipient: party{b.receiverNow(), receiverName},
		sent: c.now, status: "requestIsQueued",
	})
}

func unsupported(content *xmlsafe.Element) *fault {
	f := newFault("BusinessDataTypeIsNotSupported", "Вид сведений {%s}%s не зарегистрирован", content.Space, content.Local)
	f.details = fmt.Sprintf(`<ns3:RootElementLocalName>%s</ns3:RootElementLocalName><ns3:RootElementNamespaceURI>%s</ns3:RootElementNamespaceURI>`,
		escape(content.Local), escape(content.Space))
	return f
}

// acceptance takes from a message what its processing needs.
func (b *Bus) acceptance(c *call, data *xmlsafe.Element) (*ledger.Acceptance, *fault) {
	v := c.version
	files, flt := b.attachments(c, data)
	if flt != nil {
		return nil, flt
	}
	rule, err := json.Marshal(c.rule)
	if err != nil {
		return nil, newFault("SMEVFailure", "Сценарий не сохраняется: %v", err)
	}
	return &ledger.Acceptance{
		MessageID:       c.messageID(),
		Sender:          c.sender.Mnemonic,
		Version:         v.number,
		NodeID:          text(data, v.types, "NodeID"),
		ReferenceID:     text(data, v.types, "ReferenceMessageID"),
		TransactionCode: text(data, v.types, "TransactionCode"),
		At:              c.now,
		Files:           files,
		Script:          rule,
		Personal:        checkPersonal(c, data),
	}, nil
}

// checkPersonal verifies PersonalSignature (ЭП-СП) over the child of
// MessagePrimaryContent and says what is wrong with it. The bus tells of it
// later.
func checkPersonal(c *call, data *xmlsafe.Element) string {
	wrapper := data.Child(c.version.types, "PersonalSignature")
	if wrapper == nil {
		return ""
	}
	content := data.Child(c.version.basic, "MessagePrimaryContent").Elements()[0]
	good, flt := verifySignature(c.raw, wrapper.Child(dsNamespace, "Signature"), content)
	if flt != nil {
		return flt.text
	}
	if err := good.certificate.CheckTerm(c.now); err != nil {
		return err.Error()
	}
	return ""
}

// checkLimits applies quota and queue length.
func (b *Bus) checkLimits(c *call, files []ledger.File, recipient string) *fault {
	if flt := b.checkQuota(c, files); flt != nil {
		return flt
	}
	return b.checkOverflow(c, recipient)
}

// accept writes the acceptance down, puts the message to work and replies.
func (b *Bus) accept(ctx context.Context, c *call, accepted *ledger.Acceptance, local string, m metadata) (string, error) {
	reply, err := b.metadataReply(ctx, c, local, m)
	if err != nil {
		return "", err
	}
	attempt := c.attempt()
	attempt.Stored, attempt.Acceptance = c.stored, accepted
	if err := b.ledger.Attempt(attempt); err != nil {
		return "", err
	}
	b.mu.Lock()
	b.use(c.sender.Mnemonic, c.now, c.stored)
	b.work = append(b.work, *accepted)
	b.notify()
	b.mu.Unlock()
	return reply, nil
}

// checkMessageID applies adapter/smev/SPEC.md#messageid.
func (b *Bus) checkMessageID(id string, now time.Time) *fault {
	made, ok := messageTime(id)
	switch {
	case !ok:
		return newFault("InvalidMessageIdFormat", "Идентификатор сообщения не является UUID варианта 1 в нижнем регистре")
	case now.Sub(made) > b.options.MessageIDAge:
		return newFault("StaleMessageId", "Идентификатор %s создан %s", id, made.UTC().Format(time.RFC3339))
	case made.Sub(now) > b.options.MessageIDAhead:
		return newFault("StaleMessageId", "Идентификатор %s создан в будущем: %s", id, made.UTC().Format(time.RFC3339))
	}
	return nil
}
