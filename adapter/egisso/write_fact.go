package egisso

import "github.com/google/uuid"

// writeFacts writes tPackage of package-RAF/1.1.0 in its data element, lists
// in the order of the schema.
func (p *Package) writeFacts(o output) {
	o.Start(NamespaceFactData, "data")
	o.Start(nsFactPackage, "package")
	o.uuid(nsFactPackage, "packageId", p.ID)
	o.Start(nsFactPackage, "elements")
	for i := range p.Facts {
		o.Start(nsFactPackage, string(KindFact))
		o.factContent(p.Facts[i].Normalize())
		o.uuid(nsFactPackage, "uuid", p.Facts[i].ID)
		o.End()
	}
	for _, e := range p.Recalculations {
		o.event(KindFactRecalculation, e.ID, e.FactID, e.ProviderCode)
		o.Element(nsFactPackage, "amount", money(e.Amount))
		o.End()
	}
	for _, e := range p.DeathRecalculations {
		o.event(KindFactDeathOrMovingRecalculation, e.ID, e.FactID, e.ProviderCode)
		o.Element(nsFactPackage, "amount", money(e.Amount))
		o.date(nsFactPackage, "dateFinish", e.DateFinish)
		o.End()
	}
	for i := range p.Alterations {
		e := &p.Alterations[i]
		o.event(KindFactAlteration, e.ID, e.FactID, e.ProviderCode)
		o.Start(nsFactPackage, "fact")
		o.factContent(e.Fact.Normalize())
		o.End()
		o.End()
	}
	for _, kind := range factKinds {
		for _, e := range p.Terminations {
			if e.Kind == kind {
				o.termination(e)
			}
		}
	}
	for _, e := range p.Duplicates {
		o.event(KindFactDuplicate, e.ID, e.FactID, e.ProviderCode)
		o.End()
	}
	for _, e := range p.Invalidations {
		o.event(KindFactInvalidation, e.ID, e.FactID, e.ProviderCode)
		o.End()
	}
	o.End()
	o.End()
	o.End()
}

// event starts the element of an event and writes tFactModification; the
// caller ends the element.
func (o output) event(kind Kind, id, fact uuid.UUID, providerCode string) {
	o.Start(nsFactPackage, string(kind))
	o.uuid(nsFactPackage, "uuid", id)
	o.uuid(nsFactPackage, "assignmentFactUuid", fact)
	o.optional(nsFactPackage, "providerCode", providerCode)
}

func (o output) termination(e FactTermination) {
	o.event(e.Kind, e.ID, e.FactID, e.ProviderCode)
	o.date(nsFactPackage, "dateFinish", e.DateFinish)
	if e.Amount.Valid {
		o.Element(nsFactPackage, "amount", money(e.Amount.Decimal))
	}
	if e.Quantity.Valid {
		o.Element(nsFactPackage, "quantity", e.Quantity.Decimal.String())
	}
	o.End()
}

// factContent writes tFactAssignment of assignment-fact/1.0.8.
func (o output) factContent(f Fact) {
	const ns = nsFact
	o.Element(ns, "oszCode", f.OSZCode)
	o.Start(ns, "mszReceiver")
	o.person(f.Receiver)
	o.End()
	if len(f.ReasonPersons) > 0 {
		o.Start(ns, "reasonPersons")
		for _, p := range f.ReasonPersons {
			o.Start(nsBasis, "basisPerson")
			o.Start(nsPerson, "prsnInfo")
			o.person(p.Person)
			o.End()
			o.optional(nsBasis, "kinshipTypeCode", p.KinshipCode)
			o.End()
		}
		o.End()
	}
	o.uuid(ns, "lmszId", f.MeasureID)
	o.optional(ns, "lmszProviderCode", f.MeasureProviderCode)
	o.uuid(ns, "categoryId", f.CategoryID)
	o.date(ns, "decisionDate", f.DecisionDate)
	o.date(ns, "dateStart", f.DateStart)
	o.optionalDate(ns, "dateFinish", f.DateFinish)
	o.documents(f.Documents)
	o.Start(ns, "needsCriteria")
	o.bool(ns, "usingSign", f.NeedsUsed)
	for _, code := range f.NeedsCodes {
		o.Start(ns, "needsCriteria")
		o.Element(ns, "needsCriteriaCode", code)
		o.End()
	}
	o.End()
	o.assignment(f.Assignment)
}

func (o output) documents(list []Document) {
	const ns = nsFact
	if len(list) == 0 {
		return
	}
	o.Start(ns, "documents")
	for _, d := range list {
		o.Start(ns, "document")
		o.Element(ns, "title", d.Title)
		o.optional(ns, "series", d.Series)
		o.optional(ns, "number", d.Number)
		o.date(ns, "issueDate", d.IssueDate)
		o.Element(ns, "authority", d.Authority)
		o.date(ns, "startDate", d.StartDate)
		o.optionalDate(ns, "finishDate", d.FinishDate)
		o.End()
	}
	o.End()
}

// assignment writes one of the four forms (spec egisso.md b.2).
func (o output) assignment(a Assignment) {
	const ns = nsFact
	o.Start(ns, "assignmentInfo")
	o.Start(ns, formElements[a.Form])
	if a.Form == FormMonetary {
		o.Element(ns, "amount", money(a.Amount))
	} else {
		o.Element(ns, "amount", a.Amount.String())
		o.optional(ns, "measuryCode", a.MeasureCode)
		o.optional(ns, okeiElement(a.Form), a.OKEICode)
		o.optionalBool(ns, "monetization", a.Monetization)
		o.optional(ns, "content", a.Content)
		o.optional(ns, "comment", a.Comment)
		o.Element(ns, "equivalentAmount", money(a.Equivalent.Decimal))
	}
	o.End()
	o.End()
}

// person writes tPersonInfo of prsn-info/1.0.4; the names of a person are in
// the namespace of the SMEV commons.
func (o output) person(p Person) {
	const ns = nsPerson
	o.Element(ns, "SNILS", p.SNILS)
	o.Element(nsCommons, "FamilyName", p.FamilyName)
	o.Element(nsCommons, "FirstName", p.FirstName)
	o.optional(nsCommons, "Patronymic", p.Patronymic)
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
func (o output) identityDoc(d *IdentityDoc) {
	if d == nil {
		return
	}
	o.Start(nsPerson, "IdentityDoc")
	if t := identityTypeOf(d.Type); t != nil {
		o.Start(t.space, t.name)
		o.optional(nsBasic, "Series", d.Series)
		o.Element(nsBasic, "Number", d.Number)
		o.date(nsBasic, "IssueDate", d.IssueDate)
		o.Element(nsBasic, "Issuer", d.Issuer)
		o.End()
	}
	o.End()
}

func (o output) address(local string, a *Address) {
	if a == nil {
		return
	}
	o.Start(nsPerson, local)
	o.Element(nsBasic, "OKSMCode", a.OKSMCode)
	o.optional(nsBasic, "PostIndex", a.PostIndex)
	o.optional(nsBasic, "Region", a.Region)
	o.optional(nsBasic, "District", a.District)
	o.optional(nsBasic, "City", a.City)
	o.optional(nsBasic, "Street", a.Street)
	o.optional(nsBasic, "House", a.House)
	o.optional(nsBasic, "Housing", a.Housing)
	o.optional(nsBasic, "Apartment", a.Apartment)
	o.End()
}
