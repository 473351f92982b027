package smevtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// sendRequest does SendRequest: the checks after authentication, then the
// acceptance, which is on disk before the sender is told of it.
func (b *Bus) sendRequest(ctx context.Context, c *call) (string, error) {
	v := c.version
	data := c.request.Child(v.types, "SenderProvidedRequestData")
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
		f := newFault("BusinessDataTypeIsNotSupported", "Вид сведений {%s}%s не зарегистрирован", content.Space, content.Local)
		f.details = fmt.Sprintf(`<ns3:RootElementLocalName>%s</ns3:RootElementLocalName><ns3:RootElementNamespaceURI>%s</ns3:RootElementNamespaceURI>`,
			escape(content.Local), escape(content.Space))
		return "", f
	}
	files, flt := b.attachments(c, data)
	if flt != nil {
		return "", flt
	}
	var canonical bytes.Buffer
	if err := xmldsig.Canonicalize(&canonical, content); err != nil {
		return "", fmt.Errorf("keep content of %s: %w", id, err)
	}
	rule, err := json.Marshal(c.rule)
	if err != nil {
		return "", fmt.Errorf("keep script: %w", err)
	}
	accepted := ledger.Acceptance{
		MessageID:       id,
		Sender:          c.sender.Mnemonic,
		Version:         v.number,
		NodeID:          text(data, v.types, "NodeID"),
		ReferenceID:     text(data, v.types, "ReferenceMessageID"),
		TransactionCode: text(data, v.types, "TransactionCode"),
		At:              c.now,
		Content:         canonical.String(),
		Files:           files,
		Script:          rule,
	}
	reply, err := b.metadataReply(ctx, c, "SendRequestResponse", metadata{
		id: id, kind: "REQUEST",
		sender: party{c.sender.Mnemonic, c.sender.Name}, recipient: party{receiverMnemonic, receiverName},
		sent: c.now, status: "requestIsQueued",
	})
	if err != nil {
		return "", err
	}
	err = b.ledger.Attempt(ledger.Attempt{
		At: c.now, MessageID: id, Sender: c.sender.Mnemonic, Bytes: c.hash, Content: c.digest,
		Scripted: c.rule.label(), Acceptance: &accepted,
	})
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	b.work = append(b.work, accepted)
	b.notify()
	b.mu.Unlock()
	return reply, nil
}

// checkMessageID applies spec/smev3.md (d).
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

// attachments checks that headers and contents of inline files match and
// returns all files the message announces (spec/smev3.md e).
func (b *Bus) attachments(c *call, data *xmlsafe.Element) ([]ledger.File, *fault) {
	v := c.version
	contents := map[string][]byte{}
	var total int64
	if list := c.request.Child(v.basic, "AttachmentContentList"); list != nil {
		for _, a := range list.Elements() {
			id := text(a, v.basic, "Id")
			if _, twice := contents[id]; twice {
				return nil, invalidContent(fmt.Errorf("AttachmentContent: Id is not unique"))
			}
			body, err := decode64(text(a, v.basic, "Content"))
			if err != nil {
				return nil, invalidContent(fmt.Errorf("AttachmentContent: %w", err))
			}
			contents[id] = body
			total += int64(len(body))
		}
	}
	var files []ledger.File
	used := map[string]bool{}
	if list := data.Child(v.basic, "AttachmentHeaderList"); list != nil {
		for _, h := range list.Elements() {
			id := text(h, v.basic, "contentId")
			body, found := contents[id]
			if !found || used[id] {
				return nil, newFault("AttachmentContentMiscoordination", "Заголовок вложения %d не ссылается на своё содержимое", len(used)+1)
			}
			used[id] = true
			signature, err := signed64(text(h, v.basic, "SignaturePKCS7"))
			if err != nil {
				return nil, invalidContent(fmt.Errorf("SignaturePKCS7: %w", err))
			}
			files = append(files, ledger.File{Inline: body, IsInline: true, Signature: signature})
		}
	}
	if len(used) != len(contents) {
		return nil, newFault("AttachmentContentMiscoordination", "Заголовков вложений %d, содержимых %d", len(used), len(contents))
	}
	if total > b.options.AttachmentsLimit {
		f := newFault("AttachmentSizeLimitExceeded", "Суммарный размер вложений %d байт", total)
		f.details = fmt.Sprintf(`<ns3:PermittedTotalAttachmentSize>%d</ns3:PermittedTotalAttachmentSize><ns3:RealTotalAttachmentSize>%d</ns3:RealTotalAttachmentSize>`,
			b.options.AttachmentsLimit, total)
		return nil, f
	}
	if list := data.Child(v.basic, "RefAttachmentHeaderList"); list != nil {
		for _, h := range list.Elements() {
			signature, err := signed64(text(h, v.basic, "SignaturePKCS7"))
			if err != nil {
				return nil, invalidContent(fmt.Errorf("SignaturePKCS7: %w", err))
			}
			files = append(files, ledger.File{
				UUID: text(h, v.basic, "uuid"), Name: text(h, v.basic, "FileName"),
				Hash: text(h, v.basic, "Hash"), Signature: signature,
			})
		}
	}
	return files, nil
}

// sendResponse refuses: the simulator hands out no requests, so no To fits.
func (b *Bus) sendResponse(context.Context, *call) (string, error) {
	return "", newFault("RecipientIsNotFound", "Значение To не соответствует ни одному получателю")
}

// text is the text of a child element, empty if there is none.
func text(e *xmlsafe.Element, space, local string) string {
	if c := e.Child(space, local); c != nil {
		return c.Text()
	}
	return ""
}

// signed64 reads base64 inside the signed element, which must have no line
// breaks: the real bus re-encodes it and the sender's signature would not
// survive (spec/smev3.md e).
func signed64(s string) ([]byte, error) {
	if strings.ContainsAny(s, " \t\r\n") {
		return nil, errors.New("base64 inside the signed element has white space")
	}
	return decode64(s)
}

func decode64(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(strings.NewReplacer(" ", "", "\t", "").Replace(s)) // ignores CR and LF
	if err != nil {
		return nil, fmt.Errorf("not base64: %w", err)
	}
	return b, nil
}

// parseTime reads an xs:dateTime with any offset.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
