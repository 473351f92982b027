package wire

import (
	"errors"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// The element of 10.11.I: on a participant there are only applications, one in a message.
var participantLayout = layout{
	bare: egisso.KindApplication,
	ready: func(_ *egisso.Version, e egisso.Element) error {
		a, ok := e.(*egisso.Application)
		switch {
		case !ok:
			return unknownType(e)
		case !a.Action.Valid():
			return errors.New("application has no action")
		}
		return nil
	},
	write: func(o output, e egisso.Element) {
		if a, ok := e.(*egisso.Application); ok {
			o.application(a)
		}
	},
	read: func(d *decoder, _ egisso.Kind, e *xmlsafe.Element) egisso.Element {
		a := d.application(e)
		return &a
	},
}

// application writes tApplicationRU of app-RU-OSZ.
func (o output) application(a *egisso.Application) {
	ns := o.v.Space.Element
	p := a.Participant.Normalize()
	o.Start(ns, tag(egisso.KindApplication))
	o.uuid(ns, "appID", a.ID)
	o.Start(ns, "OSZinfo")
	o.Start(ns, string(a.Action))
	if a.Action != egisso.ActionInsertion {
		o.Element(ns, "OSZCode", p.OSZCode)
	}
	if a.Action != egisso.ActionExclusion {
		o.participant(ns, &p)
	}
	o.End()
	o.End()
	o.Start(ns, "document")
	o.Element(ns, "docnumber", p.Document.Number)
	o.date(ns, "docdate", p.Document.Date)
	o.Element(ns, "docname", p.Document.Name)
	o.End()
	o.End()
}

// participant writes the fields that are given; a complete participant of an
// insertion or of an answer gives all the required ones.
func (o output) participant(ns string, p *egisso.Participant) {
	o.optional(ns, "title", p.Title)
	o.optional(ns, "shortitle", p.ShortTitle)
	o.optional(ns, "inn", p.INN)
	o.optional(ns, "kpp", p.KPP)
	o.optional(ns, "ogrn", p.OGRN)
	o.optional(ns, "juraddress", p.LegalAddress)
	o.optional(ns, "address", p.Address)
	o.optional(ns, "EMail", p.Email)
	o.optional(ns, "siteURL", p.SiteURL)
	if len(p.Territories) > 0 {
		o.Start(ns, "territories")
		for _, code := range p.Territories {
			o.Element(ns, "OKTMOcode", code)
		}
		o.End()
	}
}

// application reads tApplicationRU of app-RU-OSZ.
func (d *decoder) application(e *xmlsafe.Element) egisso.Application {
	var a egisso.Application
	if d.err != nil {
		return a
	}
	ns := d.v.Space.Element
	s := d.sequence(e)
	a.ID = d.uuid(s.need(ns, "appID"))
	info := s.need(ns, "OSZinfo")
	choice := d.sequence(info)
	for _, action := range []egisso.ApplicationAction{egisso.ActionInsertion, egisso.ActionModification, egisso.ActionExclusion} {
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
	a.Participant.Document = egisso.BasisDocument{
		Number: d.string(document.need(ns, "docnumber")), Date: d.date(document.need(ns, "docdate")), Name: d.string(document.need(ns, "docname")),
	}
	document.end()
	s.end()
	return a
}

// participant reads the fields of one of the three actions.
func (d *decoder) participant(ns string, e *xmlsafe.Element, action egisso.ApplicationAction) egisso.Participant {
	var p egisso.Participant
	s := d.sequence(e)
	if action != egisso.ActionInsertion {
		p.OSZCode = d.coded(s.need(ns, "OSZCode"))
	}
	if action == egisso.ActionExclusion {
		s.end()
		return p
	}
	field := s.optional
	if action == egisso.ActionInsertion {
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
