package smevtest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmlsafe"
)

// attachments checks that headers and contents of inline files match and
// returns all files the message announces (adapter/smev/SPEC.md#inline-files).
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
			files = append(files, ledger.File{UUID: id, Inline: body, IsInline: true, Signature: signature})
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

// text is the text of a child element, empty if there is none. It is a copy:
// what is kept of a message must not keep the whole message.
func text(e *xmlsafe.Element, space, local string) string {
	if c := e.Child(space, local); c != nil {
		return strings.Clone(c.Text())
	}
	return ""
}

// signed64 reads base64 inside the signed element, which must have no line
// breaks: the real bus re-encodes it and the sender's signature would not
// survive (adapter/smev/SPEC.md#inline-files).
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
