package egisso

import (
	"fmt"
	"testing"
	"time"
)

// bigKMSZ is a classifier of n rules over as many codes as it takes.
func bigKMSZ(number, n int) *KMSZ {
	k := &KMSZ{
		KMSZVersion: KMSZVersion{Number: number, Status: StatusActive, StartDate: time.Date(2023, 1, 1, 0, 0, 0, 0, moscow), Document: "Приказ"},
		Facets: map[Facet][]Position{
			FacetParts:   {{Code: "010101", Name: "Раздел"}},
			FacetLevels:  {{Code: "01", Name: "Федеральный"}},
			FacetSources: {{Code: "0100", Name: "Федеральный бюджет"}},
			FacetForms:   {{Code: "02", Name: "Натуральная"}},
		},
	}
	for i := range 1000 {
		k.Facets[FacetMSZ] = append(k.Facets[FacetMSZ], Position{Code: fmt.Sprintf("%04d", i), Name: fmt.Sprintf("Мера %d", i)})
	}
	for i := range 5000 {
		k.Facets[FacetCategories] = append(k.Facets[FacetCategories], Position{Code: fmt.Sprintf("%08d", i), Name: fmt.Sprintf("Категория получателей %d", i)})
	}
	act := RuleAct{Number: "178-ФЗ", Title: "О государственной социальной помощи", Date: day("1999-07-17"), Authority: "Российская Федерация"}
	for i := range n {
		k.Rules = append(k.Rules, KMSZRule{
			Part: "010101", MSZ: fmt.Sprintf("%04d", i%1000), Category: fmt.Sprintf("%08d", i%5000+i/5000), Level: "01", Source: "0100", Form: "02",
			Reasons: []RuleAct{act},
		})
	}
	return k
}

const benchmarkRules = 50_000

func bigAnswer(b *testing.B) []byte {
	var w textWriter
	WriteClassifierAnswer(&w, &ClassifierAnswer{Code: ClassifierKMSZ, KMSZ: bigKMSZ(7, benchmarkRules)})
	return []byte(w.b.String())
}

func BenchmarkReadClassifierOf50000Rules(b *testing.B) {
	document := bigAnswer(b)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		if a, err := ReadClassifierAnswer(document); err != nil || len(a.KMSZ.Rules) != benchmarkRules {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewClassifierOf50000Rules(b *testing.B) {
	k := bigKMSZ(7, benchmarkRules)
	b.ReportAllocs()
	for b.Loop() {
		NewClassifier(k, nil, nil)
	}
}

func BenchmarkHashKMSZOf50000Rules(b *testing.B) {
	k := bigKMSZ(7, benchmarkRules)
	b.ReportAllocs()
	for b.Loop() {
		k.ContentHash()
	}
}

func BenchmarkDiffKMSZOf50000Rules(b *testing.B) {
	old, next := bigKMSZ(7, benchmarkRules), bigKMSZ(8, benchmarkRules-100)
	b.ReportAllocs()
	for b.Loop() {
		if got := len(DiffKMSZ(old, next)); got != 100 {
			b.Fatal(got)
		}
	}
}

func BenchmarkCheckMeasureWithClassifier(b *testing.B) {
	c := Checker{Classifier: NewClassifier(bigKMSZ(7, benchmarkRules), nil, nil)}
	m := federalMeasure()
	b.ReportAllocs()
	for b.Loop() {
		c.Measure(m)
	}
}
