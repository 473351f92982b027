package egisso

import (
	"github.com/google/uuid"

	"egissogw/crypto/xmlsafe"
)

func (d *decoder) event(s *sequence) (id, fact uuid.UUID, provider string) {
	ns := d.v.space.pack
	id = d.uuid(s.need(ns, "uuid"))
	fact = d.uuid(s.need(ns, "assignmentFactUuid"))
	if e := s.optional(ns, "providerCode"); e != nil {
		if provider = d.coded(e); d.err == nil {
			if problem := d.v.participant(provider); problem != "" {
				d.fail(e, "L-OSZ", problem)
			}
		}
	}
	return id, fact, provider
}

// fact reads tFactAssignment of assignment-fact; the caller ends the
// sequence, which may go on with uuid.
func (d *decoder) fact(s *sequence) Fact {
	ns := d.v.space.element
	var f Fact
	f.OSZCode = d.coded(s.need(ns, "oszCode"))
	f.Receiver = d.person(s.need(ns, "mszReceiver"))
	if e := s.optional(ns, "reasonPersons"); e != nil {
		list := d.sequence(e)
		list.some(d.v.space.basis, "basisPerson", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			f.ReasonPersons = append(f.ReasonPersons, BasisPerson{
				Person: d.person(s.need(d.v.space.person, "prsnInfo")), KinshipCode: d.coded(s.optional(d.v.space.basis, "kinshipTypeCode")),
			})
			s.end()
		})
		list.end()
	}
	f.MeasureID = d.uuid(s.need(ns, "lmszId"))
	f.MeasureProviderCode = d.coded(s.optional(ns, "lmszProviderCode"))
	f.CategoryID = d.uuid(s.need(ns, "categoryId"))
	f.DecisionDate = d.date(s.need(ns, "decisionDate"))
	f.DateStart = d.date(s.need(ns, "dateStart"))
	f.DateFinish = d.date(s.optional(ns, "dateFinish"))
	if e := s.optional(ns, "documents"); e != nil {
		list := d.sequence(e)
		list.some(ns, "document", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			f.Documents = append(f.Documents, Document{
				Title: d.string(s.need(ns, "title")), Series: d.string(s.optional(ns, "series")), Number: d.string(s.optional(ns, "number")),
				IssueDate: d.date(s.need(ns, "issueDate")), Authority: d.string(s.need(ns, "authority")),
				StartDate: d.date(s.need(ns, "startDate")), FinishDate: d.date(s.optional(ns, "finishDate")),
			})
			s.end()
		})
		list.end()
	}
	needs := d.sequence(s.need(ns, "needsCriteria"))
	f.NeedsUsed = d.bool(needs.need(ns, "usingSign"))
	needs.each(ns, "needsCriteria", unbounded, func(e *xmlsafe.Element) {
		s := d.sequence(e)
		f.NeedsCodes = append(f.NeedsCodes, d.coded(s.need(ns, "needsCriteriaCode")))
		s.end()
	})
	needs.end()
	f.Assignment = d.assignment(s.need(ns, "assignmentInfo"))
	return f
}

func (d *decoder) assignment(e *xmlsafe.Element) Assignment {
	ns := d.v.space.element
	choice := d.sequence(e)
	var a Assignment
	for _, form := range []ProvisionForm{FormMonetary, FormNatural, FormExemption, FormService} {
		e := choice.optional(ns, formElements[form])
		if e == nil {
			continue
		}
		a.Form = form
		s := d.sequence(e)
		if form == FormMonetary {
			a.Amount = d.money(s.need(ns, "amount"))
		} else {
			d.benefit(s, &a)
		}
		s.end()
		break
	}
	if d.err != nil {
		return a
	}
	switch {
	case a.Form == "":
		d.fail(e, "L-FORM", "не указана ни одна из форм предоставления, возможных в 10.06.S")
	case len(choice.kids) > 0:
		d.fail(e, "L-FORM", "указано больше одной формы предоставления")
	}
	return a
}

// benefit reads the content of the forms 02, 03 and 04.
func (d *decoder) benefit(s *sequence, a *Assignment) {
	ns := d.v.space.element
	a.Amount = d.decimal(s.need(ns, "amount"))
	if e := s.optional(ns, "measuryCode"); e != nil {
		a.MeasureCode = d.coded(e)
	} else if e := s.optional(ns, okeiElement(a.Form)); e != nil {
		a.OKEICode = d.coded(e)
	} else if d.err == nil {
		d.fail(s.e, "L-FORM", "нет единицы измерения: measuryCode или "+okeiElement(a.Form))
	}
	if a.Form == FormExemption {
		a.Monetization = d.boolPtr(s.need(ns, "monetization"))
	} else {
		a.Content = d.string(s.optional(ns, "content"))
	}
	a.Comment = d.string(s.optional(ns, "comment"))
	e := s.optional(ns, "equivalentAmount")
	if e == nil && d.err == nil {
		d.fail(s.e, "L-AMT", "нет обязательного элемента equivalentAmount")
	}
	a.Equivalent = d.nullDecimal(e)
}
