package smevtest

import "slices"

// faultKind is a fault element of the schemas (adapter/smev/SPEC.md#faults).
type faultKind struct {
	name    string
	number  string   // SMEV-NNN where one was seen
	text    string   // default text
	void    bool     // declared as Void
	details string   // default children, %s = prefix of the faults namespace
	on      []string // operations that declare it, by the WSDL; none = declared, used by none
}

var faultKinds = []faultKind{
	{name: "BusinessDataTypeIsNotSupported", on: sending, text: "Вид сведений не зарегистрирован",
		details: `<%[1]s:RootElementLocalName>unknown</%[1]s:RootElementLocalName><%[1]s:RootElementNamespaceURI>unknown</%[1]s:RootElementNamespaceURI>`},
	{name: "TransactionCodeInvalid", on: []string{"SendRequest"}, text: "Код транзакции не принят"},
	{name: "SignatureVerificationFault", on: everyone, number: "100", text: "ЭП-ОВ не прошла проверку"},
	{name: "InvalidContent", on: everyone, number: "403", text: "Сообщение не соответствует схеме",
		details: `<%[1]s:ValidationError errorPosition="-1">Сообщение не соответствует схеме</%[1]s:ValidationError>`},
	{name: "AttachmentContentMiscoordination", on: sending, void: true, text: "Заголовки и содержимое вложений не согласованы"},
	{name: "AttachmentSizeLimitExceeded", on: sending, text: "Превышен размер вложений",
		details: `<%[1]s:PermittedTotalAttachmentSize>5242880</%[1]s:PermittedTotalAttachmentSize><%[1]s:RealTotalAttachmentSize>5242881</%[1]s:RealTotalAttachmentSize>`},
	{name: "QuoteLimitExceeded", on: sending, text: "Превышена квота хранилища",
		details: `<%[1]s:RemainedTotalQuoteSize>0</%[1]s:RemainedTotalQuoteSize><%[1]s:RealTotalAttachmentSize>1</%[1]s:RealTotalAttachmentSize>`},
	{name: "AccessDenied", on: []string{"SendRequest"}, void: true, text: "Отправителю не разрешена посылка сообщений получателю"},
	{name: "PersonalAccessDenied", on: []string{"SendRequest"}, text: "Нет прав на основании сертификата персонального доступа"},
	{name: "SenderIsNotRegistered", on: everyone, void: true, text: "Отправитель не зарегистрирован в СМЭВ"},
	{name: "RecipientIsNotFound", on: sending, void: true, text: "Получатель не найден"},
	{name: "DestinationOverflow", on: sending, number: "600", text: "Входящая очередь получателя переполнена",
		details: `<%[1]s:MessageBrokerAddress>broker</%[1]s:MessageBrokerAddress><%[1]s:DestinationName>queue</%[1]s:DestinationName>`},
	{name: "SMEVFailure", on: everyone, void: true, text: "Сбой в инфраструктуре СМЭВ"},
	{name: "MessageIsAlreadySent", on: sending, number: "301", void: true, text: "Сообщение с таким идентификатором уже отправлено"},
	{name: "InvalidMessageIdFormat", on: sending, number: "300", void: true, text: "Идентификатор сообщения не является UUID варианта 1"},
	{name: "StaleMessageId", on: sending, void: true, text: "Идентификатор сообщения устарел"},
	{name: "EndOfLifeReached", on: []string{"SendRequest"}, text: "Превышено время жизни сообщения"},
	{name: "IncorrectResponseContentType", on: []string{"SendResponse"}, void: true, text: "Содержимое не является ответом"},
	{name: "UnknownMessageType", on: taking, void: true, text: "Тип сообщения не зарегистрирован"},
	{name: "TargetMessageIsNotFound", on: []string{"Ack"}, number: "501", void: true, text: "Сообщение не найдено среди неподтверждённых."},
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

// FaultsOf lists the faults an operation declares in a schema version.
func FaultsOf(operation, version string) []string {
	var names []string
	for _, k := range faultKinds {
		if slices.Contains(k.on, operation) && (k.name != "PersonalAccessDenied" || version == "1.3") {
			names = append(names, k.name)
		}
	}
	return names
}

// Operations lists the operations of a schema version.
func Operations(version string) []string {
	if version == "1.1" {
		return slices.Clone(soapOperations)
	}
	return slices.DeleteFunc(slices.Clone(soapOperations), func(o string) bool { return o == "GetIncomingQueueStatistics" })
}
