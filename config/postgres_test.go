package config

import (
	"path/filepath"
	"strings"
	"testing"
)

// Connection strings that cannot be used, and what is said of each; no part of a password is.
func TestConnectionStringMistakes(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.pem")
	for text, want := range map[string]string{
		"postgres://u:secretword@h/db?sslmode=on":                                                "неизвестный sslmode",
		"host=h password=secretword sslmode=on":                                                  "неизвестный sslmode",
		"postgres://u:secretword@h/db?sslmode=verify-full&sslrootcert=" + missing:                "файл " + missing + " не читается",
		"host=h password=secretword sslmode=verify-ca sslrootcert=" + missing:                    "файл " + missing + " не читается",
		"postgres://u:secretword@h/db?sslmode=verify-full&sslrootcert=postgres_test.go":          "нет сертификатов PEM",
		"postgres://u:secretword@h/db?sslmode=require&sslcert=" + missing:                        "задают вместе",
		"postgres://u:secretword@h/db?sslmode=require&sslcert=" + missing + "&sslkey=" + missing: "не читается",
		"postgres://u:secretword@::1/db":                                                         "в квадратных скобках",
		"postgres://u:secretword@fe80::1:5432/db":                                                "в квадратных скобках",
		"postgres://u:secretword@h:54x2/db":                                                      "не число от 1",
		"postgres://u:secretword@h:99999/db":                                                     "не число от 1",
		"host=h port=abc password=secretword":                                                    "не число от 1",
		"postgres://u:secretword%zz@h/db":                                                        "% — %25",
		"mysql://u:secretword@h/db":                                                              "ожидается postgres://",
		"postgres://u:secretword@[::1]:5432/db":                                                  "",
		"postgres://u:secretword@h,h2:5433/db?sslmode=disable":                                   "",
	} {
		got := checkPostgres(text)
		if (got == "") != (want == "") || !strings.Contains(got, want) || strings.Contains(got, "secretword") {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
