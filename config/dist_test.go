package config_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egissogw/config"

	"github.com/sethvargo/go-envconfig"
)

// substituted returns the unit with the program replaced by one that is there, in
// a file systemd-analyze accepts.
func substituted(t *testing.T) string {
	t.Helper()
	unit, err := os.ReadFile("dist/egissogw.service")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(unit), "ExecStart=/usr/bin/egissogw", "ExecStart=/bin/true", 1)
	if text == string(unit) {
		t.Fatal("the unit does not start /usr/bin/egissogw")
	}
	path := filepath.Join(t.TempDir(), "egissogw.service")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// analyze runs systemd-analyze, which tells about a unit without a running systemd.
func analyze(t *testing.T, args ...string) {
	t.Helper()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed on this machine")
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
	} else if args[0] == "verify" && len(out) > 0 {
		t.Errorf("systemd-analyze verify warns:\n%s", out)
	}
}

func TestUnitVerifies(t *testing.T) {
	analyze(t, "verify", "--man=no", "--recursive-errors=no", substituted(t))
}

// TestUnitIsHardened keeps the exposure at or below 1.1 of 10, and 1.0 where a site says with whom
// the service may speak.
func TestUnitIsHardened(t *testing.T) {
	analyze(t, "security", "--offline=true", "--threshold=11", "--no-pager", substituted(t))
	addresses, err := os.ReadFile("dist/addresses.conf")
	if err != nil {
		t.Fatal(err)
	}
	path := substituted(t)
	unit, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(unit, addresses...), 0o644); err != nil {
		t.Fatal(err)
	}
	analyze(t, "security", "--offline=true", "--threshold=10", "--no-pager", path)
}

var assignmentPattern = regexp.MustCompile(`(?m)^#?(EGISSOGW_[A-Z0-9_]+)=(.*)$`)

// TestExampleEnvironmentIsRight loads the example: apart from the files that are
// only on a real machine there must be nothing wrong with it.
func TestExampleEnvironmentIsRight(t *testing.T) {
	data, err := os.ReadFile("dist/egissogw.env")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"EGISSOGW_DATABASE_URL":        "postgres://gateway@localhost/egisso",
		"EGISSOGW_SOURCE_DATABASE_URL": "postgres://reader@localhost/mis",
		"EGISSOGW_PKCS11_PIN_FILE":     writeFile(t, "pin", "1", 0o600),
	}
	var names []string
	for _, m := range assignmentPattern.FindAllStringSubmatch(string(data), -1) {
		names = append(names, m[0])
		if !strings.HasPrefix(m[0], "#") {
			env[m[1]] = m[2]
		} else {
			names[len(names)-1] = m[0][1:]
		}
	}
	if unknown := config.Unknown(names); len(unknown) > 0 {
		t.Errorf("the example sets variables nobody reads: %v", unknown)
	}
	_, err = config.Load(t.Context(), envconfig.MapLookuper(env))
	var problems *config.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v, want the files that are not here", err)
	}
	for _, p := range problems.List {
		if !strings.HasPrefix(p.Text, "файл /") || !strings.HasSuffix(p.Text, " не найден") {
			t.Errorf("%v", p)
		}
	}
}

// TestCredentialsOfTheUnitAreKnown gives Load each credential the unit or its
// comments name: it must be one the configuration looks for.
func TestCredentialsOfTheUnitAreKnown(t *testing.T) {
	unit, err := os.ReadFile("dist/egissogw.service")
	if err != nil {
		t.Fatal(err)
	}
	known := config.Credentials()
	found := 0
	for _, m := range regexp.MustCompile(`LoadCredential=([a-z0-9-]+):`).FindAllStringSubmatch(string(unit), -1) {
		found++
		if !known[m[1]] {
			t.Errorf("the configuration does not look for credential %q", m[1])
		}
	}
	if found < 2 {
		t.Errorf("%d credentials in the unit", found)
	}
}
