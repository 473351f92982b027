package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"
)

// Who may read a key or change what is trusted is told; the content never.
func TestExposedFiles(t *testing.T) {
	for _, tt := range []struct {
		name, variable string
		mode           os.FileMode
		folder         os.FileMode
		want           string // "": nothing is wrong
	}{
		{"key for all", "SOFTKEY_KEY_FILE", 0o644, 0o755, "каждый"},
		{"key for a group", "SOFTKEY_KEY_FILE", 0o640, 0o755, "группа"},
		{"key for its owner", "SOFTKEY_KEY_FILE", 0o600, 0o755, ""},
		{"read only key", "SOFTKEY_KEY_FILE", 0o400, 0o700, ""},
		{"PIN for all", "PKCS11_PIN_FILE", 0o644, 0o755, "каждый"},
		{"PIN for a group", "PKCS11_PIN_FILE", 0o440, 0o755, "группа"},
		{"address with a password", "DATABASE_URL_FILE", 0o644, 0o755, "каждый"},
		{"owner's address", "OWNER_DATABASE_URL_FILE", 0o640, 0o755, "группа"},
		{"proxy", "SMEV_PROXY_FILE", 0o604, 0o755, "каждый"},
		{"password of the storage", "FTP_PASSWORD_FILE", 0o644, 0o755, "каждый"},
		{"password of the key", "SOFTKEY_PASSWORD_FILE", 0o644, 0o755, "каждый"},
		{"token of the page", "PAGE_TOKEN_FILE", 0o644, 0o755, "каждый"},
		{"key of the listener", "LISTEN_KEY_FILE", 0o644, 0o755, "каждый"},
		{"certificate of the listener", "LISTEN_CERTIFICATE_FILE", 0o644, 0o755, ""},
		{"certificates for all", "SMEV_CERTIFICATES", 0o644, 0o755, ""},
		{"certificates anybody changes", "SMEV_CERTIFICATES", 0o666, 0o755, "могут менять"},
		{"roots a group changes", "SMEV_ROOTS", 0o664, 0o755, "могут менять"},
		{"module", "PKCS11_MODULE", 0o777, 0o755, "могут менять"},
		{"program", "COMMAND_PATH", 0o775, 0o755, "могут менять"},
		{"folder for all", "SOFTKEY_KEY_FILE", 0o600, 0o777, "каталог"},
		{"folder for a group", "COMMAND_PATH", 0o755, 0o775, "каталог"},
		{"variables with a secret", "", 0o640, 0o755, "группа"},
		{"variables anybody changes", "", 0o606, 0o755, "могут менять"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "d")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "file")
			if err := os.WriteFile(path, []byte("tAiNa"), 0o600); err != nil {
				t.Fatal(err)
			}
			for name, mode := range map[string]os.FileMode{path: tt.mode, dir: tt.folder} {
				if err := os.Chmod(name, mode); err != nil {
					t.Fatal(err)
				}
			}
			env, environment := map[string]string{Prefix + tt.variable: path}, "/nowhere"
			if tt.variable == "" {
				env, environment = map[string]string{Prefix + "DATABASE_URL": "postgres://u:tAiNa@h/db"}, path
			}
			lookuper := envconfig.MapLookuper(env)
			c, _ := Load(t.Context(), lookuper) // much is missing, which does not matter
			var texts []string
			for _, p := range exposed(c, lookuper, environment) {
				texts = append(texts, p.String())
			}
			text := strings.Join(texts, "\n")
			if (tt.want == "") != (text == "") || !strings.Contains(text, tt.want) || strings.Contains(text, "tAiNa") {
				t.Errorf("%q", text)
			}
		})
	}
}

// What systemd hands over shows the rights of an access list.
func TestCredentialsOfSystemdAreNotExposed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "database-url"), []byte("postgres://u@h/db"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "database-url"), 0o440); err != nil {
		t.Fatal(err)
	}
	lookuper := envconfig.MapLookuper(map[string]string{credentialsVariable: dir})
	c, _ := Load(t.Context(), lookuper)
	if found := exposed(c, lookuper, "/nowhere"); c.Database.URL.IsZero() || len(found) > 0 {
		t.Errorf("%v", found)
	}
}
