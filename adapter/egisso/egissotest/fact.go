package egissotest

import (
	"fmt"
	"strings"
	"testing"

	"egissogw/adapter/egisso"
)

func passport() *egisso.IdentityDoc {
	return &egisso.IdentityDoc{Type: "PassportRF", Series: "5703", Number: "123456", IssueDate: Day("2003-05-14"),
		Issuer: "Отделом внутренних дел Ленинского района города Перми"}
}

func home() *egisso.Address {
	return &egisso.Address{OKSMCode: "643", PostIndex: "614000", Region: "Пермский край", City: "Пермь", Street: "Ленина", House: "10", Apartment: "5"}
}

func kuznetsova() egisso.Person {
	return egisso.Person{SNILS: "14346409756", FamilyName: "Кузнецова", FirstName: "Мария", Patronymic: "Петровна",
		Gender: egisso.Female, BirthDate: Day("1948-03-12"), Citizenship: "643", IdentityDoc: passport(), PermanentResidence: home()}
}

func orlov() egisso.Person {
	return egisso.Person{SNILS: "12024663307", FamilyName: "Орлов", FirstName: "Илья", Patronymic: "Сергеевич",
		Gender: egisso.Male, BirthDate: Day("1971-11-30")}
}

// InsulinFact is the fact of valid.data.one-prescription.
func InsulinFact() egisso.Fact {
	return egisso.Fact{
		ID: FactID("001"), OSZCode: "0042.000001", Receiver: kuznetsova(),
		MeasureID: MeasureID("0f1"), CategoryID: CategoryID("f101"),
		DecisionDate: Day("2023-01-10"), DateStart: Day("2023-01-10"), DateFinish: Day("2023-02-09"),
		Documents: []egisso.Document{{Title: "Справка об инвалидности", Series: "МСЭ-2019", Number: "0012345",
			IssueDate: Day("2020-01-20"), Authority: "Бюро медико-социальной экспертизы", StartDate: Day("2020-01-20")}},
		Assignment: egisso.Assignment{Form: egisso.FormNatural, Amount: Num("2"), MeasureCode: "03",
			Content: "Инсулин гларгин раствор для подкожного введения 100 МЕ/мл", Equivalent: Sum("1520.5")},
	}
}

// asthmaFact is natural, in units of ОКЕИ.
func asthmaFact() egisso.Fact {
	return egisso.Fact{
		ID: FactID("002"), OSZCode: "0042.000001", Receiver: orlov(),
		MeasureID: MeasureID("0e2"), CategoryID: CategoryID("e202"),
		DecisionDate: Day("2023-01-11"), DateStart: Day("2023-01-11"), DateFinish: Day("2023-04-11"),
		Assignment: egisso.Assignment{Form: egisso.FormNatural, Amount: Num("1"), OKEICode: "796",
			Content: "Будесонид порошок для ингаляций", Equivalent: Sum("890")},
	}
}

// HalfPriceFact is an exemption without an end.
func HalfPriceFact() egisso.Fact {
	return egisso.Fact{
		ID: FactID("003"), OSZCode: "0042.000001",
		Receiver:  egisso.Person{SNILS: "15299231282", FamilyName: "Жукова", FirstName: "Анна", Gender: egisso.Female, BirthDate: Day("1936-07-01")},
		MeasureID: MeasureID("0d3"), CategoryID: CategoryID("d301"),
		DecisionDate: Day("2023-01-12"), DateStart: Day("2023-01-12"),
		Assignment: egisso.Assignment{Form: egisso.FormExemption, Amount: Num("50"), MeasureCode: "05", Monetization: Flag(false), Equivalent: Sum("210.35")},
	}
}

// MoneyFact is monetary: a child with a mother as the reason person, and a needs criterion.
func MoneyFact() egisso.Fact {
	child := egisso.Person{SNILS: "18736694633", FamilyName: "Белов", FirstName: "Артём", Patronymic: "Игоревич", Gender: egisso.Male,
		BirthDate: Day("2015-09-09"), Citizenship: "643", PermanentResidence: home(),
		IdentityDoc: &egisso.IdentityDoc{Type: "BirthCertificate", Series: "II-ВГ", Number: "654321", IssueDate: Day("2016-03-02"),
			Issuer: "Отделом ЗАГС города Перми"}}
	mother := egisso.Person{SNILS: "10648089460", FamilyName: "Белова", FirstName: "Ольга", Patronymic: "Викторовна", Gender: egisso.Female,
		BirthDate: Day("1988-02-20"), Citizenship: "643", IdentityDoc: passport()}
	return egisso.Fact{
		ID: FactID("004"), OSZCode: "0042.000001", Receiver: child,
		ReasonPersons: []egisso.BasisPerson{{Person: mother, KinshipCode: "0421011"}},
		MeasureID:     MeasureID("0c4"), CategoryID: CategoryID("c401"),
		DecisionDate: Day("2023-01-13"), DateStart: Day("2023-02-01"), DateFinish: Day("2023-07-31"),
		NeedsUsed: true, NeedsCodes: []string{"000001"},
		Assignment: egisso.Assignment{Form: egisso.FormMonetary, Amount: Num("3000")},
	}
}

// ServiceFact is a service.
func ServiceFact() egisso.Fact {
	f := asthmaFact()
	f.ID, f.MeasureID, f.CategoryID, f.DateFinish = FactID("020"), MeasureID("0f1"), CategoryID("f102"), Day("2023-01-31")
	f.Assignment = egisso.Assignment{Form: egisso.FormService, Amount: Num("3"), OKEICode: "796", Content: "Социальная услуга на дому", Equivalent: Sum("4500")}
	return f
}

// PersonalValues lists what must never stand in a finding: texts of three
// characters and more, and dates of birth and of documents.
func PersonalValues(f egisso.Fact) []string {
	var out []string
	add := func(values ...string) {
		for _, v := range values {
			if v = strings.TrimSpace(v); len([]rune(v)) > 2 {
				out = append(out, v)
			}
		}
	}
	people := []egisso.Person{f.Receiver}
	for _, p := range f.ReasonPersons {
		people = append(people, p.Person)
	}
	for _, p := range people {
		add(p.SNILS, p.FamilyName, p.FirstName, p.Patronymic, p.BirthDate.String(), p.BirthPlace, p.PhoneNumber)
		if p.BirthDate != (egisso.Date{}) {
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

// NoSecret reports text that holds one of the values.
func NoSecret(t *testing.T, what, text string, secrets []string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) || strings.Contains(text, fmt.Sprintf("%x", s)) {
			t.Errorf("%s prints personal data", what)
			return
		}
	}
}
