package check

import (
	"fmt"
	"slices"
	"strings"

	"egissogw/adapter/egisso"
)

const (
	needsKMSZ = "КМСЗ (010)"
	kmszPath  = "classificationKMSZ/"
)

// classifierRules compare a local measure with the classifier
// (adapter/egisso/SPEC.md#rule-codes, #funding). They are skipped without one, and leave codes
// that are not even of the right form to L-XSD.
var classifierRules = []Rule{
	{Code: "001", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codePartKMSZ", Text: "Раздел есть в справочнике «Структура КМСЗ»",
		measure: inFacet(egisso.FacetParts, "codePartKMSZ", egisso.Digits6, func(m *egisso.LocalMeasure) string { return m.PartKMSZ })},
	{Code: "002", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codeMSZ", Text: "Типовая мера есть в справочнике «Реестр МСЗ»",
		measure: inFacet(egisso.FacetMSZ, "codeMSZ", egisso.Digits4, func(m *egisso.LocalMeasure) string { return m.MSZ })},
	{Code: "003", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codeCategoryKMSZ", Text: "Типовая категория есть в справочнике «Категории получателей»", measure: measureCategoriesKnown},
	{Code: "004", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codeProvisionForm", Text: "Форма есть в справочнике «Форма предоставления»",
		measure: inFacet(egisso.FacetForms, "codeProvisionForm", egisso.Digits2, func(m *egisso.LocalMeasure) string { return string(m.ProvisionForm) })},
	{Code: "005", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codeFundingSource", Text: "Источник есть в справочнике «Уровень финансирования»", measure: measureSourcesKnown},
	{Code: "006", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codeLevelNPA", Text: "Уровень есть в справочнике «Уровни регулирования»",
		measure: inFacet(egisso.FacetLevels, "codeLevelNPA", egisso.Digits2, func(m *egisso.LocalMeasure) string { return m.LevelNPA })},
	{Code: "008", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: "справочник периодичности (022)",
		Reads: "periodicityCode, dateEnact", Text: "Периодичность есть в справочнике и действует на дату начала меры", measure: measurePeriodicity},
	{Code: "018", Register: egisso.RegisterMeasure, Severity: egisso.Error, Needs: needsKMSZ,
		Reads: "codeFundingSource", Text: "Сумма кодов источников есть в справочнике «Уровень финансирования»", measure: measureSumKnown},
	{Code: "018", Register: egisso.RegisterMeasure, Severity: egisso.Warning, Needs: needsKMSZ,
		Reads: "codeMSZ, codeCategoryKMSZ, codeLevelNPA, codeFundingSource, codeProvisionForm, codePartKMSZ",
		Text:  "Сочетание меры и каждой категории есть в перечне правил КМСЗ", measure: measureRulesKnown},
}

func notInFacet(code string, f egisso.Facet) string {
	return fmt.Sprintf("Значение кода %s не найдено в справочнике «%s»", code, f.Title())
}

// inFacet is the rule for a single code of a measure.
func inFacet(f egisso.Facet, name string, form egisso.Format, code func(*egisso.LocalMeasure) string) func(*measureSubject, *report) {
	return func(s *measureSubject, r *report) {
		if v := code(s.m); s.Classifier.hasKMSZ() && form(v) == "" && !s.Classifier.has(f, v) {
			r.add(kmszPath+name, notInFacet(v, f))
		}
	}
}

func measureCategoriesKnown(s *measureSubject, r *report) {
	if !s.Classifier.hasKMSZ() {
		return
	}
	for i, c := range s.m.Categories {
		if egisso.Digits8(c.KMSZ) == "" && !s.Classifier.has(egisso.FacetCategories, c.KMSZ) {
			r.add(at(kmszPath+"localCategories/localCategory", i)+"/codeCategoryKMSZ",
				fmt.Sprintf("Категория %d: %s", i+1, notInFacet(c.KMSZ, egisso.FacetCategories)))
		}
	}
}

func measureSourcesKnown(s *measureSubject, r *report) {
	if !s.Classifier.hasKMSZ() {
		return
	}
	for i, f := range s.m.Cofinancing {
		if egisso.Digits4(f.Source) == "" && !s.Classifier.has(egisso.FacetSources, f.Source) {
			r.add(at(kmszPath+"cofinancing/fundingSource", i)+"/codeFundingSource",
				fmt.Sprintf("Источник финансирования %d: %s", i+1, notInFacet(f.Source, egisso.FacetSources)))
		}
	}
}

func measurePeriodicity(s *measureSubject, r *report) {
	code := s.m.PeriodicityCode
	if !s.Classifier.hasPeriods() || egisso.Digits2(code) != "" {
		return
	}
	switch known, valid := s.Classifier.periodicity(code, s.m.DateEnact); {
	case !known:
		r.add("periodicityCode", "Значение кода "+code+" не найдено в справочнике «Периодичность предоставления»")
	case !valid && s.m.DateEnact.Possible():
		r.add("periodicityCode", "Значение кода "+code+" справочника «Периодичность предоставления» не действует на дату начала меры "+reportDate(s.m.DateEnact))
	}
}

func measureSumKnown(s *measureSubject, r *report) {
	if sum, ok := egisso.FundingCode(s.m.Cofinancing); ok && s.Classifier.hasKMSZ() && !s.Classifier.has(egisso.FacetSources, sum) {
		r.add(kmszPath+"cofinancing", "Значение суммарного кода "+sum+" не найдено в справочнике «Уровень финансирования»")
	}
}

// measureRulesKnown speaks only of combinations of known codes: an unknown code
// is in no rule, and its own finding tells so.
func measureRulesKnown(s *measureSubject, r *report) {
	c, m := s.Classifier, s.m
	if !c.hasKMSZ() {
		return
	}
	sum, ok := egisso.FundingCode(m.Cofinancing)
	codes, _ := m.RuleCodes()
	if !ok || !c.has(egisso.FacetSources, sum) || !c.has(egisso.FacetMSZ, m.MSZ) || !c.has(egisso.FacetLevels, m.LevelNPA) ||
		!c.has(egisso.FacetForms, string(m.ProvisionForm)) || !c.has(egisso.FacetParts, m.PartKMSZ) {
		return
	}
	for i, code := range codes {
		if c.has(egisso.FacetCategories, m.Categories[i].KMSZ) && !c.HasRule(code) {
			r.add(at(kmszPath+"localCategories/localCategory", i),
				fmt.Sprintf("Категория %d: комбинация меры и категории не найдена в перечне правил КМСЗ: код %s отсутствует в КМСЗ", i+1, code))
		}
	}
}

// factMeasureInClassifier looks at the fact's measure: facts meet КМСЗ only
// through it (adapter/egisso/SPEC.md#classifier-updates).
func factMeasureInClassifier(s *factSubject, r *report) {
	if s.measure == nil || !s.Classifier.hasKMSZ() {
		return
	}
	findings := s.Policy.Apply(s.Classifier.checkMeasure(s.measure))
	if !egisso.Blocks(findings) {
		return
	}
	var codes []string
	for _, f := range findings {
		if f.Severity == egisso.Error && !slices.Contains(codes, f.Code) {
			codes = append(codes, f.Code)
		}
	}
	r.add("lmszId", "ЛМСЗ не соответствует действующей версии КМСЗ: правила "+strings.Join(codes, ", "))
}

func factUnit(s *factSubject, r *report) {
	a := &s.f.Assignment
	element := a.Form.Element()
	if !s.Classifier.hasUnits() || a.Form == egisso.FormMonetary || element == "" {
		return
	}
	path := "assignmentInfo/" + element + "/"
	if egisso.Digits2(a.MeasureCode) == "" && !s.Classifier.units[a.MeasureCode] {
		r.add(path+"measuryCode", "Значение кода "+a.MeasureCode+" не найдено в справочнике единиц измерения")
	}
	if egisso.OKEIFormat(a.OKEICode) == "" && !s.Classifier.okei[a.OKEICode] {
		r.add(path+a.Form.OKEIElement(), "Значение кода ОКЕИ "+a.OKEICode+" не найдено в справочнике единиц измерения")
	}
}
