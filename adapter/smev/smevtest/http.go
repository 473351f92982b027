package smevtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/shape"
	"egissogw/crypto/xmlsafe"
)

const maxRequest = 128 << 20

// call is one request being answered.
type call struct {
	version   *version
	operation string
	request   *xmlsafe.Element // child of soap:Body
	raw       []byte           // the envelope as received
	hash      string           // SHA-256 of raw
	saved     string           // file raw was written to
	now       time.Time
	rule      Rule
	sender    Sender
	digest    string // of the signed element
	stored    int64  // bytes of the files of a message
	subject   string // id of the message handed out or acknowledged
}

// operation is how one is checked and done.
type operation struct {
	name   string
	target string // signed element
	common bool   // the signed element is in the basic namespace
	do     func(*Bus, context.Context, *call) (string, error)
}

var operations = map[string]operation{
	"SendRequestRequest":                {"SendRequest", "SenderProvidedRequestData", false, (*Bus).sendRequest},
	"SendResponseRequest":               {"SendResponse", "SenderProvidedResponseData", false, (*Bus).sendResponse},
	"GetRequestRequest":                 {"GetRequest", "MessageTypeSelector", true, (*Bus).getRequest},
	"GetResponseRequest":                {"GetResponse", "MessageTypeSelector", true, (*Bus).getResponse},
	"GetStatusRequest":                  {"GetStatus", "Timestamp", true, (*Bus).getStatus},
	"AckRequest":                        {"Ack", "AckTargetMessage", true, (*Bus).ack},
	"GetIncomingQueueStatisticsRequest": {"GetIncomingQueueStatistics", "Timestamp", true, (*Bus).statistics},
}

// handler serves one version at its path.
func (b *Bus) handler(v *version) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.enter() {
			return
		}
		defer b.handlers.Done()
		if b.outageReply(w) {
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			http.Error(w, "cannot read request", http.StatusBadRequest)
			return
		}
		c := &call{version: v, now: b.options.Now()}
		reply, err := b.answer(r.Context(), c, r.Header.Get("Content-Type"), body)
		b.reply(w, r, c, reply, err)
	})
}

// answer does the call and returns the content of soap:Body. What the client
// is told of an error is a fault.
func (b *Bus) answer(ctx context.Context, c *call, contentType string, body []byte) (string, error) {
	root, parts, flt := unpack(contentType, body)
	if flt != nil {
		return "", flt
	}
	sum := sha256.Sum256(root)
	c.raw, c.hash = root, hex.EncodeToString(sum[:])
	request, header, flt := parseEnvelope(root, parts)
	if flt != nil {
		return "", flt
	}
	op, known := operations[request.Local]
	if !known || request.Space != c.version.types || !c.version.schema.Knows(request.Space, request.Local) {
		return "", clientFault("Операция {%s}%s не поддерживается этим адресом", request.Space, request.Local)
	}
	c.request, c.operation = request, op.name
	c.saved = b.saver.message("in", request.Local, c.messageID(), root)
	c.rule = b.options.Script.next(op.name)
	if c.rule.Drop == "before" {
		return "", errDrop
	}
	reply, err := b.perform(ctx, c, op, header)
	if err := b.recordAttempt(c, err); err != nil {
		return "", err
	}
	return reply, err
}

// errDrop closes the connection without a reply.
var errDrop = errors.New("scripted: connection dropped")

// perform checks the request in the order of adapter/smev/SPEC.md#order-of-checks and does it.
func (b *Bus) perform(ctx context.Context, c *call, op operation, header bool) (string, error) {
	if b.down() == OutageFailure {
		return "", newFault("SMEVFailure", "Сбой в инфраструктуре СМЭВ")
	}
	if c.rule.Fault != "" {
		return "", scriptedFault(c.rule.Fault)
	}
	if !header {
		return "", signatureFault(poorEnvelope, "Недопустимый формат SOAP-конверта: отсутствует soap:Header")
	}
	if err := c.version.schema.Check(c.request); err != nil {
		return "", invalidContent(err)
	}
	if flt := b.authenticate(c, op); flt != nil {
		return "", flt
	}
	if err := b.limitRate(c); err != nil {
		return "", err
	}
	return op.do(b, ctx, c)
}

func invalidContent(err error) *fault {
	position := -1
	if e, ok := errors.AsType[*shape.Error](err); ok {
		position = e.Offset
	}
	f := newFault("InvalidContent", "Сообщение не соответствует схеме: %v", err)
	f.details = fmt.Sprintf(`<ns3:ValidationError errorPosition="%d">%s</ns3:ValidationError>`, position, escape(err.Error()))
	return f
}

// authenticate checks the signature and finds out who the sender is.
func (b *Bus) authenticate(c *call, op operation) *fault {
	wrapper := c.request.Child(c.version.types, "CallerInformationSystemSignature")
	if wrapper == nil {
		return signatureFault(noSignatureFound, "ЭП-ОВ не найдена в документе")
	}
	space := c.version.types
	if op.common {
		space = c.version.basic
	}
	good, flt := verifySignature(c.raw, wrapper.Child(dsNamespace, "Signature"), c.request.Child(space, op.target))
	if flt != nil {
		return flt
	}
	c.digest = good.digest
	if err := good.certificate.CheckTerm(c.now); err != nil {
		return signatureFault(certificateExpired, "Срок действия сертификата ЭП-ОВ: %v", err)
	}
	sender, known := b.senders[string(good.certificate.Raw)]
	if !known {
		return newFault("SenderIsNotRegistered", "Отправитель не зарегистрирован в СМЭВ: %s", good.certificate)
	}
	c.sender = sender
	return nil
}

// data is the signed block of a SendRequest or SendResponse, nil for anything else.
func (c *call) data() *xmlsafe.Element {
	switch c.operation {
	case "SendRequest":
		return c.request.Child(c.version.types, "SenderProvidedRequestData")
	case "SendResponse":
		return c.request.Child(c.version.types, "SenderProvidedResponseData")
	}
	return nil
}

// messageID is the MessageID of a SendRequest or SendResponse, empty for
// anything else.
func (c *call) messageID() string {
	if data := c.data(); data != nil {
		return text(data, c.version.types, "MessageID")
	}
	return ""
}

// recordAttempt writes a refused message down; an accepted one wrote itself.
func (b *Bus) recordAttempt(c *call, outcome error) error {
	id := c.messageID()
	if id == "" || outcome == nil {
		return nil
	}
	var label string
	if flt, ok := errors.AsType[*fault](outcome); ok {
		label = flt.label()
	} else if refused, ok := errors.AsType[*throttled](outcome); ok {
		label = refused.Error()
	} else {
		return nil
	}
	a := c.attempt()
	a.Fault = label
	return b.ledger.Attempt(a)
}

// attempt is this call for the ledger.
func (c *call) attempt() ledger.Attempt {
	return ledger.Attempt{
		At: c.now, MessageID: c.messageID(), Response: c.operation == "SendResponse", Sender: c.sender.Mnemonic,
		Bytes: c.hash, Content: c.digest, Scripted: c.rule.label(),
	}
}

// recordCall writes the call down.
func (b *Bus) recordCall(c *call, outcome error) error {
	record := ledger.Call{
		At: c.now, Operation: c.operation, Version: c.version.number, Sender: c.sender.Mnemonic,
		Message: c.messageID(), Bytes: c.hash, Size: len(c.raw), Trouble: c.rule.label(), Saved: c.saved,
	}
	if c.operation == "" {
		record.Operation = "unknown"
	}
	if c.subject != "" {
		record.Message = c.subject
	}
	if flt, ok := errors.AsType[*fault](outcome); ok {
		record.Fault = flt.label()
	} else if outcome != nil && !errors.Is(outcome, errDrop) {
		record.Fault = outcome.Error()
	}
	return b.ledger.Called(record)
}

// reply decides on the reply, records the call and writes the reply.
func (b *Bus) reply(w http.ResponseWriter, r *http.Request, c *call, content string, err error) {
	status := http.StatusOK
	if refused, ok := errors.AsType[*throttled](err); ok {
		_ = b.recordCall(c, err)
		refused.write(w)
		return
	}
	if err != nil && !errors.Is(err, errDrop) {
		flt, ok := errors.AsType[*fault](err)
		if !ok {
			b.options.Log.Error("simulator failed", "operation", c.operation, "err", err)
			flt = newFault("SMEVFailure", "Сбой симулятора")
		}
		status = http.StatusInternalServerError
		if c.rule.Fault != "" && c.rule.Status != 0 {
			status = c.rule.Status
		}
		content = flt.soap(c.version, varied(b.options.BareFaults, &b.faults))
		b.options.Log.Info("fault given", "operation", c.operation, "fault", flt.label(), "message_id", c.messageID())
	}
	if err := b.recordCall(c, err); err != nil {
		b.options.Log.Error("call not recorded", "operation", c.operation, "err", err)
	}
	if c.rule.Tamper {
		content = tamper(content)
	}
	document := envelope(content)
	if c.request != nil && !errors.Is(err, errDrop) {
		b.saver.message("out", c.operation, c.messageID(), []byte(document))
	}
	b.write(w, r, c, status, document)
}

// tamper changes the signed part of a reply.
func tamper(content string) string {
	for _, tag := range []string{"<ns2:MessageType>", "<ns2:StatusCategory>"} {
		if strings.Contains(content, tag) {
			return strings.Replace(content, tag, tag+" ", 1)
		}
	}
	return content
}
