package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egissogw/adapter/mis"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/config"
)

// The source is only read, and may be the one of several servers that can be written to.
func TestSourceOfSeveralServers(t *testing.T) {
	t.Parallel()
	for _, attrs := range []string{"read-write", "primary", "any"} {
		source := config.Source{DatabaseURL: config.NewSecret(sourceDatabase(t) + "&target_session_attrs=" + attrs), RowBytes: 1 << 20}
		_, pool, err := assemble.OpenSource(t.Context(), source, mis.DefaultIdle)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if _, err := pool.Exec(t.Context(), "create table written ()"); err == nil || !strings.Contains(err.Error(), "read-only") {
			t.Errorf("%s: %v", attrs, err)
		}
	}
}

// Replaced queries that cannot be had, or replace nothing, stop the program at once and
// name the setting.
func TestReplacedQueriesAreReadAtTheStart(t *testing.T) {
	dir := t.TempDir()
	source := config.Source{DatabaseURL: config.NewSecret("postgres:///nowhere"), RowBytes: 1 << 20}
	for name, want := range map[string]string{filepath.Join(dir, "missing"): "SOURCE_QUERIES", dir: ""} {
		source.Queries = name
		_, pool, err := assemble.OpenSource(t.Context(), source, mis.DefaultIdle)
		if pool != nil {
			pool.Close()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "facts.sql"), []byte("select"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := assemble.OpenSource(t.Context(), source, mis.DefaultIdle); err == nil {
		t.Error("a file that replaces nothing")
	}
}
