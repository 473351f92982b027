package egisso

import "time"

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

// category is a category of a measure; see categoryID.
func category(tail, code, title, kmsz string) LocalCategory {
	return LocalCategory{ID: categoryID(tail), Code: code, Title: title, KMSZ: kmsz}
}

// federalMeasure is the measure of most facts: natural, with three categories, paid by the federation.
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

// regionalMeasure ends, has two categories and is paid by the region.
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

// halfPriceMeasure is an exemption.
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

// moneyMeasure is monetary, with needs criteria and two sources.
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

// worldMeasures are the four measures ЕГИССО has accepted.
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
