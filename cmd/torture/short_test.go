package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestShort plays the short form with programs built without the race detector,
// which would make it several times as long.
func TestShort(t *testing.T) {
	dir := t.TempDir()
	program, file := filepath.Join(dir, "torture"), filepath.Join(dir, "report.json")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, "--short", "--module=../..", "--json="+file)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	text, readErr := os.ReadFile(file)
	if readErr != nil {
		t.Fatalf("no report: %v, %v", readErr, err)
	}
	var report Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	for _, result := range report.Results {
		t.Run(result.Name, func(t *testing.T) {
			switch result.Outcome {
			case NotPlayed:
				t.Skip(result.Reason)
			case Failed, Surprised:
				t.Errorf("%s: %s %q", result.Outcome, result.Reason, result.Problems)
			}
		})
	}
}
