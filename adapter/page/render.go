package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/store"
)

var (
	//go:embed assets/*.html
	templates embed.FS
	//go:embed assets/page.css
	styleText []byte
	//go:embed assets/page.svg
	iconText []byte
)

func parseTemplates(p *Page) (*template.Template, error) {
	sum := sha256.Sum256(styleText)
	t := template.New("").Funcs(template.FuncMap{
		"when": p.when, "moment": p.moment, "day": p.day, "count": grouped, "mask": p.mask.text, "number": number,
		"register": func(name string) string { return egisso.Register(name).Title() },
		"journal":  journalAddress,
		"styleOf":  func() string { return hex.EncodeToString(sum[:4]) },
	})
	t, err := t.ParseFS(templates, "assets/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates of the page: %w", err)
	}
	return t, nil
}

// journalAddress is made here: an ampersand in a template would have all names of characters
// that HTML knows read into memory.
func journalAddress(register, show string) string {
	return "/journal?register=" + url.QueryEscape(register) + "&show=" + url.QueryEscape(show)
}

// asset answers what is the same for everybody; the address of the style sheet names its version.
func asset(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=86400")
		_, _ = w.Write(content)
	}
}

// frame is what stands around every page.
type frame struct {
	Title   string
	Section string // which link of the menu it belongs to
	Inside  bool   // there is a menu
	Known   bool   // the database answered; the rest is from there
	Asking  bool   // it did not answer yet
	Signing bool
	Trouble int // lines of trouble in the list of what is wrong
	Zone    string
	Version string
	AskedAt time.Time
}

// frame is around pages that need nothing of the database.
func (p *Page) frame(title string) frame {
	return frame{Title: title, Zone: p.o.Zone.String(), Version: p.o.Version, AskedAt: p.o.Now()}
}

// inside is around pages of who is logged in.
func (p *Page) inside(title, section string) (frame, store.Numbers) {
	f := p.frame(title)
	n, known := remembered(p, &p.numbers, numbersOldest)
	f.Section, f.Inside, f.Known, f.Signing = section, true, known, n.Signing
	f.Asking = !known && p.numbers.Asking()
	for _, finding := range n.Findings {
		if finding.Severity == store.Trouble {
			f.Trouble++
		}
	}
	return f, n
}

// problem is a page that only says something.
type problem struct {
	frame
	Text string
}

// render writes a page when all of it is made.
func (p *Page) render(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := p.template.ExecuteTemplate(&page, name+".html", data); err != nil {
		p.o.Log.Error("a page cannot be made", "err", err)
		http.Error(w, "Страницу не удалось составить.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes())
}

// moment is a time to the second, as the МИС's journal shows it.
func (p *Page) moment(t time.Time) string { return t.In(p.o.Zone).Format("02.01.2006 15:04:05") }

func (p *Page) when(t *time.Time) string {
	if t == nil {
		return "—"
	}
	return p.moment(*t)
}

func (p *Page) day(t time.Time) string { return t.In(p.o.Zone).Format("02.01.2006") }

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "\u00a0" + text[at:]
	}
	return text
}

// oneLine has nothing in it that moves text about.
func oneLine(text string) string { return strings.TrimSpace(unseen.ReplaceAllString(text, " ")) }
