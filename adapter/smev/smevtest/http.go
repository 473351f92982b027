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
	now       time.Time
	rule      Rule
	sender    Sender
	digest    string // of the signed element
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

// garbage are replies that are no answers.
var garbage = map[string]func(good string) string{
	"html":      func(string) string { return "<html><body><h1>502 Bad Gateway</h1></body></html>" },
	"empty":     func(string) string { return "" },
	"truncated": func(good string) string { return good[:len(good)/2] },
	"soap": func(string) string {
		return envelope(`<x:Unexpected xmlns:x="urn:unexpected"/>`)
	},
}

// handler serves one version at its path.
func (b *Bus) handler(v *version) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !b.enter() {
			return
		}
		defer b.handlers.Done()
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
	b.saver.message("in", request.Local, c.messageID(), root)
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

// perform checks the request in the order of spec/smev3.md (c) and does it.
func (b *Bus) perform(ctx context.Context, c *call, op operation, header bool) (string, error) {
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

// messageID is the MessageID of a SendRequest, empty for anything else.
func (c *call) messageID() string {
	if c.request == nil || c.request.Local != "SendRequestRequest" {
		return ""
	}
	data := c.request.Child(c.version.types, "SenderProvidedRequestData")
	if data == nil {
		return ""
	}
	id := data.Child(c.version.types, "MessageID")
	if id == nil {
		return ""
	}
	return id.Text()
}

// recordAttempt writes a refused SendRequest down; an accepted one wrote itself.
func (b *Bus) recordAttempt(c *call, outcome error) error {
	id := c.messageID()
	if id == "" || outcome == nil {
		return nil
	}
	flt, ok := errors.AsType[*fault](outcome)
	if !ok {
		return nil
	}
	return b.ledger.Attempt(ledger.Attempt{
		At: c.now, MessageID: id, Sender: c.sender.Mnemonic, Bytes: c.hash, Content: c.digest,
		Fault: flt.label(), Scripted: c.rule.label(),
	})
}

// reply writes the answer, or the trouble the script asks for.
func (b *Bus) reply(w http.ResponseWriter, r *http.Request, c *call, content string, err error) {
	status := http.StatusOK
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
	if !wait(r.Context(), time.Duration(c.rule.Delay)) || c.rule.Drop != "" {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	}
	if c.rule.Tamper {
		content = strings.Replace(content, "<ns2:MessageType>", "<ns2:MessageType> ", 1)
	}
	document := envelope(content)
	if spoil, ok := garbage[c.rule.Garbage]; ok {
		_, _ = io.WriteString(w, spoil(document))
		return
	}
	if err == nil || c.request != nil {
		b.saver.message("out", c.operation, c.messageID(), []byte(document))
	}
	if varied(b.options.Multipart, &b.replies) {
		document = multipartReply(w.Header(), document)
	} else {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, document)
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func envelope(content string) string {
	return `<soap:Envelope xmlns:soap="` + soapNamespace + `"><soap:Body>` + content + `</soap:Body></soap:Envelope>`
}

// multipartReply wraps a reply the way Apache CXF does (message 13 of the samples).
func multipartReply(h http.Header, document string) string {
	sum := sha256.Sum256([]byte(document))
	boundary := "uuid:" + hex.EncodeToString(sum[:16])
	h.Set("Content-Type", `multipart/related; type="application/xop+xml"; boundary="`+boundary+
		`"; start="<root.message@cxf.apache.org>"; start-info="text/xml";charset=UTF-8`)
	return "--" + boundary + "\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n" +
		"Content-Transfer-Encoding: binary\r\nContent-ID: <root.message@cxf.apache.org>\r\n\r\n" +
		document + "\r\n--" + boundary + "--\r\n"
}
