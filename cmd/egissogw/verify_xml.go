package main

import (
	"context"
	"errors"
	"fmt"

	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// soapNamespace is that of SOAP 1.1 (adapter/smev/SPEC.md#transport).
const soapNamespace = "http://schemas.xmlsoap.org/soap/envelope/"

var errNoSignature = errors.New("в документе нет подписи (ds:Signature)")

// explainXML explains every signature of an XML document or saved HTTP body.
func (v *verification) explainXML(ctx context.Context) (*verifyReport, error) {
	doc, err := v.app.readOutline(ctx, v.name)
	if err != nil {
		return nil, err
	}
	r := &verifyReport{File: shownName(v.name), Kind: "xml", At: v.at, Notes: doc.notes}
	options := xmldsig.ExplainOptions{At: v.at, Trust: v.trust}
	if !doc.inlined {
		options.Source = doc.source
	}
	switch {
	case doc.root.Is(soapNamespace, "Envelope"):
		r.Kind = "soap"
	case doc.root.Is(xmldsig.Namespace, "Signature"): // a document of its own
		if name := v.contentFor(detachedSuffix); name != "" {
			content, err := v.app.readOutline(ctx, name)
			if err != nil {
				return nil, err
			}
			r.Content, options.Content = shownName(name), content.root
			if !content.inlined {
				options.ContentSource = content.source
			}
		} else {
			r.Notes = append(r.Notes, "в файле только подпись; подписанный документ задаётся параметром --content")
		}
	}
	explanations := xmldsig.Explain(doc.root, options)
	if len(explanations) == 0 {
		return nil, v.noSignature(doc.root)
	}
	// Explain goes through the document in the same order.
	places := places(doc.root, len(explanations))
	for i, x := range explanations {
		s := signatureReport{Place: x.Place, Holds: x.Holds, Steps: x.Steps}
		if x.Certificate != nil {
			view := viewCertificate(x.Certificate)
			s.Certificate = &view
		}
		s.judgePlace(places[i])
		if places[i].isBus && v.trust == nil && v.busTrust != nil && x.Certificate != nil {
			s.judgeTrust(v.busTrust(x.Certificate))
		}
		r.Signatures = append(r.Signatures, s)
	}
	for _, m := range missing(doc.root) {
		r.Signatures = append(r.Signatures, signatureReport{Role: m.role, Place: m.path, Missing: true, Steps: []xmldsig.Step{{
			Title: titlePlace, Text: m.role + ": " + m.problem,
			Hints: []string{"подпись снята или спрятана: содержимому сообщения верить нельзя"},
		}}})
	}
	r.conclude()
	return r, nil
}

// noSignature says why there is nothing to verify.
func (v *verification) noSignature(root *xmlsafe.Element) error {
	name := shownName(v.name)
	if body := root.Child(soapNamespace, "Body"); body != nil {
		if body.Child(soapNamespace, "Fault") != nil {
			return fmt.Errorf("%s: %w: это сообщение об ошибке (soap:Fault), такие СМЭВ не подписывает", name, errNoSignature)
		}
		if all := body.Elements(); len(all) == 1 && len(all[0].Elements()) == 0 {
			return fmt.Errorf("%s: %w: в ответе нет сообщения, очередь пуста", name, errNoSignature)
		}
	}
	return fmt.Errorf("%s: %w", name, errNoSignature)
}

// judgePlace adds the step about the signature's place in a message of the bus.
func (s *signatureReport) judgePlace(p place) {
	if p.role == "" {
		return
	}
	s.Role = p.role
	step := xmldsig.Step{Title: titlePlace, OK: p.problem == "", Text: p.role}
	if p.problem != "" {
		step.Text += ": " + p.problem
		step.Hints = []string{"возможна подмена: подписанный элемент перенесён, а на его месте другой"}
		s.Holds = false
	}
	s.Steps = append([]xmldsig.Step{step}, s.Steps...)
}

// judgeTrust adds the step about the certificate.
func (s *signatureReport) judgeTrust(err error) {
	step := xmldsig.Step{Title: titleTrust, OK: err == nil, Text: "сертификат доверенный (EGISSOGW_SMEV_CERTIFICATES)"}
	if err != nil {
		step.Text = because(err).Error()
		s.Holds = false
	}
	s.Steps = append(s.Steps, step)
}
