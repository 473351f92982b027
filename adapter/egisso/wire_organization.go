package egisso

func (x *Organization) write(o output) { o.organization(x.Normalize()) }

// organization writes tOrganization of organization with what package-RO adds.
func (o output) organization(x Organization) {
	ns := o.v.space.element
	o.Start(o.v.space.pack, KindOrganization.tag())
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
		o.registration(&legalElements, &x.Legal.Registration)
		o.End()
	case x.Entrepreneur != nil:
		o.Start(ns, "individualBusinessman")
		o.Element(ns, "inn", x.Entrepreneur.INN)
		o.Element(ns, "ogrnip", x.Entrepreneur.OGRNIP)
		o.registration(&entrepreneurElements, &x.Entrepreneur.Registration)
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

// registrationElements are the names of a registration's elements.
type registrationElements struct {
	entry, certificate string // the two elements of the choice
	number             string // of the entry in the register
	length             int    // of that number
}

var (
	legalElements        = registrationElements{"usrleDocument", "legalEntityDocument", "grn", 13}
	entrepreneurElements = registrationElements{"usrieDocument", "individualEntrepreneurDocument", "grnip", 15}
)

// element is the name of the registration's own element.
func (n *registrationElements) element(r *Registration) string {
	if r.certificate() {
		return n.certificate
	}
	return n.entry
}

func (o output) registration(names *registrationElements, r *Registration) {
	ns := o.v.space.element
	o.Start(ns, names.element(r))
	if r.certificate() {
		o.Element(ns, "series", r.Series)
		o.Element(ns, "number", r.Number)
	}
	o.Element(ns, names.number, r.GRN)
	o.date(ns, "issueDate", r.IssueDate)
	o.Element(ns, "authority", r.Authority)
	o.End()
}

func (o output) organizationPoint(p OrganizationPoint) {
	ns := o.v.space.element
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

func (o output) coordinates(c *Coordinates) {
	if c == nil {
		return
	}
	ns := o.v.space.element
	o.Start(ns, "point")
	o.Element(ns, "latitude", c.Latitude.String())
	o.Element(ns, "longitude", c.Longitude.String())
	o.End()
}
