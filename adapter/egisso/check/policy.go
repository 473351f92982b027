package check

import (
	"fmt"
	"sort"
	"strings"

	"egissogw/adapter/egisso"
)

// Action is what a policy makes of a rule's findings.
type Action string

// Actions of a policy.
const (
	Block Action = "block" // findings become errors
	Warn  Action = "warn"  // findings become warnings
	Off   Action = "off"   // findings are dropped
)

// Policy changes the default severity of rules, by rule code. Rules it does
// not name keep their default; findings marked Schema always block.
type Policy map[string]Action

// ParsePolicy reads "019=warn,026=off". Unknown codes and actions are errors, so
// that a misspelt policy does not pass unnoticed; all of them are told, in Russian.
func ParsePolicy(s string) (Policy, error) {
	policy := Policy{}
	return policy, egisso.EachSetting(s, func(code, action string) error {
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
func (p Policy) Apply(findings []egisso.Finding) []egisso.Finding {
	if len(findings) == 0 {
		return nil
	}
	out := make([]egisso.Finding, 0, len(findings))
	for _, f := range findings {
		if !f.Schema {
			switch p[f.Code] {
			case Block:
				f.ByPolicy = f.Severity == egisso.Warning
				f.Severity = egisso.Error
			case Warn:
				f.Severity = egisso.Warning
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
func Override(findings []egisso.Finding) []egisso.Finding {
	out := append([]egisso.Finding(nil), findings...)
	for i := range out {
		if out[i].ByPolicy {
			out[i].ByPolicy, out[i].Severity = false, egisso.Warning
		}
	}
	return out
}

// String returns the policy in the form ParsePolicy reads, sorted by code.
func (p Policy) String() string {
	parts := make([]string, 0, len(p))
	for code, action := range p {
		parts = append(parts, code+"="+string(action))
	}
	sort.Strings(parts)
	return strings.Join(parts, ",")
}
