package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// percentHint is what to do about a name or password that an address cannot hold.
const percentHint = "в имени и пароле эти знаки пишутся так: @ — %40, / — %2F, # — %23, ? — %3F, : — %3A, % — %25, пробел — %20"

// ambiguous tells whether an address can be read in more than one way. A password with @, /,
// ? or # in it ends early for the parser, and its rest becomes the host, which is asked of DNS
// and named in errors. So nothing but the one @ of user and password may be there.
func ambiguous(text string) bool {
	_, rest, found := strings.Cut(text, "://")
	if !found {
		rest = text
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	return strings.Count(rest, "@") > 1 || strings.Contains(rest, "@") != strings.Contains(authority, "@") ||
		strings.Contains(rest, "#") || strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// plainHost tells whether a text can be the name or the address of a host.
func plainHost(host string) bool {
	if address, zone, _ := strings.Cut(host, "%"); net.ParseIP(address) != nil {
		return !strings.ContainsAny(zone, "@/#?:% ")
	}
	return host != "" && !strings.ContainsFunc(host, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`@/#?:%\[]"'=&,;`, r) })
}

func checkPostgres(text string) string {
	isURL := strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://")
	if isURL && ambiguous(text) {
		return "в строке подключения есть лишние знаки @, #, / или пробел, и понять её однозначно нельзя; " + percentHint
	}
	c, err := pgx.ParseConfig(text)
	if err != nil {
		return notPostgres(text, err.Error())
	}
	hosts := []string{c.Host}
	for _, f := range c.Fallbacks {
		hosts = append(hosts, f.Host)
	}
	for _, host := range hosts {
		if !strings.HasPrefix(host, "/") && !plainHost(host) { // a folder of sockets begins with /
			return "имя узла в строке подключения — не имя узла; " + percentHint
		}
	}
	for name := range c.RuntimeParams {
		if !serverParameter(name) {
			return "в строке подключения есть параметр, которого сервер не знает; если это часть пароля: в адресе " + percentHint +
				", в записи имя=значение пароль с пробелами заключается в апострофы"
		}
	}
	return ""
}

// serverParameters are the settings of a session that make sense in a connection string.
// Any other would be sent to the server, which would name it in its error.
var serverParameters = []string{
	"application_name", "client_encoding", "client_min_messages", "datestyle", "default_transaction_deferrable",
	"default_transaction_isolation", "default_transaction_read_only", "extra_float_digits", "geqo", "idle_in_transaction_session_timeout",
	"idle_session_timeout", "intervalstyle", "jit", "lock_timeout", "options", "plan_cache_mode", "role", "search_path",
	"statement_timeout", "tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout",
	"timezone", "transaction_timeout", "work_mem",
}

func serverParameter(name string) bool {
	name = strings.ToLower(name)
	return slices.Contains(serverParameters, name) || strings.HasPrefix(name, "pool_") // of pgxpool
}

func checkURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "ожидается адрес http:// или https://"
	}
	if u.User != nil || strings.Contains(text, "@") {
		return "имя и пароль в адресе недопустимы; знак @ в пути пишется %40"
	}
	if ambiguous(text) || !plainHost(u.Hostname()) {
		return "ожидается адрес http:// или https:// без # и пробелов"
	}
	return ""
}

// checkProxy is what smev.ParseProxy understands.
func checkProxy(text string) string {
	if text == "none" {
		return ""
	}
	if ambiguous(text) {
		return "в адресе прокси есть лишние знаки @, #, / или пробел, и понять его однозначно нельзя; " + percentHint
	}
	u, err := url.Parse(text)
	if err != nil || !plainHost(u.Hostname()) || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return "ожидается адрес http://, https:// или socks5://, либо none; " + percentHint
	}
	return ""
}

// proxyVariables are those of the environment net/http looks at.
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}

// checkProxyOfEnvironment looks at the proxies that serve where SMEV_PROXY is empty.
func (r *reader) checkProxyOfEnvironment() {
	if !r.config.SMEV.Proxy.IsZero() {
		return
	}
	f, _ := r.fieldAt(&r.config.SMEV.Proxy)
	for _, name := range proxyVariables {
		if text, given := r.lookup(name); given && ambiguous(text) {
			r.report(f, "не задана, а в %s есть лишние знаки @, #, / или пробел, и понять адрес однозначно нельзя; %s", name, percentHint)
			return
		}
	}
}

func checkAddress(text string) string {
	if _, ok := hostPort(text); !ok {
		return "ожидается узел:порт, без имени, пароля и ftp://"
	}
	return ""
}

func checkListen(text string) string {
	if _, ok := listenAddress(text); !ok {
		return "ожидается узел:порт или :порт"
	}
	return ""
}

func checkHosts(text string) string {
	for host := range strings.SplitSeq(text, ",") {
		if host = strings.TrimSpace(host); !plainHost(host) {
			return "ожидаются имена узлов через запятую, без порта и https://"
		}
	}
	return ""
}

// tokenLeast is how short a token may be, in bytes: 64 bits as hexadecimal digits.
const tokenLeast = 16

func checkToken(text string) string {
	if len(text) < tokenLeast || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "ожидается не меньше 16 знаков ASCII без пробелов, например вывод openssl rand -hex 32"
	}
	return ""
}

// Hosts are the names of PAGE_HOSTS in small letters.
func (w Watch) Hosts() (hosts []string) {
	for host := range strings.SplitSeq(w.PageHosts, ",") {
		if host = strings.ToLower(strings.TrimSpace(host)); host != "" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// local tells whether nobody on other machines can connect.
func (w Watch) local() bool {
	host, _, err := net.SplitHostPort(w.Address())
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// Address is where to listen: on this machine alone unless LISTEN names a host.
func (w Watch) Address() string {
	address, _ := listenAddress(w.Listen)
	return address
}

func listenAddress(text string) (string, bool) {
	host, port, err := net.SplitHostPort(text)
	if host == "" {
		host = "127.0.0.1"
	}
	if _, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || !plainHost(host) {
		return "", false
	}
	return net.JoinHostPort(host, port), true
}

// hostPort adds the FTP port to an address without one.
func hostPort(text string) (string, bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = text, "21"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || !plainHost(host) {
		return "", false
	}
	return net.JoinHostPort(host, port), true
}
