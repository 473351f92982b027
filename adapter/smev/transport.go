package smev

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Proxy chooses the proxy of a request, as http.Transport asks for it; a nil URL
// is none.
type Proxy func(*http.Request) (*url.URL, error)

// ParseProxy reads a proxy setting: empty means the environment's
// (HTTPS_PROXY, NO_PROXY ...), "none" none at all, anything else is the address
// of one, http, https or socks5.
func ParseProxy(setting string) (Proxy, error) {
	switch setting {
	case "":
		return http.ProxyFromEnvironment, nil
	case "none":
		return func(*http.Request) (*url.URL, error) { return nil, nil }, nil
	}
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		return nil, errors.New("proxy is neither an address nor none") // the setting may hold a password
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return http.ProxyURL(u), nil
	}
	return nil, fmt.Errorf("proxy of kind %.20q is not supported", u.Scheme)
}

const (
	dialTimeout      = 30 * time.Second
	handshakeTimeout = 30 * time.Second
	idleTimeout      = 90 * time.Second
)

// newTransport makes connections for one endpoint: TLS 1.2 or better, verified
// against roots or, if nil, the system's, kept alive between calls. There is no
// way to skip verification. Compression is the client's business, which bounds
// what comes out.
func newTransport(roots *x509.CertPool, proxy Proxy) *http.Transport {
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	return &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout: handshakeTimeout,
		IdleConnTimeout:     idleTimeout,
		MaxIdleConnsPerHost: 4,
		// The default is ten times that; replies have a dozen headers.
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
}

// NewHTTPClient makes a client that connects as a Client with these options does,
// for looking at the endpoint without a call of the protocol.
func NewHTTPClient(roots *x509.CertPool, proxy Proxy) *http.Client {
	o := Options{Roots: roots, Proxy: proxy}
	c, _ := o.httpClient() // only an HTTP client that was given can be refused
	return &c
}

// httpClient gives the client the options ask for, or refuses them.
func (o *Options) httpClient() (http.Client, error) {
	var c http.Client
	switch {
	case o.HTTP == nil:
		c.Transport = newTransport(o.Roots, o.Proxy)
	case o.Roots != nil || o.Proxy != nil:
		return c, errors.New("roots and proxy are for connections of our own, not for a given http client")
	default:
		c = *o.HTTP
	}
	if t, ok := c.Transport.(*http.Transport); ok && t.TLSClientConfig != nil {
		switch config := t.TLSClientConfig; {
		case config.InsecureSkipVerify:
			return c, errors.New("connection must not skip the verification of the server")
		case config.MinVersion != 0 && config.MinVersion < tls.VersionTLS12:
			return c, errors.New("connection must use TLS 1.2 or better")
		}
	}
	// Signed bytes go to the configured place and to no other.
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}
