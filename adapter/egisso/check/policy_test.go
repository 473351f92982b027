package check_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

func TestRulePolicy(t *testing.T) {
	p, err := check.ParsePolicy(" 019=block, 026=off,L-ORDER=warn,")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.String(); got != "019=block,026=off,L-ORDER=warn" {
		t.Errorf("policy %q", got)
	}
	in := []egisso.Finding{
		{Code: "019", Severity: egisso.Warning}, {Code: "026", Severity: egisso.Error}, {Code: "L-ORDER", Severity: egisso.Error},
		{Code: "014", Severity: egisso.Error}, {Code: "026", Severity: egisso.Error, Schema: true},
	}
	out := p.Apply(in)
	if got := fmt.Sprint(egissotest.Codes(out)); got != "[014 019 026 L-ORDER(W)]" {
		t.Errorf("findings %s", got)
	}
	if in[0].Severity != egisso.Warning {
		t.Error("Apply changed its argument")
	}
	if got := check.Policy(nil).Apply(in); len(got) != len(in) {
		t.Errorf("no policy dropped findings: %v", got)
	}
	for _, bad := range []string{"019", "019=", "019=maybe", "777=off", "l-snils=off", "019=off,019=warn", "=off"} {
		if _, err := check.ParsePolicy(bad); err == nil {
			t.Errorf("policy %q was accepted", bad)
		} else {
			t.Log(err)
		}
	}
	if p, err := check.ParsePolicy(""); err != nil || len(p) != 0 {
		t.Errorf("empty policy: %v, %v", p, err)
	}
}

// A fact without a resolved measure or category cannot be written: a policy
// that lets 014 and L-CAT pass must not let it into a package.
func TestPolicyLetsNoUnresolvedFactOut(t *testing.T) {
	policy, err := check.ParsePolicy("014=off,L-CAT=warn")
	if err != nil {
		t.Fatal(err)
	}
	m := egissotest.FederalMeasure()
	for _, c := range []struct {
		name    string
		change  func(*egisso.Fact)
		measure *egisso.LocalMeasure
		blocks  bool
	}{
		{"measure not accepted, id known", func(f *egisso.Fact) {}, nil, false},
		{"measure not resolved", func(f *egisso.Fact) { f.MeasureID = uuid.Nil }, nil, true},
		{"category of another measure", func(f *egisso.Fact) { f.CategoryID = egissotest.CategoryID("e201") }, &m, false},
		{"category not resolved", func(f *egisso.Fact) { f.CategoryID = uuid.Nil }, &m, true},
	} {
		f := egissotest.InsulinFact()
		c.change(&f)
		if findings := policy.Apply(check.Checker{Today: egissotest.Today}.Fact(f, c.measure)); egisso.Blocks(findings) != c.blocks {
			t.Errorf("%s: findings %v", c.name, findings)
		}
	}
}
