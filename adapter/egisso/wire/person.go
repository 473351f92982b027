package wire

import (
	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// person writes tPersonInfo of prsn-info; the names of a person are in
// the namespace of the SMEV commons.
func (o output) person(p egisso.Person) {
	ns := o.v.Space.Person
	o.Element(ns, "SNILS", p.SNILS)
	o.Element(o.v.Space.Commons, "FamilyName", p.FamilyName)
	o.Element(o.v.Space.Commons, "FirstName", p.FirstName)
	o.optional(o.v.Space.Commons, "Patronymic", p.Patronymic)
	o.optional(ns, "MaidenFamilyName", p.MaidenFamilyName)
	o.Element(ns, "Gender", string(p.Gender))
	o.date(ns, "BirthDate", p.BirthDate)
	o.optional(ns, "BirthPlace", p.BirthPlace)
	o.optional(ns, "PhoneNumber", p.PhoneNumber)
	o.optional(ns, "Citizenship", p.Citizenship)
	o.identityDoc(p.IdentityDoc)
	if p.PermanentResidence != nil || p.TemporaryResidence != nil || p.ActualResidence != nil {
		o.Start(ns, "Address")
		o.address("PermanentResidence", p.PermanentResidence)
		o.address("TemporaryResidence", p.TemporaryResidence)
		o.address("ActualResidence", p.ActualResidence)
		o.End()
	}
	o.optional(ns, "ResidencePermitInfo", p.ResidencePermitInfo)
}

// identityDoc writes the choice IdentityDoc. The inner elements are in the
// namespace of basic whatever the document's element is in.
func (o output) identityDoc(d *egisso.IdentityDoc) {
	if d == nil {
		return
	}
	o.Start(o.v.Space.Person, "IdentityDoc")
	if t := egisso.IdentityTypeOf(d.Type); t != nil {
		o.Start(identitySpace(o.v, t), t.Name)
		o.optional(o.v.Space.Basic, "Series", d.Series)
		o.Element(o.v.Space.Basic, "Number", d.Number)
		o.date(o.v.Space.Basic, "IssueDate", d.IssueDate)
		o.Element(o.v.Space.Basic, "Issuer", d.Issuer)
		o.End()
	}
	o.End()
}

func (o output) address(local string, a *egisso.Address) {
	if a == nil {
		return
	}
	o.Start(o.v.Space.Person, local)
	o.Element(o.v.Space.Basic, "OKSMCode", a.OKSMCode)
	o.optional(o.v.Space.Basic, "PostIndex", a.PostIndex)
	o.optional(o.v.Space.Basic, "Region", a.Region)
	o.optional(o.v.Space.Basic, "District", a.District)
	o.optional(o.v.Space.Basic, "City", a.City)
	o.optional(o.v.Space.Basic, "Street", a.Street)
	o.optional(o.v.Space.Basic, "House", a.House)
	o.optional(o.v.Space.Basic, "Housing", a.Housing)
	o.optional(o.v.Space.Basic, "Apartment", a.Apartment)
	o.End()
}

// person reads tPersonInfo of prsn-info.
func (d *decoder) person(e *xmlsafe.Element) egisso.Person {
	ns := d.v.Space.Person
	s := d.sequence(e)
	p := egisso.Person{
		SNILS:            d.coded(s.need(ns, "SNILS")),
		FamilyName:       d.words(s.need(d.v.Space.Commons, "FamilyName")),
		FirstName:        d.words(s.need(d.v.Space.Commons, "FirstName")),
		Patronymic:       d.words(s.optional(d.v.Space.Commons, "Patronymic")),
		MaidenFamilyName: d.words(s.optional(ns, "MaidenFamilyName")),
		Gender:           egisso.Gender(d.coded(s.need(ns, "Gender"))),
		BirthDate:        d.date(s.need(ns, "BirthDate")),
		BirthPlace:       d.words(s.optional(ns, "BirthPlace")),
		PhoneNumber:      d.coded(s.optional(ns, "PhoneNumber")),
		Citizenship:      d.coded(s.optional(ns, "Citizenship")),
	}
	if e := s.optional(ns, "IdentityDoc"); e != nil {
		p.IdentityDoc = d.identityDoc(e)
	}
	if e := s.optional(ns, "Address"); e != nil {
		list := d.sequence(e)
		p.PermanentResidence = d.address(list.optional(ns, "PermanentResidence"))
		p.TemporaryResidence = d.address(list.optional(ns, "TemporaryResidence"))
		p.ActualResidence = d.address(list.optional(ns, "ActualResidence"))
		list.end()
	}
	p.ResidencePermitInfo = d.string(s.optional(ns, "ResidencePermitInfo"))
	s.end()
	return p
}

func (d *decoder) identityDoc(e *xmlsafe.Element) *egisso.IdentityDoc {
	choice := d.sequence(e)
	defer choice.end()
	for _, t := range egisso.IdentityTypes {
		e := choice.optional(identitySpace(d.v, &t), t.Name)
		if e == nil {
			continue
		}
		s := d.sequence(e)
		doc := &egisso.IdentityDoc{Type: t.Name}
		if t.SeriesOptional {
			doc.Series = d.string(s.optional(d.v.Space.Basic, "Series"))
		} else {
			doc.Series = d.coded(s.need(d.v.Space.Basic, "Series"))
		}
		doc.Number = d.coded(s.need(d.v.Space.Basic, "Number"))
		doc.IssueDate = d.date(s.need(d.v.Space.Basic, "IssueDate"))
		doc.Issuer = d.words(s.need(d.v.Space.Basic, "Issuer"))
		s.end()
		return doc
	}
	if d.err == nil {
		d.fail(e, "L-DOC", "нет ни одного из документов, удостоверяющих личность")
	}
	return nil
}

func (d *decoder) address(e *xmlsafe.Element) *egisso.Address {
	if e == nil || d.err != nil {
		return nil
	}
	s := d.sequence(e)
	a := &egisso.Address{
		OKSMCode:  d.coded(s.need(d.v.Space.Basic, "OKSMCode")),
		PostIndex: d.coded(s.optional(d.v.Space.Basic, "PostIndex")),
		Region:    d.string(s.optional(d.v.Space.Basic, "Region")),
		District:  d.string(s.optional(d.v.Space.Basic, "District")),
		City:      d.string(s.optional(d.v.Space.Basic, "City")),
		Street:    d.string(s.optional(d.v.Space.Basic, "Street")),
		House:     d.string(s.optional(d.v.Space.Basic, "House")),
		Housing:   d.string(s.optional(d.v.Space.Basic, "Housing")),
		Apartment: d.string(s.optional(d.v.Space.Basic, "Apartment")),
	}
	s.end()
	return a
}

// identitySpace is the namespace of the document's own element.
func identitySpace(v *egisso.Version, t *egisso.IdentityType) string {
	if t.InPerson {
		return v.Space.Person
	}
	return v.Space.Basic
}
