package page

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"egissogw/adapter/memo"
	"egissogw/adapter/store"
)

// Options are what is shown, and to whom.
type Options struct {
	Viewer *store.Viewer // of every page; its statements take at most a second or two
	// What the database is asked for, within the time of the context; whoever looks often
	// sees the same answer.
	Numbers    func(context.Context) (store.Numbers, error)
	Records    func(context.Context) ([]store.Count, error)
	Classifier func(context.Context) (store.ClassifierOverview, error)
	Days       func(context.Context) ([]store.Day, error) // oldest first
	Summary    func(context.Context) ([]store.SummaryLine, error)
	StateText  func(state string) string // what a state of a record is called

	Token   string
	Hosts   func(host string) bool // the names it may be called by, without port
	TLS     bool                   // the listener speaks it
	Zone    *time.Location
	Version string
	Now     func() time.Time
	Log     *slog.Logger
}

const (
	readTerm  = 5 * time.Second // of one page
	readers   = 2               // pages that are read of the database at once
	formBytes = 4 << 10
)

// How long a page waits for a new answer where an older one is remembered, and where there is
// none, or it is too old to be shown.
const (
	waitLittle = 50 * time.Millisecond
	waitLong   = 2 * time.Second
)

// How old what is remembered may be at least, and how long asking may take.
const (
	numbersLeast, numbersTerm       = 5 * time.Second, 10 * time.Second
	recordsLeast, recordsTerm       = time.Minute, 2 * time.Minute
	daysLeast, daysTerm             = time.Minute, 2 * time.Minute
	classifierLeast, classifierTerm = time.Minute, 30 * time.Second
)

// How old what is remembered may be without a page waiting for better.
const (
	numbersOldest = time.Minute
	othersOldest  = time.Hour
)

// Page is the handler of all pages.
type Page struct {
	o        Options
	mux      *http.ServeMux
	template *template.Template
	mask     mask
	sessions sessions
	tries    tries
	reading  chan struct{}

	numbers    memo.Value[store.Numbers]
	records    memo.Value[[]store.Count]
	days       memo.Value[[]store.Day]
	classifier memo.Value[store.ClassifierOverview]
	summary    memo.Value[[]store.SummaryLine]
	ctx        context.Context // of what is asked in the background
	cancel     context.CancelFunc
	work       sync.WaitGroup // requests, and what is asked in the background

	mu     sync.Mutex
	closed bool
}

// New makes the pages. Close ends what they ask in the background.
func New(o Options) (*Page, error) {
	p := &Page{o: o, mask: mask{vocabulary()}, reading: make(chan struct{}, readers)}
	p.sessions.now, p.tries.now = o.Now, o.Now
	p.ctx, p.cancel = context.WithCancel(context.Background())
	var err error
	if p.template, err = parseTemplates(p); err != nil {
		return nil, err
	}
	p.numbers.Ask, p.numbers.Least, p.numbers.Term, p.numbers.Now = o.Numbers, numbersLeast, numbersTerm, o.Now
	p.records.Ask, p.records.Least, p.records.Term, p.records.Now = o.Records, recordsLeast, recordsTerm, o.Now
	p.classifier.Ask, p.classifier.Least, p.classifier.Term, p.classifier.Now = o.Classifier, classifierLeast, classifierTerm, o.Now
	p.summary.Ask, p.summary.Least, p.summary.Term, p.summary.Now = o.Summary, recordsLeast, recordsTerm, o.Now
	p.days.Ask, p.days.Least, p.days.Term, p.days.Now = o.Days, daysLeast, daysTerm, o.Now
	p.routes()
	return p, nil
}

// remembered is an answer that is at most about as old as it may be, or what was known before
// if a new one does not come soon.
func remembered[T any](p *Page, v *memo.Value[T], oldest time.Duration) (value T, ok bool) {
	value, ok = v.Get(p.ctx, &p.work, waitLittle)
	if taken := v.Taken(); taken.IsZero() || p.o.Now().Sub(taken) > oldest {
		value, ok = v.Get(p.ctx, &p.work, waitLong)
	}
	return value, ok
}

// Close ends what is asked of the database now and waits for it.
func (p *Page) Close() {
	p.mu.Lock()
	p.closed = true
	p.cancel()
	p.mu.Unlock()
	p.work.Wait()
}

// begin counts a request, unless the page is closed.
func (p *Page) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.Add(1)
	}
	return !p.closed
}

func (p *Page) routes() {
	p.mux = http.NewServeMux()
	for pattern, show := range map[string]func(http.ResponseWriter, *http.Request) error{
		"GET /{$}":          p.overview,
		"GET /journal":      p.journal,
		"GET /journal/{id}": p.details,
		"GET /registers":    p.registers,
		"GET /records":      p.recordList,
		"GET /kmsz":         p.kmsz,
	} {
		p.mux.Handle(pattern, p.guarded(show))
	}
	p.mux.HandleFunc("GET /page.css", asset("text/css; charset=utf-8", styleText))
	p.mux.HandleFunc("GET /page.svg", asset("image/svg+xml", iconText))
	p.mux.HandleFunc("GET /login", p.loginForm)
	p.mux.HandleFunc("POST /login", p.login)
	p.mux.HandleFunc("POST /logout", p.logout)
	p.mux.Handle("GET /", p.guarded(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
}

// crossOrigin refuses forms that other sites send.
var crossOrigin = http.NewCrossOriginProtection()

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !p.begin() {
		http.Error(w, "Служба останавливается.", http.StatusServiceUnavailable)
		return
	}
	defer p.work.Done()
	protect(w.Header())
	if !p.o.Hosts(hostname(r.Host)) {
		http.Error(w, "Страница так не называется: имя узла добавляют в EGISSOGW_PAGE_HOSTS.", http.StatusMisdirectedRequest)
		return
	}
	if err := crossOrigin.Check(r); err != nil {
		http.Error(w, "Форма отправлена с другого сайта.", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, formBytes)
	p.mux.ServeHTTP(w, r)
}

// protect lets a browser take nothing from elsewhere, tell nobody, keep nothing and show
// nothing inside other pages.
func protect(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

var (
	errNotFound = errors.New("there is no such page")
	errBusy     = errors.New("others are reading")
)

// guarded shows a page to who may see it, in bounded time and few at once.
func (p *Page) guarded(show func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.admitted(w, r) {
			return
		}
		if !readable(r) {
			p.render(w, http.StatusNotFound, "problem", notFound(p))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), readTerm)
		defer cancel()
		err := p.oneOfFew(ctx, func() error { return show(w, r.WithContext(ctx)) })
		switch {
		case err == nil:
		case errors.Is(err, errNotFound):
			p.render(w, http.StatusNotFound, "problem", notFound(p))
		case errors.Is(err, errBusy):
			p.render(w, http.StatusServiceUnavailable, "problem", problem{p.frame("Сейчас занято"), "Страницы читают другие. Обновите её через несколько секунд."})
		default:
			p.o.Log.Warn("a page is not shown", "err", err)
			p.render(w, http.StatusServiceUnavailable, "problem", problem{p.frame("Не удалось прочитать базу"), "База шлюза не ответила вовремя. Обновите страницу; если не помогает — egissogw check."})
		}
	})
}

func notFound(p *Page) problem {
	return problem{p.frame("Нет такой страницы"), "Возможно, адрес изменён или записи больше нет."}
}

// readable tells whether the database could take what is asked.
func readable(r *http.Request) bool {
	for _, values := range r.URL.Query() {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
				return false
			}
		}
	}
	return true
}

func (p *Page) oneOfFew(ctx context.Context, show func() error) error {
	select {
	case p.reading <- struct{}{}:
		defer func() { <-p.reading }()
		return show()
	case <-ctx.Done():
		return errBusy
	}
}
