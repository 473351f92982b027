package check_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/adapter/egisso/egissotest"
)

// cases of rules that look at more than the record, or at other registers. want
// lists the findings, "(W)" marks warnings.
type ruleCase[T any] struct {
	name   string
	change func(*T, *check.Checker)
	want   string
}

func runRules[T any](t *testing.T, cases []ruleCase[T], base func() T, find func(check.Checker, T) []egisso.Finding) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			record, checker := base(), check.Checker{Today: egissotest.Today}
			if c.change != nil {
				c.change(&record, &checker)
			}
			findings := find(checker, record)
			if got := strings.Join(egissotest.Codes(findings), " "); got != c.want {
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
func version(t testing.TB, c *check.Checker, code, number string) {
	t.Helper()
	v, err := egisso.FindVersion(code, number)
	if err != nil {
		t.Fatal(err)
	}
	c.Versions = egisso.VersionSet{v.Register: v}
}

func never(string) bool { return false }

func neverID(uuid.UUID) bool { return false }

func onlyID(want uuid.UUID) func(uuid.UUID) bool {
	return func(id uuid.UUID) bool { return id == want }
}

// TestEveryRuleHasACase also prints the table of rules.
func TestEveryRuleHasACase(t *testing.T) {
	covered := map[string]bool{}
	cover := func(r egisso.Register, want string) {
		for _, code := range strings.Fields(want) {
			covered[string(r)+" "+code] = true
		}
	}
	for _, c := range measureCases {
		cover(egisso.RegisterMeasure, c.want)
	}
	for _, c := range classifierCases(t) {
		cover(egisso.RegisterMeasure, c.want)
	}
	for _, c := range factCases {
		cover(egisso.RegisterFact, c.want)
	}
	for _, c := range factContextCases(t) {
		cover(egisso.RegisterFact, c.want)
	}
	for _, c := range eventCases(t) {
		cover(egisso.RegisterFact, c.want)
	}
	for _, c := range organizationCases {
		cover(egisso.RegisterOrganization, c.want)
	}
	for _, c := range pointCases(t) {
		cover(egisso.RegisterPoint, c.want)
	}
	for _, c := range applicationCases {
		cover(egisso.RegisterParticipant, c.want)
	}
	for _, r := range check.Rules() {
		t.Logf("%-12s %-10s %-7s %-52s %s", r.Register, r.Code, r.Severity, r.Reads, r.Text)
		key := string(r.Register) + " " + r.Code
		if r.Severity == egisso.Warning {
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

func factContextCases(t testing.TB) []ruleCase[egisso.Fact] {
	return []ruleCase[egisso.Fact]{
		{"nothing known", nil, ""},
		{"L-OSZ not registered", func(f *egisso.Fact, c *check.Checker) { c.KnownParticipant = never }, "L-OSZ"},
		{"L-OSZ letters in 1.0.7", func(f *egisso.Fact, c *check.Checker) {
			version(t, c, "10.06.S", "1.0.7")
			f.OSZCode = "A042.000001"
		}, "L-OSZ"},
		{"L-UNIT no dictionary", func(f *egisso.Fact, c *check.Checker) { f.Assignment.MeasureCode = "99" }, ""},
		{"L-UNIT known", func(f *egisso.Fact, c *check.Checker) { c.Classifier = ruleClassifier() }, ""},
		{"L-UNIT ЕГИССО code", func(f *egisso.Fact, c *check.Checker) {
			c.Classifier, f.Assignment.MeasureCode = ruleClassifier(), "99"
		}, "L-UNIT"},
		{"L-UNIT ОКЕИ code", func(f *egisso.Fact, c *check.Checker) {
			c.Classifier, f.Assignment.MeasureCode, f.Assignment.OKEICode = ruleClassifier(), "", "112"
		}, "L-UNIT"},
		{"L-UNIT ОКЕИ code known", func(f *egisso.Fact, c *check.Checker) {
			c.Classifier, f.Assignment.MeasureCode, f.Assignment.OKEICode = ruleClassifier(), "", "796"
		}, ""},
		{"L-KMSZ category gone", func(f *egisso.Fact, c *check.Checker) { c.Classifier = classifierWithout(t, insulinCategory) }, "L-KMSZ(W)"},
		{"L-KMSZ category gone, which the policy allows", func(f *egisso.Fact, c *check.Checker) {
			c.Classifier, c.Policy = classifierWithout(t, insulinCategory), check.Policy{"003": check.Warn}
		}, ""},
		{"L-KMSZ another category gone", func(f *egisso.Fact, c *check.Checker) { c.Classifier = classifierWithout(t, "01000000") }, ""},
		{"L-DUP twin", func(f *egisso.Fact, c *check.Checker) { c.Twin = func([32]byte) bool { return true } }, "L-DUP(W)"},
		{"L-DUP no twin", func(f *egisso.Fact, c *check.Checker) { c.Twin = func([32]byte) bool { return false } }, ""},
	}
}

func TestFactRulesInContext(t *testing.T) {
	runRules(t, factContextCases(t), egissotest.InsulinFact, func(c check.Checker, f egisso.Fact) []egisso.Finding { return c.Fact(f, egissotest.MeasureOf(f)) })
}

// eventCase is an event with what is known of its fact.
type eventCase struct {
	e egisso.Event
	t check.Target
}

func eventCases(t testing.TB) []ruleCase[eventCase] {
	return []ruleCase[eventCase]{
		{"nothing wrong", nil, ""},
		{"L-EVT not accepted", func(c *eventCase, _ *check.Checker) { c.t.Accepted = nil }, "L-EVT"},
		{"L-EVT removed", func(c *eventCase, _ *check.Checker) { c.t.Invalidated = true }, "L-EVT"},
		{"L-EVT another one is open", func(c *eventCase, _ *check.Checker) { c.t.Open = true }, "L-EVT"},
		{"L-EVT no date", func(c *eventCase, _ *check.Checker) { c.e.DateFinish = egisso.Date{} }, "L-EVT"},
		{"L-EVT impossible date", func(c *eventCase, _ *check.Checker) { c.e.DateFinish = egisso.Date{Year: 2023, Month: 2, Day: 30} }, "L-EVT"},
		{"L-EVT before the start", func(c *eventCase, _ *check.Checker) { c.e.DateFinish = egissotest.Day("2023-01-09") }, "L-EVT"},
		{"L-EVT on the first day", func(c *eventCase, _ *check.Checker) { c.e.DateFinish = egissotest.Day("2023-01-10") }, ""},
		{"L-EVT on the last day", func(c *eventCase, _ *check.Checker) { c.e.DateFinish = egissotest.Day("2023-02-09") }, ""},
		{"L-EVT after the finish", func(c *eventCase, _ *check.Checker) { c.e.DateFinish = egissotest.Day("2023-02-10") }, "L-EVT"},
		{"L-EVT open-ended fact", func(c *eventCase, _ *check.Checker) {
			f := egissotest.HalfPriceFact()
			c.t.Accepted, c.e.DateFinish = &f, egissotest.Day("2030-01-01")
		}, ""},
		{"L-EVT removal has no date", func(c *eventCase, _ *check.Checker) { c.e = egisso.Event{Kind: egisso.KindFactInvalidation} }, ""},
		{"L-EVT recalculation without a sum", func(c *eventCase, _ *check.Checker) { c.e = egisso.Event{Kind: egisso.KindFactRecalculation} }, "L-EVT"},
		{"L-EVT recalculation to nothing", func(c *eventCase, _ *check.Checker) {
			c.e = egisso.Event{Kind: egisso.KindFactRecalculation, Amount: egissotest.Sum("0")}
		}, ""},
		{"L-EVT negative sum", func(c *eventCase, _ *check.Checker) { c.e.Amount = egissotest.Sum("-0.01") }, "L-EVT"},
		{"L-EVT parts of a kopeck", func(c *eventCase, _ *check.Checker) { c.e.Amount = egissotest.Sum("1.005") }, "L-EVT"},
		{"L-EVT number of 20 digits", func(c *eventCase, _ *check.Checker) { c.e.Quantity = egissotest.Sum("12345678901234567890") }, "L-EVT"},
		{"L-EVT quantity of money", func(c *eventCase, _ *check.Checker) {
			f := egissotest.MoneyFact()
			c.t.Accepted, c.e.DateFinish, c.e.Quantity = &f, egissotest.Day("2023-03-01"), egissotest.Sum("1")
		}, "L-EVT"},
		{"L-EVT refusal in 1.0.7", func(c *eventCase, k *check.Checker) {
			version(t, k, "10.06.S", "1.0.7")
			c.e.Kind = egisso.KindFactRecipientRefusal
		}, "L-EVT(W)"},
		{"L-EVT refusal in 1.1.0", func(c *eventCase, _ *check.Checker) { c.e.Kind = egisso.KindFactRecipientRefusal }, ""},
	}
}

func TestEventRules(t *testing.T) {
	base := func() eventCase {
		f := egissotest.InsulinFact()
		return eventCase{egisso.Event{Kind: egisso.KindFactEndOfRight, FactID: f.ID, DateFinish: egissotest.Day("2023-01-20")}, check.Target{Accepted: &f}}
	}
	runRules(t, eventCases(t), base, func(c check.Checker, e eventCase) []egisso.Finding { return c.Event(e.e, e.t) })
}
