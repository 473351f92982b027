package egisso

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// The fictional world of the reference samples as Go values: four measures,
// one organisation, five people. Written by hand from the tables of SPEC.md#records,
// so that the readers do not vouch for the writers.

func id(s string) uuid.UUID { return uuid.MustParse(s) }

func measureID(tail string) uuid.UUID { return id("a1d3f0c2-5b77-4c1e-9e0a-000000000" + tail) }

func categoryID(tail string) uuid.UUID { return id("b1d3f0c2-5b77-4c1e-9e0a-00000000" + tail) }

func factID(tail string) uuid.UUID { return id("10060000-0000-4000-9000-000000000" + tail) }

func day(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func num(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func sum(s string) decimal.NullDecimal { return decimal.NewNullDecimal(num(s)) }

func flag(v bool) *bool { return &v }

func measureBase() LocalMeasure {
	return LocalMeasure{
		DateEnact: day("2019-01-01"), PeriodicityCode: "05",
		Estimation: "По стоимости отпущенных препаратов", Territories: []string{"57701000"},
		Reasons: []LegalAct{{Number: "890", Date: day("2015-12-01"), Title: "Нормативный акт (учебный пример)",
			Authority: "Орган власти", URL: "http://example.org/npa"}},
		Cases: "Рецепт врача", Conditions: "Наличие права на меру",
		Methods: []Method{{Method: "01"}}, FormsRequest: []int{1}, FormsReceive: []int{1},
		Documents:    []DocumentType{{Name: "Рецептурный бланк", Origin: "оригинал", Quantity: 1, Necessary: true}},
		LastChanging: time.Date(2023, 2, 1, 7, 0, 0, 0, time.UTC),
		Cofinancing:  []FundingShare{{Source: "0010", Quota: num("100")}},
		LevelNPA:     "02", PartKMSZ: "030102", ProvisionForm: FormNatural,
	}
}

func category(tail, code, title, kmsz string) LocalCategory {
	return LocalCategory{ID: categoryID(tail), Code: code, Title: title, KMSZ: kmsz}
}

func federalMeasure() LocalMeasure {
	m := measureBase()
	m.ID, m.Code = measureID("0f1"), "0808-F"
	m.Title = "Обеспечение граждан, имеющих право на набор социальных услуг, лекарственными препаратами по рецептам"
	m.PartKMSZ, m.MSZ, m.LevelNPA = "030101", "0808", "01"
	m.Categories = []LocalCategory{
		category("f101", "F1", "Инвалиды I группы", "02010000"),
		category("f102", "F2", "Инвалиды II группы", "02020000"),
		category("f103", "F3", "Ветераны боевых действий", "03030000"),
	}
	m.Cofinancing[0].Source = "0100"
	m.Reasons[0].Number = "178-ФЗ"
	m.KBK = "05610040000000000323"
	return m
}

func regionalMeasure() LocalMeasure {
	m := measureBase()
	m.ID, m.Code, m.MSZ = measureID("0e2"), "0806-R", "0806"
	m.Title = "Бесплатное обеспечение лекарственными препаратами больных отдельными заболеваниями"
	m.DateExpiration = day("2029-12-31")
	m.Categories = []LocalCategory{
		category("e201", "R1", "Больные сахарным диабетом", "06010000"),
		category("e202", "R2", "Больные бронхиальной астмой", "06020000"),
	}
	m.KBK = "81609022410012150323"
	return m
}

func halfPriceMeasure() LocalMeasure {
	m := measureBase()
	m.ID, m.Code, m.MSZ = measureID("0d3"), "0805-H", "0805"
	m.Title = "Обеспечение лекарственными препаратами со скидкой 50 процентов"
	m.ProvisionForm = FormExemption
	m.Categories = []LocalCategory{
		category("d301", "H1", "Труженики тыла", "03050000"),
		category("d302", "H2", "Реабилитированные лица", "07010000"),
	}
	m.KBK = "81609022410012160323"
	return m
}

func moneyMeasure() LocalMeasure {
	m := measureBase()
	m.ID, m.Code, m.MSZ, m.PartKMSZ = measureID("0c4"), "0303-A", "0303", "010102"
	m.Title = "Адресная помощь на приобретение лекарственных препаратов"
	m.DateEnact, m.DateExpiration = day("2020-01-01"), day("2025-12-31")
	m.ProvisionForm = FormMonetary
	poor := category("c401", "A1", "Малоимущие граждане", "07000000")
	poor.Criteria = []NeedsCriterion{
		{Code: "000001", Date: day("2020-01-01"), Coefficient: sum("1.5")},
		{Code: "000002", Date: day("2020-01-01")},
	}
	m.Categories = []LocalCategory{poor}
	m.Cofinancing = []FundingShare{{Source: "0010", Quota: num("80")}, {Source: "0001", Quota: num("20")}}
	m.Reasons[0].Number = "25-ОЗ"
	m.KBK = "81610032410012170313"
	return m
}

func worldMeasures() []LocalMeasure {
	return []LocalMeasure{federalMeasure(), regionalMeasure(), halfPriceMeasure(), moneyMeasure()}
}

// worldMeasure returns the accepted measure a fact names, nil if there is none.
func worldMeasure(f Fact) *LocalMeasure {
	for _, m := range worldMeasures() {
		if m.ID == f.MeasureID {
			return &m
		}
	}
	return nil
}

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

func asthmaFact() Fact {
	return Fact{
		ID: factID("002"), OSZCode: "0042.000001", Receiver: orlov(),
		MeasureID: measureID("0e2"), CategoryID: categoryID("e202"),
		DecisionDate: day("2023-01-11"), DateStart: day("2023-01-11"), DateFinish: day("2023-04-11"),
		Assignment: Assignment{Form: FormNatural, Amount: num("1"), OKEICode: "796",
			Content: "Будесонид порошок для ингаляций", Equivalent: sum("890")},
	}
}

func halfPriceFact() Fact {
	return Fact{
		ID: factID("003"), OSZCode: "0042.000001",
		Receiver:  Person{SNILS: "15299231282", FamilyName: "Жукова", FirstName: "Анна", Gender: Female, BirthDate: day("1936-07-01")},
		MeasureID: measureID("0d3"), CategoryID: categoryID("d301"),
		DecisionDate: day("2023-01-12"), DateStart: day("2023-01-12"),
		Assignment: Assignment{Form: FormExemption, Amount: num("50"), MeasureCode: "05", Monetization: flag(false), Equivalent: sum("210.35")},
	}
}

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

func serviceFact() Fact {
	f := asthmaFact()
	f.ID, f.MeasureID, f.CategoryID, f.DateFinish = factID("020"), measureID("0f1"), categoryID("f102"), day("2023-01-31")
	f.Assignment = Assignment{Form: FormService, Amount: num("3"), OKEICode: "796", Content: "Социальная услуга на дому", Equivalent: sum("4500")}
	return f
}

// today is the day the samples are checked on.
var today = day("2023-02-01")

// worldPackages are the valid samples of a version by file name.
func worldPackages(v *Version) map[string]*Package {
	switch v.Register {
	case RegisterMeasure:
		return measurePackages(v)
	case RegisterFact:
		return factPackages(v)
	case RegisterOrganization:
		return organizationPackages()
	case RegisterParticipant:
		return applicationPackages()
	}
	return pointPackages(v)
}

func measurePackages(v *Version) map[string]*Package {
	extended := regionalMeasure()
	extended.ID, extended.PreviousID = measureID("1e2"), measureID("0e2")
	extended.DateExpiration = day("2031-12-31")
	if v.fullMeasure {
		extended.InheritFacts, extended.InheritOSZNPoints, extended.InheritOrganizationPoints = flag(true), flag(true), flag(true)
	}
	return map[string]*Package{
		"valid.request.new-four-measures.xml": {ID: id("10050000-0000-4000-8000-000000000001"), Register: RegisterMeasure, Elements: elements(worldMeasures()...)},
		"valid.request.modification.xml":      {ID: id("10050000-0000-4000-8000-000000000002"), Register: RegisterMeasure, Elements: elements(extended)},
		"valid.request.invalidation.xml": {ID: id("10050000-0000-4000-8000-000000000003"), Register: RegisterMeasure,
			Elements: elements(LocalMeasureInvalidation{ID: id("10050000-0000-4000-8000-0000000000a1"), LocalMeasureID: measureID("0d3")})},
	}
}

func factPackages(v *Version) map[string]*Package {
	facts := func(tail string, facts ...Fact) *Package {
		return &Package{ID: id("10060000-0000-4000-8000-0000000000" + tail), Register: RegisterFact, Elements: elements(facts...)}
	}
	letters := insulinFact()
	letters.OSZCode = "A042.000001"
	events := allEvents()
	if !v.Has(KindFactRecipientRefusal) {
		events.Elements = slices.DeleteFunc(events.Elements, func(e Element) bool { return e.ElementKind() == KindFactRecipientRefusal })
	}
	return map[string]*Package{
		"valid.data.four-facts.xml":       facts("01", insulinFact(), asthmaFact(), halfPriceFact(), moneyFact()),
		"valid.data.one-prescription.xml": facts("02", insulinFact()),
		"valid.data.service-form.xml":     facts("04", serviceFact()),
		"valid.data.osz-code-letters.xml": facts("19", letters),
		"valid.data.all-events.xml":       events,
	}
}

func allEvents() *Package {
	doubled := asthmaFact()
	doubled.ID = uuid.Nil
	doubled.Assignment.Amount, doubled.Assignment.Equivalent = num("2"), sum("1780")
	end := func(kind Kind, event, fact, finish string) *FactTermination {
		return &FactTermination{Kind: kind, ID: factID(event), FactID: factID(fact), DateFinish: day(finish)}
	}
	recalculated, ended := end(KindFactEndByRecalculation, "104", "005", "2023-01-31"), end(KindFactEndOfRight, "106", "007", "2023-02-28")
	recalculated.Amount = sum("500")
	ended.Amount, ended.Quantity = sum("700"), sum("1")
	return &Package{ID: id("10060000-0000-4000-8000-000000000003"), Register: RegisterFact, Elements: []Element{
		&FactRecalculation{ID: factID("101"), FactID: factID("001"), Amount: num("1410")},
		&FactDeathOrMovingRecalculation{ID: factID("102"), FactID: factID("003"), Amount: num("100"), DateFinish: day("2023-01-31")},
		&FactAlteration{ID: factID("103"), FactID: factID("002"), Fact: doubled},
		recalculated,
		end(KindFactEndByIneligibility, "105", "006", "2023-01-31"),
		ended,
		end(KindFactEndOfValidityPeriod, "107", "008", "2023-02-28"),
		end(KindFactRecipientRefusal, "108", "009", "2023-02-28"),
		&FactInvalidation{Kind: KindFactDuplicate, ID: factID("109"), FactID: factID("010")},
		&FactInvalidation{Kind: KindFactInvalidation, ID: factID("110"), FactID: factID("011"), ProviderCode: "0042.000007"},
	}}
}

// elements are pointers to copies of the values.
func elements[T any, P interface {
	*T
	Element
}](list ...T) (out []Element) {
	for _, v := range list {
		out = append(out, P(&v))
	}
	return out
}
