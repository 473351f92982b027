package wire_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/egissotest"
	"egissogw/adapter/egisso/wire"
)

func TestPackageValidate(t *testing.T) {
	facts := func(n int) []egisso.Fact {
		out := make([]egisso.Fact, n)
		for i := range out {
			out[i] = egissotest.InsulinFact()
			out[i].ID = egisso.FactID("x", "y", i)
		}
		return out
	}
	pid := egissotest.FactID("aaa")
	noID, noMeasure, noCategory, certificate := egissotest.InsulinFact(), egissotest.InsulinFact(), egissotest.InsulinFact(), egissotest.InsulinFact()
	noID.ID, noMeasure.MeasureID, noCategory.CategoryID, certificate.Assignment.Form = uuid.Nil, uuid.Nil, uuid.Nil, "05"
	noTime, noCategoryID := egissotest.FederalMeasure(), egissotest.FederalMeasure()
	noTime.LastChanging, noCategoryID.Categories[1].ID = time.Time{}, uuid.Nil
	unresolved := egissotest.Pharmacy()
	unresolved.Points[0].Measures[1].ID = uuid.Nil
	removal := egisso.FactInvalidation{Kind: egisso.KindFactInvalidation, ID: egissotest.FactID("bbb"), FactID: egissotest.FactID("001")}
	for _, c := range []struct {
		name string
		p    egisso.Package
		want string // part of the error; "" for none
	}{
		{"1000 facts", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(facts(1000)...)}, ""},
		{"1001 facts", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(facts(1001)...)}, wire.ErrTooMany.Error()},
		{"empty", egisso.Package{ID: pid, Register: egisso.RegisterFact}, wire.ErrEmptyPackage.Error()},
		{"no package id", egisso.Package{Register: egisso.RegisterFact, Elements: egissotest.Elements(facts(1)...)}, "no id"},
		{"other register", egisso.Package{ID: pid, Register: egisso.RegisterMeasure, Elements: egissotest.Elements(facts(1)...)}, "holds an element"},
		{"both registers", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: append(egissotest.Elements(facts(1)...), egissotest.Elements(egissotest.Measures()...)...)}, "holds an element"},
		{"unknown register", egisso.Package{ID: pid, Register: "org", Elements: egissotest.Elements(facts(1)...)}, "not known"},
		{"fact without id", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(noID)}, "without an id"},
		{"same fact twice", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(append(facts(1), facts(1)...)...)}, "two elements"},
		{"measure not resolved", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(noMeasure)}, "lmszId"},
		{"category not resolved", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(noCategory)}, "categoryId"},
		{"form without an element", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(certificate)}, "form of provision"},
		{"fact and its event", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: append(egissotest.Elements(egissotest.InsulinFact()), &removal)}, "another element"},
		{"two events on a fact", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: []egisso.Element{&removal, &egisso.FactInvalidation{Kind: egisso.KindFactDuplicate, ID: egissotest.FactID("ccc"), FactID: egissotest.FactID("001")}}}, "another element"},
		{"event on nothing", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(egisso.FactInvalidation{Kind: egisso.KindFactInvalidation, ID: egissotest.FactID("ccc")})}, "names no record"},
		{"termination without a date", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(egisso.FactTermination{Kind: egisso.KindFactEndOfRight, ID: pid, FactID: egissotest.FactID("001")})}, "dateFinish"},
		{"termination of no kind", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(egisso.FactTermination{Kind: egisso.KindFact, ID: pid, FactID: egissotest.FactID("001"), DateFinish: egissotest.Today})}, "no termination"},
		{"provider code of an event", egisso.Package{ID: pid, Register: egisso.RegisterFact, Elements: egissotest.Elements(egisso.FactInvalidation{Kind: egisso.KindFactInvalidation, ID: egissotest.FactID("ccc"), FactID: egissotest.FactID("001"), ProviderCode: "1"})}, "providerCode"},
		{"measure without a time", egisso.Package{ID: pid, Register: egisso.RegisterMeasure, Elements: egissotest.Elements(noTime)}, "lastChanging"},
		{"category without an id", egisso.Package{ID: pid, Register: egisso.RegisterMeasure, Elements: egissotest.Elements(noCategoryID)}, "category without an id"},
		{"organisation without a time", egisso.Package{ID: pid, Register: egisso.RegisterOrganization, Elements: egissotest.Elements(egisso.Organization{ID: pid})}, "lastChanging"},
		{"organisation with a measure not resolved", egisso.Package{ID: pid, Register: egisso.RegisterOrganization, Elements: egissotest.Elements(unresolved)}, "not resolved"},
		{"point without a time", egisso.Package{ID: pid, Register: egisso.RegisterPoint, Elements: egissotest.Elements(egisso.PresencePoint{ID: pid})}, "lastChanging"},
		{"point with a measure not resolved", egisso.Package{ID: pid, Register: egisso.RegisterPoint, Elements: egissotest.Elements(egisso.PresencePoint{ID: pid, LastChanging: egissotest.ChangedAt, Measures: make([]egisso.PointMeasure, 1)})}, "not resolved"},
		{"removal of no point", egisso.Package{ID: pid, Register: egisso.RegisterPoint, Elements: egissotest.Elements(egisso.PresencePointInvalidation{ID: pid, LastChanging: egissotest.ChangedAt})}, "names no record"},
		{"removal of a point without a time", egisso.Package{ID: pid, Register: egisso.RegisterPoint, Elements: egissotest.Elements(egisso.PresencePointInvalidation{ID: pid, PointID: egissotest.PointID("001")})}, "lastChanging"},
		{"point and its removal", egisso.Package{ID: pid, Register: egisso.RegisterPoint, Elements: append(egissotest.Elements(egissotest.Reception()),
			&egisso.PresencePointInvalidation{ID: egissotest.FactID("ccc"), PointID: egissotest.PointID("001"), LastChanging: egissotest.ChangedAt})}, "another element"},
		{"two applications", egisso.Package{Register: egisso.RegisterParticipant, Elements: egissotest.Elements(egisso.Application{ID: pid}, egisso.Application{ID: egissotest.FactID("ccc")})}, wire.ErrTooMany.Error()},
		{"application for nothing", egisso.Package{Register: egisso.RegisterParticipant, Elements: egissotest.Elements(egisso.Application{ID: pid})}, "no action"},
		{"removal of nothing", egisso.Package{ID: pid, Register: egisso.RegisterMeasure, Elements: egissotest.Elements(egisso.LocalMeasureInvalidation{ID: pid})}, "names no record"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w egissotest.TextWriter
			err := wire.WritePackage(&w, &c.p, c.p.Register.Version())
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
	if err := wire.WritePackage(&egissotest.TextWriter{}, &egisso.Package{ID: pid, Register: egisso.RegisterFact}, egisso.RegisterFact.Version()); !errors.Is(err, wire.ErrEmptyPackage) {
		t.Errorf("error %v does not match ErrEmptyPackage", err)
	}
}

func TestRecordIDsFollowTheDocument(t *testing.T) {
	p := egissotest.AllEvents()
	// Elements given in another order are written by the schema's.
	slices.Reverse(p.Elements)
	document := string(egissotest.Written(t, p))
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
	for _, r := range egisso.Registers() {
		for _, kind := range r.Kinds() {
			if kind.Register() != r || !r.Version().Has(kind) {
				t.Errorf("%s belongs to %q, not to %s", kind, kind.Register(), r)
			}
		}
		if !r.Valid() || r.Title() == string(r) || len(r.Kinds()) == 0 {
			t.Errorf("register %s is incomplete", r)
		}
	}
	if egisso.Kind("x").Register() != "" {
		t.Error("an unknown kind has a register")
	}
}

// TestValuesTheReadersRefuse: single values beyond what the mutations of the
// samples reach.
func TestValuesTheReadersRefuse(t *testing.T) {
	point := string(egissotest.Written(t, egissotest.Packages(egisso.RegisterPoint.Version())["valid.request.new-point.xml"]))
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
		_, _, err := wire.ReadPackage([]byte(strings.Replace(point, c.old, c.new, 1)))
		if (err != nil) != c.refused {
			t.Errorf("%s: error %v", c.new, err)
		}
	}
	activation := string(egissotest.ReadSample(t, "10.03.O-1.0.1", "valid.request.first-activation.xml"))
	for _, value := range []string{"0", "-1", "7", "x", "99999999999", ""} {
		if _, err := wire.ReadActivation([]byte(strings.Replace(activation, "status>5<", "status>"+value+"<", 1))); err == nil {
			t.Errorf("status %q was read", value)
		}
	}
}

// Errors of the readers name places, never values.
func TestReaderErrorsTellNoPersonalData(t *testing.T) {
	sample := string(egissotest.ReadSample(t, factSamples, "valid.data.four-facts.xml"))
	f := egissotest.MoneyFact()
	secrets := append(egissotest.PersonalValues(f), egissotest.PersonalValues(egissotest.InsulinFact())...)
	for _, spoil := range []string{"2015-09-09|Белов", "1948-03-12|12.03.1948", "<n:Gender>Male</n:Gender>|Белов", "Артём|<n:x/>Артём", "643|<!DOCTYPE Белов>"} {
		old, new, _ := strings.Cut(spoil, "|")
		_, _, err := wire.ReadPackage([]byte(strings.Replace(sample, old, new, 1)))
		if err == nil {
			t.Errorf("%q was read", spoil)
			continue
		}
		t.Log(err)
		egissotest.NoSecret(t, spoil, err.Error(), secrets)
	}
}
