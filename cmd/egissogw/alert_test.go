package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/assemble"
	"egissogw/config"
)

// script writes a program for a test.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "alert")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAlertCommand(t *testing.T) {
	t.Setenv("EGISSOGW_DATABASE_URL", "postgres://u:secret@h/d")
	out := filepath.Join(t.TempDir(), "out")
	for name, tc := range map[string]struct{ does, want string }{
		"gets the message":         {"cat > " + out + "; env >> " + out, ""},
		"fails and says why":       {"echo 'no route' >&2; exit 3", "exit status 3: no route"},
		"complains at length":      {"yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | head -c 100000 >&2; exit 1", "exit status 1"},
		"hangs":                    {"sleep 60", "дольше"},
		"leaves something hanging": {"sleep 60 & exit 0", ""},
	} {
		start := time.Now()
		err := assemble.AlertCommand(script(t, tc.does), 5*time.Second)(t.Context(), []byte(`{"event":"trouble"}`))
		if (err == nil) != (tc.want == "") || err != nil && (!strings.Contains(err.Error(), tc.want) || len(err.Error()) > 1000) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: took %s", name, took)
		}
	}
	text, err := os.ReadFile(out)
	if err != nil || !strings.HasPrefix(string(text), `{"event":"trouble"}`) || strings.Contains(string(text), "secret") {
		t.Errorf("%s, %v", text, err)
	}
}

// The whole way: trouble in the database, a message; a command that fails is on the list.
func TestAlertIsToldAndItsFailureShown(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	s, err := store.Open(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	g := &gateway{store: s, log: slog.New(slog.DiscardHandler)}
	out := filepath.Join(t.TempDir(), "out")
	now := time.Now()
	look := func(command string, after time.Duration) {
		t.Helper()
		now = now.Add(after)
		g.alert = (&assemble.Parts{Store: s}).Alerting(config.Config{Watch: config.Watch{AlertCommand: config.File(command)}})
		g.alert.Now = func() time.Time { return now }
		g.lookOnce(t.Context(), false)
	}
	for range 3 {
		if err := s.JobStarted(t.Context(), "collect"); err != nil {
			t.Fatal(err)
		}
		if err := s.JobFinished(t.Context(), "collect", "password of Иванов", ""); err != nil {
			t.Fatal(err)
		}
	}
	look(script(t, "exit 1"), 0)
	look(script(t, "exit 1"), 3*time.Minute)
	list, err := s.Health(t.Context())
	if err != nil || len(list) < 2 || list[1].Subject != "alert" || !strings.Contains(list[1].Detail, "EGISSOGW_ALERT_COMMAND: exit status 1") {
		t.Errorf("%+v, %v", list, err)
	}
	look(script(t, "cat > "+out), 2*time.Minute)
	text, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(text), `"event":"trouble"`) || !strings.Contains(string(text), "чтение изменений МИС") || strings.Contains(string(text), "Иванов") {
		t.Errorf("%s, %v", text, err)
	}
	if list, err := s.Health(t.Context()); err != nil || strings.Contains(list[1].Subject, "alert") {
		t.Errorf("%+v, %v", list, err)
	}
}

// A setting that names no program is found at the start.
func TestAlertCommandIsAProgram(t *testing.T) {
	t.Parallel()
	env := map[string]string{"EGISSOGW_ALERT_COMMAND": "mail -s беда"}
	_, err := config.Load(t.Context(), envconfig.MapLookuper(env))
	if err == nil || !strings.Contains(err.Error(), "EGISSOGW_ALERT_COMMAND") || !strings.Contains(err.Error(), "нужен полный путь") {
		t.Errorf("%v", err)
	}
}
