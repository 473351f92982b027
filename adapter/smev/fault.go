package smev

import (
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// Fault is a refusal of the bus: a soap:Fault, or the SmevFault inside an
// asynchronous status (SPEC.md#faults). As an error it shows names and codes only:
// the texts of the bus may quote the data that was refused.
type Fault struct {
	// Operation is the call that was refused; empty for a fault inside a
	// status.
	Operation Operation
	// Name is the local name of the fault's element or, in a status, of its
	// xsi:type. Empty when the bus gave none.
	Name string
	// SignatureCode is the inner code of SignatureVerificationFault.
	SignatureCode string
	// SMEVCode is NNN of "SMEV-NNN:" at the start of the description.
	SMEVCode string
	// Code is the place in the bus where the fault arose. It does not identify
	// the error.
	Code string
	// Description is the text of the bus, Russian and for people.
	Description string
	// FaultCode and FaultString are the parts of soap:Fault.
	FaultCode, FaultString string
	// ValidationErrors are those of InvalidContent; there may be none.
	ValidationErrors []ValidationError
	// Details holds the fault's other own parts by name, such as
	// PermittedTotalAttachmentSize.
	Details map[string]string
	// HTTPStatus is the status the fault came under; 0 inside a status.
	HTTPStatus int
}

// ValidationError is one complaint of InvalidContent.
type ValidationError struct {
	// Position is the place in the document, -1 if unknown.
	Position int
	Text     string
}

// FaultNames lists every fault this package knows, sorted.
func FaultNames() []string { return slices.Sorted(maps.Keys(faultTable)) }

// SignatureFaultCodes lists the codes of SignatureVerificationFault, sorted.
func SignatureFaultCodes() []string { return slices.Sorted(maps.Keys(signatureTable)) }

// Class says what to do. A fault without a known element is judged by its
// SMEV-NNN code, and if that is not known either it is ClassUnknown.
func (f *Fault) Class() Class {
	entry, known := f.entry()
	if !known {
		return ClassUnknown
	}
	// "Already done" is success. Believe it only from an operation that can
	// say so.
	if entry.class == ClassAlreadyDone && !slices.Contains(entry.operations, f.Operation) {
		return ClassUnknown
	}
	return entry.class
}

// Alert tells whether an operator should hear of the fault at once. Unknown
// faults always say yes.
func (f *Fault) Alert() bool {
	entry, known := f.entry()
	return !known || entry.alert || f.Class() == ClassUnknown
}

// Explain says in Russian what the fault means and what to do.
func (f *Fault) Explain() string {
	if entry, known := f.entry(); known {
		return entry.text
	}
	return "неизвестная ошибка СМЭВ"
}

func (f *Fault) entry() (faultEntry, bool) {
	name := f.Name
	if _, known := faultTable[name]; !known && name == "" {
		name = codeTable[f.SMEVCode]
	}
	if name == "SignatureVerificationFault" {
		if entry, known := signatureTable[f.SignatureCode]; known {
			return entry, true
		}
	}
	entry, known := faultTable[name]
	return entry, known
}

// Error names the fault without the bus's text, which may quote data.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString("smev fault")
	if f.Name != "" {
		b.WriteString(" " + f.Name)
	}
	if f.SignatureCode != "" {
		b.WriteString("/" + f.SignatureCode)
	}
	if f.SMEVCode != "" {
		b.WriteString(" SMEV-" + f.SMEVCode)
	}
	if f.Operation != "" {
		b.WriteString(" on " + string(f.Operation))
	}
	return b.String()
}

// LogValue keeps the texts of the bus out of logs.
func (f *Fault) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("name", f.Name),
		slog.String("signature_code", f.SignatureCode),
		slog.String("smev_code", f.SMEVCode),
		slog.String("code", f.Code),
		slog.String("class", f.Class().String()),
	)
}

// readSOAPFault reads a soap:Fault. The detail may be missing.
func readSOAPFault(e *xmlsafe.Element, op Operation, status int) *Fault {
	f := &Fault{Operation: op, HTTPStatus: status}
	if c := childOfAnySpace(e, "faultcode"); c != nil {
		f.FaultCode = strings.TrimSpace(c.Text())
	}
	if c := childOfAnySpace(e, "faultstring"); c != nil {
		f.FaultString = strings.TrimSpace(c.Text())
	}
	if detail := childOfAnySpace(e, "detail"); detail != nil {
		for _, c := range detail.Elements() {
			if isFaultSpace(c.Space) {
				f.Name = c.Local
				f.readParts(c)
				break
			}
		}
	}
	if f.Description == "" {
		f.Description = f.FaultString
	}
	f.SMEVCode = smevCode(f.Description)
	return f
}

// readStatusFault reads the t:SmevFault of an asynchronous status: its element
// name says nothing, xsi:type names the fault (SPEC.md#sendresponse). The digest does not
// see what the prefix of the type stands for, so that the name counts alone.
func readStatusFault(e *xmlsafe.Element) *Fault {
	f := &Fault{}
	if typ, ok := e.Attr(schemaInstanceNamespace, "type"); ok {
		name := strings.TrimSpace(typ)
		if _, local, found := strings.Cut(name, ":"); found {
			name = local
		}
		if name != "SmevFault" { // the general type
			f.Name = name
		}
	}
	f.readParts(e)
	f.SMEVCode = smevCode(f.Description)
	return f
}

// readParts reads Code and Description, which any fault may carry, and the
// fault's own children.
func (f *Fault) readParts(e *xmlsafe.Element) {
	for _, c := range e.Elements() {
		switch text := strings.TrimSpace(c.Text()); {
		case isBasicSpace(c.Space) && c.Local == "Code":
			f.Code = text
		case isBasicSpace(c.Space) && c.Local == "Description":
			f.Description = text
		case !isFaultSpace(c.Space):
		case c.Local == "SignatureVerificationFault":
			f.SignatureCode = text
		case c.Local == "ValidationError":
			position := -1
			if v, ok := c.Attr("", "errorPosition"); ok {
				if n, err := strconv.Atoi(strings.TrimSpace(v)); err == nil {
					position = n
				}
			}
			f.ValidationErrors = append(f.ValidationErrors, ValidationError{position, text})
		default:
			if f.Details == nil {
				f.Details = map[string]string{}
			}
			f.Details[c.Local] = text
		}
	}
}

// smevCode takes NNN from a text that begins with "SMEV-NNN" and a colon.
func smevCode(text string) string {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), "SMEV-")
	if !ok {
		return ""
	}
	digits, _, ok := strings.Cut(rest, ":")
	digits = strings.TrimSpace(digits)
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// childOfAnySpace finds a part of soap:Fault: without a namespace as SOAP 1.1
// demands, or in the envelope's, which some servers write.
func childOfAnySpace(e *xmlsafe.Element, local string) *xmlsafe.Element {
	if c := e.Child("", local); c != nil {
		return c
	}
	return e.Child(SOAPNamespace, local)
}
