package page_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shots are the pages that are looked at, and what has to be on them.
var shots = []struct{ name, path, has string }{
	{"overview", "/", "За 30 дней"},
	{"journal", "/journal", "Количество записей"},
	{"package", "", "Протокол ЕГИССО"},
	{"registers", "/registers", "Реестр фактов назначений"},
	{"records", "/records?register=fact&state=blocked", "L-SNILS"},
	{"record", "/records?q=90205", "История"},
	{"kmsz", "/kmsz", "Категории получателей нет"},
}

// TestBrowser looks at every page in a real Chromium (make acceptance): logged in by the
// keyboard, without scripts, wide and 320 pixels wide, light and dark. The pictures are
// in EGISSOGW_PICTURES; readme-*.png are those of config/dist/page.
func TestBrowser(t *testing.T) {
	program := os.Getenv("EGISSOGW_CHROMIUM")
	if program == "" {
		t.Skip("EGISSOGW_CHROMIUM names no browser: make acceptance")
	}
	pictures := os.Getenv("EGISSOGW_PICTURES")
	if pictures == "" {
		pictures = t.TempDir()
	}
	w := newWorld(t, filled(t), nil)
	server := httptest.NewServer(w)
	defer server.Close()
	b := chromium(t, program)
	b.call("Emulation.setScriptExecutionDisabled", map[string]any{"value": true}, nil)

	b.size(1200, 800)
	b.open(server.URL + "/journal")
	b.picture(filepath.Join(pictures, "login.png"), false)
	for _, text := range []string{"wrong", token} {
		b.until("document.activeElement.name === 'token'")
		b.write(text)
		b.loading(func() { b.key("Enter", 13, "\r") })
	}
	var at string
	if b.eval("location.pathname", &at); at != "/journal" {
		t.Fatalf("after the login at %s", at)
	}
	first := regexp.MustCompile(`/journal/[0-9a-f-]{36}`).FindString(strings.SplitAfterN(w.see(t, "/journal?show=unaccepted"), "<tbody>", 2)[1])
	for _, shot := range shots {
		path := shot.path
		if path == "" {
			path = first
		}
		for _, look := range []struct {
			name          string
			width, height int
			dark          bool
		}{{"", 1200, 800, false}, {"-320", 320, 1100, false}, {"-dark", 1200, 800, true}} {
			b.size(look.width, look.height)
			b.dark(look.dark)
			b.open(server.URL + path)
			b.check(shot.name+look.name, shot.has, look.width)
			b.picture(filepath.Join(pictures, shot.name+look.name+".png"), look.width > 320 && !look.dark)
		}
	}
	b.dark(false)
	for _, small := range []struct {
		name, path    string
		width, height int
		scale         float64
	}{{"readme-overview", "/", 1100, 1430, .75}, {"readme-journal", "/journal", 1100, 620, .75}, {"readme-narrow", "/", 320, 660, 1}} {
		b.size(small.width, 800)
		b.open(server.URL + small.path)
		b.small(filepath.Join(pictures, small.name+".png"), small.width, small.height, small.scale)
	}
	b.keyboard(server.URL)
	for _, e := range b.events {
		if e.Method == "Log.entryAdded" && !strings.Contains(string(e.RawParams), "401") && !strings.Contains(string(e.RawParams), `"recommendation"`) {
			t.Errorf("the browser complains: %s", e.RawParams)
		}
	}
}

// check sees that a page says what it should, fits, and has names for what can be used.
func (b *browser) check(name, has string, width int) {
	b.t.Helper()
	var page struct {
		Text    string
		Wide    int
		Out     []string // of the window
		Small   []string // too small for a finger
		Unnamed []string // for a reader of screens
	}
	var text string
	b.eval(fmt.Sprintf(`JSON.stringify({Text: document.body.innerText, Wide: document.documentElement.scrollWidth,
		Out: [...document.querySelectorAll('main *, header *')].filter(e => e.getBoundingClientRect().right > %d && !e.closest('.scroll')).map(e => e.outerHTML.slice(0, 80)).slice(0, 3),
		Small: [...document.querySelectorAll('button, input:not([type=hidden]), select, nav a')].filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML),
		Unnamed: [...document.querySelectorAll('a, button, input:not([type=hidden]), select')].filter(e => !(e.innerText || e.ariaLabel || e.labels?.length)).map(e => e.outerHTML)})`, width), &text)
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		b.t.Fatal(err)
	}
	if !strings.Contains(strings.ToLower(page.Text), strings.ToLower(has)) {
		b.t.Errorf("%s: no %q in\n%s", name, has, page.Text)
	}
	if page.Wide > width {
		b.t.Errorf("%s: %d pixels wide, the window has %d: %q", name, page.Wide, width, page.Out)
	}
	if len(page.Small)+len(page.Unnamed) > 0 {
		b.t.Errorf("%s: small %q, unnamed %q", name, page.Small, page.Unnamed)
	}
	planted(b.t, name, page.Text)
}

// keyboard: the first tab stop skips the menu, the next ones are its links.
func (b *browser) keyboard(url string) {
	b.t.Helper()
	b.size(1200, 800)
	b.open(url + "/journal")
	var stops []string
	for range 4 {
		b.key("Tab", 9, "")
		var text string
		b.eval("document.activeElement.innerText", &text)
		stops = append(stops, strings.TrimSpace(text))
	}
	if got := strings.Join(stops, "|"); !strings.HasPrefix(got, "К содержанию|Шлюз МИС — ЕГИССО|Состояние") {
		b.t.Errorf("tab stops %q", got)
	}
}
