package smevtest_test

import (
	"fmt"
	"strings"

	"egissogw/adapter/smev/smevtest"
)

func (w *world) script(rules ...smevtest.Rule) {
	w.Helper()
	for _, r := range rules {
		if err := w.bus.Script().Add(r); err != nil {
			w.Fatal(err)
		}
	}
}

// stampNow is the time for a Timestamp.
func (w *world) stampNow() string { return w.clock.Now().Format("2006-01-02T15:04:05.000-07:00") }

func (w *world) getRequest() reply { w.Helper(); return w.getRequestFor("", "") }

func (w *world) getRequestFor(selection, node string) reply {
	w.Helper()
	if node != "" {
		node = `<b:NodeID>` + node + `</b:NodeID>`
	}
	return w.post(w.sign(w.envelope("GetRequestRequest", `<b:MessageTypeSelector Id="SIGNED_BY_CALLER">`+selection+`<b:Timestamp>`+
		w.stampNow()+`</b:Timestamp>`+node+`</b:MessageTypeSelector>`), "MessageTypeSelector"))
}

func (w *world) getStatus() reply {
	w.Helper()
	return w.post(w.sign(w.envelope("GetStatusRequest", `<b:Timestamp Id="SIGNED_BY_CALLER">`+w.stampNow()+`</b:Timestamp>`), "Timestamp"))
}

func (w *world) statistics() reply {
	w.Helper()
	return w.post(w.sign(w.envelope("GetIncomingQueueStatisticsRequest", `<b:Timestamp Id="SIGNED_BY_CALLER">`+w.stampNow()+`</b:Timestamp>`), "Timestamp"))
}

// respond answers a request and returns the response's id, bytes and reply.
func (w *world) respond(to, answer string) (string, []byte, reply) {
	w.Helper()
	id := messageID(w.clock.Now())
	message := w.sign(w.envelope("SendResponseRequest", `<t:SenderProvidedResponseData Id="SIGNED_BY_PROVIDER"><t:MessageID>`+id+
		`</t:MessageID><t:To>`+to+`</t:To>`+answer+`</t:SenderProvidedResponseData>`), "SenderProvidedResponseData")
	return id, message, w.post(message)
}

const (
	rejection = `<t:RequestRejected><t:RejectionReasonCode>UNKNOWN_REQUEST_DESCRIPTION</t:RejectionReasonCode>` +
		`<t:RejectionReasonDescription>Запрос не поддерживается</t:RejectionReasonDescription></t:RequestRejected>`
	progress = `<t:RequestStatus><t:StatusCode>7</t:StatusCode><t:StatusDescription>В работе</t:StatusDescription></t:RequestStatus>`
)

// callOf makes a well-formed call of any operation.
func (w *world) callOf(operation string) reply {
	w.Helper()
	switch operation {
	case "SendRequest":
		_, _, r := w.send(storage, "")
		return r
	case "SendResponse":
		_, _, r := w.respond("nobody", rejection)
		return r
	case "GetRequest":
		return w.getRequest()
	case "GetResponse":
		return w.get()
	case "GetStatus":
		return w.getStatus()
	case "Ack":
		return w.ack(messageID(w.clock.Now()), true)
	case "GetIncomingQueueStatistics":
		return w.statistics()
	}
	w.Fatalf("no operation %s", operation)
	return reply{}
}

// push puts a message into the client's queue.
func (w *world) push(p smevtest.Push) string {
	w.Helper()
	if p.To == "" {
		p.To = "MIS01"
	}
	id, err := w.bus.Push(w.Context(), p)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// takeRequest gets the next message of the request queue and checks both of its
// signatures. It does not acknowledge it.
func (w *world) takeRequest() reply {
	w.Helper()
	r := w.getRequest()
	for _, kind := range []string{"Request", "Cancel"} {
		if e := r.at("RequestMessage", kind); e != nil {
			w.verify(r.at("RequestMessage", "SMEVSignature"), e, "bus")
			if s := r.at("RequestMessage", kind, "SenderInformationSystemSignature"); s != nil {
				w.verify(s, r.at("RequestMessage", kind, "SenderProvidedRequestData"), "egisso")
			}
			return r
		}
	}
	w.Fatalf("no message in the request queue: %+v", r)
	return r
}

// requestID is the id to acknowledge, empty for an empty queue.
func (r reply) requestID() string {
	if id := r.text("RequestMessage", "Cancel", "MessageID"); id != "" {
		return id
	}
	return r.text("RequestMessage", "Request", "MessageMetadata", "MessageId")
}

// pending reads the numbers of GetIncomingQueueStatistics: "REQUEST 1 RESPONSE 0 STATUS 0".
func (r reply) pending() string {
	var out []string
	for _, e := range r.body.Elements() {
		name, _ := e.Attr("", "queueName")
		number, _ := e.Attr("", "pendingMessageNumber")
		out = append(out, fmt.Sprintf("%s %s", strings.TrimPrefix(name, "MIS01."), number))
	}
	return strings.Join(out, " ")
}
