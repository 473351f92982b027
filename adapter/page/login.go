package page

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
	"time"
)

const (
	cookieName = "egissogw"
	sessionFor = 12 * time.Hour
)

// admitted lets who has a session or the token go on, and shows others the form.
func (p *Page) admitted(w http.ResponseWriter, r *http.Request) bool {
	if cookie, err := r.Cookie(cookieName); err == nil && p.sessions.has(cookie.Value) {
		return true
	}
	if token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); given {
		if p.right(w, r, token) {
			return true
		}
		if w.Header().Get("Retry-After") != "" {
			return false
		}
	}
	w.Header().Set("WWW-Authenticate", "Bearer")
	p.render(w, http.StatusUnauthorized, "login", login{frame: p.frame("Вход"), Next: r.URL.RequestURI()})
	return false
}

// right compares a token with ours. Who tries too often is not heard, and is told so.
func (p *Page) right(w http.ResponseWriter, r *http.Request, token string) bool {
	from := remote(r)
	if !p.tries.may(from) {
		w.Header().Set("Retry-After", "60")
		p.render(w, http.StatusTooManyRequests, "login", login{frame: p.frame("Вход"), Next: "/", Wrong: "Слишком много попыток. Подождите минуту."})
		return false
	}
	given, ours := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(p.o.Token))
	if subtle.ConstantTimeCompare(given[:], ours[:]) == 1 {
		p.tries.forget(from)
		return true
	}
	p.o.Log.Warn("a wrong token for the page", "from", from)
	return false
}

// login is what the form shows.
type login struct {
	frame
	Next  string // where to go then
	Wrong string
}

func (p *Page) loginForm(w http.ResponseWriter, _ *http.Request) {
	p.render(w, http.StatusOK, "login", login{frame: p.frame("Вход"), Next: "/"})
}

func (p *Page) login(w http.ResponseWriter, r *http.Request) {
	next := local(r.PostFormValue("next"))
	if !p.right(w, r, r.PostFormValue("token")) {
		if w.Header().Get("Retry-After") == "" {
			p.render(w, http.StatusUnauthorized, "login", login{frame: p.frame("Вход"), Next: next, Wrong: "Ключ не подходит."})
		}
		return
	}
	p.setCookie(w, r, p.sessions.begin(), int(sessionFor.Seconds()))
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (p *Page) logout(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(cookieName); err == nil {
		p.sessions.end(cookie.Value)
	}
	p.setCookie(w, r, "", -1)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// setCookie: only over TLS, ours or that of a proxy, but for this machine.
func (p *Page) setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: p.o.TLS || !Loopback(hostname(r.Host)),
	})
}

// local is a path of ours, or the first page.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == '\\' }) {
		return "/"
	}
	return path
}

// remote is the address a request comes from, without port.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
