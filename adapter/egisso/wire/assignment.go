package wire

import (
	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// assignment writes one of the four forms (adapter/egisso/SPEC.md#forms).
func (o output) assignment(a egisso.Assignment) {
	ns := o.v.Space.Element
	o.Start(ns, "assignmentInfo")
	o.Start(ns, a.Form.Element())
	if a.Form == egisso.FormMonetary {
		o.Element(ns, "amount", money(a.Amount))
	} else {
		o.Element(ns, "amount", a.Amount.String())
		o.optional(ns, "measuryCode", a.MeasureCode)
		o.optional(ns, a.Form.OKEIElement(), a.OKEICode)
		o.optionalBool(ns, "monetization", a.Monetization)
		o.optional(ns, "content", a.Content)
		o.optional(ns, "comment", a.Comment)
		o.Element(ns, "equivalentAmount", money(a.Equivalent.Decimal))
	}
	o.End()
	o.End()
}

func (d *decoder) assignment(e *xmlsafe.Element) egisso.Assignment {
	ns := d.v.Space.Element
	choice := d.sequence(e)
	var a egisso.Assignment
	for _, form := range []egisso.ProvisionForm{egisso.FormMonetary, egisso.FormNatural, egisso.FormExemption, egisso.FormService} {
		e := choice.optional(ns, form.Element())
		if e == nil {
			continue
		}
		a.Form = form
		s := d.sequence(e)
		if form == egisso.FormMonetary {
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
func (d *decoder) benefit(s *sequence, a *egisso.Assignment) {
	ns := d.v.Space.Element
	a.Amount = d.decimal(s.need(ns, "amount"))
	if e := s.optional(ns, "measuryCode"); e != nil {
		a.MeasureCode = d.coded(e)
	} else if e := s.optional(ns, a.Form.OKEIElement()); e != nil {
		a.OKEICode = d.coded(e)
	} else if d.err == nil {
		d.fail(s.e, "L-FORM", "нет единицы измерения: measuryCode или "+a.Form.OKEIElement())
	}
	if a.Form == egisso.FormExemption {
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
