package main

import (
	"encoding/json"
	"strings"
	"testing"

	"egissogw/adapter/egisso/check"
)

// TestChecksShowEveryRuleAndThePolicy: the list is the table of rules, and it says
// what holds now, not what held by default.
func TestChecksShowEveryRuleAndThePolicy(t *testing.T) {
	c := console{env: map[string]string{"EGISSOGW_RULE_POLICY": "019=block,026=off,L-DUP=warn"}}
	var lines []ruleLine
	if err := json.Unmarshal([]byte(c.mustRun(t, "checks", "--json").stdout), &lines); err != nil {
		t.Fatal(err)
	}
	if len(lines) != len(check.Rules()) {
		t.Errorf("%d lines, want one per rule, %d", len(lines), len(check.Rules()))
	}
	want := map[string]string{"019": "warn block", "026": "block off", "L-COUNTRY": "block block", "L-DUP": "warn warn"}
	for _, l := range lines {
		if l.Text == "" || l.Reads == "" {
			t.Errorf("rule %s of %s does not say what it reads or demands", l.Code, l.Register)
		}
		if expected, named := want[l.Code]; named && l.Register == "fact" && l.Default+" "+l.Policy != expected {
			t.Errorf("rule %s: %s %s, want %s", l.Code, l.Default, l.Policy, expected)
		}
	}
	text := c.mustRun(t, "checks").stdout
	for _, part := range []string{"Реестр фактов назначений (fact)", "выключено *", "задерживает *"} {
		if !strings.Contains(text, part) {
			t.Errorf("the list lacks %q", part)
		}
	}
	if strings.Contains(console{}.mustRun(t, "checks").stdout, "выключено") {
		t.Error("a rule is off without a policy")
	}
}

// TestChecksRefuseAWrongPolicy: a list that shows a policy nobody follows would mislead.
func TestChecksRefuseAWrongPolicy(t *testing.T) {
	for policy, want := range map[string]string{"777=warn": "правила \"777\" нет", "019=maybe": "EGISSOGW_RULE_POLICY"} {
		r := console{env: map[string]string{"EGISSOGW_RULE_POLICY": policy}}.run(t, "checks")
		if r.code != exitFailed || !strings.Contains(r.stderr, want) {
			t.Errorf("policy %s: exit code %d, %s", policy, r.code, r.stderr)
		}
	}
}
