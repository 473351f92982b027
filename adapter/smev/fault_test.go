package smev

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

// shared gives a path of the reference material beside the repository.
func shared(t *testing.T, elem ...string) string {
	t.Helper()
	return signertest.Shared(t, elem...)
}

// TestEveryOfficialFaultIsInTheTable reads the operator's schemas: no fault
// element and no code of SignatureVerificationFault may be unknown to us, and
// we must not invent any.
func TestEveryOfficialFaultIsInTheTable(t *testing.T) {
	var all, allCodes []string
	for _, version := range []string{"1.1", "1.3"} {
		data, err := os.ReadFile(shared(t, "schemas", "smev", "v"+version, "smev-message-exchange-faults-"+version+".xsd"))
		if err != nil {
			t.Fatal(err)
		}
		names, codes := officialFaults(t, data)
		if len(names) < 20 || len(codes) != 6 {
			t.Fatalf("%s: only %d faults and %d codes found", version, len(names), len(codes))
		}
		all, allCodes = append(all, names...), append(allCodes, codes...)
	}
	slices.Sort(all)
	slices.Sort(allCodes)
	if want := slices.Compact(all); !slices.Equal(FaultNames(), want) {
		t.Errorf("fault table %v, schemas %v", FaultNames(), want)
	}
	if want := slices.Compact(allCodes); !slices.Equal(SignatureFaultCodes(), want) {
		t.Errorf("signature codes %v, schemas %v", SignatureFaultCodes(), want)
	}
}

// TestFaultOperationsAreOfficial compares the operations of each fault with the
// service description.
func TestFaultOperationsAreOfficial(t *testing.T) {
	declared := map[string][]Operation{}
	for _, version := range []string{"1.1", "1.3"} {
		data, err := os.ReadFile(shared(t, "schemas", "smev", "v"+version, "smev-message-exchange-service-"+version+".wsdl"))
		if err != nil {
			t.Fatal(err)
		}
		var w struct {
			Operation []struct {
				Name  string `xml:"name,attr"`
				Fault []struct {
					Name string `xml:"name,attr"`
				} `xml:"fault"`
			} `xml:"portType>operation"`
		}
		if err := xml.Unmarshal(data, &w); err != nil {
			t.Fatal(err)
		}
		for _, op := range w.Operation {
			for _, f := range op.Fault {
				name := strings.TrimSuffix(f.Name, "Fault")
				if name == "EndOfLife" {
					name = "EndOfLifeReached"
				}
				declared[name] = append(declared[name], Operation(op.Name))
			}
		}
	}
	for name, entry := range faultTable {
		if entry.operations == nil {
			continue // judged the same from everywhere
		}
		got := slices.Sorted(slices.Values(entry.operations))
		want := slices.Compact(slices.Sorted(slices.Values(declared[name])))
		want = slices.DeleteFunc(want, func(o Operation) bool { return o == "GetIncomingQueueStatistics" })
		if !slices.Equal(got, want) {
			t.Errorf("%s: operations %v, description has %v", name, got, want)
		}
	}
}

func officialFaults(t *testing.T, data []byte) (names, codes []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(data)))
	depth := 0
	for {
		tok, err := d.Token()
		if tok == nil {
			return names, codes
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			depth++
			for _, a := range tok.Attr {
				switch {
				case depth == 2 && tok.Name.Local == "element" && a.Name.Local == "name":
					names = append(names, a.Value)
				case tok.Name.Local == "enumeration" && a.Name.Local == "value":
					codes = append(codes, a.Value)
				}
			}
		case xml.EndElement:
			depth--
		}
	}
}

func TestFaultClasses(t *testing.T) {
	tests := []struct {
		name  string
		fault Fault
		class Class
		alert bool
	}{
		{"bus is down", Fault{Name: "SMEVFailure"}, ClassRetry, true},
		{"queue of the recipient is full", Fault{Name: "DestinationOverflow"}, ClassRetryLater, true},
		{"quota is exhausted", Fault{Name: "QuoteLimitExceeded"}, ClassRetryLater, true},
		{"content does not fit the schema", Fault{Name: "InvalidContent", SMEVCode: "403"}, ClassFixData, false},
		{"certificate expired", Fault{Name: "SignatureVerificationFault", SignatureCode: "CertificateIsExpired"}, ClassFixConfiguration, true},
		{"certificate unknown", Fault{Name: "SignatureVerificationFault", SignatureCode: "CertificateIsNotFound"}, ClassFixConfiguration, true},
		{"signature wrong", Fault{Name: "SignatureVerificationFault", SignatureCode: "SignatureIsInvalid"}, ClassOperator, true},
		{"signature fault with a new code", Fault{Name: "SignatureVerificationFault", SignatureCode: "New"}, ClassOperator, true},
		{"repeated send", Fault{Operation: OpSendRequest, Name: "MessageIsAlreadySent"}, ClassAlreadyDone, false},
		{"already sent, said by a poll", Fault{Operation: OpGetResponse, Name: "MessageIsAlreadySent"}, ClassUnknown, true},
		{"repeated ack", Fault{Operation: OpAck, Name: "TargetMessageIsNotFound"}, ClassAlreadyDone, false},
		{"target not found, said by a send", Fault{Operation: OpSendRequest, Name: "TargetMessageIsNotFound"}, ClassUnknown, true},
		{"old id", Fault{Name: "StaleMessageId"}, ClassNewID, true},
		{"new fault", Fault{Name: "SomethingNew"}, ClassUnknown, true},
		{"new fault with a known code", Fault{Name: "SomethingNew", SMEVCode: "403"}, ClassUnknown, true},
		{"no detail", Fault{}, ClassUnknown, true},
		{"no detail, known code", Fault{SMEVCode: "403"}, ClassFixData, false},
		{"no detail, code of a repeated send", Fault{Operation: OpSendRequest, SMEVCode: "301"}, ClassUnknown, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.fault.Class(); got != tt.class {
				t.Errorf("class %v, want %v", got, tt.class)
			}
			if got := tt.fault.Alert(); got != tt.alert {
				t.Errorf("alert %v, want %v", got, tt.alert)
			}
			if tt.fault.Explain() == "" {
				t.Error("no explanation")
			}
		})
	}
}

func TestClassify(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want Class
	}{
		{"no error has no class", nil, ClassUnknown},
		{"foreign error", errors.New("boom"), ClassUnknown},
		{"wrapped fault", fmt.Errorf("send: %w", &Fault{Name: "SMEVFailure"}), ClassRetry},
		{"transport", &TransportError{Operation: OpSendRequest, Status: 502}, ClassRetry},
		{"deadline", fmt.Errorf("call: %w", context.DeadlineExceeded), ClassRetry},
		{"malformed reply", &ReplyError{Err: malformed("no body")}, ClassUnknown},
		{"unverified reply", &ReplyError{Err: ErrUnverified}, ClassUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Classify(tt.err); got != tt.want {
				t.Errorf("class %v, want %v", got, tt.want)
			}
		})
	}
}

// TestFaultErrorQuotesNoText: the bus repeats refused values in its texts.
func TestFaultErrorQuotesNoText(t *testing.T) {
	f := &Fault{
		Operation: OpSendRequest, Name: "InvalidContent", SMEVCode: "403",
		Description: "SMEV-403: value PERSONAL", FaultString: "PERSONAL",
		ValidationErrors: []ValidationError{{1, "PERSONAL"}},
	}
	if got := f.Error() + f.LogValue().String(); strings.Contains(got, "PERSONAL") {
		t.Errorf("texts of the bus leak: %s", got)
	}
	if got := f.Error(); got != "smev fault InvalidContent SMEV-403 on SendRequest" {
		t.Errorf("Error() = %s", got)
	}
}

func TestReadFault(t *testing.T) {
	const head = `<s:Fault xmlns:s="` + SOAPNamespace + `"><faultcode>s:Server</faultcode><faultstring>SMEV-100: text</faultstring>`
	const tail = `</s:Fault>`
	tests := []struct {
		name, detail string
		want         Fault
	}{
		{"without detail", ``, Fault{SMEVCode: "100"}},
		{"void with code of 1.1", `<detail><f:SMEVFailure xmlns:f="` + Version11.Faults + `" xmlns:b="` + Version11.Basic + `"><b:Code>c</b:Code><b:Description>SMEV-7 : d</b:Description></f:SMEVFailure></detail>`,
			Fault{Name: "SMEVFailure", Code: "c", SMEVCode: "7"}},
		{"own parts", `<detail><AttachmentSizeLimitExceeded xmlns="` + Version13.Faults + `"><PermittedTotalAttachmentSize>5</PermittedTotalAttachmentSize></AttachmentSizeLimitExceeded></detail>`,
			Fault{Name: "AttachmentSizeLimitExceeded", SMEVCode: "100", Details: map[string]string{"PermittedTotalAttachmentSize": "5"}}},
		{"foreign detail", `<detail><x:Exception xmlns:x="urn:x">stack</x:Exception></detail>`, Fault{SMEVCode: "100"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := xmlsafe.Parse([]byte(head+tt.detail+tail), xmlsafe.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got := readSOAPFault(doc.Root, OpAck, 500)
			if got.Name != tt.want.Name || got.Code != tt.want.Code || got.SMEVCode != tt.want.SMEVCode ||
				fmt.Sprint(got.Details) != fmt.Sprint(tt.want.Details) {
				t.Errorf("read %+v", got)
			}
		})
	}
}

func TestSMEVCode(t *testing.T) {
	for text, want := range map[string]string{
		"SMEV-501:Сообщение": "501",
		"SMEV-403: Блок":     "403",
		" SMEV-7 : x":        "7",
		"SMEV-: x":           "",
		"SMEV-12x: y":        "",
		"SMEV-100 no colon":  "",
		"text SMEV-100: x":   "",
		"":                   "",
	} {
		if got := smevCode(text); got != want {
			t.Errorf("%q gives %q, want %q", text, got, want)
		}
	}
}
