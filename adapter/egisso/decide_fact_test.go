package egisso

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"
)

// held is what ЕГИССО holds of a fact.
func held(f Fact) (*Fact, History) {
	hash := f.ContentHash()
	return &f, History{Accepted: &hash}
}

func ended(f Fact, reason Cause, date string) Fact {
	f.Ending = &Ending{Reason: reason, Date: day(date)}
	return f
}

// TestDecideFact is the table of SPEC.md#changed-records. The insulin fact lasts from
// 2023-01-10 to 2023-02-09.
func TestDecideFact(t *testing.T) {
	changed := func(change func(*Fact)) Fact {
		f := insulinFact()
		change(&f)
		return f
	}
	dearer := changed(func(f *Fact) { f.Assignment.Equivalent = sum("1600") })
	more := changed(func(f *Fact) { f.Assignment.Amount = num("3") })
	money, moreMoney := moneyFact(), moneyFact()
	moreMoney.Assignment.Amount = num("3500")
	recalculatedDeath := ended(insulinFact(), CauseDeath, "2023-01-20")
	recalculatedDeath.Ending.Amount, recalculatedDeath.Ending.Quantity = sum("760"), sum("1")
	closed := ended(insulinFact(), CauseClosed, "2023-01-20")
	closedMore := ended(more, CauseClosed, "2023-01-20")
	dearerHash, closedHash := dearer.ContentHash(), closed.ContentHash()

	for _, c := range []struct {
		name     string
		latest   Fact
		deleted  bool
		accepted *Fact // nil: none
		change   func(*History)
		policy   string
		want     string
	}{
		{"new", insulinFact(), false, nil, nil, "", "new fact"},
		{"new, ended already: first the fact", closed, false, nil, nil, "", "new fact"},
		{"rejected and not corrected", dearer, false, nil, func(h *History) { h.Rejected = &dearerHash }, "", "nothing"},
		{"rejected, now ended", ended(dearer, CauseClosed, "2023-01-20"), false, nil, func(h *History) { h.Rejected = &dearerHash }, "", "nothing"},
		{"deleted before it was accepted", insulinFact(), true, nil, nil, "", "drop"},
		{"duplicate never accepted", ended(insulinFact(), CauseDuplicate, "2023-01-10"), false, nil, nil, "", "drop"},
		{"in flight", dearer, false, &money, func(h *History) { h.InFlight = true }, "", "wait"},
		{"in flight, deleted", dearer, true, &money, func(h *History) { h.InFlight = true }, "", "wait"},

		{"nothing changed", insulinFact(), false, new(insulinFact()), nil, "", "nothing"},
		{"only the cost", dearer, false, new(insulinFact()), nil, "", "alter alterationBasedOnRecalculation 1600"},
		{"only the cost, by policy an alteration", dearer, false, new(insulinFact()), nil, "cost=alterationBasedOnPreviousErrors", "alter alterationBasedOnPreviousErrors"},
		{"only the sum of money", moreMoney, false, &money, nil, "", "alter alterationBasedOnRecalculation 3500"},
		{"quantity", more, false, new(insulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"cost and quantity", changed(func(f *Fact) { f.Assignment.Amount, f.Assignment.Equivalent = num("3"), sum("1600") }), false, new(insulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"surname", changed(func(f *Fact) { f.Receiver.FamilyName = "Орлова" }), false, new(insulinFact()), nil, "", "alter alterationBasedOnPreviousErrors person"},
		{"surname and quantity", changed(func(f *Fact) { f.Receiver.FamilyName, f.Assignment.Amount = "Орлова", num("3") }), false, new(insulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"recalculation rejected and not corrected", dearer, false, new(insulinFact()), func(h *History) { h.Rejected = &dearerHash }, "", "nothing"},
		{"content of ЕГИССО not at hand", dearer, false, nil, func(h *History) { h.Accepted = &closedHash }, "", "alter alterationBasedOnPreviousErrors"},
		{"deleted", insulinFact(), true, new(insulinFact()), nil, "", "invalidate errorsInvalidation"},
		{"duplicate", ended(insulinFact(), CauseDuplicate, "2023-01-10"), false, new(insulinFact()), nil, "", "invalidate duplicatesInvalidation"},
		{"duplicate deleted", ended(insulinFact(), CauseDuplicate, "2023-01-10"), true, new(insulinFact()), nil, "", "invalidate duplicatesInvalidation"},
		{"duplicate, by policy an error", ended(insulinFact(), CauseDuplicate, "2023-01-10"), false, new(insulinFact()), nil, "duplicate=errorsInvalidation", "invalidate errorsInvalidation"},
		{"back after its removal", insulinFact(), false, nil, func(h *History) { h.Invalidated = true }, "", "new fact reborn"},

		{"died", ended(insulinFact(), CauseDeath, "2023-01-20"), false, new(insulinFact()), nil, "", "end terminationBasedOnEndOfRight 2023-01-20"},
		{"died, sum recalculated", recalculatedDeath, false, new(insulinFact()), nil, "", "end alterationBasedOnDeathOrMovingRecalculation 760 2023-01-20"},
		{"died on the last day: runs out by itself", ended(insulinFact(), CauseDeath, "2023-02-09"), false, new(insulinFact()), nil, "", "nothing"},
		{"died after the end", ended(insulinFact(), CauseDeath, "2024-02-09"), false, new(insulinFact()), nil, "", "nothing"},
		{"open-ended, died", ended(halfPriceFact(), CauseDeath, "2024-02-09"), false, new(halfPriceFact()), nil, "", "end terminationBasedOnEndOfRight 2024-02-09"},
		{"privilege closed", closed, false, new(insulinFact()), nil, "", "end terminationBasedOnEndOfRight 2023-01-20"},
		{"privilege closed, by policy nothing", closed, false, new(insulinFact()), nil, "closed=off", "nothing"},
		{"refused", ended(insulinFact(), CauseRefused, "2023-01-20"), false, new(insulinFact()), nil, "", "end terminationBasedOnRecipientRefusal 2023-01-20"},
		{"replaced", ended(insulinFact(), CauseReplaced, "2023-01-20"), false, new(insulinFact()), nil, "", "end terminationBasedOnRecalculation 2023-01-20"},
		{"another measure excludes it", ended(insulinFact(), CauseIneligible, "2023-01-20"), false, new(insulinFact()), nil, "", "end terminationBasedOnIneligibility 2023-01-20"},
		{"term of the measure over", ended(insulinFact(), CauseTermOver, "2023-01-20"), false, new(insulinFact()), nil, "", "end terminationBasedOnEndOfValidityPeriod 2023-01-20"},
		{"expired undispensed: nothing unless asked for", ended(insulinFact(), CauseExpired, "2023-02-09"), false, new(insulinFact()), nil, "", "nothing"},
		{"expired undispensed, asked for", ended(insulinFact(), CauseExpired, "2023-02-09"), false, new(insulinFact()), nil,
			"expired=terminationBasedOnEndOfValidityPeriod", "end terminationBasedOnEndOfValidityPeriod 2023-02-09"},
		{"before it began: a person's business, by L-EVT", ended(insulinFact(), CauseClosed, "2020-01-20"), false, new(insulinFact()), nil, "", "end terminationBasedOnEndOfRight 2020-01-20"},

		{"ended and content changed: content first", closedMore, false, new(insulinFact()), nil, "", "alter alterationBasedOnPreviousErrors"},
		{"then the end", closedMore, false, new(more), nil, "", "end terminationBasedOnEndOfRight 2023-01-20"},
		{"then nothing", closedMore, false, new(closedMore), nil, "", "nothing"},
		{"end rejected and not corrected", closed, false, new(insulinFact()), func(h *History) { h.Rejected = &closedHash }, "", "nothing"},
		{"ended fact corrected keeps its end", closedMore, false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors until 2023-01-20"},
		{"ended fact, surname", changed(func(f *Fact) {
			f.Receiver.FamilyName, f.Ending = "Орлова", closed.Ending
		}), false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors person until 2023-01-20"},
		{"end moved", ended(insulinFact(), CauseClosed, "2023-01-25"), false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors until 2023-01-25"},
		{"end taken back", insulinFact(), false, new(closed), nil, "", "alter alterationBasedOnPreviousErrors until 2023-02-09"},
		{"ended, then the policy changed", closed, false, new(closed), nil, "closed=off", "nothing"},
		{"ended, then deleted", closed, true, new(closed), nil, "", "invalidate errorsInvalidation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy, err := ParseEventPolicy(c.policy)
			if err != nil {
				t.Fatal(err)
			}
			var h History
			if c.accepted != nil {
				_, h = held(*c.accepted)
			}
			if c.change != nil {
				c.change(&h)
			}
			d := DecideFact(c.latest, c.deleted, c.accepted, h, policy)
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
			if d.Kind == KindFactAlteration && c.accepted != nil && (c.accepted.Ending != nil) {
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
func settles(t *testing.T, latest Fact, deleted bool, d FactDecision, policy EventPolicy) {
	t.Helper()
	if d.Move != MoveNew && d.Move != MoveAlter && d.Move != MoveEnd {
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
		d = DecideFact(latest, deleted, accepted, h, policy)
		if (d.Move == MoveNothing) != last {
			t.Fatalf("step %d is said to be the last: %v, but then follows %s", step, last, d.Move)
		}
		if last {
			return
		}
	}
}

// checkElement puts the decision into a package, through the JSON the store
// keeps, and writes it.
func checkElement(t *testing.T, d *FactDecision, fact uuid.UUID) {
	t.Helper()
	eventID := factID("eee")
	if d.Kind == KindFact {
		eventID = fact
	}
	content, err := json.Marshal(d.Element(eventID, fact, "0042.000007"))
	if err != nil {
		t.Fatal(err)
	}
	p := &Package{ID: factID("aaa"), Register: RegisterFact}
	element, err := DecodeElement(d.Kind, content)
	if err != nil {
		t.Fatal(err)
	}
	p.Elements = []Element{element}
	if ids := p.RecordIDs(); len(ids) != 1 || ids[0] != eventID {
		t.Fatalf("ids %v", ids)
	}
	read, _, err := ReadPackage(written(t, p))
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
	want := insulinFact().TwinKey()
	for name, c := range map[string]struct {
		change func(*Fact)
		same   bool
	}{
		"another recipe":          {func(f *Fact) { f.ID = factID("777") }, true},
		"documents":               {func(f *Fact) { f.Documents = nil }, true},
		"spelling of the surname": {func(f *Fact) { f.Receiver.FamilyName = "Кузнецова-Ёлкина" }, true},
		"another person":          {func(f *Fact) { f.Receiver.SNILS = "12024663307" }, false},
		"another category":        {func(f *Fact) { f.CategoryID = categoryID("f102") }, false},
		"another period":          {func(f *Fact) { f.DateFinish = f.DateFinish.AddDays(1) }, false},
		"another drug":            {func(f *Fact) { f.Assignment.Content = "x" }, false},
	} {
		f := insulinFact()
		c.change(&f)
		if same := f.TwinKey() == want; same != c.same {
			t.Errorf("%s: same key %v, want %v", name, same, c.same)
		}
	}
}

func TestDecideOtherRegisters(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	for _, c := range []struct {
		register Register
		deleted  bool
		accepted *[32]byte
		want     string
	}{
		{RegisterOrganization, false, nil, "new organization"},
		{RegisterOrganization, false, &two, "alter organization"},
		{RegisterOrganization, true, &two, "review "},
		{RegisterOrganization, true, nil, "drop "},
		{RegisterPoint, false, nil, "new presencePoint"},
		{RegisterPoint, false, &two, "alter presencePoint"},
		{RegisterPoint, true, &two, "invalidate presencePointInvalidation"},
		{RegisterParticipant, false, nil, "new application"},
		{RegisterParticipant, false, &two, "alter application"},
		{RegisterParticipant, true, &two, "invalidate application"},
	} {
		d := Decide(c.register, one, c.deleted, History{Accepted: c.accepted})
		if got := fmt.Sprintf("%s %s", d.Move, d.Kind); got != c.want {
			t.Errorf("%s, deleted %v, accepted %v: %q, want %q", c.register, c.deleted, c.accepted != nil, got, c.want)
		}
	}
}
