package wire

import (
	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// The elements of 10.05.I.
var measureLayout = layout{
	ready: func(_ *egisso.Version, e egisso.Element) error {
		switch e := e.(type) {
		case *egisso.LocalMeasure:
			if !timestampFits(e.LastChanging) {
				return errLastChanging
			}
			return resolved(e.Categories, func(c *egisso.LocalCategory) uuid.UUID { return c.ID }, "category without an id")
		case *egisso.LocalMeasureInvalidation:
			return eventOn(e.LocalMeasureID)
		}
		return unknownType(e)
	},
	write: func(o output, e egisso.Element) {
		switch e := e.(type) {
		case *egisso.LocalMeasure:
			o.measure(e.Normalize())
		case *egisso.LocalMeasureInvalidation:
			o.measureInvalidation(e)
		}
	},
	read: func(d *decoder, kind egisso.Kind, e *xmlsafe.Element) egisso.Element {
		if kind == egisso.KindMeasure {
			m := d.measure(e)
			return &m
		}
		return d.measureInvalidation(e)
	},
}

// measure writes tLocalMSZ: the base type's elements in the namespace of
// local-MSZ, those of the extension in that of the package.
func (o output) measure(m egisso.LocalMeasure) {
	ns, names := o.v.Space.Element, &o.v.Names
	o.Start(o.v.Space.Pack, tag(egisso.KindMeasure))
	o.uuid(ns, names.ID, m.ID)
	o.optional(ns, "code", m.Code)
	o.Element(ns, "title", m.Title)
	o.date(ns, "dateEnact", m.DateEnact)
	o.optionalDate(ns, "dateExpiration", m.DateExpiration)
	o.Element(ns, "periodicityCode", m.PeriodicityCode)
	o.classification(m)
	o.optional(ns, "estimation", m.Estimation)
	o.Start(ns, "territories")
	for _, code := range m.Territories {
		o.Element(ns, names.OKTMO, code)
	}
	o.End()
	o.Start(ns, "reasons")
	for _, a := range m.Reasons {
		o.Start(ns, "NPA")
		o.Element(ns, "number", a.Number)
		o.date(ns, "date", a.Date)
		o.Element(ns, "title", a.Title)
		o.Element(ns, "authority", a.Authority)
		o.Element(ns, names.URL, a.URL)
		o.End()
	}
	o.End()
	o.Element(ns, "KBKCode", m.KBK)
	if o.v.FullMeasure {
		o.optional(ns, "frguCode", m.FRGUCode)
		o.optional(ns, "frguPurpose", m.FRGUPurpose)
	}
	o.Element(ns, "cases", m.Cases)
	o.Element(ns, "conditions", m.Conditions)
	o.service(m)
	if m.FamilySign != 0 {
		o.int(ns, "famSign", m.FamilySign)
	}
	if o.v.FullMeasure {
		o.optionalBool(ns, "heirdomFactAssignment", m.InheritFacts)
		o.optionalBool(ns, "heirdomOsznPoint", m.InheritOSZNPoints)
		o.optionalBool(ns, "heirdomOrganizationPoint", m.InheritOrganizationPoints)
		if m.BasisPersonLiving != nil {
			o.int(ns, "basisPersonLivingSign", *m.BasisPersonLiving)
		}
	}
	o.lastChanging(m.LastChanging, m.PreviousID)
	o.End()
}

func (d *decoder) measure(e *xmlsafe.Element) egisso.LocalMeasure {
	ns, names := d.v.Space.Element, &d.v.Names
	s := d.sequence(e)
	m := egisso.LocalMeasure{
		ID:              d.uuid(s.need(ns, names.ID)),
		Code:            d.string(s.optional(ns, "code")),
		Title:           d.string(s.need(ns, "title")),
		DateEnact:       d.date(s.need(ns, "dateEnact")),
		DateExpiration:  d.date(s.optional(ns, "dateExpiration")),
		PeriodicityCode: d.coded(s.need(ns, "periodicityCode")),
	}
	d.classification(s.need(ns, "classificationKMSZ"), &m)
	m.Estimation = d.string(s.optional(ns, "estimation"))
	territories := d.sequence(s.need(ns, "territories"))
	territories.some(ns, names.OKTMO, func(e *xmlsafe.Element) { m.Territories = append(m.Territories, d.coded(e)) })
	territories.end()
	reasons := d.sequence(s.need(ns, "reasons"))
	reasons.some(ns, "NPA", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Reasons = append(m.Reasons, egisso.LegalAct{
			Number: d.string(s.need(ns, "number")), Date: d.date(s.need(ns, "date")), Title: d.string(s.need(ns, "title")),
			Authority: d.string(s.need(ns, "authority")), URL: d.string(s.need(ns, names.URL)),
		})
		s.end()
	})
	reasons.end()
	m.KBK = d.coded(s.need(ns, "KBKCode"))
	if d.v.FullMeasure {
		m.FRGUCode = d.coded(s.optional(ns, "frguCode"))
		m.FRGUPurpose = d.coded(s.optional(ns, "frguPurpose"))
	}
	m.Cases = d.string(s.need(ns, "cases"))
	m.Conditions = d.string(s.need(ns, "conditions"))
	d.service(s, &m)
	if e := s.optional(ns, "famSign"); e != nil {
		if m.FamilySign = d.int(e); m.FamilySign < 1 {
			d.fail(e, "L-XSD", "должно быть 1 или 2")
		}
	}
	if d.v.FullMeasure {
		m.InheritFacts = d.boolPtr(s.optional(ns, "heirdomFactAssignment"))
		m.InheritOSZNPoints = d.boolPtr(s.optional(ns, "heirdomOsznPoint"))
		m.InheritOrganizationPoints = d.boolPtr(s.optional(ns, "heirdomOrganizationPoint"))
		if e := s.optional(ns, "basisPersonLivingSign"); e != nil {
			v := d.int(e)
			m.BasisPersonLiving = &v
		}
	}
	m.LastChanging, m.PreviousID = d.lastChanging(s)
	s.end()
	return m
}

func (o output) measureInvalidation(e *egisso.LocalMeasureInvalidation) {
	ns := o.v.Space.Pack
	o.Start(ns, tag(egisso.KindMeasureInvalidation))
	o.uuid(ns, "id", e.ID)
	o.uuid(ns, "localMszId", e.LocalMeasureID)
	o.End()
}

func (d *decoder) measureInvalidation(e *xmlsafe.Element) *egisso.LocalMeasureInvalidation {
	ns := d.v.Space.Pack
	s := d.sequence(e)
	defer s.end()
	return &egisso.LocalMeasureInvalidation{ID: d.uuid(s.need(ns, "id")), LocalMeasureID: d.uuid(s.need(ns, "localMszId"))}
}
