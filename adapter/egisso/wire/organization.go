package wire

import (
	"regexp"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// The element of 10.07.I.
var organizationLayout = layout{
	some: egisso.KindOrganization,
	ready: func(_ *egisso.Version, e egisso.Element) error {
		x, ok := e.(*egisso.Organization)
		switch {
		case !ok:
			return unknownType(e)
		case !timestampFits(x.LastChanging):
			return errLastChanging
		}
		for _, p := range x.Points {
			if err := resolved(p.Measures, func(m *egisso.OrganizationMeasure) uuid.UUID { return m.ID }, "a measure is not resolved"); err != nil {
				return err
			}
		}
		return nil
	},
	write: func(o output, e egisso.Element) {
		if x, ok := e.(*egisso.Organization); ok {
			o.organization(x.Normalize())
		}
	},
	read: func(d *decoder, _ egisso.Kind, e *xmlsafe.Element) egisso.Element {
		x := d.organization(e)
		return &x
	},
}

// organization writes tOrganization of organization with what package-RO adds.
func (o output) organization(x egisso.Organization) {
	ns := o.v.Space.Element
	o.Start(o.v.Space.Pack, tag(egisso.KindOrganization))
	o.uuid(ns, "organizationId", x.ID)
	o.Element(ns, "title", x.Title)
	o.optional(ns, "siteUrl", x.SiteURL)
	o.Element(ns, "address", x.Address)
	o.Element(ns, "email", x.Email)
	o.Element(ns, "contacts", x.Contacts)
	switch {
	case x.Legal != nil:
		o.Start(ns, "legalPerson")
		o.Element(ns, "inn", x.Legal.INN)
		o.Element(ns, "kpp", x.Legal.KPP)
		o.Element(ns, "ogrn", x.Legal.OGRN)
		o.registration(&egisso.LegalRegistration, &x.Legal.Registration)
		o.End()
	case x.Entrepreneur != nil:
		o.Start(ns, "individualBusinessman")
		o.Element(ns, "inn", x.Entrepreneur.INN)
		o.Element(ns, "ogrnip", x.Entrepreneur.OGRNIP)
		o.registration(&egisso.EntrepreneurRegistration, &x.Entrepreneur.Registration)
		o.End()
	}
	for _, p := range x.Points {
		o.organizationPoint(p)
	}
	for _, d := range x.Documents {
		o.Start(ns, "document")
		o.Element(ns, "title", d.Title)
		o.optional(ns, "number", d.Number)
		o.Element(ns, "contractor", d.Contractor)
		o.End()
	}
	o.lastChanging(x.LastChanging, x.PreviousID)
	o.End()
}

func (o output) registration(names *egisso.RegistrationNames, r *egisso.Registration) {
	ns := o.v.Space.Element
	o.Start(ns, names.Element(r))
	if r.Certificate() {
		o.Element(ns, "series", r.Series)
		o.Element(ns, "number", r.Number)
	}
	o.Element(ns, names.Number, r.GRN)
	o.date(ns, "issueDate", r.IssueDate)
	o.Element(ns, "authority", r.Authority)
	o.End()
}

func (o output) organizationPoint(p egisso.OrganizationPoint) {
	ns := o.v.Space.Element
	o.Start(ns, "presencePoint")
	o.Element(ns, "title", p.Title)
	o.Element(ns, "address", p.Address)
	o.optional(ns, "email", p.Email)
	o.optional(ns, "contacts", p.Contacts)
	o.optional(ns, "note", p.Note)
	o.optional(ns, "schedule", p.Schedule)
	o.coordinates(p.Coordinates)
	for _, m := range p.Measures {
		o.Start(ns, "pointMsz")
		o.uuid(ns, "localMsz", m.ID)
		o.date(ns, "beginDate", m.BeginDate)
		o.optionalDate(ns, "endDate", m.EndDate)
		o.End()
	}
	o.End()
}

func (o output) coordinates(c *egisso.Coordinates) {
	if c == nil {
		return
	}
	ns := o.v.Space.Element
	o.Start(ns, "point")
	o.Element(ns, "latitude", c.Latitude.String())
	o.Element(ns, "longitude", c.Longitude.String())
	o.End()
}

// organization reads tOrganization of package-RO.
func (d *decoder) organization(e *xmlsafe.Element) egisso.Organization {
	ns := d.v.Space.Element
	s := d.sequence(e)
	x := egisso.Organization{
		ID:       d.uuid(s.need(ns, "organizationId")),
		Title:    d.string(s.need(ns, "title")),
		SiteURL:  d.string(s.optional(ns, "siteUrl")),
		Address:  d.string(s.need(ns, "address")),
		Email:    d.coded(s.need(ns, "email")),
		Contacts: d.string(s.need(ns, "contacts")),
	}
	if e := s.optional(ns, "individualBusinessman"); e != nil {
		in := d.sequence(e)
		x.Entrepreneur = &egisso.Entrepreneur{
			INN: d.coded(in.need(ns, "inn")), OGRNIP: d.coded(in.need(ns, "ogrnip")), Registration: d.registration(in, &egisso.EntrepreneurRegistration),
		}
		in.end()
	} else {
		in := d.sequence(s.need(ns, "legalPerson"))
		x.Legal = &egisso.LegalPerson{
			INN: d.coded(in.need(ns, "inn")), KPP: d.coded(in.need(ns, "kpp")), OGRN: d.coded(in.need(ns, "ogrn")),
			Registration: d.registration(in, &egisso.LegalRegistration),
		}
		in.end()
	}
	s.some(ns, "presencePoint", func(e *xmlsafe.Element) { x.Points = append(x.Points, d.organizationPoint(e)) })
	s.some(ns, "document", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		x.Documents = append(x.Documents, egisso.OrganizationDocument{
			Title: d.string(s.need(ns, "title")), Number: d.string(s.optional(ns, "number")), Contractor: d.string(s.need(ns, "contractor")),
		})
		s.end()
	})
	x.LastChanging, x.PreviousID = d.lastChanging(s)
	s.end()
	return x
}

// registration reads one of the two elements of the choice.
func (d *decoder) registration(in *sequence, names *egisso.RegistrationNames) egisso.Registration {
	ns := d.v.Space.Element
	var r egisso.Registration
	e := in.optional(ns, names.Certificate)
	certificate := e != nil
	if !certificate {
		e = in.need(ns, names.Entry)
	}
	s := d.sequence(e)
	if certificate {
		r.Series, r.Number = d.string(s.need(ns, "series")), d.string(s.need(ns, "number"))
	}
	r.GRN = d.string(s.need(ns, names.Number))
	r.IssueDate = d.date(s.need(ns, "issueDate"))
	r.Authority = d.string(s.need(ns, "authority"))
	s.end()
	return r
}

func (d *decoder) organizationPoint(e *xmlsafe.Element) egisso.OrganizationPoint {
	ns := d.v.Space.Element
	s := d.sequence(e)
	p := egisso.OrganizationPoint{
		Title:       d.string(s.need(ns, "title")),
		Address:     d.string(s.need(ns, "address")),
		Email:       d.coded(s.optional(ns, "email")),
		Contacts:    d.string(s.optional(ns, "contacts")),
		Note:        d.string(s.optional(ns, "note")),
		Schedule:    d.string(s.optional(ns, "schedule")),
		Coordinates: d.coordinates(s.optional(ns, "point")),
	}
	s.some(ns, "pointMsz", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		p.Measures = append(p.Measures, egisso.OrganizationMeasure{
			ID: d.uuid(s.need(ns, "localMsz")), BeginDate: d.date(s.need(ns, "beginDate")), EndDate: d.date(s.optional(ns, "endDate")),
		})
		s.end()
	})
	s.end()
	return p
}

func (d *decoder) coordinates(e *xmlsafe.Element) *egisso.Coordinates {
	if e == nil || d.err != nil {
		return nil
	}
	ns := d.v.Space.Element
	s := d.sequence(e)
	c := &egisso.Coordinates{Latitude: d.double(s.need(ns, "latitude")), Longitude: d.double(s.need(ns, "longitude"))}
	s.end()
	return c
}

// The lexical form of xsd:double without INF and NaN, which are no place. The
// exponent is short, so that no number takes long to print.
var doublePattern = regexp.MustCompile(`^[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?$`)

func (d *decoder) double(e *xmlsafe.Element) decimal.Decimal {
	v := d.collapsed(e)
	if d.err != nil || e == nil {
		return decimal.Decimal{}
	}
	n, err := decimal.NewFromString(v)
	if err != nil || !doublePattern.MatchString(v) {
		d.fail(e, "L-XSD", "значение не является числом")
		return decimal.Decimal{}
	}
	return n
}
