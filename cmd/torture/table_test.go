package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestScenariosAreDescribed(t *testing.T) {
	names := map[string]bool{}
	for _, s := range scenarios {
		if s.Name == "" || names[s.Name] || s.Happens == "" || s.Play == nil || s.Facts == 0 || s.Gateways == 0 || s.Gateways > 4 {
			t.Errorf("scenario %q is not complete, or there are two", s.Name)
		}
		names[s.Name] = true
	}
	if short := choose(scenarios, settings{short: true}); len(short) < 5 || len(short) == len(scenarios) {
		t.Errorf("%d scenarios are short", len(short))
	}
	if chosen := choose(scenarios, settings{names: "kill-1,pg-full"}); len(chosen) != 2 {
		t.Errorf("%d scenarios of two names", len(chosen))
	}
}

// Every point of the sources is in the list, and every point of the list is in the
// sources.
func TestPointsAreThoseOfTheSources(t *testing.T) {
	var listed []string
	for _, p := range points {
		listed = append(listed, p.name)
	}
	var sources strings.Builder
	for _, pattern := range []string{"../../jobs/*.go", "../../adapter/store/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(file, "_test.go") {
				sources.Write(text)
			}
		}
	}
	text := sources.String()
	for _, found := range regexp.MustCompile(`crashpoint\.At\("([^"]+)"\)`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(listed, found[1]) {
			t.Errorf("crash point %q is not in points.go", found[1])
		}
	}
	for _, name := range listed {
		_, transaction, commit := strings.Cut(name, " commit: ")
		if commit && !strings.Contains(text, `"`+transaction) || !commit && !strings.Contains(text, `crashpoint.At("`+name+`")`) {
			t.Errorf("crash point %q is not in the sources", name)
		}
	}
}

// In the product a crash point is an empty function.
func TestProductHasNoCrashPoints(t *testing.T) {
	for tags, want := range map[string]string{"": "[off.go]", "crashpoint": "[on.go]"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-tags", tags, "-f", "{{.GoFiles}}", "egissogw/adapter/store/crashpoint").CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("tags %q: %s, %v, want %s", tags, got, err, want)
		}
	}
	text, err := os.ReadFile("../../adapter/store/crashpoint/off.go")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "func ") && !strings.HasSuffix(strings.TrimSpace(line), "{}") {
			t.Errorf("not empty: %s", line)
		}
	}
}

// What a scenario comes to depends on whether it awaits something.
func TestOutcomes(t *testing.T) {
	bad := Result{}
	bad.Lost = 1
	hands := Result{}
	hands.Hands = 1
	for name, c := range map[string]struct {
		result Result
		s      Scenario
		want   Outcome
	}{
		"good":                  {Result{}, Scenario{}, Passed},
		"bad":                   {bad, Scenario{}, Failed},
		"bad and awaited":       {bad, Scenario{Awaits: "x"}, Awaited},
		"good but late":         {Result{Recovered: 9}, Scenario{Within: 5 * time.Second}, Failed},
		"good though awaited":   {Result{}, Scenario{Awaits: "x"}, Surprised},
		"hands nobody offered":  {hands, Scenario{}, Failed},
		"hands somebody offers": {hands, Scenario{Asks: "a person"}, Passed},
	} {
		if got := c.result.judged(c.s).Outcome; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for code, results := range map[int][]Result{
		exitOK: {{Outcome: Passed}, {Outcome: Awaited}}, exitPartial: {{Outcome: Passed}, {Outcome: NotPlayed}},
		exitFailed: {{Outcome: NotPlayed}, {Outcome: Surprised}},
	} {
		if got := (Report{Results: results}).code(); got != code {
			t.Errorf("exit code %d of %v, want %d", got, results, code)
		}
	}
}
