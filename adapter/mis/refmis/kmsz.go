package refmis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"egissogw/adapter/egisso"
)

// KMSZ returns an invented version of the classifier in which the measures, and
// nothing else, are valid. It leaves out the categories named last: measures
// that use them are not valid.
func KMSZ(number int, status egisso.VersionStatus, measures []egisso.LocalMeasure, without ...string) *egisso.KMSZ {
	k := &egisso.KMSZ{
		KMSZVersion: egisso.KMSZVersion{
			Number: number, Status: status, StartDate: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, number, 0),
			Document: fmt.Sprintf("Приказ о введении версии %d (вымышленный)", number),
		},
		Facets: map[egisso.Facet][]egisso.Position{},
	}
	names := map[egisso.Facet]map[string]string{}
	add := func(f egisso.Facet, code, name string) {
		if names[f] == nil {
			names[f] = map[string]string{}
		}
		names[f][code] = name
	}
	rules := map[string]bool{}
	for _, m := range measures {
		source, _ := egisso.FundingCode(m.Cofinancing)
		add(egisso.FacetMSZ, m.MSZ, "Мера "+m.MSZ)
		add(egisso.FacetParts, m.PartKMSZ, "Раздел "+m.PartKMSZ)
		add(egisso.FacetLevels, m.LevelNPA, "Уровень "+m.LevelNPA)
		add(egisso.FacetForms, string(m.ProvisionForm), "Форма "+string(m.ProvisionForm))
		add(egisso.FacetSources, source, "Источник "+source)
		for _, s := range m.Cofinancing {
			add(egisso.FacetSources, s.Source, "Источник "+s.Source)
		}
		for _, c := range m.Categories {
			if slices.Contains(without, c.KMSZ) {
				continue
			}
			add(egisso.FacetCategories, c.KMSZ, "Категория "+c.KMSZ)
			r := egisso.KMSZRule{
				Part: m.PartKMSZ, MSZ: m.MSZ, Category: c.KMSZ, Level: m.LevelNPA, Source: source, Form: string(m.ProvisionForm),
				Reasons: []egisso.RuleAct{{Number: "1", Title: "Вымышленный закон", Date: egisso.Date{Year: 2018, Month: 12, Day: 14}, Authority: "Российская Федерация"}},
			}
			if code := r.Code(); !rules[code] {
				rules[code] = true
				k.Rules = append(k.Rules, r)
			}
		}
	}
	for f, list := range names {
		for code, name := range list {
			k.Facets[f] = append(k.Facets[f], egisso.Position{Code: code, Name: name})
		}
		slices.SortFunc(k.Facets[f], func(a, b egisso.Position) int { return strings.Compare(a.Code, b.Code) })
	}
	return k
}

// Periodicities is an invented dictionary 022 in which the measures are valid.
func Periodicities(measures []egisso.LocalMeasure) (list []egisso.Periodicity) {
	for _, m := range measures {
		if !slices.ContainsFunc(list, func(p egisso.Periodicity) bool { return p.Code == m.PeriodicityCode }) {
			list = append(list, egisso.Periodicity{
				Code: m.PeriodicityCode, Title: "Периодичность " + m.PeriodicityCode, StartDate: time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC),
			})
		}
	}
	return list
}

// Units is the dictionary 023 as providers know it (adapter/egisso/SPEC.md#units).
func Units() (list []egisso.Unit) {
	for _, u := range [][3]string{
		{"01", "Рубль", "383"}, {"02", "Тысяча рублей", "384"}, {"03", "Штука", "796"}, {"04", "Упаковка", "778"},
		{"05", "Процент", "744"}, {"06", "Биологически активная единица", "9910"}, {"07", "Килограмм", "166"},
	} {
		list = append(list, egisso.Unit{Code: u[0], Title: u[1], OKEI: u[2], StartDate: time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)})
	}
	return list
}
