package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"egissogw/adapter/page"
	"egissogw/adapter/store"
	"egissogw/config"
)

// How long a statement of the page may take, and one that counts all records in the background.
const (
	pageStatement  = 2 * time.Second
	countStatement = 2 * time.Minute
)

const (
	pageNotes = 1  // on the classifier, read with it
	pageDays  = 30 // that are counted
)

// newPage is the page for people.
func newPage(c config.Config, s *store.Store, secure *tls.Config, log *slog.Logger) (*page.Page, error) {
	return page.New(page.Options{
		Viewer: s.Viewer(pageStatement), Numbers: s.Numbers, Records: s.RecordCounts,
		Classifier: func(ctx context.Context) (store.ClassifierOverview, error) {
			return s.ClassifierOverview(ctx, pageNotes)
		},
		Days: func(ctx context.Context) ([]store.Day, error) {
			return s.Viewer(countStatement).Daily(ctx, time.Now(), c.Job.TimeZone.Location, pageDays)
		},
		Summary: s.DaySummary, StateText: recordState, Token: c.Watch.PageToken.Reveal(), Hosts: pageHosts(c.Watch, secure), TLS: secure != nil,
		Zone: c.Job.TimeZone.Location, Version: programVersion(), Now: time.Now, Log: log,
	})
}

// pageHosts are the names the page may be called by: those of the configuration, this machine
// for itself, and those of the certificate.
func pageHosts(w config.Watch, secure *tls.Config) func(string) bool {
	names := w.Hosts()
	if host, _, err := net.SplitHostPort(w.Address()); err == nil && !net.ParseIP(host).IsUnspecified() {
		names = append(names, strings.ToLower(host))
	}
	return func(host string) bool {
		if page.Loopback(host) || slices.Contains(names, host) {
			return true
		}
		if secure == nil {
			return false
		}
		pair, err := secure.GetCertificate(nil)
		return err == nil && pair.Leaf.VerifyHostname(host) == nil
	}
}

// listenerTLS is nil where the listener speaks plainly.
func listenerTLS(w config.Watch) (*tls.Config, error) {
	if w.Certificate == "" {
		return nil, nil
	}
	pair := &listenerPair{certificate: string(w.Certificate), key: string(w.Key)}
	if _, err := pair.get(nil); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}, nil
}

// listenerPair is a certificate with its key, read anew when its file changes. One that cannot be
// read any more stays in use.
type listenerPair struct {
	certificate, key string
	mu               sync.Mutex
	changed          time.Time // the certificate's file, as it was read
	pair             *tls.Certificate
}

func (k *listenerPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.certificate)
	if err == nil && k.pair != nil && info.ModTime().Equal(k.changed) {
		return k.pair, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(k.certificate, k.key); err == nil {
			k.pair, k.changed = &pair, info.ModTime()
		}
	}
	if k.pair == nil {
		return nil, fmt.Errorf("%sLISTEN_CERTIFICATE_FILE: %w", config.Prefix, err)
	}
	return k.pair, nil
}
