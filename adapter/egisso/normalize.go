package egisso

import "strings"

// MaxContent is the length, in characters, the content of a fact is cut to
// (SPEC.md#local-checks, L-LEN); every other text that is too long is an error.
const MaxContent = 200

// Normalize returns the fact as it is written and hashed: texts trimmed, empty
// documents and addresses dropped, fields the form of provision does not have
// left out, the content cut to its limit. The receiver is not changed.
func (f Fact) Normalize() Fact {
	f = f.Trimmed()
	f.Assignment.Content = clip(f.Assignment.Content, MaxContent)
	return f
}

// Trimmed is Normalize without cutting: the checks need to see what is too long.
func (f Fact) Trimmed() Fact {
	f.OSZCode, f.OSZKey = Trim(f.OSZCode), Trim(f.OSZKey)
	f.Receiver = f.Receiver.trimmed()
	f.ReasonPersons = mapList(f.ReasonPersons, func(p BasisPerson) BasisPerson {
		return BasisPerson{Person: p.Person.trimmed(), KinshipCode: Trim(p.KinshipCode)}
	})
	f.MeasureKey = Trim(f.MeasureKey)
	f.MeasureProviderCode = Trim(f.MeasureProviderCode)
	f.CategoryKey = Trim(f.CategoryKey)
	f.Documents = mapList(f.Documents, func(d Document) Document {
		d.Title, d.Series, d.Number, d.Authority = Trim(d.Title), Trim(d.Series), Trim(d.Number), Trim(d.Authority)
		return d
	})
	f.NeedsCodes = mapList(f.NeedsCodes, Trim)
	f.Assignment = f.Assignment.trimmed()
	f.Ending = f.Ending.trimmed(f.Assignment.Form)
	return f
}

func (p Person) trimmed() Person {
	for _, s := range []*string{
		&p.SNILS, &p.FamilyName, &p.FirstName, &p.Patronymic, &p.MaidenFamilyName,
		&p.BirthPlace, &p.PhoneNumber, &p.Citizenship, &p.ResidencePermitInfo,
	} {
		*s = Trim(*s)
	}
	p.Gender = Gender(Trim(string(p.Gender)))
	if p.IdentityDoc != nil {
		d := *p.IdentityDoc
		d.Type, d.Series, d.Number, d.Issuer = Trim(d.Type), Trim(d.Series), Trim(d.Number), Trim(d.Issuer)
		p.IdentityDoc = &d
		if d == (IdentityDoc{}) {
			p.IdentityDoc = nil
		}
	}
	p.PermanentResidence = p.PermanentResidence.trimmed()
	p.TemporaryResidence = p.TemporaryResidence.trimmed()
	p.ActualResidence = p.ActualResidence.trimmed()
	return p
}

func (a *Address) trimmed() *Address {
	if a == nil {
		return nil
	}
	c := *a
	for _, s := range []*string{
		&c.OKSMCode, &c.PostIndex, &c.Region, &c.District, &c.City, &c.Street, &c.House, &c.Housing, &c.Apartment,
	} {
		*s = Trim(*s)
	}
	if c == (Address{}) {
		return nil
	}
	return &c
}

// trimmed drops what the form has no element for
// (SPEC.md#forms): a source fills one set of columns for all forms.
func (a Assignment) trimmed() Assignment {
	a.Form = ProvisionForm(Trim(string(a.Form)))
	a.MeasureCode, a.OKEICode = Trim(a.MeasureCode), Trim(a.OKEICode)
	a.Content, a.Comment = Trim(a.Content), Trim(a.Comment)
	switch a.Form {
	case FormMonetary:
		return Assignment{Form: a.Form, Amount: a.Amount}
	case FormExemption:
		a.Content = ""
	case FormNatural, FormService:
		a.Monetization = nil
	}
	return a
}

// Normalize returns the measure as it is written and hashed: texts trimmed.
// The receiver is not changed.
func (m LocalMeasure) Normalize() LocalMeasure {
	for _, s := range []*string{
		&m.Code, &m.Title, &m.PeriodicityCode, &m.PartKMSZ, &m.MSZ, &m.LevelNPA, &m.Estimation,
		&m.KBK, &m.FRGUCode, &m.FRGUPurpose, &m.Cases, &m.Conditions,
	} {
		*s = Trim(*s)
	}
	m.ProvisionForm = ProvisionForm(Trim(string(m.ProvisionForm)))
	m.Categories = mapList(m.Categories, func(c LocalCategory) LocalCategory {
		c.Key, c.Code, c.Title, c.KMSZ = Trim(c.Key), Trim(c.Code), Trim(c.Title), Trim(c.KMSZ)
		c.Criteria = mapList(c.Criteria, func(n NeedsCriterion) NeedsCriterion {
			n.Code = Trim(n.Code)
			return n
		})
		return c
	})
	m.Cofinancing = mapList(m.Cofinancing, func(s FundingShare) FundingShare {
		s.Source = Trim(s.Source)
		return s
	})
	m.Territories = mapList(m.Territories, Trim)
	m.Reasons = mapList(m.Reasons, func(a LegalAct) LegalAct {
		a.Number, a.Title, a.Authority, a.URL = Trim(a.Number), Trim(a.Title), Trim(a.Authority), Trim(a.URL)
		return a
	})
	m.Methods = mapList(m.Methods, func(x Method) Method {
		return Method{Method: Trim(x.Method), URL: Trim(x.URL)}
	})
	m.Documents = mapList(m.Documents, func(d DocumentType) DocumentType {
		d.Name, d.Origin, d.Comment = Trim(d.Name), Trim(d.Origin), Trim(d.Comment)
		return d
	})
	m.Steps = mapList(m.Steps, func(s Step) Step {
		s.Heading, s.Description = Trim(s.Heading), Trim(s.Description)
		return s
	})
	return m
}

// Trim removes white space around a text and brings line ends to "\n", the
// only form an XML parser hands on (XML 1.0, 2.11).
func Trim(s string) string {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return s
}

// clip returns at most n characters of s, without a space left at the end.
func clip(s string, n int) string {
	count := 0
	for i := range s {
		if count == n {
			return strings.TrimSpace(s[:i])
		}
		count++
	}
	return s
}

// mapList returns a new list, nil for an empty one.
func mapList[T any](list []T, f func(T) T) []T {
	if len(list) == 0 {
		return nil
	}
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
