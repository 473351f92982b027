package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/sethvargo/go-envconfig"

	"egissogw/adapter/store"
	"egissogw/jobs"
)

// served runs `egissogw serve` with a listener until stop is called.
func served(t *testing.T, env map[string]string) (address string, log *lockedBuffer, stop func() int) {
	t.Helper()
	address = listenerThatCloses(t)
	env = maps.Clone(env)
	env["EGISSOGW_LISTEN"] = address
	log = &lockedBuffer{}
	a := &app{stdin: strings.NewReader(""), stdout: log, stderr: log, lookuper: envconfig.MapLookuper(env), now: time.Now}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- a.main(ctx, []string{"serve"}) }()
	stop = func() int { cancel(); return <-ended }
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if code, _ := fetch(address, "/healthz"); code == http.StatusOK {
			return address, log, stop
		}
		if time.Now().After(deadline) {
			stop()
			t.Fatalf("nobody listens:\n%s", log)
		}
	}
}

func fetch(address, path string) (code int, text string) {
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get("http://" + address + path)
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err.Error()
	}
	return r.StatusCode, string(body)
}

// A gateway that is asked to shows how it is, tells systemd, and stops showing with its end.
// What is shown has everything the alert rules and the dashboard ask for.
func TestServeShowsHowItIs(t *testing.T) {
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(t.TempDir(), "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", socket.LocalAddr().String())
	env := ready(t)
	const token = "0123456789abcdef"
	env["EGISSOGW_PAGE_TOKEN_FILE"] = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(env["EGISSOGW_PAGE_TOKEN_FILE"], []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	address, log, stop := served(t, env)
	code, text := fetch(address, "/metrics")
	for _, line := range []string{"egissogw_database_up 1", "egissogw_signing_enabled 0", `egissogw_job_runs_total{outcome="failed",task="reconcile"} 0`,
		`egissogw_findings{code="signing_off",severity="todo"} 1`, `egissogw_breaker_open{neighbour="ftp"} 0`, "egissogw_certificate_days 89."} {
		if code != http.StatusOK || !strings.Contains(text, "\n"+line) {
			t.Errorf("code %d, no %q in\n%s", code, line, text)
		}
	}
	if code, text := fetch(address, "/readyz"); code != http.StatusOK || !strings.Contains(text, "Сервис подписи и отправки выключен") {
		t.Errorf("readyz: %d\n%s", code, text)
	}
	if code, text := fetch(address, "/journal"); code != http.StatusUnauthorized || !strings.Contains(text, "Ключ доступа") {
		t.Errorf("the page, for nobody: %d", code)
	}
	ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	ask.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := io.ReadAll(answer.Body)
	if answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(shown), "Сервис подписи и отправки выключен") {
		t.Errorf("the page: %d, %v\n%s", answer.StatusCode, err, shown)
	}
	compareWithDist(t, text)
	everyJobHasAText(t, env, text)
	said, buffer := "", make([]byte, 4096)
	for !strings.Contains(said, "STATUS=") {
		if err := socket.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		n, err := socket.Read(buffer)
		if err != nil {
			t.Fatalf("no status: %q, %v", said, err)
		}
		said += string(buffer[:n]) + "\n"
	}
	if code := stop(); code != exitOK {
		t.Errorf("serve ends with %d:\n%s", code, log)
	}
	if code, _ := fetch(address, "/healthz"); code != 0 {
		t.Error("the listener outlives the service")
	}
}

// everyJobHasAText sees that the list can name every job that is shown.
func everyJobHasAText(t *testing.T, env map[string]string, shown string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), env["EGISSOGW_DATABASE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	names := []string{jobs.AlertJob}
	for _, m := range regexp.MustCompile(`egissogw_job_failures\{task="(\w+)"\}`).FindAllStringSubmatch(shown, -1) {
		names = append(names, m[1])
	}
	if len(names) < 15 {
		t.Errorf("jobs %q", names)
	}
	for _, name := range names {
		var text string
		if err := conn.QueryRow(t.Context(), `select egisso.job_text($1)`, name).Scan(&text); err != nil || text == name {
			t.Errorf("job %s is called %q, %v", name, text, err)
		}
	}
}

// A process is not ready if it cannot work, whatever else is wrong.
func TestReadyFailsOnlyIfThisProcessCannotWork(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		list  []store.Finding
		err   error
		stuck []string
		code  int
		want  string
	}{
		"all is well":       {code: http.StatusOK, want: noTrouble},
		"trouble elsewhere": {list: []store.Finding{{Severity: store.Trouble, Code: "link_down", Subject: "smev", Text: "СМЭВ не отвечает", Detail: "Иванов", Advice: "Ждать"}}, code: http.StatusOK, want: "smev: СМЭВ не отвечает. Ждать"},
		"no database":       {err: errors.New("gone"), code: http.StatusServiceUnavailable, want: noDatabase},
		"a standby":         {list: []store.Finding{{Severity: store.Trouble, Code: "read_only", Text: "x"}}, code: http.StatusServiceUnavailable, want: "x"},
		"a job hangs":       {stuck: []string{"send"}, code: http.StatusServiceUnavailable, want: "send"},
	} {
		w := watched{health: func(context.Context) ([]store.Finding, error) { return tc.list, tc.err }, stuck: func() []string { return tc.stuck }, metrics: http.NotFoundHandler()}
		out := httptest.NewRecorder()
		if w.handler().ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)); out.Code != http.StatusNotFound {
			t.Errorf("%s: a page nobody asked for: %d", name, out.Code)
		}
		out = httptest.NewRecorder()
		w.handler().ServeHTTP(out, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		if out.Code != tc.code || !strings.Contains(out.Body.String(), tc.want) || strings.Contains(out.Body.String(), "Иванов") {
			t.Errorf("%s: %d, %s", name, out.Code, out.Body)
		}
	}
}

// The line systemd shows is one line.
func TestStatusLineIsOneLine(t *testing.T) {
	t.Parallel()
	line := statusLine([]store.Finding{{Subject: "x\nREADY=1", Text: "беда"}}, nil)
	if strings.ContainsAny(line, "\n\r") || !strings.Contains(line, "беда") {
		t.Errorf("%q", line)
	}
}
