package egisso

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// cases of rules that look at more than the record, or at other registers. want
// lists the findings, "(W)" marks warnings.
type ruleCase[T any] struct {
	name   string
	change func(*T, *Checker)
	want   string
}

func runRules[T any](t *testing.T, cases []ruleCase[T], base func() T, find func(Checker, T) []Finding) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			record, checker := base(), Checker{Today: today}
			if c.change != nil {
				c.change(&record, &checker)
			}
			findings := find(checker, record)
			if got := strings.Join(codes(findings), " "); got != c.want {
				t.Errorf("findings %q, want %q\n%v", got, c.want, findings)
			}
			for _, f := range findings {
				t.Log(f)
				if strings.Contains(f.Text, "590000000012") || strings.Contains(f.Text, "Петров") {
					t.Errorf("finding tells who the entrepreneur is: %s", f)
				}
			}
		})
	}
}

// version chooses the version of the kind.
func version(t testing.TB, c *Checker, code, number string) {
	t.Helper()
	v, err := FindVersion(code, number)
	if err != nil {
		t.Fatal(err)
	}
	c.Versions = VersionSet{v.Register: v}
}

func never(string) bool { return false }

func neverID(uuid.UUID) bool { return false }

func onlyID(want uuid.UUID) func(uuid.UUID) bool {
	return func(id uuid.UUID) bool { return id == want }
}

// TestEveryRuleHasACase also prints the table of rules.
func TestEveryRuleHasACase(t *testing.T) {
	covered := map[string]bool{}
	cover := func(r Register, want string) {
		for _, code := range strings.Fields(want) {
			covered[string(r)+" "+code] = true
		}
	}
	for _, c := range measureCases {
		cover(RegisterMeasure, c.want)
	}
	for _, c := range classifierCases(t) {
		cover(RegisterMeasure, c.want)
	}
	for _, c := range factCases {
		cover(RegisterFact, c.want)
	}
	for _, c := range factContextCases(t) {
		cover(RegisterFact, c.want)
	}
	for _, c := range eventCases(t) {
		cover(RegisterFact, c.want)
	}
	for _, c := range organizationCases {
		cover(RegisterOrganization, c.want)
	}
	for _, c := range pointCases(t) {
		cover(RegisterPoint, c.want)
	}
	for _, c := range applicationCases {
		cover(RegisterParticipant, c.want)
	}
	for _, r := range Rules() {
		t.Logf("%-12s %-10s %-7s %-52s %s", r.Register, r.Code, r.Severity, r.Reads, r.Text)
		key := string(r.Register) + " " + r.Code
		if r.Severity == Warning {
			key += "(W)"
		}
		if !covered[key] {
			t.Errorf("no test case for %s", key)
		}
		if r.Text == "" || r.Reads == "" {
			t.Errorf("rule %s is incomplete", r.Code)
		}
	}
}

func factContextCases(t testing.TB) []ruleCase[Fact] {
	return []ruleCase[Fact]{
		{"nothing known", nil, ""},
		{"L-OSZ not registered", func(f *Fact, c *Checker) { c.KnownParticipant = never }, "L-OSZ"},
		{"L-OSZ letters in 1.0.7", func(f *Fact, c *Checker) {
			version(t, c, "10.06.S", "1.0.7")
			f.OSZCode = "A042.000001"
		}, "L-OSZ"},
		{"L-UNIT no dictionary", func(f *Fact, c *Checker) { f.Assignment.MeasureCode = "99" }, ""},
		{"L-UNIT known", func(f *Fact, c *Checker) { c.Classifier = ruleClassifier() }, ""},
		{"L-UNIT ЕГИССО code", func(f *Fact, c *Checker) { c.Classifier, f.Assignment.MeasureCode = ruleClassifier(), "99" }, "L-UNIT"},
		{"L-UNIT ОКЕИ code", func(f *Fact, c *Checker) {
			c.Classifier, f.Assignment.MeasureCode, f.Assignment.OKEICode = ruleClassifier(), "", "112"
		}, "L-UNIT"},
		{"L-UNIT ОКЕИ code known", func(f *Fact, c *Checker) {
			c.Classifier, f.Assignment.MeasureCode, f.Assignment.OKEICode = ruleClassifier(), "", "796"
		}, ""},
		{"L-KMSZ category gone", func(f *Fact, c *Checker) { c.Classifier = classifierWithout(t, insulinCategory) }, "L-KMSZ(W)"},
		{"L-KMSZ category gone, which the policy allows", func(f *Fact, c *Checker) {
			c.Classifier, c.Policy = classifierWithout(t, insulinCategory), RulePolicy{"003": Warn}
		}, ""},
		{"L-KMSZ another category gone", func(f *Fact, c *Checker) { c.Classifier = classifierWithout(t, "01000000") }, ""},
		{"L-DUP twin", func(f *Fact, c *Checker) { c.Twin = func([32]byte) bool { return true } }, "L-DUP(W)"},
		{"L-DUP no twin", func(f *Fact, c *Checker) { c.Twin = func([32]byte) bool { return false } }, ""},
	}
}

func TestFactRulesInContext(t *testing.T) {
	runRules(t, factContextCases(t), insulinFact, func(c Checker, f Fact) []Finding { return c.Fact(f, worldMeasure(f)) })
}

// eventCase is an event with what is known of its fact.
type eventCase struct {
	e Event
	t Target
}

func eventCases(t testing.TB) []ruleCase[eventCase] {
	return []ruleCase[eventCase]{
		{"nothing wrong", nil, ""},
		{"L-EVT not accepted", func(c *eventCase, _ *Checker) { c.t.Accepted = nil }, "L-EVT"},
		{"L-EVT removed", func(c *eventCase, _ *Checker) { c.t.Invalidated = true }, "L-EVT"},
		{"L-EVT another one is open", func(c *eventCase, _ *Checker) { c.t.Open = true }, "L-EVT"},
		{"L-EVT no date", func(c *eventCase, _ *Checker) { c.e.DateFinish = Date{} }, "L-EVT"},
		{"L-EVT impossible date", func(c *eventCase, _ *Checker) { c.e.DateFinish = Date{2023, 2, 30} }, "L-EVT"},
		{"L-EVT before the start", func(c *eventCase, _ *Checker) { c.e.DateFinish = day("2023-01-09") }, "L-EVT"},
		{"L-EVT on the first day", func(c *eventCase, _ *Checker) { c.e.DateFinish = day("2023-01-10") }, ""},
		{"L-EVT on the last day", func(c *eventCase, _ *Checker) { c.e.DateFinish = day("2023-02-09") }, ""},
		{"L-EVT after the finish", func(c *eventCase, _ *Checker) { c.e.DateFinish = day("2023-02-10") }, "L-EVT"},
		{"L-EVT open-ended fact", func(c *eventCase, _ *Checker) {
			f := halfPriceFact()
			c.t.Accepted, c.e.DateFinish = &f, day("2030-01-01")
		}, ""},
		{"L-EVT removal has no date", func(c *eventCase, _ *Checker) { c.e = Event{Kind: KindFactInvalidation} }, ""},
		{"L-EVT recalculation without a sum", func(c *eventCase, _ *Checker) { c.e = Event{Kind: KindFactRecalculation} }, "L-EVT"},
		{"L-EVT recalculation to nothing", func(c *eventCase, _ *Checker) { c.e = Event{Kind: KindFactRecalculation, Amount: sum("0")} }, ""},
		{"L-EVT negative sum", func(c *eventCase, _ *Checker) { c.e.Amount = sum("-0.01") }, "L-EVT"},
		{"L-EVT parts of a kopeck", func(c *eventCase, _ *Checker) { c.e.Amount = sum("1.005") }, "L-EVT"},
		{"L-EVT number of 20 digits", func(c *eventCase, _ *Checker) { c.e.Quantity = sum("12345678901234567890") }, "L-EVT"},
		{"L-EVT quantity of money", func(c *eventCase, _ *Checker) {
			f := moneyFact()
			c.t.Accepted, c.e.DateFinish, c.e.Quantity = &f, day("2023-03-01"), sum("1")
		}, "L-EVT"},
		{"L-EVT refusal in 1.0.7", func(c *eventCase, k *Checker) {
			version(t, k, "10.06.S", "1.0.7")
			c.e.Kind = KindFactRecipientRefusal
		}, "L-EVT(W)"},
		{"L-EVT refusal in 1.1.0", func(c *eventCase, _ *Checker) { c.e.Kind = KindFactRecipientRefusal }, ""},
	}
}

func TestEventRules(t *testing.T) {
	base := func() eventCase {
		f := insulinFact()
		return eventCase{Event{Kind: KindFactEndOfRight, FactID: f.ID, DateFinish: day("2023-01-20")}, Target{Accepted: &f}}
	}
	runRules(t, eventCases(t), base, func(c Checker, e eventCase) []Finding { return c.Event(e.e, e.t) })
}
