package main

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

func TestCheckBelievesOnlyKnownServers(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	roots := filepath.Join(t.TempDir(), "roots.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(roots, text, 0o600); err != nil {
		t.Fatal(err)
	}
	env := ready(t)
	env["EGISSOGW_SMEV_URL"] = s.URL + "/smev/v1.3/ws"
	code, out, errs := run(t, env, "check")
	if code != exitFailed || !strings.Contains(out, "нет соединения: сертификат сервера выпущен центром") {
		t.Errorf("a server nobody vouches for: code %d: %s%s", code, out, errs)
	}
	env["EGISSOGW_SMEV_ROOTS"] = roots
	if code, out, errs := run(t, env, "check"); code != exitOK {
		t.Errorf("a server with the configured root: code %d: %s%s", code, out, errs)
	}
	env["EGISSOGW_SMEV_ROOTS"] = env["EGISSOGW_SOFTKEY_KEY_FILE"]
	if code, out, _ := run(t, env, "check"); code != exitFailed || !strings.Contains(out, "SMEV_ROOTS") {
		t.Errorf("roots that are none: code %d: %s", code, out)
	}
}

func TestCheckGoesThroughTheProxy(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Host == "bus.invalid" {
			asked.Add(1)
		}
		_, _ = io.WriteString(w, "")
	}))
	t.Cleanup(proxy.Close)
	env := ready(t)
	env["EGISSOGW_SMEV_URL"], env["EGISSOGW_SMEV_PROXY"] = "http://bus.invalid/ws", proxy.URL
	if code, out, errs := run(t, env, "check"); code != exitOK || asked.Load() == 0 {
		t.Errorf("code %d, proxy asked %d times: %s%s", code, asked.Load(), out, errs)
	}
	env["EGISSOGW_SMEV_PROXY"] = "http://user:secretword@127.0.0.1:1"
	if code, out, errs := run(t, env, "check"); code != exitFailed || strings.Contains(out+errs, "secretword") {
		t.Errorf("a proxy that is not there: code %d: %s%s", code, out, errs)
	}
	env["EGISSOGW_SMEV_PROXY"] = "ftp://127.0.0.1"
	if code, out, _ := run(t, env, "check"); code != exitFailed || !strings.Contains(out, "EGISSOGW_SMEV_PROXY") {
		t.Errorf("a proxy of no known kind: code %d: %s", code, out)
	}
}

func TestStatusTellsHowTheBusLooks(t *testing.T) {
	t.Parallel()
	env := migrated(t)
	s, err := store.Open(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	since := time.Date(2024, 5, 31, 12, 0, 0, 0, time.Local)
	for _, l := range []store.Link{
		{Name: "smev", Clock: &store.LinkClock{Skew: -1500 * time.Millisecond, Uncertainty: 500 * time.Millisecond, MeasuredAt: since}},
		{Name: "ftp", DownSince: &since, Failures: 7},
	} {
		if err := s.SaveLink(t.Context(), l, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.StoreIncoming(t.Context(), store.Incoming{ID: "m", Kind: "broadcast", Raw: []byte("x"), Verified: true}); err != nil {
		t.Fatal(err)
	}
	code, out, errs := run(t, env, "status")
	for _, want := range []string{"её часы минус наши: -1.5 ± 0.5 с", "не отвечает с " + screen.Time(since) + ", неудач подряд: 7"} {
		if code != exitTrouble || !strings.Contains(out, want) {
			t.Errorf("code %d, no %q in %s%s", code, want, out, errs)
		}
	}
	if !strings.Contains(strings.Join(strings.Fields(out), " "), "Входящие сообщения, ещё не обработанные 1") {
		t.Errorf("the incoming message is not counted: %s", out)
	}
}
