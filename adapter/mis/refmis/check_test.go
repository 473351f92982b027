package refmis_test

import (
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/mis"
	"egissogw/adapter/mis/refmis"
	"egissogw/adapter/store/pgtest"
)

var today = egisso.Date{Year: 2026, Month: time.March, Day: 1}

// TestDefectsAreFoundByTheRuleTheManifestNames runs the gateway's own checks
// over everything the generator made: every planted defect gives the expected
// code, and nothing else gives any error.
func TestDefectsAreFoundByTheRuleTheManifestNames(t *testing.T) {
	url := pgtest.Database(t)
	conn := connect(t, url)
	manifest := generate(t, conn, refmis.Options{Seed: 7, Facts: 3000, Service: true})
	source := open(t, url)

	measures, _ := read(t, source, egisso.RegisterMeasure, mis.Cursor{})
	if len(measures) != manifest.Measures {
		t.Errorf("%d measures, the manifest says %d", len(measures), manifest.Measures)
	}
	for key, row := range measures {
		if row.Record == nil {
			t.Fatalf("measure %s: %v", key, row.Findings)
		}
		if found := (check.Checker{}).Measure(*row.Record.(*egisso.LocalMeasure)); len(found) > 0 {
			t.Errorf("measure %s: %v", key, found)
		}
	}

	planted := map[string]refmis.Kind{}
	rows, err := conn.Query(t.Context(), "select recipe_id::text, kind from mis.planted_defect")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var key, kind string
		if err := rows.Scan(&key, &kind); err != nil {
			t.Fatal(err)
		}
		planted[key] = refmis.Kind(kind)
	}
	expected := map[refmis.Kind]refmis.Defect{}
	for _, d := range manifest.Bad {
		expected[d.Kind] = d
	}

	facts, _ := read(t, source, egisso.RegisterFact, mis.Cursor{})
	if len(facts) != manifest.Facts {
		t.Errorf("%d facts, the manifest says %d", len(facts), manifest.Facts)
	}
	counts := map[refmis.Kind]int{}
	forms := map[egisso.ProvisionForm]int{}
	addresses, reasons := 0, 0
	for key, row := range facts {
		found := row.Findings
		if row.Record != nil {
			forms[row.Record.(*egisso.Fact).Assignment.Form]++
			if f := row.Record.(*egisso.Fact); f.Receiver.PermanentResidence != nil || f.Receiver.TemporaryResidence != nil || f.Receiver.ActualResidence != nil {
				addresses++
			}
			if len(row.Record.(*egisso.Fact).ReasonPersons) > 0 {
				reasons++
			}
			var measure *egisso.LocalMeasure
			if m, ok := measures[row.Record.(*egisso.Fact).MeasureKey]; ok {
				measure = withIDs(row.Record.(*egisso.Fact), m)
			}
			found = check.Checker{Today: today}.Fact(*row.Record.(*egisso.Fact), measure)
		}
		kind, bad := planted[key]
		if !bad {
			if len(found) > 0 {
				t.Errorf("good fact %s: %v", key, found)
			}
			continue
		}
		counts[kind]++
		d := expected[kind]
		if blocked := egisso.Blocks(found); blocked != (d.CaughtBy == refmis.Gateway) {
			t.Errorf("%s: blocked by the gateway: %v, found %v", kind, blocked, found)
		}
		if !has(found, d.ExpectedCode) {
			t.Errorf("%s: no %s among %v", kind, d.ExpectedCode, found)
		}
	}
	for _, d := range manifest.Bad {
		if counts[d.Kind] != d.Count {
			t.Errorf("%s: %d found, the manifest says %d", d.Kind, counts[d.Kind], d.Count)
		}
	}
	if addresses == 0 || reasons == 0 {
		t.Errorf("%d facts with addresses, %d with persons who are the reason", addresses, reasons)
	}
	for _, form := range []egisso.ProvisionForm{egisso.FormMonetary, egisso.FormNatural, egisso.FormExemption, egisso.FormService} {
		if forms[form] == 0 {
			t.Errorf("no fact of form %s", form)
		}
	}
}

// withIDs returns the measure as it is once accepted, and gives the fact the
// identifiers the gateway would.
func withIDs(f *egisso.Fact, row mis.Row) *egisso.LocalMeasure {
	const provider = "0042.000001"
	m := *row.Record.(*egisso.LocalMeasure)
	m.ID = egisso.MeasureID(provider, row.Key, m.ID, m.ContentHash())
	m.Categories = append([]egisso.LocalCategory(nil), m.Categories...)
	for i := range m.Categories {
		m.Categories[i].ID = egisso.CategoryID(provider, row.Key, m.Categories[i].Key)
	}
	f.MeasureID = m.ID
	f.CategoryID = egisso.CategoryID(provider, row.Key, f.CategoryKey)
	f.ID = egisso.FactID(provider, row.Key, 0)
	return &m
}

func has(found []egisso.Finding, code string) bool {
	for _, f := range found {
		if f.Code == code {
			return true
		}
	}
	return false
}
