package page_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egissogw/adapter/page"
	"egissogw/adapter/store"
	"egissogw/adapter/store/pgtest"
)

func migrate(ctx context.Context, url string) error {
	_, _, err := store.Migrate(ctx, url)
	return err
}

func TestMain(m *testing.M) { pgtest.Main(m, migrate) }

const token = "0123456789abcdef0123456789abcdef"

// world is a page over a database of its own.
type world struct {
	*page.Page
	store *store.Store
	url   string
	clock atomic.Int64 // nanoseconds since 1970
	log   strings.Builder
}

// people is how a page is made for tests: hosts beside loopback are gateway.example.
func newWorld(t *testing.T, fill string, change func(*page.Options)) *world {
	t.Helper()
	w := &world{url: pgtest.Database(t)}
	w.pass(time.Duration(time.Now().UnixNano()))
	conn, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{"new": "Новый", "nothing_to_send": "Не подлежит отправке"}
	rows, err := conn.Query(t.Context(), `select name, text from egisso.state where subject = 'record'`)
	if err != nil {
		t.Fatal(err)
	}
	var name, text string
	if _, err := pgx.ForEachRow(rows, []any{&name, &text}, func() error { states[name] = text; return nil }); err != nil {
		t.Fatal(err)
	}
	if w.store, err = store.Open(t.Context(), w.url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.store.Close)
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	o := page.Options{
		Viewer: w.store.Viewer(time.Minute), Numbers: w.store.Numbers, Records: w.store.RecordCounts,
		Classifier: func(ctx context.Context) (store.ClassifierOverview, error) { return w.store.ClassifierOverview(ctx, 1) },
		Days: func(ctx context.Context) ([]store.Day, error) {
			return w.store.Viewer(time.Minute).Daily(ctx, w.now(), moscow, 30)
		},
		Summary:   w.store.DaySummary,
		StateText: func(state string) string { return states[state] }, Token: token, Zone: moscow, Version: "1.0", Now: w.now,
		Hosts: func(host string) bool { return page.Loopback(host) || host == "gateway.example" },
		Log:   slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	if change != nil {
		change(&o)
	}
	if w.Page, err = page.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func (w *world) now() time.Time { return time.Unix(0, w.clock.Load()) }

// pass lets time pass.
func (w *world) pass(d time.Duration) { w.clock.Add(int64(d)) }

// filled is a database with something of everything, and planted words in all texts that
// come from others.
func filled(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/world.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ask sends a request as if from a browser of this machine.
func (w *world) ask(method, path string, body url.Values, change func(*http.Request)) *httptest.ResponseRecorder {
	var content io.Reader
	if body != nil {
		content = strings.NewReader(body.Encode())
	}
	r := httptest.NewRequest(method, path, content)
	r.Host = "localhost:9464"
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if change != nil {
		change(r)
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return answer
}

func bearer(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }

// unready is what pages say until what they show has been read.
var unready = regexp.MustCompile("ещё читается|ещё считаются|не ответила вовремя|Сейчас занято")

// see is a page as who has the token sees it once everything on it is read.
func (w *world) see(t *testing.T, path string) string {
	t.Helper()
	answer := w.ask(http.MethodGet, path, nil, bearer)
	for end := time.Now().Add(2 * time.Minute); unready.MatchString(answer.Body.String()) && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		answer = w.ask(http.MethodGet, path, nil, bearer)
	}
	if answer.Code != http.StatusOK {
		t.Fatalf("%s: %d\n%s\n%s", path, answer.Code, answer.Body, w.log.String())
	}
	return answer.Body.String()
}

func (w *world) exec(t *testing.T, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
