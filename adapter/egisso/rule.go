package egisso

// Rule is one local check (spec egisso.md e). Rules returns all of them.
type Rule struct {
	Code     string
	Register Register
	Severity Severity // default; a RulePolicy may change it
	Reads    string   // what the rule looks at, in XSD names
	Text     string   // what it demands, in Russian

	measure func(*measureSubject, *report)
	fact    func(*factSubject, *report)
}

// Rules returns the table of local checks in the order they run.
func Rules() []Rule {
	return append(append([]Rule(nil), measureRules...), factRules...)
}

// CheckMeasure runs every rule of local measures that needs no classifier.
// Identifiers and lastChanging are given by the gateway and not checked here.
func CheckMeasure(m LocalMeasure) []Finding {
	s := newMeasureSubject(m)
	var r report
	for i := range measureRules {
		r.rule = &measureRules[i]
		r.rule.measure(s, &r)
	}
	return r.findings
}

// CheckFact runs every rule of facts that needs no classifier. measure is the
// accepted version of the local measure the fact uses, nil if there is none.
// Rules that compare with today are skipped when today is zero.
func CheckFact(f Fact, measure *LocalMeasure, today Date) []Finding {
	s := newFactSubject(f, measure, today)
	var r report
	for i := range factRules {
		r.rule = &factRules[i]
		r.rule.fact(s, &r)
	}
	return r.findings
}

// report collects the findings of a rule.
type report struct {
	rule     *Rule
	findings []Finding
}

// add reports a finding of the rule's own severity.
func (r *report) add(field, text string) {
	r.findings = append(r.findings, Finding{
		Code: r.rule.Code, Severity: r.rule.Severity, Field: field, Text: text,
	})
}

// schema reports a value that the XSD does not accept: always an error.
func (r *report) schema(field, text string) {
	r.findings = append(r.findings, Finding{
		Code: r.rule.Code, Severity: Error, Field: field, Text: text, Schema: true,
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
