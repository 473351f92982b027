package egisso

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestPackageValidate(t *testing.T) {
	facts := func(n int) []Fact {
		out := make([]Fact, n)
		for i := range out {
			out[i] = insulinFact()
			out[i].ID = FactID("x", "y", i)
		}
		return out
	}
	pid := factID("aaa")
	noID, noMeasure, noCategory, certificate := insulinFact(), insulinFact(), insulinFact(), insulinFact()
	noID.ID, noMeasure.MeasureID, noCategory.CategoryID, certificate.Assignment.Form = uuid.Nil, uuid.Nil, uuid.Nil, "05"
	noTime, noCategoryID := federalMeasure(), federalMeasure()
	noTime.LastChanging, noCategoryID.Categories[1].ID = time.Time{}, uuid.Nil
	unresolved := pharmacy()
	unresolved.Points[0].Measures[1].ID = uuid.Nil
	removal := FactInvalidation{Kind: KindFactInvalidation, ID: factID("bbb"), FactID: factID("001")}
	for _, c := range []struct {
		name string
		p    Package
		want string // part of the error; "" for none
	}{
		{"1000 facts", Package{ID: pid, Register: RegisterFact, Elements: elements(facts(1000)...)}, ""},
		{"1001 facts", Package{ID: pid, Register: RegisterFact, Elements: elements(facts(1001)...)}, ErrTooMany.Error()},
		{"empty", Package{ID: pid, Register: RegisterFact}, ErrEmptyPackage.Error()},
		{"no package id", Package{Register: RegisterFact, Elements: elements(facts(1)...)}, "no id"},
		{"other register", Package{ID: pid, Register: RegisterMeasure, Elements: elements(facts(1)...)}, "holds an element"},
		{"both registers", Package{ID: pid, Register: RegisterFact, Elements: append(elements(facts(1)...), elements(worldMeasures()...)...)}, "holds an element"},
		{"unknown register", Package{ID: pid, Register: "org", Elements: elements(facts(1)...)}, "not known"},
		{"fact without id", Package{ID: pid, Register: RegisterFact, Elements: elements(noID)}, "without an id"},
		{"same fact twice", Package{ID: pid, Register: RegisterFact, Elements: elements(append(facts(1), facts(1)...)...)}, "two elements"},
		{"measure not resolved", Package{ID: pid, Register: RegisterFact, Elements: elements(noMeasure)}, "lmszId"},
		{"category not resolved", Package{ID: pid, Register: RegisterFact, Elements: elements(noCategory)}, "categoryId"},
		{"form without an element", Package{ID: pid, Register: RegisterFact, Elements: elements(certificate)}, "form of provision"},
		{"fact and its event", Package{ID: pid, Register: RegisterFact, Elements: append(elements(insulinFact()), &removal)}, "another element"},
		{"two events on a fact", Package{ID: pid, Register: RegisterFact, Elements: []Element{&removal, &FactInvalidation{Kind: KindFactDuplicate, ID: factID("ccc"), FactID: factID("001")}}}, "another element"},
		{"event on nothing", Package{ID: pid, Register: RegisterFact, Elements: elements(FactInvalidation{Kind: KindFactInvalidation, ID: factID("ccc")})}, "names no record"},
		{"termination without a date", Package{ID: pid, Register: RegisterFact, Elements: elements(FactTermination{Kind: KindFactEndOfRight, ID: pid, FactID: factID("001")})}, "dateFinish"},
		{"termination of no kind", Package{ID: pid, Register: RegisterFact, Elements: elements(FactTermination{Kind: KindFact, ID: pid, FactID: factID("001"), DateFinish: today})}, "no termination"},
		{"provider code of an event", Package{ID: pid, Register: RegisterFact, Elements: elements(FactInvalidation{Kind: KindFactInvalidation, ID: factID("ccc"), FactID: factID("001"), ProviderCode: "1"})}, "providerCode"},
		{"measure without a time", Package{ID: pid, Register: RegisterMeasure, Elements: elements(noTime)}, "lastChanging"},
		{"category without an id", Package{ID: pid, Register: RegisterMeasure, Elements: elements(noCategoryID)}, "category without an id"},
		{"organisation without a time", Package{ID: pid, Register: RegisterOrganization, Elements: elements(Organization{ID: pid})}, "lastChanging"},
		{"organisation with a measure not resolved", Package{ID: pid, Register: RegisterOrganization, Elements: elements(unresolved)}, "not resolved"},
		{"point without a time", Package{ID: pid, Register: RegisterPoint, Elements: elements(PresencePoint{ID: pid})}, "lastChanging"},
		{"point with a measure not resolved", Package{ID: pid, Register: RegisterPoint, Elements: elements(PresencePoint{ID: pid, LastChanging: changedAt, Measures: make([]PointMeasure, 1)})}, "not resolved"},
		{"removal of no point", Package{ID: pid, Register: RegisterPoint, Elements: elements(PresencePointInvalidation{ID: pid, LastChanging: changedAt})}, "names no record"},
		{"removal of a point without a time", Package{ID: pid, Register: RegisterPoint, Elements: elements(PresencePointInvalidation{ID: pid, PointID: pointID("001")})}, "lastChanging"},
		{"point and its removal", Package{ID: pid, Register: RegisterPoint, Elements: append(elements(reception()),
			&PresencePointInvalidation{ID: factID("ccc"), PointID: pointID("001"), LastChanging: changedAt})}, "another element"},
		{"two applications", Package{Register: RegisterParticipant, Elements: elements(Application{ID: pid}, Application{ID: factID("ccc")})}, ErrTooMany.Error()},
		{"application for nothing", Package{Register: RegisterParticipant, Elements: elements(Application{ID: pid})}, "no action"},
		{"removal of nothing", Package{ID: pid, Register: RegisterMeasure, Elements: elements(LocalMeasureInvalidation{ID: pid})}, "names no record"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w textWriter
			err := WritePackage(&w, &c.p, c.p.Register.Version())
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want one about %q", err, c.want)
			case c.want != "" && w.String() != "":
				t.Error("something was written before the error")
			}
		})
	}
	if err := WritePackage(&textWriter{}, &Package{ID: pid, Register: RegisterFact}, RegisterFact.Version()); !errors.Is(err, ErrEmptyPackage) {
		t.Errorf("error %v does not match ErrEmptyPackage", err)
	}
}

func TestRecordIDsFollowTheDocument(t *testing.T) {
	p := allEvents()
	// Elements given in another order are written by the schema's.
	slices.Reverse(p.Elements)
	document := string(written(t, p))
	at := 0
	for _, id := range p.RecordIDs() {
		next := strings.Index(document[at:], ">"+id.String()+"</uuid>")
		if next < 0 {
			t.Fatalf("%s is missing or out of order", id)
		}
		at += next
	}
	if got := len(p.RecordIDs()); got != len(p.Elements) || got != 10 {
		t.Errorf("%d ids of %d elements", got, len(p.Elements))
	}
	for _, r := range Registers() {
		for _, kind := range r.Kinds() {
			if kind.Register() != r || !r.Version().Has(kind) {
				t.Errorf("%s belongs to %q, not to %s", kind, kind.Register(), r)
			}
		}
		if !r.Valid() || r.Title() == string(r) || len(r.Kinds()) == 0 {
			t.Errorf("register %s is incomplete", r)
		}
	}
	if Kind("x").Register() != "" {
		t.Error("an unknown kind has a register")
	}
}

// TestValuesTheReadersRefuse: single values beyond what the mutations of the
// samples reach.
func TestValuesTheReadersRefuse(t *testing.T) {
	point := string(written(t, worldPackages(RegisterPoint.Version())["valid.request.new-point.xml"]))
	for _, c := range []struct {
		old, new string
		refused  bool
	}{
		{">58.01<", ">-5.8e1<", false}, {">58.01<", "> +58. <", false}, {">58.01<", ">.5<", false},
		{">58.01<", ">INF<", true}, {">58.01<", ">NaN<", true}, {">58.01<", ">1e999999999<", true}, {">58.01<", ">58,01<", true},
		{">58.01<", ">" + strings.Repeat("1", 41) + "<", true}, {">58.01<", ">0x10<", true},
		{">2023-02-01T10:00:00+03:00<", ">2023-02-01T10:00:00<", false},
		{">2023-02-01T10:00:00+03:00<", ">2023-02-01T10:00:00.123456789Z<", false},
		{">2023-02-01T10:00:00+03:00<", ">2023-02-30T10:00:00Z<", true},
		{">2023-02-01T10:00:00+03:00<", ">01.02.2023<", true},
	} {
		_, _, err := ReadPackage([]byte(strings.Replace(point, c.old, c.new, 1)))
		if (err != nil) != c.refused {
			t.Errorf("%s: error %v", c.new, err)
		}
	}
	activation := string(readSample(t, "10.03.O-1.0.1", "valid.request.first-activation.xml"))
	for _, value := range []string{"0", "-1", "7", "x", "99999999999", ""} {
		if _, err := ReadActivation([]byte(strings.Replace(activation, "status>5<", "status>"+value+"<", 1))); err == nil {
			t.Errorf("status %q was read", value)
		}
	}
}

// Errors of the readers name places, never values.
func TestReaderErrorsTellNoPersonalData(t *testing.T) {
	sample := string(readSample(t, factSamples, "valid.data.four-facts.xml"))
	f := moneyFact()
	secrets := append(personalValues(f), personalValues(insulinFact())...)
	for _, spoil := range []string{"2015-09-09|Белов", "1948-03-12|12.03.1948", "<n:Gender>Male</n:Gender>|Белов", "Артём|<n:x/>Артём", "643|<!DOCTYPE Белов>"} {
		old, new, _ := strings.Cut(spoil, "|")
		_, _, err := ReadPackage([]byte(strings.Replace(sample, old, new, 1)))
		if err == nil {
			t.Errorf("%q was read", spoil)
			continue
		}
		t.Log(err)
		noSecret(t, spoil, err.Error(), secrets)
	}
}
