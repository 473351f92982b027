package page_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/page"
	"egissogw/adapter/store"
)

// planted fails if a page has what stands in others' words.
func planted(t *testing.T, name, text string) {
	t.Helper()
	text = strings.ToLower(text)
	for _, word := range []string{"петрашкявичюс", "112-233-445", "11223344595", "вера"} {
		if strings.Contains(text, word) {
			t.Errorf("%s shows %s", name, word)
		}
	}
}

// pages are all there are, each with what has to be on it.
var pages = []struct {
	path string
	has  []string
}{
	{"/", []string{"Что не так", "Не удаётся", "сервер •••", "Ждёт человека", "Пакет требует внимания", "Отправлено записей", "<svg", "За сутки", "Делает администратор шлюза", "Включен", "egissogw journal"}},
	{"/journal", []string{"Дата создания", "Тип пакета", "Количество записей", "Статус", "Информация", "Запрос обновлений КМСЗ", "Завершена обработка ответа",
		"Пакет отклонен. Ошибка: Бизнес-данные не соответствуют схеме, получатель •••", "нужен человек", "Пакет принят частично. Принято записей: ", ", отклонено: 3", `rel="next"`}},
	{"/journal?register=kmsz", []string{"Запрос обновлений КМСЗ"}},
	{"/journal?show=open", []string{"Поставлен в очередь СМЭВ", "Истёк срок ожидания"}},
	{"/journal?show=unaccepted&register=fact", []string{"Ошибка отправки: СМЭВ отклонила сообщение (•••, СНИЛС •••)"}},
	{"/registers", []string{"Реестр фактов назначений", "Требует исправления", "Передан успешно", `href="/records?register=fact&amp;state=blocked"`}},
	{"/records?register=fact", []string{"Номер записи"}},
	{"/records?register=fact&state=blocked", []string{"90181", "L-SNILS Контрольное число СНИЛС не сходится", ">•••</a>"}},
	{"/records?register=fact&state=waiting", []string{"Ожидает принятия ЛМСЗ в ЕГИССО"}},
	{"/records?register=fact&state=rejected", []string{"Отклонён", "Дата начала действия назначения ••• не входит в период действия локальной МСЗ", "Получатель •••, СНИЛС •••, не найден"}},
	{"/records?q=90205", []string{"Требует исправления", "mszReceiver/SNILS", "История", "Подготовлена к отправке"}},
	{"/records?q=w00001", []string{"Готов к отправке", "<span>•••"}},
	{"/records?q=0", []string{"нет."}},
	{"/records?q=112-233-445+95", []string{"Так здесь не ищут"}},
	{"/kmsz", []string{"Категории получателей нет в этой версии КМСЗ", "Бесплатное обеспечение", "43", "будет", "Протокол № 7"}},
}

func TestPages(t *testing.T) {
	w := newWorld(t, filled(t), nil)
	for _, p := range pages {
		text := w.see(t, p.path)
		for _, has := range p.has {
			if !strings.Contains(text, has) {
				t.Errorf("%s has no %q", p.path, has)
			}
		}
		planted(t, p.path, text)
	}
	t.Run("details", w.details)
	t.Run("paging", w.paging)
	t.Run("doors", w.doors)
	t.Run("sessions", w.sessions)
	t.Run("guesses", w.guesses)
	t.Run("approval", w.approval)
	planted(t, "the log", w.log.String())
	w.store.Close()
	w.pass(time.Hour)
	if answer := w.ask(http.MethodGet, "/journal", nil, bearer); answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), "Не удалось прочитать базу") {
		t.Errorf("without a database: %d %s", answer.Code, answer.Body)
	}
	if text := w.see(t, "/"); !strings.Contains(text, "База шлюза не отвечает") {
		t.Error("the first page does not say that there is no database")
	}
}

var packageLink = regexp.MustCompile(`/journal/[0-9a-f-]{36}`)

// details: number of the record on its first row, comment, code.
func (w *world) details(t *testing.T) {
	text := w.see(t, packageLink.FindString(w.see(t, "/journal?show=unaccepted&register=fact")))
	for _, has := range []string{"Детализация отправки пакета", "Номер записи", "Комментарии", "Код ошибки", ">019<", ">026<", "Получатель •••, СНИЛС •••, не найден", `href="/records?q=`} {
		if !strings.Contains(text, has) {
			t.Errorf("no %q", has)
		}
	}
	planted(t, "details", text)
}

var nextLink = regexp.MustCompile(`<a href="([^"]+)" rel="next"`)

// paging: every package and every record is on one page, and the lists agree with the counts.
func (w *world) paging(t *testing.T) {
	walk := func(path, each string) (seen map[string]int) {
		seen = map[string]int{}
		for n := 0; path != ""; n++ {
			text := w.see(t, path)
			for _, m := range regexp.MustCompile(each).FindAllStringSubmatch(text, -1) {
				seen[m[1]]++
			}
			next := nextLink.FindStringSubmatch(text)
			if path = ""; next != nil {
				path = strings.ReplaceAll(next[1], "&amp;", "&")
			}
			if n > 1000 {
				t.Fatal("no end")
			}
		}
		for what, times := range seen {
			if times > 1 {
				t.Errorf("%s is there %d times", what, times)
			}
		}
		return seen
	}
	if n := len(walk("/journal", `<td data-label="Дата создания"><a href="/journal/([^"]+)"`)); n != 30*12+30 {
		t.Errorf("%d packages", n)
	}
	if n := len(walk("/journal?show=open", `<td data-label="Дата создания"><a href="/journal/([^"]+)"`)); n != 3+11 {
		t.Errorf("%d open packages", n)
	}
	counts, err := w.store.RecordCounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, c := range counts {
		if c.Register != "fact" {
			continue
		}
		all += c.Count
		if c.State == "packed" { // found by their packages
			continue
		}
		listed := walk("/records?register=fact&state="+c.State, `<td data-label="Номер записи">(?:<a href="/records\?q=)?([^"<]+)`)
		if len(listed) != c.Count {
			t.Errorf("%s: %d listed, %d counted", c.State, len(listed), c.Count)
		}
	}
	if n := len(walk("/records?register=fact", `<td data-label="Номер записи">(?:<a href="/records\?q=)?([^"<]+)`)); n != all {
		t.Errorf("%d records, %d counted", n, all)
	}
}

// doors: what is refused before anybody looks, and what every answer has.
func (w *world) doors(t *testing.T) {
	host := func(name string) func(*http.Request) { return func(r *http.Request) { bearer(r); r.Host = name } }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { bearer(r); r.Header.Set(name, value) }
	}
	for name, tt := range map[string]struct {
		method, path string
		body         url.Values
		change       func(*http.Request)
		code         int
	}{
		"nobody":               {http.MethodGet, "/", nil, nil, 401},
		"a token in the path":  {http.MethodGet, "/?token=" + token, nil, nil, 401},
		"a wrong token":        {http.MethodGet, "/", nil, header("Authorization", "Bearer "+token+"0"), 401},
		"a made up cookie":     {http.MethodGet, "/", nil, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "egissogw", Value: token}) }, 401},
		"an unknown page":      {http.MethodGet, "/admin", nil, bearer, 404},
		"unknown, for nobody":  {http.MethodGet, "/admin", nil, nil, 401},
		"head":                 {http.MethodHead, "/journal", nil, bearer, 200},
		"post":                 {http.MethodPost, "/journal", nil, bearer, 405},
		"delete":               {http.MethodDelete, "/", nil, bearer, 405},
		"another name":         {http.MethodGet, "/", nil, host("evil.example"), 421},
		"another name's style": {http.MethodGet, "/page.css", nil, host("evil.example"), 421},
		"a name with a dot":    {http.MethodGet, "/", nil, host("Gateway.Example.:443"), 200},
		"IPv6":                 {http.MethodGet, "/", nil, host("[::1]:9464"), 200},
		"no name":              {http.MethodGet, "/", nil, host(""), 421},
		"a foreign form":       {http.MethodPost, "/login", url.Values{"token": {token}}, header("Sec-Fetch-Site", "cross-site"), 403},
		"a foreign logout":     {http.MethodPost, "/logout", url.Values{}, header("Origin", "https://evil.example"), 403},
		"a long form":          {http.MethodPost, "/login", url.Values{"token": {strings.Repeat("x", 5000) + token}}, nil, 401},
		"style for nobody":     {http.MethodGet, "/page.css", nil, nil, 200},
		"no id":                {http.MethodGet, "/journal/1", nil, bearer, 404},
		"no such package":      {http.MethodGet, "/journal/00000000-0000-0000-0000-000000000000", nil, bearer, 404},
		"no such register":     {http.MethodGet, "/records?register=x", nil, bearer, 404},
		"no such state":        {http.MethodGet, "/records?register=fact&state=x", nil, bearer, 404},
		"a zero":               {http.MethodGet, "/records?register=fact&after=%00", nil, bearer, 404},
		"no place":             {http.MethodGet, "/journal?before=x&id=y&register=z&show=w", nil, bearer, 200},
		"a wrong place":        {http.MethodGet, "/records?register=fact&state=ready&after=a|b|c", nil, bearer, 200},
		"a text for SQL":       {http.MethodGet, "/records?q='--", nil, bearer, 200},
	} {
		w.pass(time.Minute) // guesses do not add up
		answer := w.ask(tt.method, tt.path, tt.body, tt.change)
		if answer.Code != tt.code {
			t.Errorf("%s: %d, want %d\n%s", name, answer.Code, tt.code, answer.Body)
		}
		for header, part := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Cross-Origin-Opener-Policy": "same-origin",
		} {
			if !strings.Contains(answer.Header().Get(header), part) {
				t.Errorf("%s: %s is %q", name, header, answer.Header().Get(header))
			}
		}
		if !strings.HasPrefix(tt.path, "/page.css") && answer.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", name)
		}
		if !strings.Contains(tt.path, token) && strings.Contains(answer.Body.String(), token) || strings.Contains(strings.ToLower(answer.Body.String()), "<script") || strings.Contains(answer.Body.String(), " style=") {
			t.Errorf("%s: the page has the token, a script or a style in it", name)
		}
	}
}

// sessions: a form, a cookie that says nothing, an end.
func (w *world) sessions(t *testing.T) {
	login := func(next string, change func(*http.Request)) (*http.Cookie, string) {
		answer := w.ask(http.MethodPost, "/login", url.Values{"token": {token}, "next": {next}}, change)
		cookies := answer.Result().Cookies()
		if answer.Code != http.StatusSeeOther || len(cookies) != 1 {
			t.Fatalf("login: %d %v", answer.Code, answer.Header())
		}
		return cookies[0], answer.Header().Get("Location")
	}
	for next, want := range map[string]string{
		"/journal?register=fact": "/journal?register=fact", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/\tx": "/", "": "/",
	} {
		if _, got := login(next, nil); got != want {
			t.Errorf("%q leads to %q", next, got)
		}
	}
	c, _ := login("/", nil)
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" || strings.Contains(c.Value, token) {
		t.Errorf("cookie of this machine %v", c)
	}
	if proxied, _ := login("/", func(r *http.Request) { r.Host = "gateway.example" }); !proxied.Secure {
		t.Errorf("cookie of another name %v", proxied)
	}
	with := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value}) }
	code := func(path string) int { return w.ask(http.MethodGet, path, nil, with).Code }
	if got := code("/journal"); got != http.StatusOK {
		t.Errorf("with the cookie: %d", got)
	}
	if answer := w.ask(http.MethodPost, "/logout", url.Values{}, with); answer.Code != http.StatusSeeOther || code("/journal") != http.StatusUnauthorized {
		t.Error("the session outlives the logout")
	}
	c, _ = login("/", nil)
	w.pass(12 * time.Hour)
	if got := code("/journal"); got != http.StatusUnauthorized {
		t.Errorf("after 12 hours: %d", got)
	}
	c, _ = login("/", nil)
	for range 64 {
		w.pass(time.Second)
		login("/", nil)
	}
	if got := code("/journal"); got != http.StatusUnauthorized {
		t.Errorf("65 sessions: %d", got)
	}
}

// guesses: five, then one in a while; another address is heard meanwhile.
func (w *world) guesses(t *testing.T) {
	w.pass(time.Hour)
	guess := func(from, token string) int {
		return w.ask(http.MethodPost, "/login", url.Values{"token": {token}}, func(r *http.Request) { r.RemoteAddr = from + ":1" }).Code
	}
	for n := range 5 {
		if code := guess("192.0.2.1", "x"); code != http.StatusUnauthorized {
			t.Errorf("guess %d: %d", n, code)
		}
	}
	if code := guess("192.0.2.1", token); code != http.StatusTooManyRequests {
		t.Errorf("too many guesses: %d", code)
	}
	if code := guess("192.0.2.2", token); code != http.StatusSeeOther {
		t.Errorf("another address: %d", code)
	}
	w.pass(12 * time.Second)
	if code := guess("192.0.2.1", token); code != http.StatusSeeOther {
		t.Errorf("after a while: %d", code)
	}
	if log := w.log.String(); !strings.Contains(log, "from=192.0.2.1") || strings.Contains(log, token) {
		t.Errorf("log %q", log)
	}
}

// A database that takes its time is no database that does not answer.
func TestSlowDatabase(t *testing.T) {
	p, err := page.New(page.Options{Token: token, Hosts: page.Loopback, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Numbers: func(ctx context.Context) (store.Numbers, error) { <-ctx.Done(); return store.Numbers{}, ctx.Err() },
		Days:    func(context.Context) ([]store.Day, error) { return nil, nil },
		Summary: func(context.Context) ([]store.SummaryLine, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	answer := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "localhost"
	bearer(r)
	p.ServeHTTP(answer, r)
	if text := answer.Body.String(); !strings.Contains(text, "ещё читается") || strings.Contains(text, "не отвечает") {
		t.Error(text)
	}
}

// A page that is closed waits for nobody and asks nothing any more.
func TestClosedPage(t *testing.T) {
	p, err := page.New(page.Options{Token: token, Hosts: page.Loopback, Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	answer := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "localhost"
	bearer(r)
	if p.ServeHTTP(answer, r); answer.Code != http.StatusServiceUnavailable {
		t.Errorf("%d", answer.Code)
	}
}

// Who is asked, and what they said, is seen in the list and with the package.
func (w *world) approval(t *testing.T) {
	w.exec(t, `insert into egisso.package (id, register, format, format_version, provider, record_count, created_at)
		select md5('approval')::uuid, 'organization', '10.15.I', '1.0.3', '0001.000001', 1, now() + interval '1 minute'`)
	for _, rule := range []string{"insert into egisso.approval_rule (register, agree) values ('organization', true)", "delete from egisso.approval_rule"} {
		w.exec(t, rule)
		list := w.see(t, "/journal?register=organization")
		for _, text := range []string{list, w.see(t, packageLink.FindString(list))} {
			if asked := strings.Contains(text, "ждёт согласования"); asked != strings.HasPrefix(rule, "insert") {
				t.Errorf("after %s: asked %v", rule, asked)
			}
		}
	}
}
