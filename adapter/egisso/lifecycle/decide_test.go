package lifecycle

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
)

const testProvider = "0042.000001"

var testClock = func() time.Time { return time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC) }

func testDecider(register egisso.Register) Decider {
	return Decider{Rules: Rules{Provider: testProvider, Location: time.UTC}, Register: register, Checker: testChecker, Now: testClock()}
}

// testChecker knows the day and no classifier.
var testChecker = check.Checker{Today: egisso.DateOf(testClock())}

func date(s string) egisso.Date {
	d, err := egisso.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// invented is a fact of an invented person; СНИЛС with a right checksum.
func invented() egisso.Fact {
	return egisso.Fact{
		OSZCode:    testProvider,
		Receiver:   egisso.Person{SNILS: "11223344595", FamilyName: "Выдуманный", FirstName: "Пётр", Gender: egisso.Male, BirthDate: date("1960-05-05")},
		MeasureKey: "m", CategoryKey: "c", DecisionDate: date("2025-02-01"), DateStart: date("2025-02-01"), DateFinish: date("2025-03-01"),
		Assignment: egisso.Assignment{
			Form: egisso.FormNatural, Amount: decimal.NewFromInt(2), MeasureCode: "03", Content: "Инсулин",
			Equivalent: decimal.NewNullDecimal(decimal.NewFromInt(100)),
		},
	}
}

func acceptedMeasure() *egisso.LocalMeasure {
	return &egisso.LocalMeasure{
		ID: uuid.New(), DateEnact: date("2020-01-01"), ProvisionForm: egisso.FormNatural,
		Categories: []egisso.LocalCategory{{Key: "c", ID: egisso.CategoryID(testProvider, "m", "c")}},
	}
}

func pendingFact(t *testing.T, f egisso.Fact, measure *MeasureState) Pending {
	t.Helper()
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	hash := f.ContentHash()
	return Pending{Key: "1", Content: text, ContentHash: hash[:], Measures: measures(measure)}
}

func measures(state *MeasureState) map[string]*MeasureState {
	if state == nil {
		return nil
	}
	return map[string]*MeasureState{"m": state}
}

func TestDecideOnFacts(t *testing.T) {
	known := &MeasureState{Accepted: acceptedMeasure()}
	hash := invented().ContentHash()
	otherHash := make([]byte, 32)
	accepted := func(p Pending, h []byte) Pending {
		p.AcceptedID, p.AcceptedHash = egisso.FactID(testProvider, "1", 0), h
		return p
	}
	wrongSNILS := invented()
	wrongSNILS.Receiver.SNILS = "11223344590"
	cases := map[string]struct {
		pending Pending
		kind    egisso.Kind // "" nothing to send
		state   State
		drop    bool
	}{
		"new fact":                      {pendingFact(t, invented(), known), egisso.KindFact, Ready, false},
		"measure on its way":            {pendingFact(t, invented(), &MeasureState{Pending: true}), egisso.KindFact, Waiting, false},
		"measure with an older version": {pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure(), Pending: true}), egisso.KindFact, Waiting, false},
		"measure never accepted":        {pendingFact(t, invented(), &MeasureState{}), egisso.KindFact, Waiting, false},
		"bad fact does not wait":        {pendingFact(t, wrongSNILS, &MeasureState{Pending: true}), egisso.KindFact, Blocked, false},
		"measure unknown to the source": {pendingFact(t, invented(), nil), egisso.KindFact, Blocked, false},
		"accepted and changed":          {accepted(pendingFact(t, invented(), known), otherHash), egisso.KindFactAlteration, Ready, false},
		"accepted and the same":         {accepted(pendingFact(t, invented(), known), hash[:]), "", "", true},
		"accepted and deleted":          {accepted(Pending{Key: "1", Deleted: true}, hash[:]), egisso.KindFactInvalidation, Ready, false},
		"never accepted and deleted":    {Pending{Key: "1", Deleted: true}, "", "", true},
		"unreadable row":                {Pending{Key: "1", Findings: []egisso.Finding{{Code: "L-ROW", Severity: egisso.Error}}}, "", "", true},
		"rejected and the same": {func() Pending {
			p := pendingFact(t, invented(), known)
			p.Last = &RecordHead{State: Rejected, Kind: egisso.KindFact, BecomesHash: hash[:]}
			return p
		}(), "", "", false},
		"rejected and corrected": {func() Pending {
			p := pendingFact(t, invented(), known)
			p.Last = &RecordHead{State: Rejected, Kind: egisso.KindFact, BecomesHash: otherHash}
			return p
		}(), egisso.KindFact, Ready, false},
		"rejected removal needs a person": {func() Pending {
			p := accepted(Pending{Key: "1", Deleted: true}, hash[:])
			p.Last = &RecordHead{State: Rejected, Kind: egisso.KindFactInvalidation}
			return p
		}(), "", "", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, err := testDecider(egisso.RegisterFact).Decide(c.pending)
			if err != nil {
				t.Fatal(err)
			}
			if (d.Drop != "") != c.drop || (d.Record == nil) != (c.kind == "") {
				t.Fatalf("decision %+v, record %+v", d, d.Record)
			}
			if d.Record != nil && (d.Record.Kind != c.kind || d.Record.State != c.state) {
				t.Errorf("record is %s %s, want %s %s; findings %v", d.Record.Kind, d.Record.State, c.kind, c.state, d.Record.Findings)
			}
		})
	}
}

// What ЕГИССО refused before it went may be there: that stays in sight.
func TestRefusedAndGone(t *testing.T) {
	hash := invented().ContentHash()
	for state, want := range map[State]Reason{Rejected: RefusedGone, Ready: NotNeeded} {
		d, err := testDecider(egisso.RegisterFact).Decide(Pending{Key: "1", Deleted: true, Last: &RecordHead{State: state, Kind: egisso.KindFact, BecomesHash: hash[:]}})
		if err != nil || d.Drop != want {
			t.Errorf("%s: dropped for %q, want %q (%v)", state, d.Drop, want, err)
		}
	}
}

// The same content makes the same ids in a gateway that lost its database.
func TestIdsComeFromTheSourceOnly(t *testing.T) {
	p := pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()})
	one, _ := testDecider(egisso.RegisterFact).Decide(p)
	two, _ := testDecider(egisso.RegisterFact).Decide(p)
	if one.Record.ID != two.Record.ID || one.Record.ID != egisso.FactID(testProvider, "1", 0) {
		t.Errorf("ids %s and %s", one.Record.ID, two.Record.ID)
	}
	p.Generation = 1
	reborn, _ := testDecider(egisso.RegisterFact).Decide(p)
	if reborn.Record.ID == one.Record.ID {
		t.Error("a fact that came back after its removal has the removed fact's id")
	}
}

func TestMeasureVersionsFollowEachOther(t *testing.T) {
	m := egisso.LocalMeasure{Title: "Мера", Categories: []egisso.LocalCategory{{Key: "c"}}}
	text, _ := json.Marshal(m)
	hash := m.ContentHash()
	p := Pending{Key: "m", Content: text, ContentHash: hash[:]}
	one, err := testDecider(egisso.RegisterMeasure).Decide(p)
	if err != nil {
		t.Fatal(err)
	}
	p.AcceptedID, p.AcceptedHash = one.Record.ID, make([]byte, 32)
	two, err := testDecider(egisso.RegisterMeasure).Decide(p)
	if err != nil {
		t.Fatal(err)
	}
	version := two.Record.Content.(*egisso.LocalMeasure)
	if version.ID == one.Record.ID || version.PreviousID != one.Record.ID {
		t.Errorf("version %s follows %s, want a new id after %s", version.ID, version.PreviousID, one.Record.ID)
	}
	if version.Categories[0].ID != one.Record.Content.(*egisso.LocalMeasure).Categories[0].ID {
		t.Error("a category changed its id from version to version")
	}
	p.AcceptedID, p.AcceptedHash, p.AcceptedEvent, p.Generation = uuid.Nil, nil, uuid.New(), 1
	reborn, err := testDecider(egisso.RegisterMeasure).Decide(p)
	if err != nil {
		t.Fatal(err)
	}
	if reborn.Record.ID == one.Record.ID || reborn.Record.Content.(*egisso.LocalMeasure).PreviousID != uuid.Nil {
		t.Error("a measure that came back after its removal is not a new one")
	}
}

func TestRowsOfAnotherProvider(t *testing.T) {
	p := pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()})
	p.Provider = "0042.000002"
	d, err := testDecider(egisso.RegisterFact).Decide(p)
	if err != nil {
		t.Fatal(err)
	}
	f := d.Record.Content.(*egisso.Fact)
	if d.Record.Provider != "0042.000002" || f.MeasureProviderCode != testProvider || d.Record.ID != egisso.FactID("0042.000002", "1", 0) {
		t.Errorf("sent under %s, measure of %q, id %s", d.Record.Provider, f.MeasureProviderCode, d.Record.ID)
	}
}

// A measure's provider is named by everybody but itself, whatever the source says of it. One
// that the source names and ЕГИССО does not have the measure from is no provider to name, nor
// does the name of one stand for a measure nobody knows.
func TestProviderOfTheMeasure(t *testing.T) {
	const other, third = "0042.000002", "0042.000003"
	for name, tc := range map[string]struct {
		said, of, accepted string // what the source names, whose the fact is, whose the measure
		sent, blocked      string
	}{
		"own, nothing said":     {"", "", "", "", ""},
		"own, said":             {testProvider, "", "", "", ""},
		"another's, unsaid":     {"", other, "", testProvider, ""},
		"another's, said":       {testProvider, other, "", testProvider, ""},
		"another's, as its own": {testProvider, "", other, other, ""},
		"a third one's":         {third, other, "", "", "014"},
		"a third one's, ours":   {third, "", "", "", "014"},
	} {
		f := invented()
		f.MeasureProviderCode = tc.said
		p := pendingFact(t, f, &MeasureState{Accepted: acceptedMeasure(), Provider: tc.accepted})
		p.Provider = tc.of
		d, err := testDecider(egisso.RegisterFact).Decide(p)
		if err != nil {
			t.Fatal(err)
		}
		blocked := slices.ContainsFunc(d.Record.Findings, func(f egisso.Finding) bool { return f.Code == tc.blocked && f.Field == "lmszProviderCode" })
		if got := d.Record.Content.(*egisso.Fact).MeasureProviderCode; tc.blocked == "" && (got != tc.sent || d.Record.State != Ready) ||
			tc.blocked != "" && (!blocked || d.Record.State != Blocked) {
			t.Errorf("%s: %q is named, %s, %v", name, got, d.Record.State, d.Record.Findings)
		}
	}
	f := invented()
	f.MeasureProviderCode = third
	d, err := testDecider(egisso.RegisterFact).Decide(pendingFact(t, f, nil))
	if err != nil || d.Record.State != Blocked {
		t.Errorf("a measure nobody knows: %s %v, %v", d.Record.State, d.Record.Findings, err)
	}
}

// When only the provider of what ЕГИССО holds changes, nothing is sent. Later
// events on a fact are the new provider's and name who loaded it; a new version of
// a measure stays the provider's whose measure ЕГИССО holds.
func TestChangedProviderAloneIsNoEvent(t *testing.T) {
	known := &MeasureState{Accepted: acceptedMeasure()}
	f := invented()
	f.MeasureProviderCode = testProvider
	accept := func(p Pending, content any, id uuid.UUID) Pending {
		p.AcceptedContent, _ = json.Marshal(content)
		p.AcceptedID, p.AcceptedHash, p.AcceptedProvider = id, p.ContentHash, testProvider
		p.Provider = "0042.000002"
		return p
	}
	fact := accept(pendingFact(t, f, known), f, egisso.FactID(testProvider, "1", 0))
	if d, err := testDecider(egisso.RegisterFact).Decide(fact); err != nil || d.Record != nil {
		t.Errorf("fact: %+v, %v", d.Record, err)
	}
	changed := f
	changed.Assignment.Equivalent = decimal.NewNullDecimal(decimal.NewFromInt(200))
	d, err := testDecider(egisso.RegisterFact).Decide(accept(pendingFact(t, changed, known), f, egisso.FactID(testProvider, "1", 0)))
	if err != nil {
		t.Fatal(err)
	}
	if e := d.Record.Content.(*egisso.FactRecalculation); d.Record.Provider != "0042.000002" || e.ProviderCode != testProvider {
		t.Errorf("event of %s names %q", d.Record.Provider, e.ProviderCode)
	}

	m := egisso.LocalMeasure{Title: "Мера", Categories: []egisso.LocalCategory{{Key: "c"}}}
	hash := m.ContentHash()
	text, _ := json.Marshal(m)
	p := accept(Pending{Key: "m", Content: text, ContentHash: hash[:]}, m, uuid.New())
	if d, err := testDecider(egisso.RegisterMeasure).Decide(p); err != nil || d.Record != nil {
		t.Errorf("measure: %+v, %v", d.Record, err)
	}
	p.ContentHash = make([]byte, 32)
	if d, err = testDecider(egisso.RegisterMeasure).Decide(p); err != nil || d.Record.Provider != testProvider ||
		d.Record.Content.(*egisso.LocalMeasure).Categories[0].ID != egisso.CategoryID(testProvider, "m", "c") {
		t.Errorf("a new version goes under %s, %v", d.Record.Provider, err)
	}
}

// TestFirstExportIsActualOnItsDate: facts that ended before it are not sent unless
// ЕГИССО has them already.
func TestFirstExportIsActualOnItsDate(t *testing.T) {
	known := &MeasureState{Accepted: acceptedMeasure()}
	open := invented()
	open.DateFinish = egisso.Date{}
	held := pendingFact(t, invented(), known)
	held.AcceptedID, held.AcceptedHash = egisso.FactID(testProvider, "1", 0), make([]byte, 32)
	for name, c := range map[string]struct {
		on      string
		pending Pending
		want    State
	}{
		"ended the day before":     {"2025-03-02", pendingFact(t, invented(), known), Dropped},
		"ends that day":            {"2025-03-01", pendingFact(t, invented(), known), Ready},
		"has no end":               {"2025-03-02", pendingFact(t, open, known), Ready},
		"changed after its time":   {"2025-03-02", held, Ready},
		"whatever its date may be": {"0001-01-01", pendingFact(t, invented(), known), Ready},
	} {
		t.Run(name, func(t *testing.T) {
			d := testDecider(egisso.RegisterFact)
			d.ActualOn = date(c.on)
			decision, err := d.Decide(c.pending)
			if err != nil || decision.Record == nil || decision.Record.State != c.want {
				t.Errorf("decision %+v: %v, want %s", decision.Record, err, c.want)
			}
		})
	}
}

// TestOperatorOverridesThePolicy: what only the policy blocks goes as a warning once
// somebody said so; an error of the record never does.
func TestOperatorOverridesThePolicy(t *testing.T) {
	old := acceptedMeasure()
	old.DateExpiration = date("2025-02-15") // the fact ends later: rule 019
	d := testDecider(egisso.RegisterFact)
	d.Policy = check.Policy{"019": check.Block}
	p := pendingFact(t, invented(), &MeasureState{Accepted: old})
	state := func() State {
		t.Helper()
		decision, err := d.Decide(p)
		if err != nil || decision.Record == nil {
			t.Fatalf("decision %+v: %v", decision, err)
		}
		return decision.Record.State
	}
	if got := state(); got != Blocked {
		t.Fatalf("the policy lets it go: %s", got)
	}
	p.Overridden = true
	if got := state(); got != Ready {
		t.Errorf("overridden, yet %s", got)
	}
	old.ProvisionForm = egisso.FormService // rule 026, an error by itself
	if got := state(); got != Blocked {
		t.Errorf("an error was overridden: %s", got)
	}
}
