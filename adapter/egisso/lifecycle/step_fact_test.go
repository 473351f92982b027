package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/egisso/wire"
)

// held is what ЕГИССО holds of a fact.
func held(f egisso.Fact) (*egisso.Fact, lifecycle.History) {
	hash := f.ContentHash()
	return &f, lifecycle.History{Accepted: &hash}
}

func ended(f egisso.Fact, reason egisso.Cause, date string) egisso.Fact {
	f.Ending = &egisso.Ending{Reason: reason, Date: egissotest.Day(date)}
	return f
}

// TestNextFactStep is the table of adapter/egisso/SPEC.md#changed-records. The insulin fact lasts from
// 2023-01-10 to 2023-02-09.
func TestNextFactStep(t *testing.T) {
	changed := func(change func(*egisso.Fact)) egisso.Fact {
		f := egissotest.InsulinFact()
		change(&f)
		return f
	}
	dearer := changed(func(f *egisso.Fact) { f.Assignment.Equivalent = egissotest.Sum("1600") })
	more := changed(func(f *egisso.Fact) { f.Assignment.Amount = egissotest.Num("3") })
	money, moreMoney := egissotest.MoneyFact(), egissotest.MoneyFact()
	moreMoney.Assignment.Amount = egissotest.Num("3500")
	recalculatedDeath := ended(egissotest.InsulinFact(), egisso.CauseDeath, "2023-01-20")
	recalculatedDeath.Ending.Amount, recalculatedDeath.Ending.Quantity = egissotest.Sum("760"), egissotest.Sum("1")
	closed := ended(egissotest.InsulinFact(), egisso.CauseClosed, "2023-01-20")
	closedMore := ended(more, egisso.CauseClosed, "2023-01-20")
	dearerHash, closedHash := dearer.ContentHash(), closed.ContentHash()

	for _, c := range []struct {
		name     string
		latest   egisso.Fact
		deleted  bool
		accepted *egisso.Fact // nil: none
		change   func(*lifecycle.History)
		policy   string
		want     string
	}{
		{"new", egissotest.InsulinFact(), false, nil, nil, "", "new fact"},
		{"new, ended already: first the fact", closed, false, nil, nil, "", "new fact"},
		{"rejected and not corrected", dearer, false, nil, func(h *lifecycle.History) { h.Rejected = &dearerHash }, "", "nothing"},
		{"rejected, now ended", ended(dearer, egisso.CauseClosed, "2023-01-20"), false, nil, func(h *lifecycle.History) { h.Rejected = &dearerHash }, "", "nothing"},
		{"deleted before it was accepted", egissotest.InsulinFact(), true, nil, nil, "", "drop"},
		{"duplicate never accepted", ended(egissotest.InsulinFact(), egisso.CauseDuplicate, "2023-01-10"), false, nil, nil, "", "drop"},
		{"in flight", dearer, false, &money, func(h *lifecycle.History) { h.InFlight = true }, "", "wait"},
		{"in flight, deleted", dearer, true, &money, func(h *lifecycle.History) { h.InFlight = true }, "", "wait"},

		{"nothing changed", egissotest.InsulinFact(), false, new(egissotest.InsulinFact()), nil, "", "nothing"},
		{"only the cost", dearer, false, new(egissotest.InsulinFact()), nil, "", "alter alterationBasedOnRecalculation 1600"},
		{"only the cost, by policy an alteration", dearer, false, new(egissotest.InsulinFact()), nil, "cost=alterationBasedOnPreviousErrors", "alter alterationBasedOnPreviousErrors"},
		{"only the sum of money", moreMoney, false, &money, nil, "", "alter alterationBasedOnRecalculation 3500"},
		{"quantity", more, false, new(egissotest.InsulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"cost and quantity", changed(func(f *egisso.Fact) {
			f.Assignment.Amount, f.Assignment.Equivalent = egissotest.Num("3"), egissotest.Sum("1600")
		}), false, new(egissotest.InsulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"surname", changed(func(f *egisso.Fact) { f.Receiver.FamilyName = "Орлова" }), false, new(egissotest.InsulinFact()), nil, "", "alter alterationBasedOnPreviousErrors person"},
		{"surname and quantity", changed(func(f *egisso.Fact) { f.Receiver.FamilyName, f.Assignment.Amount = "Орлова", egissotest.Num("3") }), false, new(egissotest.InsulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"recalculation rejected and not corrected", dearer, false, new(egissotest.InsulinFact()), func(h *lifecycle.History) { h.Rejected = &dearerHash }, "", "nothing"},
		{"content of ЕГИССО not at hand", dearer, false, nil, func(h *lifecycle.History) { h.Accepted = &closedHash }, "", "alter alterationBasedOnPreviousErrors"},
		{"deleted", egissotest.InsulinFact(), true, new(egissotest.InsulinFact()), nil, "", "invalidate errorsInvalidation"},
		{"duplicate", ended(egissotest.InsulinFact(), egisso.CauseDuplicate, "2023-01-10"), false, new(egissotest.InsulinFact()), nil, "", "invalidate duplicatesInvalidation"},
		{"duplicate deleted", ended(egissotest.InsulinFact(), egisso.CauseDuplicate, "2023-01-10"), true, new(egissotest.InsulinFact()), nil, "", "invalidate duplicatesInvalidation"},
		{"duplicate, by policy an error", ended(egissotest.InsulinFact(), egisso.CauseDuplicate, "2023-01-10"), false, new(egissotest.InsulinFact()), nil, "duplicate=errorsInvalidation", "invalidate errorsInvalidation"},
		{"back after its removal", egissotest.InsulinFact(), false, nil, func(h *lifecycle.History) { h.Invalidated = true }, "", "new fact reborn"},

		{"died", ended(egissotest.InsulinFact(), egisso.CauseDeath, "2023-01-20"), false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnEndOfRight 2023-01-20"},
		{"died, sum recalculated", recalculatedDeath, false, new(egissotest.InsulinFact()), nil, "", "end alterationBasedOnDeathOrMovingRecalculation 760 2023-01-20"},
		{"died on the last day: runs out by itself", ended(egissotest.InsulinFact(), egisso.CauseDeath, "2023-02-09"), false, new(egissotest.InsulinFact()), nil, "", "nothing"},
		{"died after the end", ended(egissotest.InsulinFact(), egisso.CauseDeath, "2024-02-09"), false, new(egissotest.InsulinFact()), nil, "", "nothing"},
		{"open-ended, died", ended(egissotest.HalfPriceFact(), egisso.CauseDeath, "2024-02-09"), false, new(egissotest.HalfPriceFact()), nil, "", "end terminationBasedOnEndOfRight 2024-02-09"},
		{"privilege closed", closed, false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnEndOfRight 2023-01-20"},
		{"privilege closed, by policy nothing", closed, false, new(egissotest.InsulinFact()), nil, "closed=off", "nothing"},
		{"refused", ended(egissotest.InsulinFact(), egisso.CauseRefused, "2023-01-20"), false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnRecipientRefusal 2023-01-20"},
		{"replaced", ended(egissotest.InsulinFact(), egisso.CauseReplaced, "2023-01-20"), false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnRecalculation 2023-01-20"},
		{"another measure excludes it", ended(egissotest.InsulinFact(), egisso.CauseIneligible, "2023-01-20"), false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnIneligibility 2023-01-20"},
		{"term of the measure over", ended(egissotest.InsulinFact(), egisso.CauseTermOver, "2023-01-20"), false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnEndOfValidityPeriod 2023-01-20"},
		{"expired undispensed: nothing unless asked for", ended(egissotest.InsulinFact(), egisso.CauseExpired, "2023-02-09"), false, new(egissotest.InsulinFact()), nil, "", "nothing"},
		{"expired undispensed, asked for", ended(egissotest.InsulinFact(), egisso.CauseExpired, "2023-02-09"), false, new(egissotest.InsulinFact()), nil,
			"expired=terminationBasedOnEndOfValidityPeriod", "end terminationBasedOnEndOfValidityPeriod 2023-02-09"},
		{"before it began: a person's business, by L-EVT", ended(egissotest.InsulinFact(), egisso.CauseClosed, "2020-01-20"), false, new(egissotest.InsulinFact()), nil, "", "end terminationBasedOnEndOfRight 2020-01-20"},

		{"ended and content changed: content first", closedMore, false, new(egissotest.InsulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"then the end", closedMore, false, new(more), nil, "", "end terminationBasedOnEndOfRight 2023-01-20"},
		{"then nothing", closedMore, false, new(closedMore), nil, "", "nothing"},
		{"end rejected and not corrected", closed, false, new(egissotest.InsulinFact()), func(h *lifecycle.History) { h.Rejected = &closedHash }, "", "nothing"},
		{"ended fact corrected keeps its end", closedMore, false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors until 2023-01-20"},
		{"ended fact, surname", changed(func(f *egisso.Fact) {
			f.Receiver.FamilyName, f.Ending = "Орлова", closed.Ending
		}), false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors person until 2023-01-20"},
		{"end moved", ended(egissotest.InsulinFact(), egisso.CauseClosed, "2023-01-25"), false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors until 2023-01-25"},
		{"end taken back", egissotest.InsulinFact(), false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors until 2023-02-09"},
		{"ended, then the policy changed", closed, false, new(closed), nil, "closed=off", "nothing"},
		{"ended, then deleted", closed, true, new(closed), nil, "", "invalidate errorsInvalidation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy, err := lifecycle.ParseEventPolicy(c.policy)
			if err != nil {
				t.Fatal(err)
			}
			var h lifecycle.History
			if c.accepted != nil {
				_, h = held(*c.accepted)
			}
			if c.change != nil {
				c.change(&h)
			}
			d := lifecycle.NextFactStep(c.latest, c.deleted, c.accepted, h, policy)
			got := string(d.Move)
			if d.Kind != "" {
				got += " " + string(d.Kind)
			}
			if d.PersonOnly {
				got += " person"
			}
			if d.Reborn {
				got += " reborn"
			}
			if d.Amount.Valid {
				got += " " + d.Amount.Decimal.String()
			}
			if !d.DateFinish.IsZero() {
				got += " " + d.DateFinish.String()
			}
			if d.Kind == egisso.KindFactAlteration && c.accepted != nil && (c.accepted.Ending != nil) {
				got += " until " + d.Fact.DateFinish.String()
			}
			if got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			settles(t, c.latest, c.deleted, d, policy)
		})
	}
}

// settles repeats decisions, each accepted, until nothing is left to say: it
// must not take more than three, and every element must be a valid one.
func settles(t *testing.T, latest egisso.Fact, deleted bool, d lifecycle.FactStep, policy lifecycle.EventPolicy) {
	t.Helper()
	if d.Move != egisso.MoveNew && d.Move != egisso.MoveAlter && d.Move != egisso.MoveEnd {
		return
	}
	fact := latest.ID
	for step := 0; ; step++ {
		if step > 3 {
			t.Fatal("decisions never end")
		}
		checkElement(t, &d, fact)
		f := d.Becomes
		accepted, h := held(f)
		last := d.Last
		d = lifecycle.NextFactStep(latest, deleted, accepted, h, policy)
		if (d.Move == egisso.MoveNothing) != last {
			t.Fatalf("step %d is said to be the last: %v, but then follows %s", step, last, d.Move)
		}
		if last {
			return
		}
	}
}

// checkElement puts the decision into a package, through the JSON the store
// keeps, and writes it.
func checkElement(t *testing.T, d *lifecycle.FactStep, fact uuid.UUID) {
	t.Helper()
	eventID := egissotest.FactID("eee")
	if d.Kind == egisso.KindFact {
		eventID = fact
	}
	content, err := json.Marshal(d.Element(eventID, fact, "0042.000007"))
	if err != nil {
		t.Fatal(err)
	}
	p := &egisso.Package{ID: egissotest.FactID("aaa"), Register: egisso.RegisterFact}
	element, err := egisso.DecodeElement(d.Kind, content)
	if err != nil {
		t.Fatal(err)
	}
	p.Elements = []egisso.Element{element}
	if ids := p.RecordIDs(); len(ids) != 1 || ids[0] != eventID {
		t.Fatalf("ids %v", ids)
	}
	read, _, err := wire.ReadPackage(egissotest.Written(t, p))
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Elements) != 1 {
		t.Fatalf("%d elements", len(read.Elements))
	}
	if got := d.Event(fact).Kind; got != d.Kind {
		t.Fatalf("event of kind %s", got)
	}
}

func TestTwinKey(t *testing.T) {
	want := egissotest.InsulinFact().TwinKey()
	for name, c := range map[string]struct {
		change func(*egisso.Fact)
		same   bool
	}{
		"another recipe":          {func(f *egisso.Fact) { f.ID = egissotest.FactID("777") }, true},
		"documents":               {func(f *egisso.Fact) { f.Documents = nil }, true},
		"spelling of the surname": {func(f *egisso.Fact) { f.Receiver.FamilyName = "Кузнецова-Ёлкина" }, true},
		"another person":          {func(f *egisso.Fact) { f.Receiver.SNILS = "12024663307" }, false},
		"another category":        {func(f *egisso.Fact) { f.CategoryID = egissotest.CategoryID("f102") }, false},
		"another period":          {func(f *egisso.Fact) { f.DateFinish = f.DateFinish.AddDays(1) }, false},
		"another drug":            {func(f *egisso.Fact) { f.Assignment.Content = "x" }, false},
	} {
		f := egissotest.InsulinFact()
		c.change(&f)
		if same := f.TwinKey() == want; same != c.same {
			t.Errorf("%s: same key %v, want %v", name, same, c.same)
		}
	}
}

func TestNextStepOfOtherRegisters(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	for _, c := range []struct {
		register egisso.Register
		deleted  bool
		accepted *[32]byte
		want     string
	}{
		{egisso.RegisterOrganization, false, nil, "new organization"},
		{egisso.RegisterOrganization, false, &two, "alter organization"},
		{egisso.RegisterOrganization, true, &two, "review "},
		{egisso.RegisterOrganization, true, nil, "drop "},
		{egisso.RegisterPoint, false, nil, "new presencePoint"},
		{egisso.RegisterPoint, false, &two, "alter presencePoint"},
		{egisso.RegisterPoint, true, &two, "invalidate presencePointInvalidation"},
		{egisso.RegisterParticipant, false, nil, "new application"},
		{egisso.RegisterParticipant, false, &two, "alter application"},
		{egisso.RegisterParticipant, true, &two, "invalidate application"},
	} {
		d := lifecycle.NextStep(c.register, one, c.deleted, lifecycle.History{Accepted: c.accepted})
		if got := fmt.Sprintf("%s %s", d.Move, d.Kind); got != c.want {
			t.Errorf("%s, deleted %v, accepted %v: %q, want %q", c.register, c.deleted, c.accepted != nil, got, c.want)
		}
	}
}
