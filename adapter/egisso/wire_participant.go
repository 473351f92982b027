package egisso

// write writes tApplicationRU of app-RU-OSZ.
func (a *Application) write(o output) {
	ns := o.v.space.element
	p := a.Participant.Normalize()
	o.Start(ns, KindApplication.tag())
	o.uuid(ns, "appID", a.ID)
	o.Start(ns, "OSZinfo")
	o.Start(ns, string(a.Action))
	if a.Action != ActionInsertion {
		o.Element(ns, "OSZCode", p.OSZCode)
	}
	if a.Action != ActionExclusion {
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
func (o output) participant(ns string, p *Participant) {
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
