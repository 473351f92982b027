package egisso

import "egissogw/crypto/xmlsafe"

// person reads tPersonInfo of prsn-info.
func (d *decoder) person(e *xmlsafe.Element) Person {
	ns := d.v.space.person
	s := d.sequence(e)
	p := Person{
		SNILS:            d.coded(s.need(ns, "SNILS")),
		FamilyName:       d.words(s.need(d.v.space.commons, "FamilyName")),
		FirstName:        d.words(s.need(d.v.space.commons, "FirstName")),
		Patronymic:       d.words(s.optional(d.v.space.commons, "Patronymic")),
		MaidenFamilyName: d.words(s.optional(ns, "MaidenFamilyName")),
		Gender:           Gender(d.coded(s.need(ns, "Gender"))),
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

func (d *decoder) identityDoc(e *xmlsafe.Element) *IdentityDoc {
	choice := d.sequence(e)
	defer choice.end()
	for _, t := range identityTypes {
		e := choice.optional(t.space(d.v), t.name)
		if e == nil {
			continue
		}
		s := d.sequence(e)
		doc := &IdentityDoc{Type: t.name}
		if t.seriesOptional {
			doc.Series = d.string(s.optional(d.v.space.basic, "Series"))
		} else {
			doc.Series = d.coded(s.need(d.v.space.basic, "Series"))
		}
		doc.Number = d.coded(s.need(d.v.space.basic, "Number"))
		doc.IssueDate = d.date(s.need(d.v.space.basic, "IssueDate"))
		doc.Issuer = d.words(s.need(d.v.space.basic, "Issuer"))
		s.end()
		return doc
	}
	if d.err == nil {
		d.fail(e, "L-DOC", "нет ни одного из документов, удостоверяющих личность")
	}
	return nil
}

func (d *decoder) address(e *xmlsafe.Element) *Address {
	if e == nil || d.err != nil {
		return nil
	}
	s := d.sequence(e)
	a := &Address{
		OKSMCode:  d.coded(s.need(d.v.space.basic, "OKSMCode")),
		PostIndex: d.coded(s.optional(d.v.space.basic, "PostIndex")),
		Region:    d.string(s.optional(d.v.space.basic, "Region")),
		District:  d.string(s.optional(d.v.space.basic, "District")),
		City:      d.string(s.optional(d.v.space.basic, "City")),
		Street:    d.string(s.optional(d.v.space.basic, "Street")),
		House:     d.string(s.optional(d.v.space.basic, "House")),
		Housing:   d.string(s.optional(d.v.space.basic, "Housing")),
		Apartment: d.string(s.optional(d.v.space.basic, "Apartment")),
	}
	s.end()
	return a
}
