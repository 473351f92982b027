package smevtest

import (
	"fmt"
	"strings"
)

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
func (f *fault) isVoid(v *version) bool {
	for _, k := range faultKinds {
		if k.name == f.name {
			return k.void || k.name == "EndOfLifeReached" && v.number == "1.1"
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
		case f.isVoid(v) && bare:
			b.WriteString(`/>`)
		case f.isVoid(v):
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
