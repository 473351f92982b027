package smev

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// quietTLS is a TLS server that answers every call with an empty queue and keeps
// its complaints to itself.
func quietTLS(t *testing.T, change func(*tls.Config)) *httptest.Server {
	s := httptest.NewUnstartedServer(answerXML(inReply(OpGetResponse, "")))
	s.TLS = &tls.Config{}
	change(s.TLS)
	s.Config.ErrorLog = discardLog
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func rootsOf(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func TestTLS(t *testing.T) {
	good := quietTLS(t, func(*tls.Config) {})
	old := quietTLS(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11 })
	twelve := quietTLS(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	for _, tt := range []struct {
		name   string
		server *httptest.Server
		roots  *x509.CertPool
		ok     bool
	}{
		{"configured roots", good, rootsOf(good), true},
		{"TLS 1.2", twelve, rootsOf(twelve), true},
		{"TLS 1.1", old, rootsOf(old), false},
		{"roots of the system", good, nil, false},
		{"other roots", good, x509.NewCertPool(), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBus(t)
			c := b.client(func(o *Options) { o.URL, o.Roots = tt.server.URL+"/ws", tt.roots })
			_, err := c.GetResponse(t.Context())
			if tt.ok != (err == nil) {
				t.Errorf("error %v", err)
			}
			if err != nil && Classify(err) != ClassRetry {
				t.Errorf("class %v of %v", Classify(err), err)
			}
		})
	}
}

// TestVerificationCannotBeSkipped: a client given from outside neither.
func TestVerificationCannotBeSkipped(t *testing.T) {
	good := Options{URL: "https://127.0.0.1/", Version: Version13, Signer: newTestSigner(t, testCurve), Trust: trustAll}
	for name, spoil := range map[string]func(*Options){
		"skips": func(o *Options) {
			o.HTTP = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
		},
		"old TLS": func(o *Options) {
			o.HTTP = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10}}}
		},
		"roots that would not be used": func(o *Options) { o.HTTP, o.Roots = &http.Client{}, x509.NewCertPool() },
	} {
		o := good
		spoil(&o)
		if _, err := NewClient(o); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewClient(good); err != nil {
		t.Error(err)
	}
}

func TestProxy(t *testing.T) {
	var passed atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		passed.Add(1)
		if r.URL.Host != "bus.invalid" {
			t.Errorf("asked for %s", r.URL.Host)
		}
		answerXML(inReply(OpGetResponse, ""))(w, r)
	}))
	t.Cleanup(proxy.Close)
	for setting, want := range map[string]int32{proxy.URL: 1, "none": 0} {
		passed.Store(0)
		choose, err := ParseProxy(setting)
		if err != nil {
			t.Fatal(err)
		}
		c := newBus(t).client(func(o *Options) { o.URL, o.Proxy = "http://bus.invalid/ws", choose })
		if _, err := c.GetResponse(t.Context()); (err == nil) != (want == 1) {
			t.Errorf("%s: %v", setting, err)
		}
		if got := passed.Load(); got != want {
			t.Errorf("%s: %d calls went through the proxy", setting, got)
		}
	}
	if p, err := ParseProxy(""); err != nil || p == nil {
		t.Errorf("the environment's: %v", err)
	}
	for _, bad := range []string{"proxy", "ftp://proxy", "http://", "http://user:secret@ proxy:1"} {
		if _, err := ParseProxy(bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestConnectionIsKept: calls of all kinds of outcomes go over one connection.
func TestConnectionIsKept(t *testing.T) {
	callers := map[string]int{} // by address; calls are one after the other
	b := newBus(t)
	c := b.client()
	for _, reply := range []http.HandlerFunc{
		answerXML(inReply(OpGetResponse, "")),
		answerGzip(inReply(OpGetResponse, "")),
		answerWith(500, "text/xml", faultXML("SMEVFailure")),
		answerWith(502, "text/html", "<html/>"),
		answerWith(200, "text/xml", "garbage"),
		answerXML(inReply(OpGetResponse, "")),
	} {
		b.then(func(w http.ResponseWriter, r *http.Request) {
			callers[r.RemoteAddr]++
			reply(w, r)
		})
		c.GetResponse(t.Context())
	}
	if len(callers) != 1 {
		t.Errorf("connections for six calls: %v", callers)
	}
}

// TestEndlessCompressedNothing: members of gzip that hold nothing give no byte to
// count, so what comes over the line is counted.
func TestEndlessCompressedNothing(t *testing.T) {
	member := []byte{31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0}
	b := newBus(t)
	b.then(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for r.Context().Err() == nil {
			if _, err := w.Write(member); err != nil {
				return
			}
		}
	})
	c := b.client(func(o *Options) { o.Limits.Body = 64 << 10 })
	start := time.Now()
	_, err := c.GetResponse(t.Context())
	if err == nil || errors.Is(err, io.EOF) || time.Since(start) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
}

func TestOperationsHaveTheirOwnTimeouts(t *testing.T) {
	b := newBus(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	slow := func(w http.ResponseWriter, _ *http.Request) { <-release }
	b.then(slow)
	c := b.client(func(o *Options) {
		o.Timeout = time.Hour
		o.Timeouts = map[Operation]time.Duration{OpGetResponse: 50 * time.Millisecond}
	})
	if _, err := c.GetResponse(t.Context()); Classify(err) != ClassRetry {
		t.Errorf("class %v of %v", Classify(err), err)
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "99999999999": 0, "-1": 0, "soon": 0, "7200": time.Hour,
		testNow.Add(time.Minute).UTC().Format(http.TimeFormat):  time.Minute - 5*time.Millisecond, // dates have no fraction
		testNow.Add(-time.Minute).UTC().Format(http.TimeFormat): 0,
	} {
		b := newBus(t)
		b.then(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", header)
			answerWith(503, "text/html", "busy")(w, r)
		})
		_, err := b.client().GetResponse(t.Context())
		if got := RetryAfter(err); got != want || Classify(err) != ClassRetry {
			t.Errorf("%q: wait %v, class %v", header, got, Classify(err))
		}
	}
	if got := RetryAfter(errors.New("other")); got != 0 {
		t.Errorf("another error asks for %v", got)
	}
}
