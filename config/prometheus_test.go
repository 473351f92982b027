package config_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const playedRules = "testdata/prometheus-rules.test.yml"

// Every alert has a story in which it fires and one in which it does not.
func TestEveryAlertIsPlayed(t *testing.T) {
	rules, err := os.ReadFile("dist/prometheus-rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	played, err := os.ReadFile(playedRules)
	if err != nil {
		t.Fatal(err)
	}
	alerts := regexp.MustCompile(`(?m)^\s*- alert: (\w+)`).FindAllStringSubmatch(string(rules), -1)
	if len(alerts) < 10 {
		t.Fatalf("%d alerts", len(alerts))
	}
	for _, a := range alerts {
		fires := regexp.MustCompile(`alertname: ` + a[1] + `\n\s+exp_alerts:`)
		quiet := regexp.MustCompile(`alertname: ` + a[1] + `}`)
		if !fires.Match(played) || !quiet.Match(played) {
			t.Errorf("%s: fires %v, is quiet %v in %s", a[1], fires.Match(played), quiet.Match(played), playedRules)
		}
	}
}

// TestRulesUnderPromtool plays the alerts by Prometheus's own program, and has it read what the
// dashboard asks for. EGISSOGW_PROMTOOL is its path.
func TestRulesUnderPromtool(t *testing.T) {
	promtool := os.Getenv("EGISSOGW_PROMTOOL")
	if promtool == "" {
		t.Skip("EGISSOGW_PROMTOOL is not set; make acceptance sets it")
	}
	dir := t.TempDir()
	for from, to := range map[string]string{"dist/prometheus-rules.yml": "prometheus-rules.yml", playedRules: "test.yml"} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "dashboard.yml"), []byte(asRules(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", "prometheus-rules.yml"}, {"check", "rules", "dashboard.yml"}, {"test", "rules", "test.yml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// asRules has the queries of the dashboard recorded, so that promtool reads them.
func asRules(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("dist/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	variables := strings.NewReplacer("$__rate_interval", "5m", "$__interval", "5m", "$__range", "1h", "$instance", "g")
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	n := 0
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			fmt.Fprintf(&rules, "      - {record: 'panel_%d', expr: %q}\n", n, variables.Replace(target.Expr))
			n++
		}
	}
	if n < 8 {
		t.Errorf("%d queries", n)
	}
	return rules.String()
}
