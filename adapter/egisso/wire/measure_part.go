package wire

import (
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/crypto/xmlsafe"
)

// What a measure is made of: its place in КМСЗ with the categories and the financing, and
// how it is applied for and received.

func (o output) classification(m egisso.LocalMeasure) {
	ns := o.v.Space.Element
	o.Start(ns, "classificationKMSZ")
	o.Element(ns, "codePartKMSZ", m.PartKMSZ)
	o.Element(ns, "codeMSZ", m.MSZ)
	o.Element(ns, "codeProvisionForm", string(m.ProvisionForm))
	o.Element(ns, "codeLevelNPA", m.LevelNPA)
	o.Start(ns, "localCategories")
	for _, c := range m.Categories {
		o.Start(ns, "localCategory")
		o.uuid(ns, o.v.Names.ID, c.ID)
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

func (d *decoder) classification(e *xmlsafe.Element, m *egisso.LocalMeasure) {
	ns := d.v.Space.Element
	s := d.sequence(e)
	m.PartKMSZ = d.coded(s.need(ns, "codePartKMSZ"))
	m.MSZ = d.coded(s.need(ns, "codeMSZ"))
	m.ProvisionForm = egisso.ProvisionForm(d.coded(s.need(ns, "codeProvisionForm")))
	m.LevelNPA = d.coded(s.need(ns, "codeLevelNPA"))
	categories := d.sequence(s.need(ns, "localCategories"))
	categories.some(ns, "localCategory", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		c := egisso.LocalCategory{
			ID: d.uuid(s.need(ns, d.v.Names.ID)), Code: d.string(s.optional(ns, "code")),
			Title: d.string(s.need(ns, "title")), KMSZ: d.coded(s.need(ns, "codeCategoryKMSZ")),
		}
		s.each(ns, "needsCriteria", unbounded, func(e *xmlsafe.Element) {
			s := d.sequence(e)
			c.Criteria = append(c.Criteria, egisso.NeedsCriterion{
				Code:        d.coded(s.need(ns, "needsCriteriaCode")),
				Date:        d.date(s.need(ns, "needsCriteriaDate")),
				Coefficient: d.coefficient(s.optional(ns, "needsCriteriaCoefficient")),
			})
			s.end()
		})
		s.end()
		m.Categories = append(m.Categories, c)
	})
	categories.end()
	funding := d.sequence(s.need(ns, "cofinancing"))
	funding.some(ns, "fundingSource", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Cofinancing = append(m.Cofinancing, egisso.FundingShare{
			Source: d.coded(s.need(ns, "codeFundingSource")), Quota: d.decimal(s.need(ns, "quota")),
		})
		s.end()
	})
	funding.end()
	s.end()
}

// coefficient reads the pattern [0-9]([.]\d{1})?, which is narrower than the
// value alone can tell.
func (d *decoder) coefficient(e *xmlsafe.Element) decimal.NullDecimal {
	v := d.nullDecimal(e)
	if e != nil && d.err == nil && coefficientPattern(d.collapsed(e)) != "" {
		d.fail(e, "L-XSD", "должно быть от 0 до 9.9, не больше одного знака после точки")
	}
	return v
}

var coefficientPattern = egisso.Pattern(`[0-9](\.[0-9])?`, "-")

// service writes how the measure is applied for and received.
func (o output) service(m egisso.LocalMeasure) {
	ns := o.v.Space.Element
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

func (d *decoder) service(s *sequence, m *egisso.LocalMeasure) {
	ns := d.v.Space.Element
	s.some(ns, "methods", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Methods = append(m.Methods, egisso.Method{Method: d.coded(s.need(ns, "method")), URL: d.string(s.optional(ns, "url"))})
		s.end()
	})
	s.some(ns, "formReq", func(e *xmlsafe.Element) { m.FormsRequest = append(m.FormsRequest, d.int(e)) })
	s.some(ns, "formRecieve", func(e *xmlsafe.Element) { m.FormsReceive = append(m.FormsReceive, d.int(e)) })
	s.some(ns, "docTypesList", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Documents = append(m.Documents, egisso.DocumentType{
			Name: d.string(s.need(ns, "documentTypeName")), Origin: d.string(s.need(ns, "documentOrigin")),
			Quantity: d.int(s.need(ns, "documentQ")), Necessary: d.bool(s.need(ns, "documentNess")),
			Comment: d.string(s.optional(ns, "documentComment")),
		})
		s.end()
	})
	s.each(ns, "stepsForMSZ", unbounded, func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Steps = append(m.Steps, egisso.Step{
			Number: d.int(s.need(ns, "stepNumber")), Heading: d.string(s.need(ns, "stepH")), Description: d.string(s.need(ns, "stepDescr")),
		})
		s.end()
	})
}
