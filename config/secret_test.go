package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/config"
)

func TestSecretsComeFromFilesAndCredentials(t *testing.T) {
	const secret = "postgres://u:p@localhost/db"
	credentials := t.TempDir()
	for name, content := range map[string]string{"database-url": secret + "\n", "softkey-key": "key"} {
		if err := os.WriteFile(filepath.Join(credentials, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("file", func(t *testing.T) {
		c, err := load(t, map[string]string{"EGISSOGW_DATABASE_URL": "",
			"EGISSOGW_DATABASE_URL_FILE": writeFile(t, "url", secret+"\r\n", 0o600)})
		if err != nil || c.Database.URL.Reveal() != secret {
			t.Errorf("error %v, or another value", err)
		}
	})
	t.Run("systemd credential", func(t *testing.T) {
		c, err := load(t, map[string]string{"EGISSOGW_DATABASE_URL": "", "EGISSOGW_SOFTKEY_KEY_FILE": "",
			"CREDENTIALS_DIRECTORY": credentials})
		if err != nil || c.Database.URL.Reveal() != secret {
			t.Errorf("error %v, or another value", err)
		}
		if got, want := string(c.Signer.Softkey.KeyFile), filepath.Join(credentials, "softkey-key"); got != want {
			t.Errorf("key file %q, want the credential", got)
		}
	})
	t.Run("variable before credential", func(t *testing.T) {
		c, err := load(t, map[string]string{"CREDENTIALS_DIRECTORY": credentials})
		if err != nil || c.Database.URL.Reveal() == secret {
			t.Errorf("error %v, or the credential won", err)
		}
	})
	t.Run("variable and file", func(t *testing.T) {
		_, err := load(t, map[string]string{"EGISSOGW_DATABASE_URL_FILE": writeFile(t, "url", secret, 0o600)})
		if err == nil || !strings.Contains(err.Error(), "EGISSOGW_DATABASE_URL_FILE") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("PIN in the variable itself", func(t *testing.T) {
		_, err := load(t, map[string]string{"EGISSOGW_PKCS11_PIN": "7391"})
		if err == nil || !strings.Contains(err.Error(), "EGISSOGW_PKCS11_PIN_FILE") || strings.Contains(err.Error(), "7391") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("empty file", func(t *testing.T) {
		_, err := load(t, map[string]string{"EGISSOGW_DATABASE_URL": "",
			"EGISSOGW_DATABASE_URL_FILE": writeFile(t, "url", "\n", 0o600)})
		if err == nil || !strings.Contains(err.Error(), "EGISSOGW_DATABASE_URL_FILE: файл пуст") {
			t.Errorf("error %v", err)
		}
	})
}

func TestSecretNeverPrints(t *testing.T) {
	const value = "hunter2"
	c := config.Config{Database: config.Database{URL: config.NewSecret(value)}}
	var printed strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&printed, verb+" "+verb+"\n", c, &c.Database.URL)
	}
	data, err := json.Marshal(c.Database)
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(data)
	for _, h := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
		slog.New(h).Info("configuration", "database", c.Database, "url", c.Database.URL)
	}
	io.WriteString(&printed, errors.Join(errors.New(fmt.Sprint(c.Database.URL))).Error())
	if strings.Contains(printed.String(), value) || strings.Contains(printed.String(), fmt.Sprintf("%x", value)) {
		t.Errorf("the secret shows:\n%s", printed.String())
	}
}
