package main

import (
	"context"
	"io"
	"text/tabwriter"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/check"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/cmd/egissogw/internal/screen"
)

// ruleLine is one rule as `egissogw checks` shows it.
type ruleLine struct {
	Code     string `json:"code"`
	Register string `json:"register"`
	Default  string `json:"default"` // block or warn
	Policy   string `json:"policy"`  // block, warn or off: what holds now
	Reads    string `json:"reads"`
	Needs    string `json:"needs"`
	Text     string `json:"text"`
}

// checks lists the local checks and what the configured policy makes of each.
func checks(ctx context.Context, a *app, args []string) error {
	f := a.flags("checks")
	asJSON := a.jsonFlag(f)
	if err := parseFlags(f, args); err != nil {
		return err
	}
	c, err := a.loadFor(ctx, "package")
	if err != nil {
		return err
	}
	policy, err := assemble.PoliciesOf(c)
	if err != nil {
		return err
	}
	lines := ruleLines(check.Rules(), policy.Rules)
	if *asJSON {
		return a.printJSON(lines)
	}
	return printRules(a.stdout, lines)
}

func ruleLines(rules []check.Rule, policy check.Policy) []ruleLine {
	lines := make([]ruleLine, len(rules))
	for i, r := range rules {
		usual := check.Warn
		if r.Severity == egisso.Error {
			usual = check.Block
		}
		now := usual
		if action, named := policy[r.Code]; named {
			now = action
		}
		lines[i] = ruleLine{
			Code: r.Code, Register: string(r.Register), Default: string(usual), Policy: string(now),
			Reads: r.Reads, Needs: r.Needs, Text: r.Text,
		}
	}
	return lines
}

// actionTexts are the actions of a policy for people.
var actionTexts = map[string]string{
	string(check.Block): "задерживает", string(check.Warn): "предупреждает", string(check.Off): "выключено",
}

func printRules(w io.Writer, lines []ruleLine) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	register := ""
	for _, l := range lines {
		if l.Register != register {
			if register != "" {
				screen.Fprintln(t)
			}
			register = l.Register
			screen.Fprintf(t, "%s\n", egisso.Register(register).Named())
			screen.Fprintf(t, "Правило\tСейчас\tЧто требуется\tЧто читает\tБез чего не проверяется\n")
		}
		now := actionTexts[l.Policy]
		if l.Policy != l.Default {
			now += " *"
		}
		screen.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.Code, now, l.Text, l.Reads, l.Needs)
	}
	screen.Fprintf(t, "\n* изменено настройкой EGISSOGW_RULE_POLICY. Значение, которое не принимает схема XSD, задерживает запись всегда.\n")
	return t.Flush()
}
