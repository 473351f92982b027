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

// The store keeps records as JSON: what comes back must hash the same.
func TestContentHashSurvivesJSON(t *testing.T) {
	for seed := range uint64(2 * randomPackages(t)) {
		r := newRandom(seed)
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
		m := newRandom(seed).measure()
		before := asJSON(t, m)
		m.ContentHash()
		if asJSON(t, m) != before {
			t.Fatalf("seed %d: measure changed", seed)
		}
	}
}
