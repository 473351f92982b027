package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"
)

func TestListenIsLoopbackUnlessAHostIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		":9464": "127.0.0.1:9464", "127.0.0.1:9464": "127.0.0.1:9464", "[::1]:9464": "[::1]:9464", "0.0.0.0:9464": "0.0.0.0:9464",
		"9464": "", "localhost": "", "http://127.0.0.1:9464": "", ":70000": "", "a b:1": "", ":": "",
	} {
		if got := (Watch{Listen: text}).Address(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if wrong := checkListen(text) != ""; wrong != (want == "") {
			t.Errorf("%q: wrong %v", text, wrong)
		}
	}
}

// What the page needs to be seen, and by nobody on the way.
func TestListenerOfThePage(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, short, broken := file("good", strings.Repeat("a", 16)+"\n"), file("short", "password"), file("broken", "x")
	for name, tt := range map[string]struct {
		env  map[string]string
		want string // variable that is wrong
	}{
		"of this machine":     {map[string]string{"LISTEN": ":9464", "PAGE_TOKEN_FILE": good, "PAGE_HOSTS": "a.example, b.example"}, ""},
		"a port":              {map[string]string{"LISTEN": ":9464", "PAGE_TOKEN_FILE": good, "PAGE_HOSTS": "a.example:9464"}, "PAGE_HOSTS"},
		"short":               {map[string]string{"LISTEN": ":9464", "PAGE_TOKEN_FILE": short}, "PAGE_TOKEN_FILE"},
		"in the variable":     {map[string]string{"LISTEN": ":9464", "PAGE_TOKEN": strings.Repeat("a", 16)}, "PAGE_TOKEN_FILE"},
		"nowhere":             {map[string]string{"PAGE_TOKEN_FILE": good}, "LISTEN"},
		"for all, in plain":   {map[string]string{"LISTEN": "0.0.0.0:9464", "PAGE_TOKEN_FILE": good}, "LISTEN"},
		"metrics for all":     {map[string]string{"LISTEN": "0.0.0.0:9464"}, ""},
		"half of TLS":         {map[string]string{"LISTEN": "0.0.0.0:9464", "LISTEN_CERTIFICATE_FILE": broken}, "LISTEN_KEY_FILE"},
		"the other half":      {map[string]string{"LISTEN": "0.0.0.0:9464", "LISTEN_KEY_FILE": broken}, "LISTEN_CERTIFICATE_FILE"},
		"no certificate":      {map[string]string{"LISTEN": "0.0.0.0:9464", "LISTEN_CERTIFICATE_FILE": broken, "LISTEN_KEY_FILE": broken}, "LISTEN_CERTIFICATE_FILE"},
		"a file that is gone": {map[string]string{"LISTEN": ":9464", "PAGE_TOKEN_FILE": dir + "/gone"}, "PAGE_TOKEN_FILE"},
	} {
		env := map[string]string{}
		for variable, value := range tt.env {
			env[Prefix+variable] = value
		}
		_, err := Load(t.Context(), envconfig.MapLookuper(env))
		var problems *Problems
		if !errors.As(err, &problems) {
			t.Fatalf("%s: %v", name, err)
		}
		var got []string
		for _, p := range problems.List {
			if p.Group == "watch" {
				got = append(got, strings.TrimPrefix(p.Variable, Prefix))
			}
		}
		if strings.Join(got, ",") != tt.want {
			t.Errorf("%s: %v, want %q", name, got, tt.want)
		}
	}
}
