package egisso

import (
	"fmt"
	"testing"
	"time"
)

// worldChecker knows what ЕГИССО holds in the world: the measures, the
// classifier, the dictionaries and the one participant.
func worldChecker(t testing.TB, v *Version) Checker {
	t.Helper()
	return Checker{
		Versions:         VersionSet{v.Register: v},
		Today:            today,
		Classifier:       worldClassifier(t),
		KnownParticipant: func(code string) bool { return code == "0042.000001" },
	}
}

var worldClassifierOnce *Classifier

// worldClassifier is kmsz.xml with the two dictionaries of the samples.
func worldClassifier(t testing.TB) *Classifier {
	t.Helper()
	if worldClassifierOnce == nil {
		worldClassifierOnce = NewClassifier(worldKMSZ(t),
			classifierAnswer(t, "10.02.I-1.0.3", "valid.response.022-periods.xml").Periodicities,
			classifierAnswer(t, "10.02.I-1.0.3", "valid.response.023-measures.xml").Units)
	}
	return worldClassifierOnce
}

// worldKMSZ is kmsz.xml, version 7.
func worldKMSZ(t testing.TB) *KMSZ {
	t.Helper()
	return classifierAnswer(t, "kmsz.xml").KMSZ
}

func classifierAnswer(t testing.TB, path ...string) *ClassifierAnswer {
	t.Helper()
	a, err := ReadClassifierAnswer(readSample(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// published is version 8 of the samples: the pushed publication.
func published(t testing.TB) *Publication {
	t.Helper()
	p, err := ReadPublication(readSample(t, "10.01.O-1.0.3", "valid.request.v8-published.xml"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bigKMSZ is a classifier of n rules over as many codes as it takes.
func bigKMSZ(number, n int) *KMSZ {
	k := &KMSZ{
		KMSZVersion: KMSZVersion{Number: number, Status: StatusActive, StartDate: time.Date(2023, 1, 1, 0, 0, 0, 0, Moscow), Document: "Приказ"},
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
