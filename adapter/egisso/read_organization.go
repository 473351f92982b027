package egisso

import (
	"regexp"

	"github.com/shopspring/decimal"

	"egissogw/crypto/xmlsafe"
)

// organization reads tOrganization of package-RO.
func (d *decoder) organization(e *xmlsafe.Element) Organization {
	ns := d.v.space.element
	s := d.sequence(e)
	x := Organization{
		ID:       d.uuid(s.need(ns, "organizationId")),
		Title:    d.string(s.need(ns, "title")),
		SiteURL:  d.string(s.optional(ns, "siteUrl")),
		Address:  d.string(s.need(ns, "address")),
		Email:    d.coded(s.need(ns, "email")),
		Contacts: d.string(s.need(ns, "contacts")),
	}
	if e := s.optional(ns, "individualBusinessman"); e != nil {
		in := d.sequence(e)
		x.Entrepreneur = &Entrepreneur{
			INN: d.coded(in.need(ns, "inn")), OGRNIP: d.coded(in.need(ns, "ogrnip")), Registration: d.registration(in, &entrepreneurElements),
		}
		in.end()
	} else {
		in := d.sequence(s.need(ns, "legalPerson"))
		x.Legal = &LegalPerson{
			INN: d.coded(in.need(ns, "inn")), KPP: d.coded(in.need(ns, "kpp")), OGRN: d.coded(in.need(ns, "ogrn")),
			Registration: d.registration(in, &legalElements),
		}
		in.end()
	}
	s.some(ns, "presencePoint", func(e *xmlsafe.Element) { x.Points = append(x.Points, d.organizationPoint(e)) })
	s.some(ns, "document", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		x.Documents = append(x.Documents, OrganizationDocument{
			Title: d.string(s.need(ns, "title")), Number: d.string(s.optional(ns, "number")), Contractor: d.string(s.need(ns, "contractor")),
		})
		s.end()
	})
	x.LastChanging, x.PreviousID = d.lastChanging(s)
	s.end()
	return x
}

// registration reads one of the two elements of the choice.
func (d *decoder) registration(in *sequence, names *registrationElements) Registration {
	ns := d.v.space.element
	var r Registration
	e := in.optional(ns, names.certificate)
	certificate := e != nil
	if !certificate {
		e = in.need(ns, names.entry)
	}
	s := d.sequence(e)
	if certificate {
		r.Series, r.Number = d.string(s.need(ns, "series")), d.string(s.need(ns, "number"))
	}
	r.GRN = d.string(s.need(ns, names.number))
	r.IssueDate = d.date(s.need(ns, "issueDate"))
	r.Authority = d.string(s.need(ns, "authority"))
	s.end()
	return r
}

func (d *decoder) organizationPoint(e *xmlsafe.Element) OrganizationPoint {
	ns := d.v.space.element
	s := d.sequence(e)
	p := OrganizationPoint{
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
		p.Measures = append(p.Measures, OrganizationMeasure{
			ID: d.uuid(s.need(ns, "localMsz")), BeginDate: d.date(s.need(ns, "beginDate")), EndDate: d.date(s.optional(ns, "endDate")),
		})
		s.end()
	})
	s.end()
	return p
}

func (d *decoder) coordinates(e *xmlsafe.Element) *Coordinates {
	if e == nil || d.err != nil {
		return nil
	}
	ns := d.v.space.element
	s := d.sequence(e)
	c := &Coordinates{Latitude: d.double(s.need(ns, "latitude")), Longitude: d.double(s.need(ns, "longitude"))}
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
