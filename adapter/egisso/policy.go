package egisso

import (
	"fmt"
	"sort"
	"strings"
)

// Action is what a policy makes of a rule's findings.
type Action string

// Actions of a policy.
const (
	Block Action = "block" // findings become errors
	Warn  Action = "warn"  // findings become warnings
	Off   Action = "off"   // findings are dropped
)

// RulePolicy changes the default severity of rules, by rule code. Rules it does
// not name keep their default; findings marked Schema always block.
type RulePolicy map[string]Action

// ParseRulePolicy reads "019=warn,026=off". Unknown codes and actions are errors, so
// that a misspelt policy does not pass unnoticed; all of them are told, in Russian.
func ParseRulePolicy(s string) (RulePolicy, error) {
	policy := RulePolicy{}
	return policy, EachSetting(s, func(code, action string) error {
		if !knownRule(code) {
			return fmt.Errorf("правила %q нет; есть: %s", code, strings.Join(ruleCodes(), ", "))
		}
		if _, twice := policy[code]; twice {
			return fmt.Errorf("правило %s названо дважды", code)
		}
		switch a := Action(action); a {
		case Block, Warn, Off:
			policy[code] = a
			return nil
		}
		return fmt.Errorf("правило %s: вместо %q ожидается block, warn или off", code, action)
	})
}

// Apply returns the findings with the policy's severities. The argument is not
// changed.
func (p RulePolicy) Apply(findings []Finding) []Finding {
	if len(findings) == 0 {
		return nil
	}
	out := make([]Finding, 0, len(findings))
	for _, f := range findings {
		if !f.Schema {
			switch p[f.Code] {
			case Block:
				f.ByPolicy = f.Severity == Warning
				f.Severity = Error
			case Warn:
				f.Severity = Warning
			case Off:
				continue
			}
		}
		out = append(out, f)
	}
	return out
}

// Override returns the findings of a record that a person lets go: errors which
// only the policy makes ones are warnings again. The argument is not changed.
func Override(findings []Finding) []Finding {
	out := append([]Finding(nil), findings...)
	for i := range out {
		if out[i].ByPolicy {
			out[i].ByPolicy, out[i].Severity = false, Warning
		}
	}
	return out
}

// String returns the policy in the form ParseRulePolicy reads, sorted by code.
func (p RulePolicy) String() string {
	parts := make([]string, 0, len(p))
	for code, action := range p {
		parts = append(parts, code+"="+string(action))
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}
