package egisso

// Normalize returns the organisation as it is written and hashed: texts
// trimmed. The receiver is not changed.
func (o Organization) Normalize() Organization {
	trimAll(&o.Title, &o.SiteURL, &o.Address, &o.Email, &o.Contacts)
	if o.Legal != nil {
		l := *o.Legal
		trimAll(&l.INN, &l.KPP, &l.OGRN)
		l.Registration = l.Registration.trimmed()
		o.Legal = &l
		if l == (LegalPerson{}) {
			o.Legal = nil
		}
	}
	if o.Entrepreneur != nil {
		e := *o.Entrepreneur
		trimAll(&e.INN, &e.OGRNIP)
		e.Registration = e.Registration.trimmed()
		o.Entrepreneur = &e
		if e == (Entrepreneur{}) {
			o.Entrepreneur = nil
		}
	}
	o.Points = mapList(o.Points, func(p OrganizationPoint) OrganizationPoint {
		trimAll(&p.Title, &p.Address, &p.Email, &p.Contacts, &p.Note, &p.Schedule)
		p.Measures = mapList(p.Measures, func(m OrganizationMeasure) OrganizationMeasure {
			trimAll(&m.Key)
			return m
		})
		return p
	})
	o.Documents = mapList(o.Documents, func(d OrganizationDocument) OrganizationDocument {
		trimAll(&d.Title, &d.Number, &d.Contractor)
		return d
	})
	return o
}

func (r Registration) trimmed() Registration {
	trimAll(&r.Series, &r.Number, &r.GRN, &r.Authority)
	return r
}

// Normalize returns the point as it is written and hashed: texts trimmed. The
// receiver is not changed.
func (p PresencePoint) Normalize() PresencePoint {
	trimAll(&p.ONMSZCode, &p.ONMSZKey, &p.Title, &p.Address, &p.OKTMO, &p.Email, &p.Contacts, &p.Schedule, &p.Rules)
	p.Measures = mapList(p.Measures, func(m PointMeasure) PointMeasure {
		trimAll(&m.Key)
		return m
	})
	return p
}

// Normalize returns the participant as it is written and hashed: texts trimmed.
// The receiver is not changed.
func (p Participant) Normalize() Participant {
	trimAll(&p.OSZCode, &p.Title, &p.ShortTitle, &p.INN, &p.KPP, &p.OGRN, &p.LegalAddress, &p.Address, &p.Email,
		&p.SiteURL, &p.Document.Number, &p.Document.Name)
	p.Territories = mapList(p.Territories, Trim)
	return p
}

func trimAll(texts ...*string) {
	for _, s := range texts {
		*s = Trim(*s)
	}
}
