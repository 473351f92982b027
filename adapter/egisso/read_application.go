package egisso

import "egissogw/crypto/xmlsafe"

// application reads tApplicationRU of app-RU-OSZ.
func (d *decoder) application(e *xmlsafe.Element) Application {
	var a Application
	if d.err != nil {
		return a
	}
	ns := d.v.space.element
	s := d.sequence(e)
	a.ID = d.uuid(s.need(ns, "appID"))
	info := s.need(ns, "OSZinfo")
	choice := d.sequence(info)
	for _, action := range []ApplicationAction{ActionInsertion, ActionModification, ActionExclusion} {
		e := choice.optional(ns, string(action))
		if e == nil {
			continue
		}
		a.Action = action
		a.Participant = d.participant(ns, e, action)
		break
	}
	if a.Action == "" && d.err == nil {
		d.fail(info, "L-XSD", "нет ни одного из элементов insertion, modification, exclusion")
	}
	choice.end()
	document := d.sequence(s.need(ns, "document"))
	a.Participant.Document = BasisDocument{
		Number: d.string(document.need(ns, "docnumber")), Date: d.date(document.need(ns, "docdate")), Name: d.string(document.need(ns, "docname")),
	}
	document.end()
	s.end()
	return a
}

// participant reads the fields of one of the three actions.
func (d *decoder) participant(ns string, e *xmlsafe.Element, action ApplicationAction) Participant {
	var p Participant
	s := d.sequence(e)
	if action != ActionInsertion {
		p.OSZCode = d.coded(s.need(ns, "OSZCode"))
	}
	if action == ActionExclusion {
		s.end()
		return p
	}
	field := s.optional
	if action == ActionInsertion {
		field = s.need
	}
	p.Title = d.string(field(ns, "title"))
	p.ShortTitle = d.string(s.optional(ns, "shortitle"))
	p.INN = d.coded(field(ns, "inn"))
	p.KPP = d.coded(field(ns, "kpp"))
	p.OGRN = d.coded(field(ns, "ogrn"))
	p.LegalAddress = d.string(field(ns, "juraddress"))
	p.Address = d.string(field(ns, "address"))
	p.Email = d.coded(field(ns, "EMail"))
	p.SiteURL = d.string(s.optional(ns, "siteURL"))
	if e := field(ns, "territories"); e != nil {
		list := d.sequence(e)
		list.some(ns, "OKTMOcode", func(e *xmlsafe.Element) { p.Territories = append(p.Territories, d.coded(e)) })
		list.end()
	}
	s.end()
	return p
}
