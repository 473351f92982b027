package smevtest

import (
	"context"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/xmlsafe"
)

// author writes the answers to one message.
type author struct {
	bus     *Bus
	ctx     context.Context
	message ledger.Acceptance
	now     time.Time
	rule    Rule
	delay   time.Duration
	answers []ledger.Answer
	err     error
}

// around puts everything that is not final before the final answer or, if the
// script says so, after it.
func (a *author) around(result *receiver.Result, final func()) {
	if !a.rule.StatusLast {
		a.preliminary(result, 0)
	}
	final()
	if a.rule.Twice {
		final()
	}
	if a.rule.StatusLast {
		a.preliminary(result, a.delay)
	}
}

// preliminary answers with statuses, oddities and the interim protocol.
func (a *author) preliminary(result *receiver.Result, delay time.Duration) {
	for _, category := range a.rule.Statuses {
		a.asyncStatus(category, nil, delay)
	}
	a.oddity(delay)
	a.stranger(result, delay)
	if a.rule.RequestStatus {
		a.respond(`<ns2:RequestStatus><ns2:StatusCode>1</ns2:StatusCode><ns2:StatusDescription>Запрос принят в обработку</ns2:StatusDescription></ns2:RequestStatus>`,
			[2]string{}, delay)
	}
	if result != nil && result.Interim != "" && (a.bus.options.Interim || a.rule.Interim) {
		a.content(result.Interim, result.Root, delay)
	}
}

// content answers with business content.
func (a *author) content(content string, root [2]string, delay time.Duration) {
	a.respond(`<MessagePrimaryContent>`+content+`</MessagePrimaryContent>`, root, delay)
}

// rejected answers with RequestRejected.
func (a *author) rejected(code string) {
	a.respond(`<ns2:RequestRejected><ns2:RejectionReasonCode>`+code+`</ns2:RejectionReasonCode>`+
		`<ns2:RejectionReasonDescription>Запрос отклонён симулятором</ns2:RejectionReasonDescription></ns2:RequestRejected>`,
		[2]string{}, a.delay)
}

// protocol answers with the protocol: inline or, of 10.10.I, as a file
// (adapter/egisso/SPEC.md#carriage).
func (a *author) protocol(request *xmlsafe.Element, result receiver.Result) {
	form := a.bus.options.Answers
	if a.rule.Answers != "" {
		form = a.rule.Answers
	}
	if request.Space == receiver.NamespaceStorageFile && form == AnswerInline {
		form = AnswerFile // this version has no other way
	}
	if form == AnswerInline || result.Root[0] != receiver.NamespaceStorage {
		a.content(result.Protocol, result.Root, a.delay)
		return
	}
	files, err := a.bus.storeFiles(a.ctx, []File{{
		Name: "protocol.xml", Content: strings.NewReader(result.Protocol), NamespaceURI: receiver.NamespaceStorage, Attached: form == AnswerAttachment,
	}}, a.now)
	if err != nil {
		a.err = err
		return
	}
	a.bus.spoil(files, a.rule.File)
	root := [2]string{receiver.NamespaceStorageFile, "response"}
	a.add(`<MessagePrimaryContent><response xmlns="`+root[0]+`"><attachment>true</attachment></response></MessagePrimaryContent>`+
		headers(a.version(), files), a.byReceiver(ledger.Answer{Root: root, Files: files}), a.delay)
}

// oddity answers with something that is not expected.
func (a *author) oddity(delay time.Duration) {
	const unknown = `<MessagePrimaryContent><x:notice xmlns:x="urn:smevsim:unknown">неизвестное содержимое</x:notice></MessagePrimaryContent>`
	odd := a.byReceiver(ledger.Answer{Root: [2]string{"urn:smevsim:unknown", "notice"}, OriginalID: a.message.MessageID})
	switch a.rule.Oddity {
	case "unknownContent":
	case "foreign":
		odd.OriginalID = a.bus.ids.next(a.now)
	case "withoutOriginal":
		odd.OriginalID = ""
	default:
		return
	}
	a.addTo(odd.OriginalID, unknown, odd, delay)
}

// asyncStatus tells what became of the message in the bus itself; a fault says
// why it was refused.
func (a *author) asyncStatus(category string, f *fault, delay time.Duration) {
	v := a.version()
	var s strings.Builder
	s.WriteString(`<ns2:AsyncProcessingStatus><ns2:OriginalMessageId>` + a.message.MessageID + `</ns2:OriginalMessageId>` +
		`<ns2:StatusCategory>` + escape(category) + `</ns2:StatusCategory>`)
	if f != nil {
		kind := ""
		if t := f.typeName(); t != "" {
			kind = ` xmlns:xsi="` + xsiNamespace + `" xsi:type="` + t + `"`
		}
		s.WriteString(`<ns2:StatusDetails>` + escape(shorten(f.text, 500)) + `</ns2:StatusDetails>` +
			`<ns2:SmevFault xmlns:ns3="` + v.faults + `"` + kind + `>` + f.content("ASYNC") + `</ns2:SmevFault>`)
	}
	s.WriteString(`</ns2:AsyncProcessingStatus>`)
	by := a.bus.options.Statuses
	if a.rule.StatusBy != "" {
		by = a.rule.StatusBy
	}
	if by != StatusByGetStatus {
		a.add(s.String(), ledger.Answer{From: or(a.rule.StatusFrom, busMnemonic)}, delay)
	}
	if by != StatusByGetResponse {
		a.answers = append(a.answers, ledger.Answer{
			ID: a.bus.ids.next(a.now), Owner: a.message.Sender, Queue: ledger.Statuses, Version: a.message.Version,
			OriginalID: a.message.MessageID, From: busMnemonic, SentAt: a.now, Available: a.now.Add(delay), Data: s.String(),
		})
	}
}

func (a *author) version() *version {
	return a.bus.versions[exchange+a.message.Version]
}

// respond adds an answer of ЕГИССО.
func (a *author) respond(content string, root [2]string, delay time.Duration) {
	a.add(content, a.byReceiver(ledger.Answer{Root: root}), delay)
}

// add adds an answer to the message.
func (a *author) add(content string, answer ledger.Answer, delay time.Duration) {
	a.addTo(a.message.MessageID, content, answer, delay)
}

// addTo signs the answer's data and puts it into the list.
func (a *author) addTo(original, content string, answer ledger.Answer, delay time.Duration) {
	if a.err != nil {
		return
	}
	dataID, signer := "SIGNED_BY_PROVIDER", a.bus.options.ReceiverSigner
	if answer.From == busMnemonic {
		dataID, signer = "SIGNED_ASYNC_BY_SMEV", nil // newer replies carry only SMEVSignature
	}
	v := a.version()
	answer.ID, answer.OriginalID = a.bus.ids.next(a.now), original
	answer.Owner, answer.NodeID, answer.Version = a.message.Sender, a.message.NodeID, a.message.Version
	answer.ReferenceID, answer.TransactionCode = a.message.ReferenceID, a.message.TransactionCode
	answer.SentAt, answer.Available = a.now, a.now.Add(delay)
	answer.Data = responseData(v, dataID, answer.ID, replyTo(a.message.MessageID, a.message.Sender), content)
	if signer != nil {
		answer.Signature, a.err = signElement(a.ctx, signer, answer.Data, v.types, "SenderProvidedResponseData")
	}
	a.answers = append(a.answers, answer)
}
