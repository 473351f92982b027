package smevtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmlsafe"
)

// process does the asynchronous part: one accepted message after the other.
func (b *Bus) process(ctx context.Context) {
	for {
		b.mu.Lock()
		for len(b.work) == 0 && !b.stopped {
			changed := b.changed
			b.mu.Unlock()
			<-changed
			b.mu.Lock()
		}
		if b.stopped {
			b.mu.Unlock()
			return
		}
		message := b.work[0]
		b.work = b.work[1:]
		b.busy = true
		b.mu.Unlock()

		outcome, err := b.handle(ctx, message)
		if err == nil {
			err = b.ledger.Processed(outcome)
		}
		if err != nil && ctx.Err() == nil {
			b.options.Log.Error("message not processed", "message_id", message.MessageID, "err", err)
		}
		b.mu.Lock()
		if err == nil {
			for _, a := range outcome.Answers {
				b.queue = append(b.queue, &queued{Answer: a})
			}
		}
		b.busy = false
		b.notify()
		b.mu.Unlock()
	}
}

// handle decides what comes of a message.
func (b *Bus) handle(ctx context.Context, m ledger.Acceptance) (ledger.Processed, error) {
	now := b.options.Now()
	out := ledger.Processed{At: now, MessageID: m.MessageID}
	var rule Rule
	if len(m.Script) > 0 {
		if err := json.Unmarshal(m.Script, &rule); err != nil {
			return out, fmt.Errorf("read kept script: %w", err)
		}
	}
	a := author{bus: b, ctx: ctx, message: m, now: now, delay: b.options.Delay + time.Duration(rule.AnswerDelay)}
	content, files, flt := b.examine(m)
	if rule.Reject != "" {
		flt = scriptedFault(rule.Reject)
	}
	switch {
	case flt != nil:
		out.Refusal = flt.Error()
		a.asyncStatus(flt)
	case rule.RequestRejected != "":
		out.Refusal = rule.RequestRejected
		a.rejected(rule.RequestRejected)
	default:
		b.savePackages(content, m, files)
		result := b.receiver.Process(content, files, m.At, now)
		out.PackageID, out.Refusal, out.Records = result.PackageID, result.Refusal, result.Records
		if rule.RequestStatus {
			a.status()
		}
		if (b.options.Interim || rule.Interim) && result.Interim != "" {
			a.content(result.Interim, result.Root, 0)
		}
		a.content(result.Protocol, result.Root, a.delay)
		b.options.Log.Info("package processed", "message_id", m.MessageID, "package_id", out.PackageID,
			"records", len(out.Records), "refusal", out.Refusal)
	}
	out.Answers = a.answers
	if rule.NoAnswer {
		out.Answers = nil
	}
	return out, a.err
}

// examine does the asynchronous checks of the bus: business schema, files in
// the storage, their hashes and signatures (spec/smev3.md c).
func (b *Bus) examine(m ledger.Acceptance) (*xmlsafe.Element, [][]byte, *fault) {
	doc, err := xmlsafe.Parse([]byte(m.Content), xmlsafe.DefaultLimits)
	if err != nil {
		return nil, nil, invalidContent(err)
	}
	if err := b.receiver.CheckContent(doc.Root); err != nil {
		return nil, nil, invalidContent(err)
	}
	var files [][]byte
	for _, f := range m.Files {
		data, flt := b.fetch(f)
		if flt != nil {
			return nil, nil, flt
		}
		files = append(files, data)
	}
	return doc.Root, files, nil
}

// fetch reads one announced file and checks it.
func (b *Bus) fetch(f ledger.File) ([]byte, *fault) {
	data := f.Inline
	if !f.IsInline {
		stored, err := b.files.Open(f.UUID, f.Name)
		if err != nil {
			text := "Файл %s не найден в файловом хранилище"
			if !errors.Is(err, filestore.ErrNotFound) {
				text = "Файл %s не читается из файлового хранилища"
			}
			return nil, newFault("AttachmentContentMiscoordination", text, f.UUID)
		}
		data, err = io.ReadAll(stored)
		if err = errors.Join(err, stored.Close()); err != nil {
			return nil, newFault("SMEVFailure", "Файл %s не читается", f.UUID)
		}
		if !hashMatches(f.Hash, data) {
			return nil, signatureFault(signatureIsInvalid, "Хэш файла %s не совпадает с заявленным", f.UUID)
		}
	}
	if len(f.Signature) > 0 {
		signer, err := cms.Verify(f.Signature, bytes.NewReader(data))
		if err == nil {
			err = signer.CheckValidity(b.options.Now())
		}
		if err != nil {
			return nil, signatureFault(signatureIsInvalid, "Подпись вложения %s не прошла проверку: %v", f.UUID, err)
		}
	}
	return data, nil
}

// hashMatches compares a Hash, base64 of the raw digest, with the file. The
// length tells the algorithm.
func hashMatches(declared string, data []byte) bool {
	want, err := base64.StdEncoding.DecodeString(declared)
	if err != nil || len(want) != 32 && len(want) != 64 {
		return false
	}
	h := cert.NewDigest(len(want))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil)) == hex.EncodeToString(want)
}

// author writes the answers to one message.
type author struct {
	bus     *Bus
	ctx     context.Context
	message ledger.Acceptance
	now     time.Time
	delay   time.Duration
	answers []ledger.Answer
	err     error
}

// content answers with business content.
func (a *author) content(content string, root [2]string, delay time.Duration) {
	a.add(`<MessagePrimaryContent>`+content+`</MessagePrimaryContent>`, root, receiverMnemonic, delay)
}

// rejected answers with RequestRejected.
func (a *author) rejected(code string) {
	a.add(`<ns2:RequestRejected><ns2:RejectionReasonCode>`+code+`</ns2:RejectionReasonCode>`+
		`<ns2:RejectionReasonDescription>Запрос отклонён симулятором</ns2:RejectionReasonDescription></ns2:RequestRejected>`,
		[2]string{}, receiverMnemonic, a.delay)
}

// status answers with RequestStatus.
func (a *author) status() {
	a.add(`<ns2:RequestStatus><ns2:StatusCode>1</ns2:StatusCode><ns2:StatusDescription>Запрос принят в обработку</ns2:StatusDescription></ns2:RequestStatus>`,
		[2]string{}, receiverMnemonic, 0)
}

// asyncStatus tells that the bus itself refused the message.
func (a *author) asyncStatus(f *fault) {
	v := a.version()
	kind := ""
	if t := f.typeName(); t != "" {
		kind = ` xmlns:xsi="` + xsiNamespace + `" xsi:type="` + t + `"`
	}
	a.add(`<ns2:AsyncProcessingStatus><ns2:OriginalMessageId>`+a.message.MessageID+`</ns2:OriginalMessageId>`+
		`<ns2:StatusCategory>requestIsRejectedBySmev</ns2:StatusCategory>`+
		`<ns2:StatusDetails>`+escape(shorten(f.text, 500))+`</ns2:StatusDetails>`+
		`<ns2:SmevFault xmlns:ns3="`+v.faults+`"`+kind+`>`+f.content("ASYNC")+`</ns2:SmevFault></ns2:AsyncProcessingStatus>`,
		[2]string{}, busMnemonic, a.delay)
}

func (a *author) version() *version {
	return a.bus.versions[exchange+a.message.Version]
}

// add signs the answer's data and puts it into the list.
func (a *author) add(content string, root [2]string, from string, delay time.Duration) {
	if a.err != nil {
		return
	}
	id := a.bus.ids.next(a.now)
	dataID, signer := "SIGNED_BY_PROVIDER", a.bus.options.ReceiverSigner
	if from == busMnemonic {
		dataID, signer = "SIGNED_ASYNC_BY_SMEV", nil // newer replies carry only SMEVSignature
	}
	v := a.version()
	to := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"mid":%q,"mnm":%q}`, a.message.MessageID, a.message.Sender))
	data := `<ns2:SenderProvidedResponseData xmlns:ns2="` + v.types + `" xmlns="` + v.basic + `" Id="` + dataID + `">` +
		`<ns2:MessageID>` + id + `</ns2:MessageID><ns2:To>` + to + `</ns2:To>` + content + `</ns2:SenderProvidedResponseData>`
	answer := ledger.Answer{
		ID: id, Owner: a.message.Sender, NodeID: a.message.NodeID, Version: a.message.Version,
		OriginalID: a.message.MessageID, ReferenceID: a.message.ReferenceID, TransactionCode: a.message.TransactionCode,
		From: from, SentAt: a.now, Available: a.now.Add(delay), Root: root, Data: data,
	}
	if signer != nil {
		answer.Signature, a.err = signElement(a.ctx, signer, data, v.types, "SenderProvidedResponseData")
	}
	a.answers = append(a.answers, answer)
}

func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return strings.TrimSpace(string(r[:limit-1])) + "…"
}
