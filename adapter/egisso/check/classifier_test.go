package check_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

// classifierCases: measures against the classifier of the world and what else
// is known beside them.
func classifierCases(t testing.TB) []ruleCase[egisso.LocalMeasure] {
	world := func(change func(*egisso.LocalMeasure)) func(*egisso.LocalMeasure, *check.Checker) {
		return func(m *egisso.LocalMeasure, c *check.Checker) {
			c.Classifier = ruleClassifier()
			change(m)
		}
	}
	other := egissotest.MeasureID("fff")
	return []ruleCase[egisso.LocalMeasure]{
		{"no classifier", func(m *egisso.LocalMeasure, c *check.Checker) { m.MSZ, m.PeriodicityCode = "9999", "99" }, ""},
		{"classifier without dictionaries", func(m *egisso.LocalMeasure, c *check.Checker) {
			m.PeriodicityCode, c.Classifier = "99", check.NewClassifier(ruleKMSZ(), nil, nil)
		}, ""},
		{"dictionaries without a classifier", func(m *egisso.LocalMeasure, c *check.Checker) {
			m.MSZ, c.Classifier = "9999", check.NewClassifier(nil, []egisso.Periodicity{{Code: "05"}}, nil)
		}, ""},
		{"nothing wrong", world(func(m *egisso.LocalMeasure) {}), ""},
		{"two sources", world(func(m *egisso.LocalMeasure) { *m = egissotest.MoneyMeasure() }), ""},
		{"001 part", world(func(m *egisso.LocalMeasure) { m.PartKMSZ = "990101" }), "001"},
		{"002 measure", world(func(m *egisso.LocalMeasure) { m.MSZ = "9901" }), "002"},
		{"003 one of the categories", world(func(m *egisso.LocalMeasure) { m.Categories[1].KMSZ = "99000000" }), "003"},
		{"004 form", world(func(m *egisso.LocalMeasure) { m.ProvisionForm = "99" }), "004"},
		{"005 018 source", world(func(m *egisso.LocalMeasure) { m.Cofinancing[0].Source = "0900" }), "005 015 018"},
		{"006 level", world(func(m *egisso.LocalMeasure) { m.LevelNPA = "09" }), "006"},
		{"008 periodicity", world(func(m *egisso.LocalMeasure) { m.PeriodicityCode = "99" }), "008"},
		{"008 periodicity not yet valid", world(func(m *egisso.LocalMeasure) { m.DateEnact = egissotest.Day("2016-12-31") }), "008"},
		{"008 first day of its term", world(func(m *egisso.LocalMeasure) { m.DateEnact = egissotest.Day("2017-01-01") }), ""},
		{"codes of a wrong form are L-XSD's", world(func(m *egisso.LocalMeasure) {
			m.PartKMSZ, m.MSZ, m.LevelNPA, m.PeriodicityCode, m.Cofinancing[0].Source, m.Categories[0].KMSZ = "1", "1", "1", "1", "1", "1"
		}), "L-XSD L-XSD L-XSD L-XSD L-XSD L-XSD"},
		{"018 sum", world(func(m *egisso.LocalMeasure) {
			m.Cofinancing = []egisso.FundingShare{{Source: "0100", Quota: egissotest.Num("50")}, {Source: "0100", Quota: egissotest.Num("50")}}
		}), "018"},
		{"018 rule of one category", world(func(m *egisso.LocalMeasure) { m.Categories[2].KMSZ = "05020000" }), "018(W)"},
		{"018 rule of every category", world(func(m *egisso.LocalMeasure) { m.ProvisionForm = egisso.FormService }), "018(W) 018(W) 018(W)"},
		{"007 no list", func(m *egisso.LocalMeasure, c *check.Checker) {}, ""},
		{"007 not in the list", func(m *egisso.LocalMeasure, c *check.Checker) { c.KnownOKTMO = never }, "007"},
		{"L-LMSZ-VER new", func(m *egisso.LocalMeasure, c *check.Checker) { c.LastAccepted = &uuid.UUID{} }, ""},
		{"L-LMSZ-VER replaces the last one", func(m *egisso.LocalMeasure, c *check.Checker) { m.PreviousID, c.LastAccepted = other, &other }, ""},
		{"L-LMSZ-VER replaces one before", func(m *egisso.LocalMeasure, c *check.Checker) {
			m.PreviousID, c.LastAccepted = egissotest.MeasureID("eee"), &other
		}, "L-LMSZ-VER"},
		{"L-LMSZ-VER replaces none though one is accepted", func(m *egisso.LocalMeasure, c *check.Checker) { c.LastAccepted = &other }, "L-LMSZ-VER"},
		{"L-NOKMSZ", func(_ *egisso.LocalMeasure, c *check.Checker) { c.Classifier, c.NoClassifier = nil, true }, "L-NOKMSZ(W)"},
		{"L-NOKMSZ and it came", func(_ *egisso.LocalMeasure, c *check.Checker) { c.Classifier, c.NoClassifier = ruleClassifier(), true }, ""},
		{"L-LOST fields of the new version", func(m *egisso.LocalMeasure, c *check.Checker) {
			version(t, c, "10.05.I", "1.0.7")
			m.FRGUCode, m.InheritFacts = "1234567890", egissotest.Flag(true)
		}, "L-LOST(W) L-LOST(W)"},
		{"1.0.7 has shorter texts", func(m *egisso.LocalMeasure, c *check.Checker) {
			version(t, c, "10.05.I", "1.0.7")
			m.Conditions, m.Title = strings.Repeat("я", 501), strings.Repeat("я", 2000)
		}, "L-LEN"},
	}
}

func TestClassifierRules(t *testing.T) {
	runRules(t, classifierCases(t), egissotest.FederalMeasure, check.Checker.Measure)
}

// insulinCategory is a category of КМСЗ the measure of InsulinFact uses.
const insulinCategory = "02010000"

// ruleClassifier has what the measures of the world are made of, a rule for each
// of their combinations, and two categories without rules.
func ruleClassifier() *check.Classifier {
	begin := time.Date(2017, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3*60*60))
	return check.NewClassifier(ruleKMSZ(), []egisso.Periodicity{{Code: "05", Title: "По мере необходимости", StartDate: begin}},
		[]egisso.Unit{{Code: "03", Title: "Штука", OKEI: "796", StartDate: begin}})
}

func ruleKMSZ() *egisso.KMSZ {
	k := &egisso.KMSZ{Facets: map[egisso.Facet][]egisso.Position{}}
	add := func(f egisso.Facet, code string) {
		if !slices.ContainsFunc(k.Facets[f], func(p egisso.Position) bool { return p.Code == code }) {
			k.Facets[f] = append(k.Facets[f], egisso.Position{Code: code, Name: "Позиция " + code})
		}
	}
	for _, form := range []egisso.ProvisionForm{egisso.FormMonetary, egisso.FormNatural, egisso.FormExemption, egisso.FormService} {
		add(egisso.FacetForms, string(form))
	}
	add(egisso.FacetCategories, "01000000")
	add(egisso.FacetCategories, "05020000")
	for _, m := range egissotest.Measures() {
		add(egisso.FacetMSZ, m.MSZ)
		add(egisso.FacetParts, m.PartKMSZ)
		add(egisso.FacetLevels, m.LevelNPA)
		for _, c := range m.Categories {
			add(egisso.FacetCategories, c.KMSZ)
			source := m.Cofinancing[0].Source
			for _, share := range m.Cofinancing {
				add(egisso.FacetSources, share.Source)
			}
			if len(m.Cofinancing) > 1 {
				source = "0011" // 0010 and 0001 together
				add(egisso.FacetSources, source)
			}
			k.Rules = append(k.Rules, egisso.KMSZRule{Part: m.PartKMSZ, MSZ: m.MSZ, Category: c.KMSZ, Level: m.LevelNPA, Source: source, Form: string(m.ProvisionForm)})
		}
	}
	return k
}

// classifierWithout is that classifier lacking a category.
func classifierWithout(t testing.TB, code string) *check.Classifier {
	t.Helper()
	k := *ruleKMSZ()
	k.Facets = maps.Clone(k.Facets)
	before := k.Facets[egisso.FacetCategories]
	k.Facets[egisso.FacetCategories] = slices.DeleteFunc(slices.Clone(before), func(p egisso.Position) bool { return p.Code == code })
	if len(k.Facets[egisso.FacetCategories]) == len(before) {
		t.Fatalf("the classifier has no category %s", code)
	}
	return check.NewClassifier(&k, nil, nil)
}

func TestAffectedMeasures(t *testing.T) {
	old, next := egissotest.Classifier(t), check.NewClassifier(egissotest.Published(t).KMSZ, nil, nil)
	if got := old.Affected(next, egissotest.Measures()); len(got) != 0 {
		t.Errorf("version 8 of the samples affects %v", got)
	}
	// A measure by the rule that version 8 switches off.
	m := egissotest.RegionalMeasure()
	m.MSZ, m.Categories = "0801", []egisso.LocalCategory{egissotest.Category("e201", "R1", "Больные сахарным диабетом", "06010000")}
	measures := append(egissotest.Measures(), m)
	got := old.Affected(next, measures)
	if len(got) != 1 || got[0].Index != 4 || strings.Join(egissotest.Codes(got[0].Findings), " ") != "018(W)" {
		t.Fatalf("affected %v", got)
	}
	t.Log(got[0].Findings)
	// What was wrong before is no news.
	measures[0].PartKMSZ = "990101"
	if got := old.Affected(next, measures); len(got) != 1 {
		t.Errorf("affected %v", got)
	}
	if got := (*check.Classifier)(nil).Affected(next, measures); len(got) != 2 {
		t.Errorf("without an old classifier: %v", got)
	}
	if got := old.Affected(nil, measures); got != nil {
		t.Errorf("without a new classifier: %v", got)
	}
}

func TestClassifierLookups(t *testing.T) {
	c := egissotest.Classifier(t)
	if v, ok := c.Version(); !ok || v.Number != 7 || v.Status.Title() != "Активна" {
		t.Errorf("version %+v, %v", v, ok)
	}
	if p, ok := c.Find(egisso.FacetCategories, "02010000"); !ok || p.Parent != "02000000" {
		t.Errorf("category %+v, %v", p, ok)
	}
	if _, ok := c.Find(egisso.FacetCategories, "02019999"); ok {
		t.Error("an unknown category was found")
	}
	if !c.HasRule("0808.02010000.01.0100.02.030101") || c.HasRule("0808.05020000.01.0100.02.030101") {
		t.Error("rules are not told apart")
	}
	m := egissotest.MoneyMeasure()
	if codes, ok := m.RuleCodes(); !ok || codes[0] != "0303.07000000.02.0011.01.010102" {
		t.Errorf("rule codes %v, %v", codes, ok)
	}
	var none *check.Classifier
	if _, ok := none.Version(); ok || none.HasRule("x") {
		t.Error("no classifier knows something")
	}
	if _, ok := none.Find(egisso.FacetMSZ, "0808"); ok {
		t.Error("no classifier found something")
	}
	for _, f := range egisso.Facets() {
		if f.Title() == string(f) {
			t.Errorf("facet %s has no title", f)
		}
	}
}

func BenchmarkNewClassifierOf50000Rules(b *testing.B) {
	k := egissotest.BigKMSZ(7, 50_000)
	b.ReportAllocs()
	for b.Loop() {
		check.NewClassifier(k, nil, nil)
	}
}

func BenchmarkCheckMeasureWithClassifier(b *testing.B) {
	c := check.Checker{Classifier: check.NewClassifier(egissotest.BigKMSZ(7, 50_000), nil, nil)}
	m := egissotest.FederalMeasure()
	b.ReportAllocs()
	for b.Loop() {
		c.Measure(m)
	}
}
