package egisso

func (m *LocalMeasure) write(o output) { o.measure(m.Normalize()) }

func (e *LocalMeasureInvalidation) write(o output) {
	ns := o.v.space.pack
	o.Start(ns, KindMeasureInvalidation.tag())
	o.uuid(ns, "id", e.ID)
	o.uuid(ns, "localMszId", e.LocalMeasureID)
	o.End()
}

// measure writes tLocalMSZ: the base type's elements in the namespace of
// local-MSZ, those of the extension in that of the package.
func (o output) measure(m LocalMeasure) {
	ns, names := o.v.space.element, &o.v.names
	o.Start(o.v.space.pack, KindMeasure.tag())
	o.uuid(ns, names.id, m.ID)
	o.optional(ns, "code", m.Code)
	o.Element(ns, "title", m.Title)
	o.date(ns, "dateEnact", m.DateEnact)
	o.optionalDate(ns, "dateExpiration", m.DateExpiration)
	o.Element(ns, "periodicityCode", m.PeriodicityCode)
	o.classification(m)
	o.optional(ns, "estimation", m.Estimation)
	o.Start(ns, "territories")
	for _, code := range m.Territories {
		o.Element(ns, names.oktmo, code)
	}
	o.End()
	o.Start(ns, "reasons")
	for _, a := range m.Reasons {
		o.Start(ns, "NPA")
		o.Element(ns, "number", a.Number)
		o.date(ns, "date", a.Date)
		o.Element(ns, "title", a.Title)
		o.Element(ns, "authority", a.Authority)
		o.Element(ns, names.url, a.URL)
		o.End()
	}
	o.End()
	o.Element(ns, "KBKCode", m.KBK)
	if o.v.fullMeasure {
		o.optional(ns, "frguCode", m.FRGUCode)
		o.optional(ns, "frguPurpose", m.FRGUPurpose)
	}
	o.Element(ns, "cases", m.Cases)
	o.Element(ns, "conditions", m.Conditions)
	o.service(m)
	if m.FamilySign != 0 {
		o.int(ns, "famSign", m.FamilySign)
	}
	if o.v.fullMeasure {
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

func (o output) classification(m LocalMeasure) {
	ns := o.v.space.element
	o.Start(ns, "classificationKMSZ")
	o.Element(ns, "codePartKMSZ", m.PartKMSZ)
	o.Element(ns, "codeMSZ", m.MSZ)
	o.Element(ns, "codeProvisionForm", string(m.ProvisionForm))
	o.Element(ns, "codeLevelNPA", m.LevelNPA)
	o.Start(ns, "localCategories")
	for _, c := range m.Categories {
		o.Start(ns, "localCategory")
		o.uuid(ns, o.v.names.id, c.ID)
		o.optional(ns, "code", c.Code)
		o.Element(ns, "title", c.Title)
		o.Element(ns, "codeCategoryKMSZ", c.KMSZ)
		for _, n := range c.Criteria {
			o.Start(ns, "needsCriteria")
			o.Element(ns, "needsCriteriaCode", n.Code)
			o.date(ns, "needsCriteriaDate", n.Date)
			if n.Coefficient.Valid {
				o.Element(ns, "needsCriteriaCoefficient", n.Coefficient.Decimal.String())
			}
			o.End()
		}
		o.End()
	}
	o.End()
	o.Start(ns, "cofinancing")
	for _, f := range m.Cofinancing {
		o.Start(ns, "fundingSource")
		o.Element(ns, "codeFundingSource", f.Source)
		o.Element(ns, "quota", percent(f.Quota))
		o.End()
	}
	o.End()
	o.End()
}

// service writes how the measure is applied for and received.
func (o output) service(m LocalMeasure) {
	ns := o.v.space.element
	for _, x := range m.Methods {
		o.Start(ns, "methods")
		o.Element(ns, "method", x.Method)
		o.optional(ns, "url", x.URL)
		o.End()
	}
	for _, v := range m.FormsRequest {
		o.int(ns, "formReq", v)
	}
	for _, v := range m.FormsReceive {
		o.int(ns, "formRecieve", v)
	}
	for _, d := range m.Documents {
		o.Start(ns, "docTypesList")
		o.Element(ns, "documentTypeName", d.Name)
		o.Element(ns, "documentOrigin", d.Origin)
		o.int(ns, "documentQ", d.Quantity)
		o.bool(ns, "documentNess", d.Necessary)
		o.optional(ns, "documentComment", d.Comment)
		o.End()
	}
	for _, s := range m.Steps {
		o.Start(ns, "stepsForMSZ")
		o.int(ns, "stepNumber", s.Number)
		o.Element(ns, "stepH", s.Heading)
		o.Element(ns, "stepDescr", s.Description)
		o.End()
	}
}
