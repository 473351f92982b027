package egisso

import (
	"github.com/shopspring/decimal"

	"egissogw/crypto/xmlsafe"
)

func (d *decoder) measureInvalidation(e *xmlsafe.Element) *LocalMeasureInvalidation {
	ns := d.v.space.pack
	s := d.sequence(e)
	defer s.end()
	return &LocalMeasureInvalidation{ID: d.uuid(s.need(ns, "id")), LocalMeasureID: d.uuid(s.need(ns, "localMszId"))}
}

func (d *decoder) measure(e *xmlsafe.Element) LocalMeasure {
	ns, names := d.v.space.element, &d.v.names
	s := d.sequence(e)
	m := LocalMeasure{
		ID:              d.uuid(s.need(ns, names.id)),
		Code:            d.string(s.optional(ns, "code")),
		Title:           d.string(s.need(ns, "title")),
		DateEnact:       d.date(s.need(ns, "dateEnact")),
		DateExpiration:  d.date(s.optional(ns, "dateExpiration")),
		PeriodicityCode: d.coded(s.need(ns, "periodicityCode")),
	}
	d.classification(s.need(ns, "classificationKMSZ"), &m)
	m.Estimation = d.string(s.optional(ns, "estimation"))
	territories := d.sequence(s.need(ns, "territories"))
	territories.some(ns, names.oktmo, func(e *xmlsafe.Element) { m.Territories = append(m.Territories, d.coded(e)) })
	territories.end()
	reasons := d.sequence(s.need(ns, "reasons"))
	reasons.some(ns, "NPA", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Reasons = append(m.Reasons, LegalAct{
			Number: d.string(s.need(ns, "number")), Date: d.date(s.need(ns, "date")), Title: d.string(s.need(ns, "title")),
			Authority: d.string(s.need(ns, "authority")), URL: d.string(s.need(ns, names.url)),
		})
		s.end()
	})
	reasons.end()
	m.KBK = d.coded(s.need(ns, "KBKCode"))
	if d.v.fullMeasure {
		m.FRGUCode = d.coded(s.optional(ns, "frguCode"))
		m.FRGUPurpose = d.coded(s.optional(ns, "frguPurpose"))
	}
	m.Cases = d.string(s.need(ns, "cases"))
	m.Conditions = d.string(s.need(ns, "conditions"))
	d.service(s, &m)
	if e := s.optional(ns, "famSign"); e != nil {
		if m.FamilySign = d.int(e); m.FamilySign < 1 {
			d.fail(e, "L-XSD", "должно быть 1 или 2")
		}
	}
	if d.v.fullMeasure {
		m.InheritFacts = d.boolPtr(s.optional(ns, "heirdomFactAssignment"))
		m.InheritOSZNPoints = d.boolPtr(s.optional(ns, "heirdomOsznPoint"))
		m.InheritOrganizationPoints = d.boolPtr(s.optional(ns, "heirdomOrganizationPoint"))
		if e := s.optional(ns, "basisPersonLivingSign"); e != nil {
			v := d.int(e)
			m.BasisPersonLiving = &v
		}
	}
	m.LastChanging, m.PreviousID = d.lastChanging(s)
	s.end()
	return m
}

func (d *decoder) classification(e *xmlsafe.Element, m *LocalMeasure) {
	ns := d.v.space.element
	s := d.sequence(e)
	m.PartKMSZ = d.coded(s.need(ns, "codePartKMSZ"))
	m.MSZ = d.coded(s.need(ns, "codeMSZ"))
	m.ProvisionForm = ProvisionForm(d.coded(s.need(ns, "codeProvisionForm")))
	m.LevelNPA = d.coded(s.need(ns, "codeLevelNPA"))
	categories := d.sequence(s.need(ns, "localCategories"))
	categories.some(ns, "localCategory", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		c := LocalCategory{
			ID: d.uuid(s.need(ns, d.v.names.id)), Code: d.string(s.optional(ns, "code")),
			Title: d.string(s.need(ns, "title")), KMSZ: d.coded(s.need(ns, "codeCategoryKMSZ")),
		}
		s.each(ns, "needsCriteria", unbounded, func(e *xmlsafe.Element) {
			s := d.sequence(e)
			c.Criteria = append(c.Criteria, NeedsCriterion{
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
		m.Cofinancing = append(m.Cofinancing, FundingShare{
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

var coefficientPattern = pattern(`[0-9](\.[0-9])?`, "-")

func (d *decoder) service(s *sequence, m *LocalMeasure) {
	ns := d.v.space.element
	s.some(ns, "methods", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Methods = append(m.Methods, Method{Method: d.coded(s.need(ns, "method")), URL: d.string(s.optional(ns, "url"))})
		s.end()
	})
	s.some(ns, "formReq", func(e *xmlsafe.Element) { m.FormsRequest = append(m.FormsRequest, d.int(e)) })
	s.some(ns, "formRecieve", func(e *xmlsafe.Element) { m.FormsReceive = append(m.FormsReceive, d.int(e)) })
	s.some(ns, "docTypesList", func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Documents = append(m.Documents, DocumentType{
			Name: d.string(s.need(ns, "documentTypeName")), Origin: d.string(s.need(ns, "documentOrigin")),
			Quantity: d.int(s.need(ns, "documentQ")), Necessary: d.bool(s.need(ns, "documentNess")),
			Comment: d.string(s.optional(ns, "documentComment")),
		})
		s.end()
	})
	s.each(ns, "stepsForMSZ", unbounded, func(e *xmlsafe.Element) {
		s := d.sequence(e)
		m.Steps = append(m.Steps, Step{
			Number: d.int(s.need(ns, "stepNumber")), Heading: d.string(s.need(ns, "stepH")), Description: d.string(s.need(ns, "stepDescr")),
		})
		s.end()
	})
}
