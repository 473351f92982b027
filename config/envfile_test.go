package config_test

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"egissogw/config"
)

func over(t *testing.T, text string, environment map[string]string) (*config.Overlay, []string) {
	t.Helper()
	o, err := config.Over(envconfig.MapLookuper(environment), writeFile(t, "site.env", text, 0o600))
	var p *config.Problems
	if err != nil && !errors.As(err, &p) {
		t.Fatal(err)
	}
	if p == nil {
		return o, nil
	}
	return o, p.Lines()[1:]
}

// TestFileIsReadAsSystemdDoes: quotes, escapes and remarks are those of systemd.exec(5), EnvironmentFile=.
func TestFileIsReadAsSystemdDoes(t *testing.T) {
	for line, want := range map[string]string{
		"A=plain":             "plain",
		"A = with blanks  ":   "with blanks",
		"A=":                  "",
		"A='a \\\\.\\b'":      `a \\.\b`,
		`A="a \"b\" \\ \n"`:   `a "b" \ \n`,
		`A=a\ b\\c`:           `a b\c`,
		`A=["-x","two"]`:      `["-x","two"]`,
		"A='a # no remark'":   "a # no remark",
		"A=a#b":               "a#b",
		"# A=1\n; A=2\nA=3":   "3",
		"A=same\nA=same":      "same",
		"A=p%40ss?x=1&y='z'z": "p%40ss?x=1&y='z'z",
	} {
		o, wrong := over(t, line+"\n", nil)
		if got, ok := o.Lookup("A"); !ok || got != want || wrong != nil {
			t.Errorf("%s gives %q, want %q; %v", line, got, want, wrong)
		}
	}
}

func TestSpoiltLinesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"\ufeffA=1":        "строка 1: метка порядка байтов (BOM)",
		"\n\nA=1\r\nB=2\r": "строка 3: знак CR",
		"A=1\nexport B=2":  "строка 2: слово export",
		"A=1\nB=\"x":       "строка 2: B: кавычка не закрыта",
		"B=x\"":            "строка 1: B: лишняя кавычка",
		"B=«x»":            "строка 1: B: типографская кавычка",
		"B=x # why":        "строка 1: B: после значения стоит #",
		"B=x\t# why":       "строка 1: B: после значения стоит #",
		"\xff\xfeB\x00=\x001\x00\n\x00C\x00=\x002\x00": "строка 1: файл не в UTF-8",
		"B='x' # why":      "строка 1: B: после закрывающей кавычки",
		"nothing":          "строка 1: нет знака =",
		"A B=1":            "строка 1: слева от = не имя",
		"# remark \\\nA=1": `строка 1: знак \`,
	} {
		_, wrong := over(t, text, nil)
		if len(wrong) != 1 || !strings.Contains(wrong[0], want) {
			t.Errorf("%q: %q, want %q", text, wrong, want)
		}
	}
}

func TestEnvironmentWins(t *testing.T) {
	o, _ := over(t, "EGISSOGW_A=file\nEGISSOGW_B=file\nEGISSOGW_C=file\nEGISSOGW_D_FILE=file\nEGISSOGW_E=file\n",
		map[string]string{"EGISSOGW_A": "set", "EGISSOGW_B": "", "EGISSOGW_D": "set", "EGISSOGW_E": "file"})
	for name, want := range map[string]string{"A": "set", "B": "", "C": "file", "D_FILE": "", "D": "set", "E": "file"} {
		if got, _ := o.Lookup("EGISSOGW_" + name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	var twice []string
	for _, p := range o.Twice() {
		twice = append(twice, p.Variable)
	}
	if got := strings.Join(twice, " "); got != "EGISSOGW_A EGISSOGW_B" {
		t.Errorf("two values: %s", got)
	}
	o, _ = over(t, "EGISSOGW_A=1\nEGISSOGW_A=2\n", nil)
	if got, _ := o.Lookup("EGISSOGW_A"); got != "2" || len(o.Twice()) != 1 || !strings.Contains(o.Twice()[0].Text, "строках 1 и 2") {
		t.Errorf("twice in the file: %q, %v", got, o.Twice())
	}
}

// TestCredentialsBesideTheFile: they are found by the names of LoadCredential=, below everything
// else; where they may not be looked at, a variable that is missing says so.
func TestCredentialsBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	path := dir + "/site.env"
	for name, text := range map[string]string{"site.env": "EGISSOGW_SMEV_SCHEMA=1.2\n", "credentials/database-url": "postgres://a@b/c\n"} {
		if err := os.MkdirAll(dir+"/credentials", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o, err := config.Over(envconfig.MapLookuper(nil), path)
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := config.Load(t.Context(), o); c.Database.URL.Reveal() != "postgres://a@b/c" || c.SMEV.Schema != "1.2" {
		t.Errorf("read: %q, %s", c.Database.URL.Reveal(), c.SMEV.Schema)
	}
	if err := os.Chmod(dir+"/credentials", 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir+"/credentials", 0o700)
	if os.Geteuid() == 0 { // root may look everywhere, this thread not until the end
		const nobody = 65534
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer syscall.Setfsuid(0)
	}
	if _, err := config.Load(t.Context(), o); err == nil || !strings.Contains(err.Error(), "нет прав на "+dir+"/credentials") {
		t.Errorf("without rights: %v", err)
	}
}
