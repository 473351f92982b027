package smevtest_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
)

func TestSynchronousFaults(t *testing.T) {
	const signed = "SenderProvidedRequestData"
	w := newWorld(t, nil)
	id := func() string { return messageID(w.clock.Now()) }
	good := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(w.sendRequest(id(), storage, ""))
	}
	after := func(message []byte, change ...string) []byte {
		changed := strings.NewReplacer(change...).Replace(string(message))
		if changed == string(message) {
			t.Fatalf("nothing to change: %q", change)
		}
		return []byte(changed)
	}
	inline := func(headers, contents string) []byte {
		m := w.sendRequest(id(), storage, headers)
		return w.sign(strings.Replace(m, `<t:CallerInformationSystemSignature>`, contents+`<t:CallerInformationSystemSignature>`, 1), signed)
	}
	const header = `<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>_1</b:contentId><b:MimeType>text/plain</b:MimeType></b:AttachmentHeader></b:AttachmentHeaderList>`
	content := func(name, value string) string {
		return `<b:AttachmentContentList><b:AttachmentContent><b:Id>` + name + `</b:Id><b:Content>` + value + `</b:Content></b:AttachmentContent></b:AttachmentContentList>`
	}
	old := newWorld(t, nil) // a bus for which it is twenty years later
	old.clock.Advance(start.AddDate(20, 0, 0).Sub(start))
	cases := []struct {
		name    string
		message []byte
		want    string
	}{
		{"not XML", []byte("hello"), "soap:Fault"},
		{"not SOAP", []byte("<a/>"), "soap:Fault"},
		{"document type", append([]byte("<!DOCTYPE a>"), w.sign(good(), signed)...), "soap:Fault"},
		{"unknown operation", w.sign(good("SendRequestRequest", "SendSomething"), signed), "soap:Fault"},
		{"another version", w.sign(strings.ReplaceAll(good(), "types/1.3", "types/1.2"), signed), "soap:Fault"},
		{"1.1 operation at 1.3", w.sign(w.envelope("GetIncomingQueueStatisticsRequest", `<b:Timestamp Id="a">2024-03-01T12:00:00+03:00</b:Timestamp>`), "Timestamp"), "soap:Fault"},
		{"no header", after(w.sign(good(), signed), "<s:Header/>", ""), "SignatureVerificationFault/PoorSOAPEnvelopeFormat"},
		{"no content", w.sign(good("<b:MessagePrimaryContent>"+storage+"</b:MessagePrimaryContent>", ""), signed), "InvalidContent"},
		{"element in a wrong namespace", w.sign(good("b:MessagePrimaryContent", "t:MessagePrimaryContent"), signed), "InvalidContent"},
		{"wrong order", w.sign(good("<b:Mess", "<t:TestMessage/><b:Mess"), signed), "InvalidContent"},
		{"two contents", w.sign(good(storage, storage+storage), signed), "InvalidContent"},
		{"unknown attribute", w.sign(good(`Id="SIGNED`, `ID="x" Id="SIGNED`), signed), "InvalidContent"},
		{"no signature", after(w.sign(good("{SIG}", ""), signed), "<t:CallerInformationSystemSignature></t:CallerInformationSystemSignature>", ""), "SignatureVerificationFault/NoSignatureFound"},
		{"wrong target", after(w.sign(good(), signed), `Id="SIGNED_BY_CONSUMER"`, `Id="OTHER"`), "SignatureVerificationFault/IncorrectSignatureTarget"},
		{"no Id", after(w.sign(good(), signed), ` Id="SIGNED_BY_CONSUMER"`, ``), "SignatureVerificationFault/IncorrectSignatureTarget"},
		{"Id twice", w.sign(good(`<request `, `<request Id="SIGNED_BY_CONSUMER" `), signed), "SignatureVerificationFault/IncorrectSignatureTarget"},
		{"changed after signing", after(w.sign(good(), signed), "true", "1"), "SignatureVerificationFault/SignatureIsInvalid"},
		{"indented SignedInfo", after(w.sign(good(), signed), "<ds:SignatureMethod", " <ds:SignatureMethod"), "SignatureVerificationFault/SignatureIsInvalid"},
		{"old algorithm", after(w.sign(good(), signed), "cpxmlsec:algorithms:gostr34112012-256\"", "cpxmlsec:algorithms:gostr3411\""), "SignatureVerificationFault/SignatureIsInvalid"},
		{"no transform", after(w.sign(good(), signed), `<ds:Transform Algorithm="urn://smev-gov-ru/xmldsig/transform"></ds:Transform>`, ""), "SignatureVerificationFault/SignatureIsInvalid"},
		{"no certificate", after(w.sign(good(), signed), "<ds:X509Data>", "<ds:X509Data><ds:X509Data/>"), "SignatureVerificationFault/SignatureIsInvalid"},
		{"broken certificate", after(w.sign(good(), signed), "<ds:X509Certificate>MII", "<ds:X509Certificate>AII"), "SignatureVerificationFault/CertificateIsNotFound"},
		{"stranger", w.signAs(w.signerOf("stranger"), good(), signed), "SenderIsNotRegistered"},
		{"version 4", w.sign(w.sendRequest("8a0f0c8e-1111-4111-8111-000000000001", storage, ""), signed), "InvalidMessageIdFormat"},
		{"upper case", w.sign(w.sendRequest(strings.ToUpper(id()), storage, ""), signed), "InvalidMessageIdFormat"},
		{"stale", w.sign(w.sendRequest(messageID(start.Add(-49*time.Hour)), storage, ""), signed), "StaleMessageId"},
		{"from the future", w.sign(w.sendRequest(messageID(start.Add(time.Hour)), storage, ""), signed), "StaleMessageId"},
		{"end of life", w.sign(good("</t:MessageID>", "</t:MessageID><t:EOL>2024-03-01T11:59:59+03:00</t:EOL>"), signed), "EndOfLifeReached"},
		{"unknown kind", w.sign(good("10.10.I", "10.99.I"), signed), "BusinessDataTypeIsNotSupported"},
		{"an answer sent as a request", w.sign(good("<request", "<response", "</request", "</response"), signed), "BusinessDataTypeIsNotSupported"},
		{"header without content", inline(header, ""), "AttachmentContentMiscoordination"},
		{"content without header", inline("", content("_1", "YQ==")), "AttachmentContentMiscoordination"},
		{"header of another content", inline(header, content("_2", "YQ==")), "AttachmentContentMiscoordination"},
		{"content id is not a name", inline(strings.Replace(header, "_1", "1", 1), content("1", "YQ==")), "InvalidContent"},
		{"too large", inline(header, content("_1", strings.Repeat("YWFh", 5<<20/3+1))), "AttachmentSizeLimitExceeded"},
		{"line breaks in signed base64", w.sign(w.sendRequest(id(), storage, strings.Replace(w.header("x", nil), "7>MI", "7>M\nI", 1)), signed), "InvalidContent"},
		{"ack of nothing", w.sign(w.envelope("AckRequest", `<b:AckTargetMessage Id="a" accepted="true">`+id()+`</b:AckTargetMessage>`), "AckTargetMessage"), "TargetMessageIsNotFound"},
		{"ack without Id", after(w.sign(w.envelope("AckRequest", `<b:AckTargetMessage Id="a" accepted="true">`+id()+`</b:AckTargetMessage>`), "AckTargetMessage"), ` Id="a"`, ""), "InvalidContent"},
		{"replayed poll", w.sign(w.envelope("GetResponseRequest", `<b:MessageTypeSelector Id="a"><b:Timestamp>2024-03-01T11:40:00+03:00</b:Timestamp></b:MessageTypeSelector>`), "MessageTypeSelector"), "InvalidContent"},
		{"unknown type selected", w.sign(w.envelope("GetResponseRequest", `<b:MessageTypeSelector Id="a"><b:NamespaceURI>urn:x</b:NamespaceURI><b:RootElementLocalName>response</b:RootElementLocalName><b:Timestamp>2024-03-01T12:00:00+03:00</b:Timestamp></b:MessageTypeSelector>`), "MessageTypeSelector"), "UnknownMessageType"},
		{"response to nobody", w.sign(w.envelope("SendResponseRequest", `<t:SenderProvidedResponseData Id="a"><t:MessageID>`+id()+`</t:MessageID><t:To>x</t:To><t:RequestRejected><t:RejectionReasonCode>NO_DATA</t:RejectionReasonCode><t:RejectionReasonDescription>нет</t:RejectionReasonDescription></t:RequestRejected></t:SenderProvidedResponseData>`), "SenderProvidedResponseData"), "RecipientIsNotFound"},
	}
	seen := map[string]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := w.post(c.message)
			if r.fault != c.want {
				t.Errorf("fault = %q (%s), want %q", r.fault, r.words, c.want)
			}
			if r.status != 500 {
				t.Errorf("HTTP status = %d", r.status)
			}
			seen[c.want] = true
		})
	}
	t.Run("expired certificate", func(t *testing.T) {
		message := w.sign(w.sendRequest(messageID(start.AddDate(20, 0, 0)), storage, ""), signed)
		if r := old.post(message); r.fault != "SignatureVerificationFault/CertificateIsExpired" {
			t.Errorf("fault = %q", r.fault)
		}
	})
	if sum := w.bus.Ledger().Summary(); sum.Accepted != 0 {
		t.Errorf("%d messages were accepted", sum.Accepted)
	}
	w.lintSavedBut("Request") // the requests are wrong on purpose; the faults must be valid
}

func TestMeaningOfMessageIDReuse(t *testing.T) {
	w := newWorld(t, nil)
	id, message, r := w.send(storage, "")
	if r.fault != "" {
		t.Fatalf("refused: %s", r.fault)
	}
	for range 2 {
		if r := w.post(message); r.fault != "MessageIsAlreadySent" {
			t.Errorf("resend of the same bytes: %q", r.fault)
		}
	}
	if v := w.bus.Ledger().Violations(); len(v) != 0 {
		t.Errorf("a resend is not a violation: %v", v)
	}
	if r := w.post(w.sign(w.sendRequest(id, storage, ""), "SenderProvidedRequestData")); r.fault != "MessageIsAlreadySent" {
		t.Errorf("signed anew: %q", r.fault)
	}
	if r := w.post(w.sign(w.sendRequest(id, storage, "<t:TestMessage/>"), "SenderProvidedRequestData")); r.fault != "MessageIsAlreadySent" {
		t.Errorf("other content: %q", r.fault)
	}
	var kinds []string
	for _, v := range w.bus.Ledger().Violations() {
		kinds = append(kinds, v.Kind)
	}
	if got := strings.Join(kinds, " "); got != "message-changed message-id-reused" {
		t.Errorf("violations = %s", got)
	}
	m, _ := w.bus.Ledger().Message(id)
	if len(m.Attempts) != 5 || m.Attempts[0].Bytes != m.Attempts[2].Bytes || m.Attempts[0].Bytes == m.Attempts[3].Bytes {
		t.Errorf("attempts = %+v", m.Attempts)
	}
}

// The faults we give an operation are the ones the official WSDL declares.
func TestFaultsOfOperationsAreTheDeclaredOnes(t *testing.T) {
	operation := regexp.MustCompile(`(?s)<wsdl:operation name="([^"]+)">(.*?)</wsdl:operation>`)
	declared := regexp.MustCompile(`<wsdl:fault name="([^"]+)Fault"`)
	for _, version := range []string{"1.1", "1.3"} {
		wsdl := string(samples.Read(t, "schemas/smev/v"+version, "smev-message-exchange-service-"+version+".wsdl"))
		port, _, _ := strings.Cut(wsdl, "</wsdl:portType>")
		seen := map[string]bool{}
		for _, o := range operation.FindAllStringSubmatch(port, -1) {
			var want []string
			for _, f := range declared.FindAllStringSubmatch(o[2], -1) {
				want = append(want, strings.Replace(f[1], "EndOfLife", "EndOfLifeReached", 1))
			}
			got := smevtest.FaultsOf(o[1], version)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s of %s:\n got %v\nwant %v", o[1], version, got, want)
			}
			seen[o[1]] = true
		}
		if len(seen) != len(smevtest.Operations(version)) {
			t.Errorf("%s: operations %v in the WSDL, %v here", version, seen, smevtest.Operations(version))
		}
	}
}

// Every fault can be given at every operation of every version, and is valid.
func TestEveryFaultAtEveryOperation(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, nil)
			w.version = version
			for _, operation := range smevtest.Operations(version) {
				for _, name := range smevtest.FaultsOf(operation, version) {
					w.script(smevtest.Rule{On: operation, Fault: name})
					r := w.callOf(operation)
					if got, _, _ := strings.Cut(r.fault, "/"); got != name {
						t.Errorf("%s: fault %q instead of %s", operation, r.fault, name)
					}
				}
				w.callOf(operation)
			}
			calls := w.bus.Ledger().Calls("Ack")
			if len(calls) != len(smevtest.FaultsOf("Ack", version))+1 || calls[0].Fault == "" || calls[0].Trouble != "fault" ||
				calls[0].Size == 0 || len(calls[0].Bytes) != 64 || calls[0].Saved == "" {
				t.Errorf("calls of Ack in the ledger: %+v", calls)
			}
			w.lintSaved()
		})
	}
}
