package egisso_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

func TestContentHashOfFact(t *testing.T) {
	want := egissotest.MoneyFact().ContentHash()
	for _, c := range []struct {
		name   string
		change func(*egisso.Fact)
		same   bool
	}{
		{"identifiers", func(f *egisso.Fact) { f.ID, f.MeasureID, f.CategoryID = uuid.New(), uuid.New(), uuid.Nil }, true},
		{"spaces", func(f *egisso.Fact) { f.Receiver.FirstName = " " + f.Receiver.FirstName + "\n" }, true},
		{"trailing zeros", func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("3000.00") }, true},
		{"columns of other forms", func(f *egisso.Fact) { f.Assignment.Content, f.Assignment.OKEICode = "x", "796" }, true},
		{"empty identity of a reason person", func(f *egisso.Fact) { f.ReasonPersons[0].Person.ActualResidence = &egisso.Address{} }, true},
		{"surname", func(f *egisso.Fact) { f.Receiver.FamilyName = "Чернов" }, false},
		{"amount", func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("3000.01") }, false},
		{"measure of the source", func(f *egisso.Fact) { f.MeasureKey = "other" }, false},
		{"finish removed", func(f *egisso.Fact) { f.DateFinish = egisso.Date{} }, false},
		{"criterion", func(f *egisso.Fact) { f.NeedsCodes = []string{"000002"} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := egissotest.MoneyFact()
			c.change(&f)
			if got := f.ContentHash() == want; got != c.same {
				t.Errorf("same hash: %v, want %v", got, c.same)
			}
		})
	}
}

func TestContentHashOfMeasure(t *testing.T) {
	want := egissotest.MoneyMeasure().ContentHash()
	for _, c := range []struct {
		name   string
		change func(*egisso.LocalMeasure)
		same   bool
	}{
		{"identifiers and time", func(m *egisso.LocalMeasure) {
			m.ID, m.PreviousID, m.Categories[0].ID, m.LastChanging = uuid.New(), uuid.New(), uuid.New(), time.Now()
		}, true},
		{"order of lists", func(m *egisso.LocalMeasure) {
			m.Cofinancing[0], m.Cofinancing[1] = m.Cofinancing[1], m.Cofinancing[0]
			c := m.Categories[0].Criteria
			c[0], c[1] = c[1], c[0]
		}, true},
		{"title", func(m *egisso.LocalMeasure) { m.Title += "!" }, false},
		{"share", func(m *egisso.LocalMeasure) { m.Cofinancing[0].Quota = egissotest.Num("79.99") }, false},
		{"flag given as false", func(m *egisso.LocalMeasure) { m.InheritFacts = egissotest.Flag(false) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := egissotest.MoneyMeasure()
			c.change(&m)
			if got := m.ContentHash() == want; got != c.same {
				t.Errorf("same hash: %v, want %v", got, c.same)
			}
		})
	}
}

// Hashing must not change what it hashes, and ids take no part.
func TestContentHashOfOtherRegisters(t *testing.T) {
	o, x, p := egissotest.Pharmacy(), egissotest.Reception(), egissotest.Clinic()
	before := egissotest.JSON(t, []any{o, x, p})
	organization, point, participant := o.ContentHash(), x.ContentHash(), p.ContentHash()
	if egissotest.JSON(t, []any{o, x, p}) != before {
		t.Fatal("hashing changed a value")
	}
	same, moved := egissotest.Pharmacy(), egissotest.Reception()
	same.ID, same.PreviousID, same.LastChanging = egissotest.PointID("001"), egissotest.PointID("002"), egissotest.Today.Time()
	same.Points[0].Measures[0], same.Points[0].Measures[1] = same.Points[0].Measures[1], same.Points[0].Measures[0]
	same.Points[0].Measures[0].ID, same.Title = egissotest.PointID("003"), same.Title+" "
	same.Points[0].Coordinates = &egisso.Coordinates{Latitude: egissotest.Num("58.01050"), Longitude: egissotest.Num("56.2502")}
	if same.ContentHash() != organization {
		t.Error("ids, order and spaces change the organisation's hash")
	}
	moved.ID, moved.LastChanging, moved.Measures[0].ID = egissotest.PointID("009"), egissotest.Today.Time(), egissotest.PointID("003")
	if moved.ContentHash() != point {
		t.Error("ids change the point's hash")
	}
	p.Territories = append([]string{"57702000"}, p.Territories...)
	q := egissotest.Clinic()
	q.Territories = append(q.Territories, "57702000")
	if p.ContentHash() != q.ContentHash() || p.ContentHash() == participant {
		t.Error("territories are a set")
	}
	same.Points[0].Measures[0].Key, moved.Schedule = "other", "круглосуточно"
	if same.ContentHash() == organization || moved.ContentHash() == point {
		t.Error("content does not change the hash")
	}
	if findings := (check.Checker{}).ParticipantRow(egissotest.Clinic()); egisso.Blocks(findings) {
		t.Errorf("a participant of the samples: %v", findings)
	}
}

// The store keeps records as JSON: what comes back must hash the same.
func TestContentHashSurvivesJSON(t *testing.T) {
	for seed := range uint64(2 * egissotest.RandomPackages(t)) {
		r := egissotest.NewRandom(seed, nil)
		m, f := r.Measure(), r.Fact()
		if egisso.Blocks(check.Checker{}.Measure(m)) || egisso.Blocks(check.Checker{}.Fact(f, nil)) {
			continue
		}
		var m2 egisso.LocalMeasure
		var f2 egisso.Fact
		if err := json.Unmarshal([]byte(egissotest.JSON(t, m)), &m2); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := json.Unmarshal([]byte(egissotest.JSON(t, f)), &f2); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if m.ContentHash() != m2.ContentHash() || f.ContentHash() != f2.ContentHash() {
			t.Fatalf("seed %d: hash changed on the way through JSON", seed)
		}
	}
}

// Hashing must not change what it hashes.
func TestContentHashLeavesTheValueAlone(t *testing.T) {
	for seed := range uint64(50) {
		m := egissotest.NewRandom(seed, nil).Measure()
		before := egissotest.JSON(t, m)
		m.ContentHash()
		if egissotest.JSON(t, m) != before {
			t.Fatalf("seed %d: measure changed", seed)
		}
	}
}

func TestModificationBringsOnlyWhatChanged(t *testing.T) {
	before := egissotest.Clinic()
	now := before
	now.OSZCode, now.Title, now.Territories = "0042.000001", before.Title+" ", []string{"57701000", "57702000"}
	a := now.Application(uuid.Nil, egisso.MoveAlter, &before)
	if a.Participant.Title != "" || len(a.Participant.Territories) != 2 || a.Participant.INN != "" || a.Participant.OSZCode == "" {
		t.Errorf("application %+v", a.Participant)
	}
	if before.ContentHash() == now.ContentHash() {
		t.Error("other territories have the same hash")
	}
	now.Territories, now.Document = before.Territories, egisso.BasisDocument{Number: "2"}
	if before.ContentHash() != now.ContentHash() {
		t.Error("code and reason take part in the hash")
	}
}

func BenchmarkFactContentHash(b *testing.B) {
	f := egissotest.InsulinFact()
	b.ReportAllocs()
	for b.Loop() {
		f.ContentHash()
	}
}
