package main

import (
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/config"
)

// A gateway says that it runs and by which settings; the same said otherwise is the same.
func TestGatewaySaysThatItRuns(t *testing.T) {
	t.Parallel()
	env := ready(t)
	env["EGISSOGW_RULE_POLICY"] = "019=block,026=warn"
	same, other := maps.Clone(env), maps.Clone(env)
	same["EGISSOGW_RULE_POLICY"], same["EGISSOGW_LOG_LEVEL"] = "026=warn,019=block", "debug"
	other["EGISSOGW_RULE_POLICY"] = "019=warn"
	for _, tc := range []struct {
		env     map[string]string
		running int
		differ  bool
	}{{env, 1, false}, {same, 2, false}, {other, 3, true}} {
		runLinks(t, tc.env)
		_, out, errs := run(t, env, "status")
		if n := strings.Count(out, "Работает шлюз с "); n != tc.running {
			t.Errorf("%d run, %d are shown: %s%s", tc.running, n, out, errs)
		}
		if told := strings.Contains(out, "с разными настройками: EGISSOGW_RULE_POLICY\n") || strings.Contains(out, "с разными настройками: EGISSOGW_RULE_POLICY ("); told != tc.differ {
			t.Errorf("%d run: %s", tc.running, out)
		}
	}
}

// runLinks makes a gateway and runs the job that tells of it.
func runLinks(t *testing.T, env map[string]string) {
	t.Helper()
	c, err := config.Load(t.Context(), envconfig.MapLookuper(env))
	if err != nil {
		t.Fatal(err)
	}
	p, err := assemble.Open(t.Context(), c, "devel", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	entries, err := p.Entries(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Job.Name() != "links" {
			continue
		}
		if _, err := e.Job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
