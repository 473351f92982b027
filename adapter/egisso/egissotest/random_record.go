package egissotest

import (
	"time"

	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// Measure makes a local measure.
func (r Random) Measure() egisso.LocalMeasure {
	m := egisso.LocalMeasure{
		ID: r.UUID(), Code: r.maybe(3, r.text(20)), Title: r.text(2000), DateEnact: r.date(), DateExpiration: r.maybeDate(),
		PeriodicityCode: r.digits(2), PartKMSZ: r.digits(6), MSZ: r.digits(4), ProvisionForm: egisso.ProvisionForm(r.digits(2)), LevelNPA: r.digits(2),
		Categories: list(r, 1, 3, func() egisso.LocalCategory {
			return egisso.LocalCategory{
				ID: r.UUID(), Code: r.maybe(2, r.text(20)), Title: r.text(2000), KMSZ: r.digits(8),
				Criteria: list(r, 0, 2, func() egisso.NeedsCriterion {
					n := egisso.NeedsCriterion{Code: r.digits(1 + r.IntN(10)), Date: r.date()}
					if r.sometimes(2) {
						n.Coefficient = decimal.NewNullDecimal(decimal.New(int64(r.IntN(101)), -1))
					}
					return n
				}),
			}
		}),
		Estimation:  r.maybe(2, r.long()),
		Territories: list(r, 1, 3, func() string { return r.digits(8) }),
		Reasons: list(r, 1, 2, func() egisso.LegalAct {
			return egisso.LegalAct{Number: r.text(20), Date: r.date(), Title: r.long(), Authority: r.long(), URL: r.text(1000)}
		}),
		KBK: r.nasty(r.from("0123456789ABCDХЯ-", 20)), FRGUCode: r.maybe(2, r.digits(9+r.IntN(22))), FRGUPurpose: r.maybe(2, r.digits(9+r.IntN(22))),
		Cases: r.long(), Conditions: r.long(),
		Methods:      list(r, 1, 2, func() egisso.Method { return egisso.Method{Method: r.digits(2), URL: r.maybe(2, r.text(500))} }),
		FormsRequest: list(r, 1, 2, func() int { return 1 + r.IntN(2) }), FormsReceive: list(r, 1, 3, func() int { return 1 + r.IntN(3) }),
		Documents: list(r, 1, 2, func() egisso.DocumentType {
			return egisso.DocumentType{Name: r.long(), Origin: r.text(8), Quantity: r.IntN(100), Necessary: r.sometimes(2), Comment: r.maybe(2, r.text(1024))}
		}),
		Steps: list(r, 0, 2, func() egisso.Step {
			return egisso.Step{Number: r.IntN(9), Heading: r.text(50), Description: r.text(1024)}
		}),
		FamilySign:   r.IntN(3),
		InheritFacts: r.boolPtr(), InheritOSZNPoints: r.boolPtr(), InheritOrganizationPoints: r.boolPtr(),
		LastChanging: time.Date(2000+r.IntN(900), 2, 3, 4, 5, 6, r.IntN(1e9), pick(r, time.UTC, time.FixedZone("", -5*3600-1800), egisso.Moscow)),
	}
	if r.sometimes(2) {
		v := r.IntN(3)
		m.BasisPersonLiving = &v
		m.PreviousID = r.UUID()
	}
	m.Cofinancing = []egisso.FundingShare{{Source: "0100", Quota: Num("100")}}
	if r.sometimes(2) {
		share := decimal.New(int64(1+r.IntN(99_999)), -3)
		m.Cofinancing = []egisso.FundingShare{{Source: "0010", Quota: share}, {Source: pick(r, "0001", "1000"), Quota: Num("100").Sub(share)}}
	}
	return m
}

func (r Random) name() string {
	s := r.from(cyrillic+"-", 1) + r.from(cyrillic+"-',. ", r.IntN(pick(r, 20, 98)))
	return r.nasty(s + r.from(cyrillic, 1))
}

func (r Random) snils() string {
	for {
		if s := r.from("0123456789", 11); egisso.SNILSValid(s) {
			return r.nasty(s)
		}
	}
}

func (r Random) rusAndNum(max int) string {
	s := r.from(cyrillic+"0123456789№(-", 1) + r.from(cyrillic+` ',.0123456789()№"\/-`, r.IntN(max-1))
	return r.nasty(s + r.from(cyrillic, 1))
}

func (r Random) person() egisso.Person {
	p := egisso.Person{
		SNILS: r.snils(), FamilyName: r.name(), FirstName: r.name(), Patronymic: r.maybe(3, r.name()), MaidenFamilyName: r.maybe(3, r.name()),
		Gender: pick(r, egisso.Male, egisso.Female), BirthDate: Day("1920-01-01").AddDays(r.IntN(36_000)),
		BirthPlace: r.maybe(2, r.rusAndNum(499)), PhoneNumber: r.maybe(2, r.digits(10)), Citizenship: r.maybe(2, r.digits(3)),
		ResidencePermitInfo: r.maybe(2, r.text(100)),
	}
	if r.sometimes(2) {
		p.IdentityDoc = r.identity()
	}
	for _, a := range []**egisso.Address{&p.PermanentResidence, &p.TemporaryResidence, &p.ActualResidence} {
		if r.sometimes(2) {
			*a = &egisso.Address{OKSMCode: r.digits(3), PostIndex: r.maybe(2, r.digits(6)), Region: r.maybe(2, r.text(100)), District: r.maybe(2, r.text(100)),
				City: r.maybe(2, r.text(100)), Street: r.maybe(2, r.text(100)), House: r.maybe(2, r.text(10)), Housing: r.maybe(2, r.text(10)), Apartment: r.maybe(2, r.text(10))}
		}
	}
	return p
}

func (r Random) identity() *egisso.IdentityDoc {
	t := pick(r, egisso.IdentityTypes...)
	d := &egisso.IdentityDoc{Type: t.Name, IssueDate: r.date(), Issuer: r.rusAndNum(199)}
	capital := "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
	switch t.Name {
	case "PassportRF":
		d.Series, d.Number = r.digits(4), r.digits(6)
	case "ResidencePermitRF", "RefugeeCertificate":
		d.Series, d.Number = r.digits(2), r.digits(7)
	case "MilitaryPassport":
		d.Series, d.Number = r.nasty(r.from(capital, 2)), r.digits(7)
	case "BirthCertificate":
		d.Series, d.Number = r.nasty(r.from("IVXLCDM", 1+r.IntN(10))+"-"+r.from(capital, 2)), r.digits(6)
	default:
		d.Series, d.Number = r.maybe(2, r.text(20)), r.nasty(r.from("0123456789абяАБЯABZabz", 1+r.IntN(25)))
	}
	return d
}

// Fact makes a fact of assignment.
func (r Random) Fact() egisso.Fact {
	f := egisso.Fact{
		ID: r.UUID(), OSZCode: r.participant(), Receiver: r.person(),
		ReasonPersons: list(r, 0, 2, func() egisso.BasisPerson {
			return egisso.BasisPerson{Person: r.person(), KinshipCode: r.maybe(2, r.digits(7))}
		}),
		MeasureID: r.UUID(), CategoryID: r.UUID(), MeasureProviderCode: "0042.000007",
		DecisionDate: r.date(), DateStart: r.date(), DateFinish: r.maybeDate(),
		NeedsUsed:  r.sometimes(2),
		NeedsCodes: list(r, 0, 3, func() string { return r.digits(10) }),
	}
	if !f.DateFinish.IsZero() && f.DateFinish.Before(f.DateStart) {
		f.DateStart, f.DateFinish = f.DateFinish, f.DateStart
	}
	f.Documents = list(r, 0, 2, func() egisso.Document {
		issued := r.date()
		d := egisso.Document{Title: r.text(500), Series: r.maybe(2, r.text(20)), Number: r.maybe(2, r.text(20)), IssueDate: issued,
			Authority: r.text(500), StartDate: issued.AddDays(r.IntN(10))}
		if r.sometimes(2) {
			d.FinishDate = d.StartDate.AddDays(r.IntN(500))
		}
		return d
	})
	a := egisso.Assignment{
		Form: pick(r, egisso.FormMonetary, egisso.FormNatural, egisso.FormExemption, egisso.FormService), Amount: r.number(3), Monetization: Flag(r.sometimes(2)),
		Content: r.maybe(3, r.text(200)), Comment: r.maybe(3, r.text(200)), Equivalent: decimal.NewNullDecimal(r.number(2)),
	}
	if a.Form == egisso.FormMonetary {
		a.Amount = r.number(2)
	}
	if r.sometimes(2) {
		a.MeasureCode = r.digits(2)
	} else {
		a.OKEICode = r.digits(3 + r.IntN(2))
	}
	f.Assignment = a
	return f
}

func (r Random) email() string {
	const letters = "abcXYZ0189_.-"
	return r.nasty(r.from(letters, 2+r.IntN(49)) + "@" + r.from(letters+"/", 2+r.IntN(40)) + "." + r.from("abcXYZ", 2+r.IntN(4)))
}

func (r Random) coordinates() *egisso.Coordinates {
	return &egisso.Coordinates{Latitude: r.degrees(90), Longitude: r.degrees(180)}
}

func (r Random) degrees(max int64) decimal.Decimal {
	if r.sometimes(300) {
		return pick(r, decimal.New(max+1, 0), decimal.New(1, 40), decimal.New(-1, -40))
	}
	return decimal.New(r.Int64N(2*max*100_000)-max*100_000, -5)
}

func (r Random) changed() time.Time {
	return time.Date(2000+r.IntN(900), 2, 3, 4, 5, 6, r.IntN(1e9), pick(r, time.UTC, time.FixedZone("", -5*3600-1800), egisso.Moscow))
}

func (r Random) registration(length int) egisso.Registration {
	reg := egisso.Registration{GRN: r.nasty(r.from("0123456789АБ", length)), IssueDate: r.date(), Authority: r.text(500)}
	if r.sometimes(2) {
		reg.Series, reg.Number = r.text(2), r.text(9)
	}
	return reg
}

func (r Random) organization() egisso.Organization {
	o := egisso.Organization{
		ID: r.UUID(), Title: r.text(1000), SiteURL: r.maybe(2, r.text(1000)), Address: r.text(500), Email: r.email(), Contacts: r.text(500),
		Points: list(r, 1, 3, func() egisso.OrganizationPoint {
			p := egisso.OrganizationPoint{
				Title: r.text(1000), Address: r.text(500), Email: r.maybe(2, r.email()), Contacts: r.maybe(2, r.text(500)),
				Note: r.maybe(2, r.text(1000)), Schedule: r.maybe(2, r.text(500)),
				Measures: list(r, 1, 3, func() egisso.OrganizationMeasure {
					m := egisso.OrganizationMeasure{ID: r.UUID(), BeginDate: r.date()}
					if r.sometimes(2) {
						m.EndDate = m.BeginDate.AddDays(r.IntN(1000))
					}
					return m
				}),
			}
			if r.sometimes(2) {
				p.Coordinates = r.coordinates()
			}
			return p
		}),
		Documents: list(r, 1, 2, func() egisso.OrganizationDocument {
			return egisso.OrganizationDocument{Title: r.text(1000), Number: r.maybe(2, r.text(100)), Contractor: r.text(500)}
		}),
		LastChanging: r.changed(),
	}
	if r.sometimes(2) {
		o.PreviousID = r.UUID()
	}
	if r.sometimes(2) {
		o.Entrepreneur = &egisso.Entrepreneur{INN: r.digits(12), OGRNIP: r.nasty("3" + r.from("0123456789", 14)), Registration: r.registration(15)}
	} else {
		o.Legal = &egisso.LegalPerson{INN: r.digits(10), KPP: r.digits(9), OGRN: r.nasty(pick(r, "1", "2", "5") + r.from("0123456789", 12)), Registration: r.registration(13)}
	}
	return o
}

func (r Random) participantRow() egisso.Participant {
	return egisso.Participant{
		OSZCode: r.participant(), Title: r.text(500), ShortTitle: r.maybe(2, r.text(100)), INN: r.digits(10), KPP: r.digits(9),
		OGRN: r.nasty(pick(r, "1", "2", "5") + r.from("0123456789", 12)), LegalAddress: r.text(500), Address: r.text(500),
		Email: r.email(), SiteURL: r.maybe(2, r.text(1000)), Territories: list(r, 1, 3, func() string { return r.digits(8) }),
		Document: egisso.BasisDocument{Number: r.text(20), Date: r.date(), Name: r.text(200)},
	}
}
