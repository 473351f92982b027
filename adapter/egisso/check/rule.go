package check

import (
	"slices"

	"egissogw/adapter/egisso"
)

// Rule is one local check (adapter/egisso/SPEC.md#checks). Rules returns all of them.
type Rule struct {
	Code     string
	Register egisso.Register
	Severity egisso.Severity // default; a Policy may change it
	Reads    string          // what the rule looks at, in XSD names
	Needs    string          // what it cannot do without beside the record, in Russian; "" for nothing
	Text     string          // what it demands, in Russian

	// Exactly one of these is set.
	measure      func(*measureSubject, *report)
	fact         func(*factSubject, *report)
	organization func(*organizationSubject, *report)
	point        func(*pointSubject, *report)
	application  func(*applicationSubject, *report)
	event        func(*eventSubject, *report)
}

// Rules returns the table of local checks in the order they run.
func Rules() []Rule {
	return slices.Concat(measureRules, factRules, eventRules, organizationRules, pointRules, applicationRules)
}

// report collects the findings of a rule.
type report struct {
	rule     *Rule
	findings []egisso.Finding
}

// add reports a finding of the rule's own severity.
func (r *report) add(field, text string) {
	r.findings = append(r.findings, egisso.Finding{
		Code: r.rule.Code, Severity: r.rule.Severity, Field: field, Text: text,
	})
}

// schema reports a value that the XSD does not accept: always an error.
func (r *report) schema(field, text string) {
	r.findings = append(r.findings, egisso.Finding{
		Code: r.rule.Code, Severity: egisso.Error, Field: field, Text: text, Schema: true,
	})
}

func knownRule(code string) bool {
	for _, c := range ruleCodes() {
		if c == code {
			return true
		}
	}
	return false
}

// ruleCodes returns the codes of all rules, each once, in table order.
func ruleCodes() []string {
	var codes []string
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !seen[r.Code] {
			seen[r.Code] = true
			codes = append(codes, r.Code)
		}
	}
	return codes
}
