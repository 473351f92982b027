package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"
)

// etcFolder is a folder as /etc/egissogw: settings and, beside them, credentials.
func etcFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "credentials"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		writeFile(t, filepath.Join(dir, name), text)
	}
	return filepath.Join(dir, "egissogw.env")
}

// TestCommandsReadTheFile: checks is a command that needs settings and no database.
func TestCommandsReadTheFile(t *testing.T) {
	file := etcFolder(t, map[string]string{"egissogw.env": "EGISSOGW_RULE_POLICY=L-LEN=off\nHTTPS_PROXY=http://p:1\n"})
	other := etcFolder(t, map[string]string{"egissogw.env": "EGISSOGW_RULE_POLICY=L-NOSUCH=off\n"})
	spoilt := etcFolder(t, map[string]string{"egissogw.env": "EGISSOGW_SMEV_SCHEMA=1.3\nexport EGISSOGW_RULE_POLICY=off\n"})
	missing := filepath.Join(t.TempDir(), "no.env")
	for name, c := range map[string]struct {
		usual string
		env   map[string]string
		args  string
		code  int
		want  string
	}{
		"usual file":                {file, nil, "checks", exitOK, "выключено *"},
		"another, after":            {file, nil, "checks --config " + other, exitFailed, "L-NOSUCH"},
		"another, before":           {file, nil, "--config=" + other + " checks", exitFailed, "L-NOSUCH"},
		"the environment wins":      {file, map[string]string{"EGISSOGW_RULE_POLICY": "L-OTHER=off"}, "checks", exitFailed, "L-OTHER"},
		"no file asked for":         {other, nil, "checks --config none", exitOK, "задерживает"},
		"usual file is not there":   {missing, nil, "checks", exitOK, "задерживает"},
		"not there, and it matters": {missing, nil, "status", exitFailed, missing + ": файла нет"},
		"named file is not there":   {file, nil, "checks --config " + missing, exitFailed, "файл настроек " + missing + " не найден"},
		"spoilt line":               {spoilt, nil, "checks", exitFailed, "строка 2: слово export"},
		"check of it":               {spoilt, nil, "check", exitFailed, "строка 2: слово export"},
		"serve with it":             {spoilt, nil, "serve", exitConfig, "строка 2: слово export"},
		"commands without settings": {spoilt, nil, "version", exitOK, ""},
		"name of the file missing":  {file, nil, "--config", exitUsage, "--config"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			handed := map[string]string{}
			a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &out, lookuper: envconfig.MapLookuper(c.env), now: time.Now,
				usual: c.usual, setenv: func(name, value string) error { handed[name] = value; return nil }}
			if code := a.main(t.Context(), strings.Fields(c.args)); code != c.code || !strings.Contains(out.String(), c.want) {
				t.Errorf("code %d, want %d with %q:\n%s", code, c.code, c.want, &out)
			}
			if want := map[string]string{"HTTPS_PROXY": "http://p:1"}; name == "usual file" && !maps.Equal(handed, want) {
				t.Errorf("handed to libraries: %v", handed)
			}
		})
	}
}

// TestTwoConfigurations: check says which of two values is the one used here.
func TestTwoConfigurations(t *testing.T) {
	file := etcFolder(t, map[string]string{"egissogw.env": "EGISSOGW_PROVIDER_CODE=0042.000001\n"})
	_, out, _ := run(t, map[string]string{"EGISSOGW_PROVIDER_CODE": "0042.000002"}, "check", "--config", file)
	if !strings.Contains(out, "EGISSOGW_PROVIDER_CODE: в окружении одно значение, в "+file+" (строка 1) другое") {
		t.Error(out)
	}
}
