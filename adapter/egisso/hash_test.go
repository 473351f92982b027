package egisso

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestContentHashOfFact(t *testing.T) {
	want := moneyFact().ContentHash()
	for _, c := range []struct {
		name   string
		change func(*Fact)
		same   bool
	}{
		{"identifiers", func(f *Fact) { f.ID, f.MeasureID, f.CategoryID = uuid.New(), uuid.New(), uuid.Nil }, true},
		{"spaces", func(f *Fact) { f.Receiver.FirstName = " " + f.Receiver.FirstName + "\n" }, true},
		{"trailing zeros", func(f *Fact) { f.Assignment.Amount = num("3000.00") }, true},
		{"columns of other forms", func(f *Fact) { f.Assignment.Content, f.Assignment.OKEICode = "x", "796" }, true},
		{"empty identity of a reason person", func(f *Fact) { f.ReasonPersons[0].Person.ActualResidence = &Address{} }, true},
		{"surname", func(f *Fact) { f.Receiver.FamilyName = "Чернов" }, false},
		{"amount", func(f *Fact) { f.Assignment.Amount = num("3000.01") }, false},
		{"measure of the source", func(f *Fact) { f.MeasureKey = "other" }, false},
		{"finish removed", func(f *Fact) { f.DateFinish = Date{} }, false},
		{"criterion", func(f *Fact) { f.NeedsCodes = []string{"000002"} }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := moneyFact()
			c.change(&f)
			if got := f.ContentHash() == want; got != c.same {
				t.Errorf("same hash: %v, want %v", got, c.same)
			}
		})
	}
}

func TestContentHashOfMeasure(t *testing.T) {
	want := moneyMeasure().ContentHash()
	for _, c := range []struct {
		name   string
		change func(*LocalMeasure)
		same   bool
	}{
		{"identifiers and time", func(m *LocalMeasure) {
			m.ID, m.PreviousID, m.Categories[0].ID, m.LastChanging = uuid.New(), uuid.New(), uuid.New(), time.Now()
		}, true},
		{"order of lists", func(m *LocalMeasure) {
			m.Cofinancing[0], m.Cofinancing[1] = m.Cofinancing[1], m.Cofinancing[0]
			c := m.Categories[0].Criteria
			c[0], c[1] = c[1], c[0]
		}, true},
		{"title", func(m *LocalMeasure) { m.Title += "!" }, false},
		{"share", func(m *LocalMeasure) { m.Cofinancing[0].Quota = num("79.99") }, false},
		{"flag given as false", func(m *LocalMeasure) { m.InheritFacts = flag(false) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := moneyMeasure()
			c.change(&m)
			if got := m.ContentHash() == want; got != c.same {
				t.Errorf("same hash: %v, want %v", got, c.same)
			}
		})
	}
}

// Hashing must not change what it hashes, and ids take no part.
func TestContentHashOfOtherRegisters(t *testing.T) {
	o, x, p := pharmacy(), reception(), clinic()
	before := asJSON(t, []any{o, x, p})
	organization, point, participant := o.ContentHash(), x.ContentHash(), p.ContentHash()
	if asJSON(t, []any{o, x, p}) != before {
		t.Fatal("hashing changed a value")
	}
	same, moved := pharmacy(), reception()
	same.ID, same.PreviousID, same.LastChanging = pointID("001"), pointID("002"), today.Time()
	same.Points[0].Measures[0], same.Points[0].Measures[1] = same.Points[0].Measures[1], same.Points[0].Measures[0]
	same.Points[0].Measures[0].ID, same.Title = pointID("003"), same.Title+" "
	same.Points[0].Coordinates = &Coordinates{num("58.01050"), num("56.2502")}
	if same.ContentHash() != organization {
		t.Error("ids, order and spaces change the organisation's hash")
	}
	moved.ID, moved.LastChanging, moved.Measures[0].ID = pointID("009"), today.Time(), pointID("003")
	if moved.ContentHash() != point {
		t.Error("ids change the point's hash")
	}
	p.Territories = append([]string{"57702000"}, p.Territories...)
	q := clinic()
	q.Territories = append(q.Territories, "57702000")
	if p.ContentHash() != q.ContentHash() || p.ContentHash() == participant {
		t.Error("territories are a set")
	}
	same.Points[0].Measures[0].Key, moved.Schedule = "other", "круглосуточно"
	if same.ContentHash() == organization || moved.ContentHash() == point {
		t.Error("content does not change the hash")
	}
	if findings := (Checker{}).ParticipantRow(clinic()); Blocks(findings) {
		t.Errorf("a participant of the samples: %v", findings)
	}
}

// The store keeps records as JSON: what comes back must hash the same.
func TestContentHashSurvivesJSON(t *testing.T) {
	for seed := range uint64(2 * randomPackages(t)) {
		r := newRandom(seed, nil)
		m, f := r.measure(), r.fact()
		if Blocks(CheckMeasure(m)) || Blocks(CheckFact(f, nil, Date{})) {
			continue
		}
		var m2 LocalMeasure
		var f2 Fact
		if err := json.Unmarshal([]byte(asJSON(t, m)), &m2); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := json.Unmarshal([]byte(asJSON(t, f)), &f2); err != nil {
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
		m := newRandom(seed, nil).measure()
		before := asJSON(t, m)
		m.ContentHash()
		if asJSON(t, m) != before {
			t.Fatalf("seed %d: measure changed", seed)
		}
	}
}

func TestModificationBringsOnlyWhatChanged(t *testing.T) {
	before := clinic()
	now := before
	now.OSZCode, now.Title, now.Territories = "0042.000001", before.Title+" ", []string{"57701000", "57702000"}
	a := now.Application(uuid.Nil, MoveAlter, &before)
	if a.Participant.Title != "" || len(a.Participant.Territories) != 2 || a.Participant.INN != "" || a.Participant.OSZCode == "" {
		t.Errorf("application %+v", a.Participant)
	}
	if before.ContentHash() == now.ContentHash() {
		t.Error("other territories have the same hash")
	}
	now.Territories, now.Document = before.Territories, BasisDocument{Number: "2"}
	if before.ContentHash() != now.ContentHash() {
		t.Error("code and reason take part in the hash")
	}
}

func BenchmarkFactContentHash(b *testing.B) {
	f := insulinFact()
	b.ReportAllocs()
	for b.Loop() {
		f.ContentHash()
	}
}
