package smev

// faultEntry is one line of the fault table.
type faultEntry struct {
	class Class
	// alert asks for an operator's attention at once, not only when retries
	// have gone on for long.
	alert bool
	// operations are those whose description declares the fault; nil means
	// all of them.
	operations []Operation
	// text is for the operator.
	text string
}

var (
	sending = []Operation{OpSendRequest, OpSendResponse}
	taking  = []Operation{OpGetRequest, OpGetResponse, OpGetStatus}
)

// faultTable holds every fault of the message exchange schemas 1.1 to 1.3
// (SPEC.md#faults) by the local name of its element. A test holds it against the
// operator's XSD.
var faultTable = map[string]faultEntry{
	"AccessDenied": {
		class: ClassFixConfiguration, alert: true, operations: []Operation{OpSendRequest},
		text: "нет права отправлять этот вид сведений: проверьте доступ системы в СМЭВ",
	},
	"AttachmentContentMiscoordination": {
		class: ClassOperator, alert: true, operations: sending,
		text: "заголовки и содержимое вложений не соответствуют друг другу",
	},
	"AttachmentSizeLimitExceeded": {
		class: ClassFixConfiguration, alert: true, operations: sending,
		text: "вложения больше допустимого: передавайте файлы через файловое хранилище СМЭВ или уменьшите пакет",
	},
	"BusinessDataTypeIsNotSupported": {
		class: ClassFixConfiguration, alert: true, operations: sending,
		text: "вид сведений не зарегистрирован в СМЭВ: проверьте контур и версию вида сведений",
	},
	"DestinationOverflow": {
		class: ClassRetryLater, alert: true, operations: sending,
		text: "очередь получателя в СМЭВ переполнена",
	},
	"EndOfLifeReached": {
		class: ClassNewID, operations: []Operation{OpSendRequest},
		text: "срок жизни сообщения истёк",
	},
	"IncorrectResponseContentType": {
		class: ClassOperator, alert: true, operations: []Operation{OpSendResponse},
		text: "содержимое ответа не является ответом этого вида сведений",
	},
	"InvalidContent": {
		class: ClassFixData, operations: nil,
		text: "сообщение не соответствует схеме или в нём нет обязательного блока",
	},
	"InvalidMessageIdFormat": {
		class: ClassOperator, alert: true, operations: sending,
		text: "идентификатор сообщения не является UUID версии 1",
	},
	"MessageIsAlreadySent": {
		class: ClassAlreadyDone, operations: sending,
		text: "сообщение с этим идентификатором СМЭВ уже приняла",
	},
	"PersonalAccessDenied": {
		class: ClassFixConfiguration, alert: true, operations: []Operation{OpSendRequest},
		text: "нет права по сертификату должностного лица",
	},
	"QuoteLimitExceeded": {
		class: ClassRetryLater, alert: true, operations: sending,
		text: "исчерпана квота файлового хранилища СМЭВ",
	},
	"RecipientIsNotFound": {
		class: ClassFixConfiguration, alert: true, operations: sending,
		text: "получатель не найден: проверьте маршрутизацию вида сведений",
	},
	"RequestIsNotFound": {
		class: ClassOperator,
		text:  "отменяемый запрос неизвестен СМЭВ",
	},
	"SMEVFailure": {
		class: ClassRetry, alert: true,
		text: "внутренний сбой СМЭВ",
	},
	"SenderIsNotRegistered": {
		class: ClassFixConfiguration, alert: true,
		text: "система или сертификат не зарегистрированы в СМЭВ: после замены сертификата его нужно зарегистрировать",
	},
	// The codes inside SignatureVerificationFault have a table of their own.
	"SignatureVerificationFault": {
		class: ClassOperator, alert: true,
		text: "СМЭВ не приняла электронную подпись",
	},
	"StaleMessageId": {
		class: ClassNewID, alert: true, operations: sending,
		text: "идентификатор сообщения устарел: проверьте часы",
	},
	"TargetMessageIsNotFound": {
		class: ClassAlreadyDone, operations: []Operation{OpAck},
		text: "среди неподтверждённых такого сообщения нет",
	},
	"TransactionCodeInvalid": {
		class: ClassFixConfiguration, alert: true, operations: []Operation{OpSendRequest},
		text: "код транзакции не принят",
	},
	"UnknownMessageType": {
		class: ClassFixConfiguration, alert: true, operations: taking,
		text: "вид сведений в фильтре очереди не зарегистрирован или чужой",
	},
}

// signatureTable holds the codes of SignatureVerificationFault (SPEC.md#signature-faults).
var signatureTable = map[string]faultEntry{
	"PoorSOAPEnvelopeFormat": {
		class: ClassOperator, alert: true,
		text: "в конверте нет soap:Header",
	},
	"NoSignatureFound": {
		class: ClassOperator, alert: true,
		text: "в сообщении нет подписи информационной системы",
	},
	"IncorrectSignatureTarget": {
		class: ClassOperator, alert: true,
		text: "подписан не тот элемент сообщения",
	},
	"SignatureIsInvalid": {
		class: ClassOperator, alert: true,
		text: "подпись не соответствует сообщению или сертификату",
	},
	"CertificateIsNotFound": {
		class: ClassFixConfiguration, alert: true,
		text: "сертификат неизвестен СМЭВ: зарегистрируйте его",
	},
	"CertificateIsExpired": {
		class: ClassFixConfiguration, alert: true,
		text: "срок действия сертификата истёк: отправка невозможна до его замены",
	},
}

// codeTable names the fault for the SMEV-NNN codes that come without a usable
// element. Only codes are listed that were seen with one fault and nothing
// else; of those none may turn an error into success.
var codeTable = map[string]string{
	"100": "SignatureVerificationFault",
	"300": "InvalidMessageIdFormat",
	"403": "InvalidContent",
	"600": "DestinationOverflow",
}
