package egisso

import "github.com/google/uuid"

func (f *Fact) write(o output) {
	ns := o.v.space.pack
	o.Start(ns, KindFact.tag())
	o.factContent(f.Normalize())
	o.uuid(ns, "uuid", f.ID)
	o.End()
}

func (e *FactRecalculation) write(o output) {
	o.event(e.ElementKind(), e.ID, e.FactID, e.ProviderCode)
	o.Element(o.v.space.pack, "amount", money(e.Amount))
	o.End()
}

func (e *FactDeathOrMovingRecalculation) write(o output) {
	ns := o.v.space.pack
	o.event(e.ElementKind(), e.ID, e.FactID, e.ProviderCode)
	o.Element(ns, "amount", money(e.Amount))
	o.date(ns, "dateFinish", e.DateFinish)
	o.End()
}

func (e *FactAlteration) write(o output) {
	o.event(e.ElementKind(), e.ID, e.FactID, e.ProviderCode)
	o.Start(o.v.space.pack, "fact")
	o.factContent(e.Fact.Normalize())
	o.End()
	o.End()
}

func (e *FactInvalidation) write(o output) {
	o.event(e.Kind, e.ID, e.FactID, e.ProviderCode)
	o.End()
}

func (e *FactTermination) write(o output) {
	ns := o.v.space.pack
	o.event(o.v.list(e.Kind), e.ID, e.FactID, e.ProviderCode)
	o.date(ns, "dateFinish", e.DateFinish)
	if e.Amount.Valid {
		o.Element(ns, "amount", money(e.Amount.Decimal))
	}
	if e.Quantity.Valid {
		o.Element(ns, "quantity", e.Quantity.Decimal.String())
	}
	o.End()
}

// list returns the list an element of the kind is sent in: versions of 10.06.S before
// 1.1.0 know no refusal of the recipient, whose right then simply ends
// (SPEC.md#which-event).
func (v *Version) list(kind Kind) Kind {
	if kind == KindFactRecipientRefusal && !v.Has(kind) {
		return KindFactEndOfRight
	}
	return kind
}

// event starts the element of an event and writes tFactModification; the
// caller ends the element.
func (o output) event(kind Kind, id, fact uuid.UUID, providerCode string) {
	ns := o.v.space.pack
	o.Start(ns, kind.tag())
	o.uuid(ns, "uuid", id)
	o.uuid(ns, "assignmentFactUuid", fact)
	o.optional(ns, "providerCode", providerCode)
}

// factContent writes tFactAssignment of assignment-fact.
func (o output) factContent(f Fact) {
	ns := o.v.space.element
	o.Element(ns, "oszCode", f.OSZCode)
	o.Start(ns, "mszReceiver")
	o.person(f.Receiver)
	o.End()
	if len(f.ReasonPersons) > 0 {
		o.Start(ns, "reasonPersons")
		for _, p := range f.ReasonPersons {
			o.Start(o.v.space.basis, "basisPerson")
			o.Start(o.v.space.person, "prsnInfo")
			o.person(p.Person)
			o.End()
			o.optional(o.v.space.basis, "kinshipTypeCode", p.KinshipCode)
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
	ns := o.v.space.element
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

// assignment writes one of the four forms (SPEC.md#forms).
func (o output) assignment(a Assignment) {
	ns := o.v.space.element
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

// person writes tPersonInfo of prsn-info; the names of a person are in
// the namespace of the SMEV commons.
func (o output) person(p Person) {
	ns := o.v.space.person
	o.Element(ns, "SNILS", p.SNILS)
	o.Element(o.v.space.commons, "FamilyName", p.FamilyName)
	o.Element(o.v.space.commons, "FirstName", p.FirstName)
	o.optional(o.v.space.commons, "Patronymic", p.Patronymic)
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
	o.Start(o.v.space.person, "IdentityDoc")
	if t := identityTypeOf(d.Type); t != nil {
		o.Start(t.space(o.v), t.name)
		o.optional(o.v.space.basic, "Series", d.Series)
		o.Element(o.v.space.basic, "Number", d.Number)
		o.date(o.v.space.basic, "IssueDate", d.IssueDate)
		o.Element(o.v.space.basic, "Issuer", d.Issuer)
		o.End()
	}
	o.End()
}

func (o output) address(local string, a *Address) {
	if a == nil {
		return
	}
	o.Start(o.v.space.person, local)
	o.Element(o.v.space.basic, "OKSMCode", a.OKSMCode)
	o.optional(o.v.space.basic, "PostIndex", a.PostIndex)
	o.optional(o.v.space.basic, "Region", a.Region)
	o.optional(o.v.space.basic, "District", a.District)
	o.optional(o.v.space.basic, "City", a.City)
	o.optional(o.v.space.basic, "Street", a.Street)
	o.optional(o.v.space.basic, "House", a.House)
	o.optional(o.v.space.basic, "Housing", a.Housing)
	o.optional(o.v.space.basic, "Apartment", a.Apartment)
	o.End()
}
