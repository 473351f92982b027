package lifecycle

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
)

// refusedFact is a fact of the source whose first sending ЕГИССО refused so.
func refusedFact(t *testing.T, refusal Refused) Pending {
	t.Helper()
	measure := acceptedMeasure()
	p := pendingFact(t, invented(), &MeasureState{Accepted: measure})
	sent, err := testDecider(egisso.RegisterFact).Decide(p)
	if err != nil || sent.Record == nil {
		t.Fatalf("%+v, %v", sent, err)
	}
	return rejectedAs(t, p, sent.Record, refusal)
}

// rejectedAs is the row once ЕГИССО refused the record so.
func rejectedAs(t *testing.T, p Pending, r *NewRecord, refusal Refused) Pending {
	t.Helper()
	content := r.Becomes
	if content == nil {
		content = r.Content
	}
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	p.Last = &RecordHead{ID: r.ID, Kind: r.Kind, State: Rejected, BecomesHash: r.BecomesHash, Provider: r.Provider, Refusal: refusal, Becomes: text}
	return p
}

// after is the row as the store has it once the decision is stored and its record, if any,
// refused so.
func after(t *testing.T, p Pending, d Decision, refusal Refused) Pending {
	t.Helper()
	if h := d.Held; h != nil {
		if p.Last != nil && h.Event != uuid.Nil && h.Event != p.AcceptedEvent && h.ID != uuid.Nil {
			p.AcceptedContent = p.Last.Becomes
		}
		p.AcceptedID, p.AcceptedEvent, p.AcceptedHash, p.AcceptedProvider = h.ID, h.Event, h.Hash, h.Provider
		p.Generation, p.Events, p.Concluded, p.Unconfirmed, p.UnknownID, p.Adoption = h.Generation, h.Events, h.Concluded, h.Unconfirmed, h.Unknown, h.Adoption
		if h.ID == uuid.Nil {
			p.AcceptedContent = nil
		}
	}
	if p.Last = nil; d.Record != nil {
		p = rejectedAs(t, p, d.Record, refusal)
	}
	return p
}

func decided(t *testing.T, p Pending) Decision {
	t.Helper()
	d, err := testDecider(egisso.RegisterFact).Decide(p)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func changed(t *testing.T, p Pending, change func(*egisso.Fact)) Pending {
	t.Helper()
	f := invented()
	change(&f)
	next := pendingFact(t, f, p.Measures["m"])
	p.Content, p.ContentHash = next.Content, next.ContentHash
	return p
}

func restarted(f *egisso.Fact) { f.DateStart = date("2025-02-02") }

// TestAFactThatIsThereAlready: held, unconfirmed; a change of the source alters it, its
// removal invalidates it, and nothing else is sent.
func TestAFactThatIsThereAlready(t *testing.T) {
	p := refusedFact(t, Refused{AlreadyLoaded: true})
	fact := egisso.FactID(testProvider, "1", 0)
	d := decided(t, p)
	if d.Record != nil || d.Drop != HeldBefore || d.Held == nil || d.Held.ID != fact || !d.Held.Unconfirmed {
		t.Fatalf("unchanged: %+v %+v", d, d.Held)
	}
	held := after(t, p, d, Refused{})
	if d := decided(t, held); d.Record != nil {
		t.Errorf("sent though nothing changed: %+v", d.Record)
	}
	held.Resend = true
	if d := decided(t, held); d.Record == nil || d.Record.Kind != egisso.KindFactAlteration || d.Record.State != Ready {
		t.Errorf("a person asks for it: %+v", d)
	}
	cost := changed(t, after(t, p, d, Refused{}), func(f *egisso.Fact) {
		f.Assignment.Equivalent.Decimal = f.Assignment.Equivalent.Decimal.Add(f.Assignment.Amount)
	})
	if d := decided(t, cost); d.Record == nil || d.Record.Kind != egisso.KindFactAlteration {
		t.Errorf("another sum of a fact nobody confirmed: %+v", d.Record)
	}
	if d := decided(t, changed(t, p, restarted)); d.Record == nil || d.Record.Kind != egisso.KindFactAlteration || d.Held.ID != fact {
		t.Errorf("changed meanwhile: %+v", d)
	}
	p.Deleted = true
	if d := decided(t, p); d.Record == nil || d.Record.Kind != egisso.KindFactInvalidation || d.Held.ID != fact {
		t.Errorf("removed meanwhile: %+v", d)
	}
}

// TestNothingFollows: from refusals nobody explained, of ids that are not ours, and while the
// source is another database.
func TestNothingFollows(t *testing.T) {
	loaded := Refused{AlreadyLoaded: true}
	for name, c := range map[string]struct {
		change func(*Pending)
		review Reason
		drop   Reason
	}{
		"nobody said what it means":                   {func(p *Pending) { p.Last.Refusal = Refused{Suspect: true} }, "", ""},
		"the id does not derive from the row":         {func(p *Pending) { p.Last.ID = uuid.New() }, "", ""},
		"the row is another provider's now":           {func(p *Pending) { p.Provider = "0042.000009" }, "", ""},
		"the source moved":                            {func(p *Pending) { p.SourceMoved = true }, SourceMoved, ""},
		"too often":                                   {func(p *Pending) { p.Concluded = mostConclusions }, HeldByHand, ""},
		"too often, and gone":                         {func(p *Pending) { p.Deleted, p.Concluded = true, mostConclusions }, HeldByHand, ""},
		"ЕГИССО said that it does not know it":        {func(p *Pending) { p.UnknownID = p.Last.ID }, HeldByHand, ""},
		"gone, and nobody said what it means":         {func(p *Pending) { p.Deleted, p.Last.Refusal = true, Refused{Suspect: true} }, RefusedUnclear, ""},
		"gone, and it was refused for something else": {func(p *Pending) { p.Deleted, p.Last.Refusal = true, Refused{} }, "", RefusedGone},
	} {
		t.Run(name, func(t *testing.T) {
			p := refusedFact(t, loaded)
			c.change(&p)
			d := decided(t, p)
			if d.Held != nil || d.Review != c.review || d.Drop != c.drop && d.Record == nil {
				t.Errorf("%+v, want review %q, drop %q", d, c.review, c.drop)
			}
		})
	}
}

// TestAnEventThatIsThereAlready goes again under the next id, five times.
func TestAnEventThatIsThereAlready(t *testing.T) {
	p := refusedFact(t, Refused{AlreadyLoaded: true})
	p = changed(t, p, restarted)
	d := decided(t, p)
	ids := map[uuid.UUID]bool{}
	for n := 0; d.Record != nil; n++ {
		if ids[d.Record.ID] || n > mostConclusions {
			t.Fatalf("event %d is %s again", n, d.Record.ID)
		}
		ids[d.Record.ID] = true
		p = after(t, p, d, Refused{AlreadyLoaded: true})
		d = decided(t, p)
	}
	if len(ids) != mostConclusions || d.Review != HeldByHand {
		t.Errorf("%d ids, then %+v", len(ids), d)
	}
	// What a person is asked about holds nothing else back: what the source says next goes.
	if other := decided(t, changed(t, p, func(f *egisso.Fact) { f.DateStart = date("2025-02-03") })); other.Record == nil || ids[other.Record.ID] || other.Review != "" {
		t.Errorf("changed again: %+v", other)
	}
	p.Deleted = true
	if removed := decided(t, p); removed.Record == nil || removed.Record.Kind != egisso.KindFactInvalidation {
		t.Errorf("removed: %+v", removed)
	}
}

// TestAnEventOfAFactNobodyKnows leads back to the fact, once.
func TestAnEventOfAFactNobodyKnows(t *testing.T) {
	p := changed(t, refusedFact(t, Refused{AlreadyLoaded: true}), restarted)
	d := decided(t, p)
	p = after(t, p, d, Refused{UnknownTarget: true})
	d = decided(t, p)
	fact := egisso.FactID(testProvider, "1", 0)
	if d.Record == nil || d.Record.ID != fact || d.Record.Kind != egisso.KindFact || d.Drop != UnknownFact || d.Held.ID != uuid.Nil || d.Held.Unknown != fact {
		t.Fatalf("%+v %+v", d, d.Held)
	}
	loop := after(t, p, d, Refused{AlreadyLoaded: true})
	if d := decided(t, loop); d.Review != HeldByHand || d.Record != nil {
		t.Errorf("a circle: %+v", d)
	}
	// What is to be removed and is not there is removed.
	gone := refusedFact(t, Refused{AlreadyLoaded: true})
	gone.Deleted = true
	d = decided(t, gone)
	for reason, refusal := range map[Reason]Refused{UnknownGone: {UnknownTarget: true}, RemovedBefore: {AlreadyLoaded: true}} {
		last := decided(t, after(t, gone, d, refusal))
		if last.Drop != reason || last.Record != nil || last.Held.ID != uuid.Nil || last.Held.Generation != 1 {
			t.Errorf("%s: %+v %+v", reason, last, last.Held)
		}
	}
}

// TestAVersionThatIsThereAlready proves its content.
func TestAVersionThatIsThereAlready(t *testing.T) {
	d := testDecider(egisso.RegisterMeasure)
	m := egisso.LocalMeasure{Title: "Мера", DateEnact: date("2020-01-01"), ProvisionForm: egisso.FormNatural}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	hash := m.ContentHash()
	p := Pending{Key: "m", Content: text, ContentHash: hash[:]}
	sent, err := d.Decide(p)
	if err != nil || sent.Record == nil {
		t.Fatalf("%+v, %v", sent, err)
	}
	p = rejectedAs(t, p, sent.Record, Refused{AlreadyLoaded: true})
	held, err := d.Decide(p)
	if err != nil || held.Record != nil || held.Held == nil || held.Held.ID != sent.Record.ID || held.Held.Unconfirmed || held.Drop != HeldBefore {
		t.Errorf("%+v, %v", held, err)
	}
	foreign := p
	foreign.Last = &RecordHead{ID: uuid.New(), Kind: p.Last.Kind, State: Rejected, BecomesHash: p.Last.BecomesHash, Refusal: p.Last.Refusal}
	if d, _ := d.Decide(foreign); d.Held != nil {
		t.Errorf("an id of somebody else's is held: %+v", d.Held)
	}
}

// TestARecordAPersonSaw is held under the id named; what would end it waits until ЕГИССО
// accepted something, and its word that it does not know it ends the adoption.
func TestARecordAPersonSaw(t *testing.T) {
	p := pendingFact(t, invented(), &MeasureState{Accepted: acceptedMeasure()})
	p.AdoptID, p.Adoption = uuid.New(), AdoptionAsked
	d := decided(t, p)
	if d.Record != nil || d.Held == nil || d.Held.ID != p.AdoptID || d.Held.Content == nil || !d.Held.Unconfirmed || d.Held.Adoption != AdoptionHeld {
		t.Fatalf("%+v %+v", d, d.Held)
	}
	text, err := json.Marshal(d.Held.Content)
	if err != nil {
		t.Fatal(err)
	}
	held := after(t, p, d, Refused{})
	held.AcceptedContent = text
	if d := decided(t, held); d.Record != nil {
		t.Errorf("sent though nothing changed: %+v", d.Record)
	}
	gone := held
	gone.Deleted = true
	if d := decided(t, gone); d.Record == nil || d.Record.State != Waiting || d.Record.Reason != ConfirmAdopted {
		t.Errorf("removed: %+v", d.Record)
	}
	gone.Adoption = NotAdopted
	if d := decided(t, gone); d.Record == nil || d.Record.State != Ready {
		t.Errorf("removed after ЕГИССО accepted something: %+v", d.Record)
	}
	altered := changed(t, held, restarted)
	altered = rejectedAs(t, altered, decided(t, altered).Record, Refused{UnknownTarget: true})
	d = decided(t, altered)
	if d.Review != AdoptionRefused || d.Record != nil || d.Held.ID != uuid.Nil || d.Held.Adoption != AdoptionDenied {
		t.Errorf("unknown: %+v %+v", d, d.Held)
	}
}

// TestKindsOfRefusals: ids, numbers and names are not part of the kind.
func TestKindsOfRefusals(t *testing.T) {
	id := "6f0c6a52-8d4e-5b0f-9a3b-2c1f7e5d9b41"
	a := KindOfRefusal(" 045 ", "Факт назначения с  идентификатором "+id+" уже загружен 12.03.2025 «ГП № 1»")
	b := KindOfRefusal("045", "Факт назначения с идентификатором {"+uuid.NewString()+"} уже загружен 1.1.2024 «ЦРБ»")
	if a != b || a.Rule != "045" || a.Text != "Факт назначения с идентификатором {UUID} уже загружен {N} «…»" {
		t.Errorf("%q and %q", a, b)
	}
	for report, want := range map[string]bool{
		"Запись " + id + " уже загружена": true, "УЖЕ есть: " + id: true, "Запись уже загружена": false,
		"Запись " + id + " сделана неуже": false, "Дата записи " + id + " неверна": false,
	} {
		if SuspectsLoaded(id, report) != want {
			t.Errorf("%q: %v", report, !want)
		}
	}
	r, wrongLoaded, wrongUnknown := ParseRefusals(" 045 ; с идентификатором 7 Уже загружен", "не найден в реестре;нет")
	if wrongLoaded != nil || wrongUnknown == nil {
		t.Errorf("%v, %v", wrongLoaded, wrongUnknown)
	}
	for kind, want := range map[RefusalKind]Meaning{
		{"045", "Что угодно"}: AlreadyLoaded, KindOfRefusal("", "ЛМСЗ с идентификатором 5 уже загружен"): AlreadyLoaded,
		{"", "Факт {UUID} не найден в реестре"}: UnknownTarget, {"0451", "Дата 045"}: "",
	} {
		if got := r.Meaning(kind); got != want {
			t.Errorf("%+v means %q, want %q", kind, got, want)
		}
	}
}

// TestWhatALateProtocolAccepted is held, whatever became of the record since it was released:
// with its content unless the record says something else by now, or nobody signed the protocol.
func TestWhatALateProtocolAccepted(t *testing.T) {
	fact := egisso.FactID(testProvider, "1", 0)
	for name, c := range map[string]struct {
		word        LateWord
		change      func(*Pending)
		held        bool
		unconfirmed bool
		sent        egisso.Kind
	}{
		"it waits":                          {LateWord{Accepted: true}, func(p *Pending) { p.Last.State = Ready }, true, false, ""},
		"it is in a package again":          {LateWord{Accepted: true}, func(p *Pending) { p.Last.State = Packed }, true, false, ""},
		"it was refused as there already":   {LateWord{Accepted: true}, func(*Pending) {}, true, false, ""},
		"it says something else since":      {LateWord{Accepted: true, Changed: true}, func(p *Pending) { p.Last.State = Ready }, true, true, egisso.KindFactAlteration},
		"nobody signed it":                  {LateWord{Accepted: true, Unsigned: true}, func(p *Pending) { p.Last.State = Ready }, true, true, ""},
		"its row has gone":                  {LateWord{Accepted: true}, func(p *Pending) { p.Last.State, p.Deleted = Ready, true }, true, false, egisso.KindFactInvalidation},
		"it was taken off":                  {LateWord{Accepted: true}, func(p *Pending) { p.Last.State, p.Deleted = Dropped, true }, true, false, egisso.KindFactInvalidation},
		"it was taken off, of another life": {LateWord{Accepted: true}, func(p *Pending) { p.Last.State, p.Deleted, p.Generation = Dropped, true, 1 }, false, false, ""},
		"nobody signed it, the source too":  {LateWord{Accepted: true, Unsigned: true}, func(p *Pending) { p.SourceMoved = true }, false, false, ""},
		"it was rejected":                   {LateWord{}, func(*Pending) {}, false, false, ""},
		"it was accepted again":             {LateWord{Accepted: true}, func(p *Pending) { p.Last.State = Accepted }, false, false, egisso.KindFact},
	} {
		t.Run(name, func(t *testing.T) {
			p := refusedFact(t, Refused{})
			c.change(&p)
			p.Last.Late = c.word
			d := decided(t, p)
			held := d.Held != nil && d.Held.ID == fact && d.Held.Event == fact && d.Drop == AcceptedLate
			if held != c.held || held && d.Held.Unconfirmed != c.unconfirmed || (d.Record != nil) != (c.sent != "") || d.Record != nil && d.Record.Kind != c.sent {
				t.Errorf("%+v %+v %+v", d, d.Held, d.Record)
			}
		})
	}
	// An event moves the count on, and a removal the generation.
	p := changed(t, after(t, refusedFact(t, Refused{AlreadyLoaded: true}), decided(t, refusedFact(t, Refused{AlreadyLoaded: true})), Refused{}), restarted)
	p = after(t, p, decided(t, p), Refused{})
	p.Last.State, p.Last.Late.Accepted = Ready, true
	if d := decided(t, p); d.Held == nil || d.Held.Events != 1 || d.Held.ID != fact || d.Record != nil {
		t.Errorf("an alteration: %+v %+v", d, d.Held)
	}
	p = refusedFact(t, Refused{AlreadyLoaded: true})
	p.Deleted = true
	p = after(t, p, decided(t, p), Refused{})
	p.Last.State, p.Last.Late.Accepted = Ready, true
	if d := decided(t, p); d.Held == nil || d.Held.ID != uuid.Nil || d.Held.Generation != 1 || d.Record != nil {
		t.Errorf("a removal: %+v %+v", d, d.Held)
	}
}
