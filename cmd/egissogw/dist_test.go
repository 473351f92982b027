package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// selector is a series as queries name it.
var selector = regexp.MustCompile(`(egissogw_\w+|process_\w+)(\{[^}]*\})?`)

var label = regexp.MustCompile(`(\w+)(=~|!=|=)"([^"]*)"`)

// compareWithDist sees that every series the alert rules and the dashboard ask for is among
// those a gateway shows, with the labels and values they name.
func compareWithDist(t *testing.T, shown string) {
	t.Helper()
	for _, file := range []string{"prometheus-rules.yml", "grafana-dashboard.json"} {
		text, err := os.ReadFile("../../config/dist/" + file)
		if err != nil {
			t.Fatal(err)
		}
		asked := selector.FindAllStringSubmatch(strings.ReplaceAll(string(text), `\"`, `"`), -1)
		if len(asked) < 10 {
			t.Errorf("%s asks for %d series only", file, len(asked))
		}
		for _, series := range asked {
			if !isShown(shown, series[1], series[2]) {
				t.Errorf("%s asks for %s%s, which nobody shows", file, series[1], series[2])
			}
		}
	}
}

// isShown tells whether a line of what is shown fits.
func isShown(shown, name, labels string) bool {
	for line := range strings.Lines(shown) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || rest[0] != ' ' && rest[0] != '{' {
			continue
		}
		fits := true
		for _, l := range label.FindAllStringSubmatch(labels, -1) {
			value := regexp.MustCompile(`[{,]` + l[1] + `="([^"]*)"`).FindStringSubmatch(rest)
			switch {
			case l[1] == "instance" || l[1] == "job": // Prometheus gives them
			case value == nil:
				fits = false
			case l[2] == "=":
				fits = fits && value[1] == l[3]
			case l[2] == "=~":
				fits = fits && regexp.MustCompile(`^(?:`+l[3]+`)$`).MatchString(value[1])
			}
		}
		if fits {
			return true
		}
	}
	return false
}

func TestDashboardIsJSON(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../config/dist/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		if p.Title == "" || len(p.Targets) == 0 || p.Targets[0].Expr == "" {
			t.Errorf("panel %+v shows nothing", p)
		}
	}
	if len(dashboard.Panels) < 8 {
		t.Errorf("%d panels", len(dashboard.Panels))
	}
}
