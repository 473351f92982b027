package wire

import (
	"errors"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// The elements of 10.06.S: facts, and the events on them.
var factLayout = layout{
	ready: func(v *egisso.Version, e egisso.Element) error {
		if f, ok := e.(*egisso.Fact); ok {
			return factReady(f)
		}
		return eventReady(v, e)
	},
	write: func(o output, e egisso.Element) {
		f, ok := e.(*egisso.Fact)
		if !ok {
			o.event(e)
			return
		}
		ns := o.v.Space.Pack
		o.Start(ns, tag(egisso.KindFact))
		o.factContent(f.Normalize())
		o.uuid(ns, "uuid", f.ID)
		o.End()
	},
	read: func(d *decoder, kind egisso.Kind, e *xmlsafe.Element) egisso.Element {
		s := d.sequence(e)
		defer s.end()
		if kind != egisso.KindFact {
			return d.event(kind, s)
		}
		f := d.fact(s)
		f.ID = d.uuid(s.need(d.v.Space.Pack, "uuid"))
		return &f
	},
}

func factReady(f *egisso.Fact) error {
	switch {
	case f.MeasureID == uuid.Nil:
		return errors.New("lmszId is not resolved")
	case f.CategoryID == uuid.Nil:
		return errors.New("categoryId is not resolved")
	case egisso.ProvisionForm(egisso.Trim(string(f.Assignment.Form))).Element() == "":
		return errors.New("form of provision has no element in 10.06.S")
	}
	return nil
}

// factContent writes tFactAssignment of assignment-fact.
func (o output) factContent(f egisso.Fact) {
	ns := o.v.Space.Element
	o.Element(ns, "oszCode", f.OSZCode)
	o.Start(ns, "mszReceiver")
	o.person(f.Receiver)
	o.End()
	if len(f.ReasonPersons) > 0 {
		o.Start(ns, "reasonPersons")
		for _, p := range f.ReasonPersons {
			o.Start(o.v.Space.Basis, "basisPerson")
			o.Start(o.v.Space.Person, "prsnInfo")
			o.person(p.Person)
			o.End()
			o.optional(o.v.Space.Basis, "kinshipTypeCode", p.KinshipCode)
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

func (o output) documents(list []egisso.Document) {
	ns := o.v.Space.Element
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

// fact reads tFactAssignment of assignment-fact; the caller ends the
// sequence, which may go on with uuid.
func (d *decoder) fact(s *sequence) egisso.Fact {
	ns := d.v.Space.Element
	var f egisso.Fact
	f.OSZCode = d.coded(s.need(ns, "oszCode"))
	f.Receiver = d.person(s.need(ns, "mszReceiver"))
	if e := s.optional(ns, "reasonPersons"); e != nil {
		list := d.sequence(e)
		list.some(d.v.Space.Basis, "basisPerson", func(e *xmlsafe.Element) {
			s := d.sequence(e)
			f.ReasonPersons = append(f.ReasonPersons, egisso.BasisPerson{
				Person: d.person(s.need(d.v.Space.Person, "prsnInfo")), KinshipCode: d.coded(s.optional(d.v.Space.Basis, "kinshipTypeCode")),
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
			f.Documents = append(f.Documents, egisso.Document{
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
