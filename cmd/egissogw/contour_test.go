package main

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/sethvargo/go-envconfig"

	"egissogw/cmd/egissogw/internal/demo"
	"egissogw/config"
)

// The first gateway makes the database one of its contour; another one is not started, and
// commands say why, until a person resets it.
func TestOtherContourIsRefused(t *testing.T) {
	t.Parallel()
	env := ready(t)
	expect := func(what string, env map[string]string, code int, wants string, args ...string) {
		t.Helper()
		got, out, errs := run(t, env, args...)
		if got != code || !strings.Contains(out+errs, wants) {
			t.Errorf("%s: code %d, want %d and %q: %s%s", what, got, code, wants, out, errs)
		}
	}
	expect("before", env, exitOK, "ещё не помнит", "contour")
	started(t, env)
	expect("after", env, exitOK, "База помнит", "contour")
	expect("status", env, exitOK, "Контур: СМЭВ 127.0.0.1:", "status")
	expect("check", env, exitOK, "контур: СМЭВ 127.0.0.1:", "check")

	other := maps.Clone(env)
	other["EGISSOGW_SMEV_TEST_MESSAGE"], other["EGISSOGW_PROVIDER_CODE"] = "true", "9999.000009"
	expect("serve", other, exitConfig, "поставщик — 9999.000009, а база помнит "+demo.ProviderCode, "serve")
	expect("check", other, exitFailed, "другого контура", "check")
	expect("status", env, exitTrouble, "Шлюз с другим контуром не запущен", "status")
	expect("no reason", other, exitUsage, "причину", "contour", "reset")
	expect("reset", other, exitOK, "Контур: СМЭВ", "contour", "reset", "--reason", "ошибка")
	expect("serve", env, exitConfig, "другого контура", "serve")

	strange := maps.Clone(other)
	strange["EGISSOGW_SOURCE_SCHEMA"] = "copy"
	expect("reconcile", strange, exitFailed, "МИС — ", "reconcile")
}

// started makes a gateway as serve does, and ends it.
func started(t *testing.T, env map[string]string) {
	t.Helper()
	c, err := config.Load(t.Context(), envconfig.MapLookuper(env))
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(context.WithoutCancel(t.Context()), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g.close()
}
