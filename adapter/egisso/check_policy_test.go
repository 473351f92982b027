package egisso

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
)

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

// A fact without a resolved measure or category cannot be written: a policy
// that lets 014 and L-CAT pass must not let it into a package.
func TestPolicyLetsNoUnresolvedFactOut(t *testing.T) {
	policy, err := ParseRulePolicy("014=off,L-CAT=warn")
	if err != nil {
		t.Fatal(err)
	}
	m := federalMeasure()
	for _, c := range []struct {
		name    string
		change  func(*Fact)
		measure *LocalMeasure
		blocks  bool
	}{
		{"measure not accepted, id known", func(f *Fact) {}, nil, false},
		{"measure not resolved", func(f *Fact) { f.MeasureID = uuid.Nil }, nil, true},
		{"category of another measure", func(f *Fact) { f.CategoryID = categoryID("e201") }, &m, false},
		{"category not resolved", func(f *Fact) { f.CategoryID = uuid.Nil }, &m, true},
	} {
		f := insulinFact()
		c.change(&f)
		if findings := policy.Apply(CheckFact(f, c.measure, today)); Blocks(findings) != c.blocks {
			t.Errorf("%s: findings %v", c.name, findings)
		}
	}
}
