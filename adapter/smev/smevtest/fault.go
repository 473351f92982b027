package smevtest

import (
	"fmt"
	"strings"
)

// faultKind is a fault element of the schemas (spec/smev3.md g).
type faultKind struct {
	name    string
	number  string // SMEV-NNN where one was seen
	text    string // default text
	void    bool   // declared as Void
	details string // default children, %s = prefix of the faults namespace
}

var faultKinds = []faultKind{
	{name: "BusinessDataTypeIsNotSupported", text: "Вид сведений не зарегистрирован",
		details: `<%[1]s:RootElementLocalName>unknown</%[1]s:RootElementLocalName><%[1]s:RootElementNamespaceURI>unknown</%[1]s:RootElementNamespaceURI>`},
	{name: "TransactionCodeInvalid", text: "Код транзакции не принят"},
	{name: "SignatureVerificationFault", number: "100", text: "ЭП-ОВ не прошла проверку"},
	{name: "InvalidContent", number: "403", text: "Сообщение не соответствует схеме",
		details: `<%[1]s:ValidationError errorPosition="-1">Сообщение не соответствует схеме</%[1]s:ValidationError>`},
	{name: "AttachmentContentMiscoordination", void: true, text: "Заголовки и содержимое вложений не согласованы"},
	{name: "AttachmentSizeLimitExceeded", text: "Превышен размер вложений",
		details: `<%[1]s:PermittedTotalAttachmentSize>5242880</%[1]s:PermittedTotalAttachmentSize><%[1]s:RealTotalAttachmentSize>5242881</%[1]s:RealTotalAttachmentSize>`},
	{name: "QuoteLimitExceeded", text: "Превышена квота хранилища",
		details: `<%[1]s:RemainedTotalQuoteSize>0</%[1]s:RemainedTotalQuoteSize><%[1]s:RealTotalAttachmentSize>1</%[1]s:RealTotalAttachmentSize>`},
	{name: "AccessDenied", void: true, text: "Отправителю не разрешена посылка сообщений получателю"},
	{name: "PersonalAccessDenied", text: "Нет прав на основании сертификата персонального доступа"},
	{name: "SenderIsNotRegistered", void: true, text: "Отправитель не зарегистрирован в СМЭВ"},
	{name: "RecipientIsNotFound", void: true, text: "Получатель не найден"},
	{name: "DestinationOverflow", number: "600", text: "Входящая очередь получателя переполнена",
		details: `<%[1]s:MessageBrokerAddress>broker</%[1]s:MessageBrokerAddress><%[1]s:DestinationName>queue</%[1]s:DestinationName>`},
	{name: "SMEVFailure", void: true, text: "Сбой в инфраструктуре СМЭВ"},
	{name: "MessageIsAlreadySent", number: "301", void: true, text: "Сообщение с таким идентификатором уже отправлено"},
	{name: "InvalidMessageIdFormat", number: "300", void: true, text: "Идентификатор сообщения не является UUID варианта 1"},
	{name: "StaleMessageId", void: true, text: "Идентификатор сообщения устарел"},
	{name: "EndOfLifeReached", text: "Превышено время жизни сообщения"},
	{name: "IncorrectResponseContentType", void: true, text: "Содержимое не является ответом"},
	{name: "UnknownMessageType", void: true, text: "Тип сообщения не зарегистрирован"},
	{name: "TargetMessageIsNotFound", number: "501", void: true, text: "Сообщение не найдено среди неподтверждённых."},
	{name: "RequestIsNotFound", void: true, text: "Запрос не найден"},
}

// FaultNames lists every fault the simulator can give.
func FaultNames() []string {
	var names []string
	for _, k := range faultKinds {
		names = append(names, k.name)
	}
	return names
}

// Codes of SignatureVerificationFault.
const (
	poorEnvelope        = "PoorSOAPEnvelopeFormat"
	noSignatureFound    = "NoSignatureFound"
	incorrectTarget     = "IncorrectSignatureTarget"
	signatureIsInvalid  = "SignatureIsInvalid"
	certificateNotFound = "CertificateIsNotFound"
	certificateExpired  = "CertificateIsExpired"
)

// fault is a fault to be given.
type fault struct {
	name    string // element; empty = a SOAP fault without detail
	code    string // of SignatureVerificationFault
	text    string
	details string // children, instead of the default ones
	client  bool   // faultcode soap:Client
}

// Error implements error; handlers return faults as errors.
func (f *fault) Error() string { return f.label() + ": " + f.text }

// label is the name used in scripts and in the ledger.
func (f *fault) label() string {
	switch {
	case f.name == "":
		return "soap:Fault"
	case f.code != "":
		return f.name + "/" + f.code
	}
	return f.name
}

func newFault(name, format string, args ...any) *fault {
	return &fault{name: name, text: fmt.Sprintf(format, args...)}
}

func signatureFault(code, format string, args ...any) *fault {
	return &fault{name: "SignatureVerificationFault", code: code, text: fmt.Sprintf(format, args...)}
}

func clientFault(format string, args ...any) *fault {
	return &fault{client: true, text: fmt.Sprintf(format, args...)}
}

// scriptedFault makes a fault from its label.
func scriptedFault(label string) *fault {
	name, code, _ := strings.Cut(label, "/")
	f := &fault{name: name, code: code}
	for _, k := range faultKinds {
		if k.name == name {
			f.text = k.text
		}
	}
	if name == "SignatureVerificationFault" && code == "" {
		f.code = signatureIsInvalid
	}
	return f
}

// content is what stands in the fault element, in the namespaces bound to the
// default prefix (basic) and ns3 (faults).
func (f *fault) content(stage string) string {
	var kind faultKind
	for _, k := range faultKinds {
		if k.name == f.name {
			kind = k
		}
	}
	text := f.text
	if kind.number != "" {
		text = "SMEV-" + kind.number + ":" + text
	}
	details := f.details
	if details == "" && kind.details != "" {
		details = fmt.Sprintf(kind.details, "ns3")
	}
	if f.code != "" {
		details = `<ns3:SignatureVerificationFault>` + f.code + `</ns3:SignatureVerificationFault>`
	}
	return `<Code>smevsim:SMEVSIM : TR:` + stage + `</Code><Description>` + escape(text) + `</Description>` + details
}

// isVoid reports whether the schema declares the fault empty, so that content
// needs xsi:type.
func (f *fault) isVoid() bool {
	for _, k := range faultKinds {
		if k.name == f.name {
			return k.void
		}
	}
	return false
}

const xsiNamespace = "http://www.w3.org/2001/XMLSchema-instance"

// soap is the fault as the only child of soap:Body (message 08 of the samples).
func (f *fault) soap(v *version, bare bool) string {
	code := "soap:Server"
	if f.client {
		code = "soap:Client"
	}
	var b strings.Builder
	b.WriteString(`<soap:Fault><faultcode>` + code + `</faultcode><faultstring>` + escape(f.text) + `</faultstring>`)
	if f.name != "" {
		fmt.Fprintf(&b, `<detail><ns3:%s xmlns:ns3="%s" xmlns:ns2="%s" xmlns="%s"`, f.name, v.faults, v.types, v.basic)
		switch {
		case f.isVoid() && bare:
			b.WriteString(`/>`)
		case f.isVoid():
			fmt.Fprintf(&b, ` xmlns:xsi="%s" xsi:type="SmevFault">%s</ns3:%s>`, xsiNamespace, f.content("SYNC"), f.name)
		default:
			fmt.Fprintf(&b, `>%s</ns3:%s>`, f.content("SYNC"), f.name)
		}
		b.WriteString(`</detail>`)
	}
	b.WriteString(`</soap:Fault>`)
	return b.String()
}

// typeName is the xsi:type of the fault inside AsyncProcessingStatus/SmevFault.
func (f *fault) typeName() string {
	switch f.name {
	case "BusinessDataTypeIsNotSupported", "InvalidContent", "AttachmentSizeLimitExceeded",
		"QuoteLimitExceeded", "SignatureVerificationFault", "DestinationOverflow":
		return "ns3:" + f.name
	}
	return ""
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

func escape(s string) string { return escaper.Replace(s) }
