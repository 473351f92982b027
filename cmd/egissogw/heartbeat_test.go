package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/store"
	"egissogw/config"
)

// A gateway that can work is heard, one that cannot is not; that nobody hears it is on the list,
// without the address, which may hold a key.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	s, err := store.Open(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	var heard, code atomic.Int64
	code.Store(http.StatusOK)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/ping/secret-key" && r.ContentLength <= 0 {
			heard.Add(1)
		}
		w.WriteHeader(int(code.Load()))
	}))
	t.Cleanup(server.Close)
	able := true
	var watch config.Watch
	if err := envconfig.ProcessWith(t.Context(), &envconfig.Config{Target: &watch, Lookuper: envconfig.MapLookuper(map[string]string{"HEARTBEAT_URL": server.URL + "/ping/secret-key"})}); err != nil {
		t.Fatal(err)
	}
	g := &gateway{store: s, log: slog.New(slog.DiscardHandler)}
	g.heartbeat = newHeartbeat(watch, func(context.Context) (bool, []string) { return able, nil })
	failing := false
	for _, step := range []struct {
		name   string
		does   func()
		heard  int64
		failed string // what the list says, "" nothing
	}{
		{"it works", func() {}, 1, ""},
		{"it cannot work", func() { able = false }, 1, ""},
		{"the address is wrong", func() { able = true; code.Store(http.StatusNotFound) }, 2, "ответ 404"},
		{"it is moved", func() { code.Store(http.StatusFound) }, 3, "ответ 302"},
		{"it is right again", func() { code.Store(http.StatusOK) }, 4, ""},
		{"nobody listens", server.Close, 4, "соединение отвергнуто"},
	} {
		step.does()
		failing = g.beatOnce(t.Context(), failing)
		if heard.Load() != step.heard || failing != (step.failed != "") {
			t.Errorf("%s: heard %d times, failing %v", step.name, heard.Load(), failing)
		}
		st, err := s.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, j := range st.Jobs {
			if j.Name == "heartbeat" {
				said = j.ErrorText
			}
		}
		if !strings.Contains(said, step.failed) || (said == "") != (step.failed == "") || strings.Contains(said, "secret") || strings.Contains(said, "127.0.0.1") {
			t.Errorf("%s: %q", step.name, said)
		}
	}
	if newHeartbeat(config.Watch{}, nil) != nil {
		t.Error("somebody is told though nobody asked for it")
	}
	// The address of an unreachable service is told in no longer than its term.
	if g.heartbeat.client.Timeout > time.Minute/2 {
		t.Error("a request may take longer than the pause between two")
	}
}
