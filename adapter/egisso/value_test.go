package egisso

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestSNILSValid(t *testing.T) {
	for s, want := range map[string]bool{
		"14346409756": true, "12024663307": true, "15299231282": true, "18736694633": true, "10648089460": true,
		"11223344595": true,  // the textbook example
		"00100199800": true,  // up to 001-001-998: not checked
		"00100199900": false, // the first checked one
		"14346409757": false, "1434640975": false, "143464097561": false, "143-464-097 56": false, "": false, "1434640975б": false,
		"٠٠٠٠٠٠٠٠٠٠٠": false,
	} {
		if got := SNILSValid(s); got != want {
			t.Errorf("SNILSValid(%q) = %v", s, got)
		}
	}
	// Sums of 100 and 101 give the control number 00.
	hundred := map[string]int{}
	for n := 1_001_999; n < 1_030_000; n++ {
		digits, total := fmt.Sprintf("%09d", n), 0
		for i := range 9 {
			total += int(digits[i]-'0') * (9 - i)
		}
		if total%101 == 100 || total%101 == 0 {
			hundred[digits] = total
			if !SNILSValid(digits + "00") {
				t.Errorf("%s00 with sum %d is refused", digits, total)
			}
		}
	}
	if len(hundred) == 0 {
		t.Error("no number with a sum of 100 or 101 was tried")
	}
}

func TestIdentifiers(t *testing.T) {
	one, two := [32]byte{1}, [32]byte{2}
	prev := uuid.MustParse("10060000-0000-4000-9000-000000000001")
	ids := map[uuid.UUID]string{}
	for name, id := range map[string]uuid.UUID{
		"fact": FactID("0042", "7", 0), "fact, next life": FactID("0042", "7", 1), "fact, other row": FactID("0042", "70", 0),
		"fact, other split": FactID("00427", "", 0), "fact, other provider": FactID("0043", "7", 0),
		"measure": MeasureID("0042", "7", uuid.Nil, one), "measure, version": MeasureID("0042", "7", prev, one), "measure, content": MeasureID("0042", "7", uuid.Nil, two),
		"organization": OrganizationID("0042", "7", uuid.Nil, one), "point": PointID("0042", "7", uuid.Nil, one), "point, version": PointID("0042", "7", prev, one),
		"application": ApplicationID("0042", "7", ActionInsertion, 0, one), "application, again": ApplicationID("0042", "7", ActionInsertion, 1, one),
		"application, other action": ApplicationID("0042", "7", ActionExclusion, 0, one),
		"category":                  CategoryID("0042", "7", "1"), "category, other split": CategoryID("0042", "71", ""),
		"alteration": EventID(KindFactAlteration, prev, 0, one), "alteration, second": EventID(KindFactAlteration, prev, 1, one),
		"alteration, content": EventID(KindFactAlteration, prev, 0, two), "invalidation": EventID(KindFactInvalidation, prev, 0, one),
	} {
		if other, taken := ids[id]; taken {
			t.Errorf("%s and %s have the same id", name, other)
		}
		ids[id] = name
		if id.Version() != 5 {
			t.Errorf("%s: UUID version %d", name, id.Version())
		}
	}
	// These exact values are in ЕГИССО once the gateway has run: they may never change.
	for _, c := range []struct {
		got  uuid.UUID
		want string
	}{
		{FactID("0042.000001", "recipe:17", 0), "1b55a56c-df58-5c71-a9ac-780060560c13"},
		{MeasureID("0042.000001", "m:1", uuid.Nil, [32]byte{}), "0992a274-105c-5f53-a681-b8cb33d5d603"},
		{CategoryID("0042.000001", "m:1", "c:1"), "637ad08b-9268-5fae-81ba-e91dd1e1bec7"},
		{EventID(KindFactInvalidation, uuid.Nil, 0, [32]byte{}), "f3ed6761-edf7-5718-ab41-0d3762643432"},
	} {
		if c.got.String() != c.want {
			t.Errorf("id %s, want %s", c.got, c.want)
		}
	}
}

func TestRulePolicy(t *testing.T) {
	p, err := ParseRulePolicy(" 019=block, 026=off,L-ORDER=warn,")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != "019=block,026=off,L-ORDER=warn" {
		t.Errorf("policy %q", got)
	}
	in := []Finding{
		{Code: "019", Severity: Warning}, {Code: "026", Severity: Error}, {Code: "L-ORDER", Severity: Error},
		{Code: "014", Severity: Error}, {Code: "026", Severity: Error, Schema: true},
	}
	out := p.Apply(in)
	if got := fmt.Sprint(codes(out)); got != "[014 019 026 L-ORDER(W)]" {
		t.Errorf("findings %s", got)
	}
	if in[0].Severity != Warning {
		t.Error("Apply changed its argument")
	}
	if got := RulePolicy(nil).Apply(in); len(got) != len(in) {
		t.Errorf("no policy dropped findings: %v", got)
	}
	for _, bad := range []string{"019", "019=", "019=maybe", "777=off", "l-snils=off", "019=off,019=warn", "=off"} {
		if _, err := ParseRulePolicy(bad); err == nil {
			t.Errorf("policy %q was accepted", bad)
		} else {
			t.Log(err)
		}
	}
	if p, err := ParseRulePolicy(""); err != nil || len(p) != 0 {
		t.Errorf("empty policy: %v, %v", p, err)
	}
}

func TestValuesAsWritten(t *testing.T) {
	for got, want := range map[string]string{
		money(num("3000")): "3000.00", money(num("0.1")): "0.10", money(num("12345678901234.5")): "12345678901234.50",
		percent(num("100")): "100.00", percent(num("33.333")): "33.333", percent(num("33.300000")): "33.30",
		RegisterMeasure.Version().timestamp(time.Date(2023, 2, 1, 22, 30, 15, 999, time.UTC)):                     "2023-02-02T01:30:15+03:00",
		RegisterMeasure.Version().timestamp(time.Date(2023, 2, 1, 10, 0, 0, 0, time.FixedZone("", -9*3600-1800))): "2023-02-01T22:30:00+03:00",
		RegisterPoint.Version().timestamp(time.Date(2018, 11, 12, 8, 55, 37, 631_999_000, time.UTC)):              "2018-11-12T11:55:37.631+03:00",
		RegisterPoint.Version().timestamp(time.Date(2018, 11, 12, 8, 55, 37, 0, time.UTC)):                        "2018-11-12T11:55:37+03:00",
		clip(strings.Repeat("я", 5), 3): "яяя", clip("яя яя", 3): "яя", clip("яя", 3): "яя", clip("", 0): "",
		trim(" a\r\nb\rc\u00a0"): "a\nb\nc",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

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
			err := c.p.Write(&w)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want one about %q", err, c.want)
			case c.want != "" && w.b.Len() > 0:
				t.Error("something was written before the error")
			}
		})
	}
	if err := (&Package{ID: pid, Register: RegisterFact}).Write(&textWriter{}); !errors.Is(err, ErrEmptyPackage) {
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
