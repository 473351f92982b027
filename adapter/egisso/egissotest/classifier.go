package egissotest

import (
	"fmt"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/wire"
)

// Checker knows what ЕГИССО holds in the world: the measures, the
// classifier, the dictionaries and the one participant.
func Checker(t testing.TB, v *egisso.Version) check.Checker {
	t.Helper()
	return check.Checker{
		Versions:         egisso.VersionSet{v.Register: v},
		Today:            Today,
		Classifier:       Classifier(t),
		KnownParticipant: func(code string) bool { return code == "0042.000001" },
	}
}

var worldClassifierOnce *check.Classifier

// Classifier is kmsz.xml with the two dictionaries of the samples.
func Classifier(t testing.TB) *check.Classifier {
	t.Helper()
	if worldClassifierOnce == nil {
		worldClassifierOnce = check.NewClassifier(KMSZ(t),
			classifierAnswer(t, "10.02.I-1.0.3", "valid.response.022-periods.xml").Periodicities,
			classifierAnswer(t, "10.02.I-1.0.3", "valid.response.023-measures.xml").Units)
	}
	return worldClassifierOnce
}

// KMSZ is kmsz.xml, version 7.
func KMSZ(t testing.TB) *egisso.KMSZ {
	t.Helper()
	return classifierAnswer(t, "kmsz.xml").KMSZ
}

func classifierAnswer(t testing.TB, path ...string) *egisso.ClassifierAnswer {
	t.Helper()
	a, err := wire.ReadClassifierAnswer(ReadSample(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Published is version 8 of the samples: the pushed publication.
func Published(t testing.TB) *egisso.Publication {
	t.Helper()
	p, err := wire.ReadPublication(ReadSample(t, "10.01.O-1.0.3", "valid.request.v8-published.xml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// BigKMSZ is a classifier of n rules over as many codes as it takes.
func BigKMSZ(number, n int) *egisso.KMSZ {
	k := &egisso.KMSZ{
		KMSZVersion: egisso.KMSZVersion{Number: number, Status: egisso.StatusActive, StartDate: time.Date(2023, 1, 1, 0, 0, 0, 0, egisso.Moscow), Document: "Приказ"},
		Facets: map[egisso.Facet][]egisso.Position{
			egisso.FacetParts:   {{Code: "010101", Name: "Раздел"}},
			egisso.FacetLevels:  {{Code: "01", Name: "Федеральный"}},
			egisso.FacetSources: {{Code: "0100", Name: "Федеральный бюджет"}},
			egisso.FacetForms:   {{Code: "02", Name: "Натуральная"}},
		},
	}
	for i := range 1000 {
		k.Facets[egisso.FacetMSZ] = append(k.Facets[egisso.FacetMSZ], egisso.Position{Code: fmt.Sprintf("%04d", i), Name: fmt.Sprintf("Мера %d", i)})
	}
	for i := range 5000 {
		k.Facets[egisso.FacetCategories] = append(k.Facets[egisso.FacetCategories], egisso.Position{Code: fmt.Sprintf("%08d", i), Name: fmt.Sprintf("Категория получателей %d", i)})
	}
	act := egisso.RuleAct{Number: "178-ФЗ", Title: "О государственной социальной помощи", Date: Day("1999-07-17"), Authority: "Российская Федерация"}
	for i := range n {
		k.Rules = append(k.Rules, egisso.KMSZRule{
			Part: "010101", MSZ: fmt.Sprintf("%04d", i%1000), Category: fmt.Sprintf("%08d", i%5000+i/5000), Level: "01", Source: "0100", Form: "02",
			Reasons: []egisso.RuleAct{act},
		})
	}
	return k
}
