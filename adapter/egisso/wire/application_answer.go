package wire

import (
	"fmt"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// ReadApplicationAnswer reads the element response of any version of 10.11.I by
// local names, as ReadProtocol reads protocols.
func ReadApplicationAnswer(content []byte) (*egisso.ApplicationAnswer, error) {
	doc, err := parseTree(content)
	if err != nil {
		return nil, fmt.Errorf("read 10.11.I response: %w", err)
	}
	return readApplicationAnswer(doc.Root)
}

// applicationNumber leaves the dot unescaped, as the schema does.
var applicationNumber = egisso.Pattern(`[0-9]{4}.[0-9]+`, "должно быть вида ГГГГ.номер")

func readApplicationAnswer(root *xmlsafe.Element) (*egisso.ApplicationAnswer, error) {
	r := &protocolReader{p: &egisso.Protocol{}}
	if root.Local != "response" {
		r.fail(root, "not a response")
	}
	kids := r.shape(root, "appID", "appNum", "appResult", "comment", "appDate", "OSZinfo")
	a := &egisso.ApplicationAnswer{
		Number:    r.formatted(root, kids, "appNum", applicationNumber),
		Comment:   r.text(root, kids, "comment", 500, false),
		DecidedAt: r.time(root, kids, "appDate", true),
	}
	var ok bool
	if a.ApplicationID, ok = parseUUID(r.text(root, kids, "appID", 0, true)); !ok {
		r.deviate(root, "идентификатор заявки не является UUID")
	}
	switch r.text(root, kids, "appResult", 0, true) {
	case "1":
		a.Accepted = true
	case "2":
	default:
		r.fail(root, "appResult is neither 1 nor 2")
	}
	if info := first(kids["OSZinfo"]); info != nil {
		a.Registered, a.ParticipantID = r.registered(info)
	}
	if r.err != nil {
		return nil, fmt.Errorf("read 10.11.I response: %w", r.err)
	}
	a.Deviations = r.p.Deviations
	return a, nil
}

func (r *protocolReader) registered(info *xmlsafe.Element) (*egisso.Participant, uuid.UUID) {
	kids := r.shape(info, "OSZID", "OSZCode", "title", "shortitle", "inn", "kpp", "ogrn", "juraddress", "address", "EMail", "siteURL", "territories")
	id, ok := parseUUID(r.text(info, kids, "OSZID", 0, true))
	if !ok {
		r.deviate(info, "идентификатор организации не является UUID")
	}
	p := &egisso.Participant{
		OSZCode:      r.formatted(info, kids, "OSZCode", egisso.ParticipantCodeFormat),
		Title:        r.text(info, kids, "title", 500, true),
		ShortTitle:   r.text(info, kids, "shortitle", 100, false),
		INN:          r.formatted(info, kids, "inn", egisso.Digits10),
		KPP:          r.formatted(info, kids, "kpp", egisso.Digits9),
		OGRN:         r.formatted(info, kids, "ogrn", egisso.OGRNFormat),
		LegalAddress: r.text(info, kids, "juraddress", 500, true),
		Address:      r.text(info, kids, "address", 500, true),
		Email:        r.formatted(info, kids, "EMail", egisso.EmailFormat),
		SiteURL:      r.text(info, kids, "siteURL", 1000, false),
	}
	if list := first(kids["territories"]); list != nil {
		for _, e := range r.shape(list, "OKTMOcode*")["OKTMOcode"] {
			p.Territories = append(p.Territories, r.formatted(list, map[string][]*xmlsafe.Element{"OKTMOcode": {e}}, "OKTMOcode", egisso.Digits8))
		}
	}
	if len(p.Territories) == 0 {
		r.deviate(info, "нет территорий")
	}
	return p, id
}

// WriteApplicationAnswer writes the element response of 10.11.I. It comes from
// ЕГИССО and is written for simulators and tests.
func WriteApplicationAnswer(w Writer, a *egisso.ApplicationAnswer) {
	o := output{w, egisso.CurrentVersion("10.11.I")}
	ns := o.v.Space.Message
	o.Start(ns, "response")
	o.uuid(ns, "appID", a.ApplicationID)
	o.Element(ns, "appNum", a.Number)
	result := 2
	if a.Accepted {
		result = 1
	}
	o.int(ns, "appResult", result)
	o.optional(ns, "comment", a.Comment)
	o.timestamp(ns, "appDate", a.DecidedAt)
	if p := a.Registered; p != nil {
		o.Start(ns, "OSZinfo")
		o.uuid(ns, "OSZID", a.ParticipantID)
		o.Element(ns, "OSZCode", p.OSZCode)
		o.participant(ns, p)
		o.End()
	}
	o.End()
}
