package egissotest

import (
	"time"

	"egissogw/adapter/egisso"
)

func measureBase() egisso.LocalMeasure {
	return egisso.LocalMeasure{
		DateEnact: Day("2019-01-01"), PeriodicityCode: "05",
		Estimation: "По стоимости отпущенных препаратов", Territories: []string{"57701000"},
		Reasons: []egisso.LegalAct{{Number: "890", Date: Day("2015-12-01"), Title: "Нормативный акт (учебный пример)",
			Authority: "Орган власти", URL: "http://example.org/npa"}},
		Cases: "Рецепт врача", Conditions: "Наличие права на меру",
		Methods: []egisso.Method{{Method: "01"}}, FormsRequest: []int{1}, FormsReceive: []int{1},
		Documents:    []egisso.DocumentType{{Name: "Рецептурный бланк", Origin: "оригинал", Quantity: 1, Necessary: true}},
		LastChanging: time.Date(2023, 2, 1, 7, 0, 0, 0, time.UTC),
		Cofinancing:  []egisso.FundingShare{{Source: "0010", Quota: Num("100")}},
		LevelNPA:     "02", PartKMSZ: "030102", ProvisionForm: egisso.FormNatural,
	}
}

// Category is a category of a measure; see CategoryID.
func Category(tail, code, title, kmsz string) egisso.LocalCategory {
	return egisso.LocalCategory{ID: CategoryID(tail), Code: code, Title: title, KMSZ: kmsz}
}

// FederalMeasure is the measure of most facts: natural, with three categories, paid by the federation.
func FederalMeasure() egisso.LocalMeasure {
	m := measureBase()
	m.ID, m.Code = MeasureID("0f1"), "0808-F"
	m.Title = "Обеспечение граждан, имеющих право на набор социальных услуг, лекарственными препаратами по рецептам"
	m.PartKMSZ, m.MSZ, m.LevelNPA = "030101", "0808", "01"
	m.Categories = []egisso.LocalCategory{
		Category("f101", "F1", "Инвалиды I группы", "02010000"),
		Category("f102", "F2", "Инвалиды II группы", "02020000"),
		Category("f103", "F3", "Ветераны боевых действий", "03030000"),
	}
	m.Cofinancing[0].Source = "0100"
	m.Reasons[0].Number = "178-ФЗ"
	m.KBK = "05610040000000000323"
	return m
}

// RegionalMeasure ends, has two categories and is paid by the region.
func RegionalMeasure() egisso.LocalMeasure {
	m := measureBase()
	m.ID, m.Code, m.MSZ = MeasureID("0e2"), "0806-R", "0806"
	m.Title = "Бесплатное обеспечение лекарственными препаратами больных отдельными заболеваниями"
	m.DateExpiration = Day("2029-12-31")
	m.Categories = []egisso.LocalCategory{
		Category("e201", "R1", "Больные сахарным диабетом", "06010000"),
		Category("e202", "R2", "Больные бронхиальной астмой", "06020000"),
	}
	m.KBK = "81609022410012150323"
	return m
}

// halfPriceMeasure is an exemption.
func halfPriceMeasure() egisso.LocalMeasure {
	m := measureBase()
	m.ID, m.Code, m.MSZ = MeasureID("0d3"), "0805-H", "0805"
	m.Title = "Обеспечение лекарственными препаратами со скидкой 50 процентов"
	m.ProvisionForm = egisso.FormExemption
	m.Categories = []egisso.LocalCategory{
		Category("d301", "H1", "Труженики тыла", "03050000"),
		Category("d302", "H2", "Реабилитированные лица", "07010000"),
	}
	m.KBK = "81609022410012160323"
	return m
}

// MoneyMeasure is monetary, with needs criteria and two sources.
func MoneyMeasure() egisso.LocalMeasure {
	m := measureBase()
	m.ID, m.Code, m.MSZ, m.PartKMSZ = MeasureID("0c4"), "0303-A", "0303", "010102"
	m.Title = "Адресная помощь на приобретение лекарственных препаратов"
	m.DateEnact, m.DateExpiration = Day("2020-01-01"), Day("2025-12-31")
	m.ProvisionForm = egisso.FormMonetary
	poor := Category("c401", "A1", "Малоимущие граждане", "07000000")
	poor.Criteria = []egisso.NeedsCriterion{
		{Code: "000001", Date: Day("2020-01-01"), Coefficient: Sum("1.5")},
		{Code: "000002", Date: Day("2020-01-01")},
	}
	m.Categories = []egisso.LocalCategory{poor}
	m.Cofinancing = []egisso.FundingShare{{Source: "0010", Quota: Num("80")}, {Source: "0001", Quota: Num("20")}}
	m.Reasons[0].Number = "25-ОЗ"
	m.KBK = "81610032410012170313"
	return m
}

// Measures are the four measures ЕГИССО has accepted.
func Measures() []egisso.LocalMeasure {
	return []egisso.LocalMeasure{FederalMeasure(), RegionalMeasure(), halfPriceMeasure(), MoneyMeasure()}
}

// MeasureOf returns the accepted measure a fact names, nil if there is none.
func MeasureOf(f egisso.Fact) *egisso.LocalMeasure {
	for _, m := range Measures() {
		if m.ID == f.MeasureID {
			return &m
		}
	}
	return nil
}
