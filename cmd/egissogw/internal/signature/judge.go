// Package signature explains signatures step by step, signs documents, and reads them as they
// are found in files: XML, saved HTTP messages, CMS. What it says is Russian.
package signature

import (
	"errors"
	"fmt"
	"time"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/crypto/cert"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// SoapNamespace is that of SOAP 1.1 (adapter/smev/SPEC.md#transport).
const SoapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"

var ErrNoSignature = errors.New("в документе нет подписи (ds:Signature)")

// Judge explains signatures: each step, and what speaks against it.
type Judge struct {
	At time.Time // for terms of certificates
	// trust judges every certificate, busTrust only those of the bus's own
	// signatures; nil where not configured.
	Trust, BusTrust func(*cert.Certificate) error
}

// Document explains every signature in a document; content is what it is for if it is a
// signature alone, nil if that is not known.
func (j Judge) Document(doc, content *Document) ([]Signature, error) {
	options := xmldsig.ExplainOptions{At: j.At, Trust: j.Trust}
	if !doc.inlined {
		options.Source = doc.Source
	}
	if content != nil {
		options.Content = content.Root
		if !content.inlined {
			options.ContentSource = content.Source
		}
	}
	explanations := xmldsig.Explain(doc.Root, options)
	if len(explanations) == 0 {
		return nil, noSignature(doc.Root)
	}
	var found []Signature
	// Explain goes through the document in the same order.
	places := places(doc.Root, len(explanations))
	for i, x := range explanations {
		s := Signature{Place: x.Place, Holds: x.Holds, Steps: x.Steps}
		if x.Certificate != nil {
			view := View(x.Certificate)
			s.Certificate = &view
		}
		s.judgePlace(places[i])
		if places[i].isBus && j.Trust == nil && j.BusTrust != nil && x.Certificate != nil {
			s.judgeTrust(j.BusTrust(x.Certificate))
		}
		found = append(found, s)
	}
	for _, m := range missing(doc.Root) {
		found = append(found, Signature{Role: m.role, Place: m.path, Missing: true, Steps: []xmldsig.Step{{
			Title: TitlePlace, Text: m.role + ": " + m.problem,
			Hints: []string{"подпись снята или спрятана: содержимому сообщения верить нельзя"},
		}}})
	}
	return found, nil
}

// noSignature says why there is nothing to verify.
func noSignature(root *xmlsafe.Element) error {
	if body := root.Child(SoapNamespace, "Body"); body != nil {
		if body.Child(SoapNamespace, "Fault") != nil {
			return fmt.Errorf("%w: это сообщение об ошибке (soap:Fault), такие СМЭВ не подписывает", ErrNoSignature)
		}
		if all := body.Elements(); len(all) == 1 && len(all[0].Elements()) == 0 {
			return fmt.Errorf("%w: в ответе нет сообщения, очередь пуста", ErrNoSignature)
		}
	}
	return ErrNoSignature
}

// judgePlace adds the step about the signature's place in a message of the bus.
func (s *Signature) judgePlace(p place) {
	if p.role == "" {
		return
	}
	s.Role = p.role
	step := xmldsig.Step{Title: TitlePlace, OK: p.problem == "", Text: p.role}
	if p.problem != "" {
		step.Text += ": " + p.problem
		step.Hints = []string{"возможна подмена: подписанный элемент перенесён, а на его месте другой"}
		s.Holds = false
	}
	s.Steps = append([]xmldsig.Step{step}, s.Steps...)
}

// judgeTrust adds the step about the certificate.
func (s *Signature) judgeTrust(err error) {
	step := xmldsig.Step{Title: TitleTrust, OK: err == nil, Text: "сертификат доверенный (EGISSOGW_SMEV_CERTIFICATES)"}
	if err != nil {
		step.Text = fault.Because(err).Error()
		s.Holds = false
	}
	s.Steps = append(s.Steps, step)
}
