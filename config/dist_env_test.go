package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestExampleCanBeUncommented sees that whoever removes a # before a variable gets a
// value and not a remark: systemd takes everything up to the end of the line.
func TestExampleCanBeUncommented(t *testing.T) {
	data, err := os.ReadFile("dist/egissogw.env")
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile(`^'[^']*'$|^"[^"\\]*"$`)
	for _, m := range assignmentPattern.FindAllStringSubmatch(string(data), -1) {
		if value := m[2]; strings.ContainsAny(value, " \t#") && !quoted.MatchString(value) {
			t.Errorf("%s: the value %q holds a remark, or needs quotes", m[1], value)
		}
	}
}
