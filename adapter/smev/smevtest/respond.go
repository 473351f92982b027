package smevtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// sendResponse does SendResponse: the answer to a request that was handed out.
func (b *Bus) sendResponse(ctx context.Context, c *call) (string, error) {
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
	response, content, flt := readResponse(v, data)
	if flt != nil {
		return "", flt
	}
	request, known := b.ledger.RequestOf(text(data, v.types, "To"))
	if !known || request.Owner != c.sender.Mnemonic {
		return "", newFault("RecipientIsNotFound", "Значение To не соответствует ни одному получателю")
	}
	if content != nil {
		if flt := b.checkResponseContent(content, request.Root); flt != nil {
			return "", flt
		}
	}
	accepted, flt := b.acceptance(c, data)
	if flt != nil {
		return "", flt
	}
	if flt := b.checkLimits(c, accepted.Files, request.From); flt != nil {
		return "", flt
	}
	response.MessageID, response.RequestID, response.Sender, response.At = id, request.ID, c.sender.Mnemonic, c.now
	if err := keepResponse(c, data, content, response); err != nil {
		return "", err
	}
	accepted.Response = response
	return b.accept(ctx, c, accepted, "SendResponseResponse", metadata{
		id: id, kind: "RESPONSE", sender: party{c.sender.Mnemonic, c.sender.Name}, recipient: authorOf(request),
		sent: c.now, status: c.version.responseQueued,
	})
}

// readResponse reads which of its four forms the response has.
func readResponse(v *version, data *xmlsafe.Element) (*ledger.Response, *xmlsafe.Element, *fault) {
	r := &ledger.Response{Kind: ledger.ResponseContent}
	switch {
	case data.Child(v.types, "AsyncProcessingStatus") != nil:
		return nil, nil, invalidContent(fmt.Errorf("AsyncProcessingStatus is made by the bus only"))
	case data.Child(v.types, "RequestRejected") != nil:
		r.Kind = ledger.ResponseRejected
		for _, e := range data.Childs(v.types, "RequestRejected") {
			r.Codes = append(r.Codes, text(e, v.types, "RejectionReasonCode"))
		}
	case data.Child(v.types, "RequestStatus") != nil:
		r.Kind = ledger.ResponseStatus
		r.Codes = []string{text(data.Child(v.types, "RequestStatus"), v.types, "StatusCode")}
	default:
		return r, data.Child(v.basic, "MessagePrimaryContent").Elements()[0], nil
	}
	return r, nil, nil
}

// checkResponseContent demands an answer of the kind that was asked for.
func (b *Bus) checkResponseContent(content *xmlsafe.Element, request [2]string) *fault {
	if b.knowsRequest(content.Space, content.Local) || [2]string{content.Space, content.Local} == request {
		return newFault("IncorrectResponseContentType", "{%s}%s не является типом ответа", content.Space, content.Local)
	}
	if content.Space != request[0] {
		return unsupported(content)
	}
	return nil
}

// keepResponse takes what the one who asked shall get: the signed block and its
// signature in canonical form, which changes neither digest nor signature.
func keepResponse(c *call, data, content *xmlsafe.Element, r *ledger.Response) error {
	signature := c.request.Child(c.version.types, "CallerInformationSystemSignature").Child(dsNamespace, "Signature")
	var block, sign bytes.Buffer
	if err := xmldsig.Canonicalize(&block, data); err != nil {
		return fmt.Errorf("keep response: %w", err)
	}
	if err := xmldsig.Canonicalize(&sign, signature); err != nil {
		return fmt.Errorf("keep response: %w", err)
	}
	r.Data, r.Signature = block.String(), sign.String()
	if content != nil {
		var primary bytes.Buffer
		if err := xmldsig.Canonicalize(&primary, content); err != nil {
			return fmt.Errorf("keep response: %w", err)
		}
		r.Content = primary.String()
	}
	return nil
}

// route hands an accepted response on: to the participant who asked, or to
// nobody if the simulator itself did. What the bus refuses goes back to the
// sender (adapter/smev/SPEC.md#answers).
func (b *Bus) route(ctx context.Context, m ledger.Acceptance) (ledger.Processed, error) {
	out := ledger.Processed{At: b.options.Now(), MessageID: m.MessageID}
	var rule Rule
	if len(m.Script) > 0 {
		if err := json.Unmarshal(m.Script, &rule); err != nil {
			return out, fmt.Errorf("read kept script: %w", err)
		}
	}
	_, files, flt := b.examine(m)
	defer closeAll(files)
	if rule.Reject != "" {
		flt = scriptedFault(rule.Reject)
	}
	a := author{bus: b, ctx: ctx, message: m, now: out.At, rule: rule}
	request, _ := b.ledger.Answer(m.Response.RequestID)
	switch {
	case flt != nil:
		out.Refusal = flt.Error()
		a.asyncStatus(a.version().responseRejected, flt, 0)
	case b.isParticipant(request.From):
		handed, err := b.handOver(m.Files, files)
		if err != nil {
			return out, err
		}
		a.answers = append(a.answers, ledger.Answer{
			ID: m.MessageID, Owner: request.From, Version: m.Version, OriginalID: request.ID,
			TransactionCode: request.TransactionCode, From: m.Sender, FromName: b.nameOf(m.Sender), SentAt: m.At, Available: out.At,
			Root: rootOf(m.Response.Content), Data: m.Response.Data, Signature: m.Response.Signature, Files: handed,
		})
	}
	out.Answers = a.answers
	return out, a.err
}

// handOver lets the one who asked fetch the files of a response.
func (b *Bus) handOver(files []ledger.File, contents []*held) ([]ledger.AnswerFile, error) {
	var out []ledger.AnswerFile
	for i, f := range files {
		handed := ledger.AnswerFile{ID: f.UUID, Name: or(f.Name, "file"), Attached: f.IsInline, Content: f.Inline}
		if !f.IsInline {
			if err := b.files.Put(f.UUID, handed.Name, contents[i]); err != nil {
				return nil, fmt.Errorf("hand file over: %w", err)
			}
		}
		out = append(out, handed)
	}
	return out, nil
}

// isParticipant reports whether somebody with this mnemonic is known.
func (b *Bus) isParticipant(mnemonic string) bool {
	return slices.ContainsFunc(b.options.Senders, func(s Sender) bool { return s.Mnemonic == mnemonic })
}

// nameOf is the name of a participant.
func (b *Bus) nameOf(mnemonic string) string {
	for _, s := range b.options.Senders {
		if s.Mnemonic == mnemonic {
			return s.Name
		}
	}
	return mnemonic
}

// rootOf is the document element of a content, nothing if there is none.
func rootOf(content string) [2]string {
	doc, err := xmlsafe.Parse([]byte(content), treeLimits)
	if err != nil {
		return [2]string{}
	}
	return [2]string{strings.Clone(doc.Root.Space), strings.Clone(doc.Root.Local)}
}
