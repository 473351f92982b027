package egisso

import (
	"fmt"
	"strings"
	"testing"
)

func passport() *IdentityDoc {
	return &IdentityDoc{Type: "PassportRF", Series: "5703", Number: "123456", IssueDate: day("2003-05-14"),
		Issuer: "Отделом внутренних дел Ленинского района города Перми"}
}

func home() *Address {
	return &Address{OKSMCode: "643", PostIndex: "614000", Region: "Пермский край", City: "Пермь", Street: "Ленина", House: "10", Apartment: "5"}
}

func kuznetsova() Person {
	return Person{SNILS: "14346409756", FamilyName: "Кузнецова", FirstName: "Мария", Patronymic: "Петровна",
		Gender: Female, BirthDate: day("1948-03-12"), Citizenship: "643", IdentityDoc: passport(), PermanentResidence: home()}
}

func orlov() Person {
	return Person{SNILS: "12024663307", FamilyName: "Орлов", FirstName: "Илья", Patronymic: "Сергеевич",
		Gender: Male, BirthDate: day("1971-11-30")}
}

// insulinFact is the fact of valid.data.one-prescription.
func insulinFact() Fact {
	return Fact{
		ID: factID("001"), OSZCode: "0042.000001", Receiver: kuznetsova(),
		MeasureID: measureID("0f1"), CategoryID: categoryID("f101"),
		DecisionDate: day("2023-01-10"), DateStart: day("2023-01-10"), DateFinish: day("2023-02-09"),
		Documents: []Document{{Title: "Справка об инвалидности", Series: "МСЭ-2019", Number: "0012345",
			IssueDate: day("2020-01-20"), Authority: "Бюро медико-социальной экспертизы", StartDate: day("2020-01-20")}},
		Assignment: Assignment{Form: FormNatural, Amount: num("2"), MeasureCode: "03",
			Content: "Инсулин гларгин раствор для подкожного введения 100 МЕ/мл", Equivalent: sum("1520.5")},
	}
}

// asthmaFact is natural, in units of ОКЕИ.
func asthmaFact() Fact {
	return Fact{
		ID: factID("002"), OSZCode: "0042.000001", Receiver: orlov(),
		MeasureID: measureID("0e2"), CategoryID: categoryID("e202"),
		DecisionDate: day("2023-01-11"), DateStart: day("2023-01-11"), DateFinish: day("2023-04-11"),
		Assignment: Assignment{Form: FormNatural, Amount: num("1"), OKEICode: "796",
			Content: "Будесонид порошок для ингаляций", Equivalent: sum("890")},
	}
}

// halfPriceFact is an exemption without an end.
func halfPriceFact() Fact {
	return Fact{
		ID: factID("003"), OSZCode: "0042.000001",
		Receiver:  Person{SNILS: "15299231282", FamilyName: "Жукова", FirstName: "Анна", Gender: Female, BirthDate: day("1936-07-01")},
		MeasureID: measureID("0d3"), CategoryID: categoryID("d301"),
		DecisionDate: day("2023-01-12"), DateStart: day("2023-01-12"),
		Assignment: Assignment{Form: FormExemption, Amount: num("50"), MeasureCode: "05", Monetization: flag(false), Equivalent: sum("210.35")},
	}
}

// moneyFact is monetary: a child with a mother as the reason person, and a needs criterion.
func moneyFact() Fact {
	child := Person{SNILS: "18736694633", FamilyName: "Белов", FirstName: "Артём", Patronymic: "Игоревич", Gender: Male,
		BirthDate: day("2015-09-09"), Citizenship: "643", PermanentResidence: home(),
		IdentityDoc: &IdentityDoc{Type: "BirthCertificate", Series: "II-ВГ", Number: "654321", IssueDate: day("2016-03-02"),
			Issuer: "Отделом ЗАГС города Перми"}}
	mother := Person{SNILS: "10648089460", FamilyName: "Белова", FirstName: "Ольга", Patronymic: "Викторовна", Gender: Female,
		BirthDate: day("1988-02-20"), Citizenship: "643", IdentityDoc: passport()}
	return Fact{
		ID: factID("004"), OSZCode: "0042.000001", Receiver: child,
		ReasonPersons: []BasisPerson{{Person: mother, KinshipCode: "0421011"}},
		MeasureID:     measureID("0c4"), CategoryID: categoryID("c401"),
		DecisionDate: day("2023-01-13"), DateStart: day("2023-02-01"), DateFinish: day("2023-07-31"),
		NeedsUsed: true, NeedsCodes: []string{"000001"},
		Assignment: Assignment{Form: FormMonetary, Amount: num("3000")},
	}
}

// serviceFact is a service.
func serviceFact() Fact {
	f := asthmaFact()
	f.ID, f.MeasureID, f.CategoryID, f.DateFinish = factID("020"), measureID("0f1"), categoryID("f102"), day("2023-01-31")
	f.Assignment = Assignment{Form: FormService, Amount: num("3"), OKEICode: "796", Content: "Социальная услуга на дому", Equivalent: sum("4500")}
	return f
}

// personalValues lists what must never stand in a finding: texts of three
// characters and more, and dates of birth and of documents.
func personalValues(f Fact) []string {
	var out []string
	add := func(values ...string) {
		for _, v := range values {
			if v = strings.TrimSpace(v); len([]rune(v)) > 2 {
				out = append(out, v)
			}
		}
	}
	people := []Person{f.Receiver}
	for _, p := range f.ReasonPersons {
		people = append(people, p.Person)
	}
	for _, p := range people {
		add(p.SNILS, p.FamilyName, p.FirstName, p.Patronymic, p.BirthDate.String(), p.BirthPlace, p.PhoneNumber)
		if p.BirthDate != (Date{}) {
			add(p.BirthDate.Time().Format("02-01-2006"))
		}
		if d := p.IdentityDoc; d != nil {
			add(d.Series, d.Number, d.Issuer)
		}
		if a := p.PermanentResidence; a != nil {
			add(a.City, a.Street)
		}
	}
	for _, d := range f.Documents {
		add(d.Series, d.Number)
	}
	add(f.Assignment.Content)
	return out
}

// noSecret reports text that holds one of the values.
func noSecret(t *testing.T, what, text string, secrets []string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) || strings.Contains(text, fmt.Sprintf("%x", s)) {
			t.Errorf("%s prints personal data", what)
			return
		}
	}
}
