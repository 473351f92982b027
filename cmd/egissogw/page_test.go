package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egissogw/config"
)

// issue writes a certificate for a name and its key, as of a time.
func issue(t *testing.T, w config.Watch, name string, at time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		os.WriteFile(string(w.Key), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
		os.WriteFile(string(w.Certificate), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.Chtimes(string(w.Certificate), at, at),
	); err != nil {
		t.Fatal(err)
	}
}

// The page is called as its certificate says; a new one is read, and a broken one is not.
func TestListenerCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := config.Watch{Listen: "0.0.0.0:9464", Certificate: config.File(filepath.Join(dir, "cert.pem")), Key: config.File(filepath.Join(dir, "key.pem")), PageHosts: "Proxy.example, other.example"}
	if _, err := listenerTLS(w); err == nil {
		t.Error("there is no certificate, and it does not matter")
	}
	start := time.Now().Add(-time.Hour)
	issue(t, w, "gateway.example", start)
	secure, err := listenerTLS(w)
	if err != nil {
		t.Fatal(err)
	}
	allowed := pageHosts(w, secure)
	for host, want := range map[string]bool{
		"gateway.example": true, "proxy.example": true, "other.example": true, "localhost": true, "127.0.0.1": true, "::1": true, "0.0.0.0": false, "evil.example": false, "": false,
	} {
		if allowed(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
	issue(t, w, "new.example", start.Add(time.Minute))
	if !allowed("new.example") || allowed("gateway.example") {
		t.Error("the new certificate is not read")
	}
	if err := errors.Join(os.WriteFile(string(w.Certificate), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if !allowed("new.example") {
		t.Error("a broken certificate takes the place of a good one")
	}
	if plain := pageHosts(config.Watch{Listen: "192.0.2.1:9464"}, nil); !plain("192.0.2.1") || plain("192.0.2.2") {
		t.Error("the address listened on is no name of the page, or any is")
	}
}

func TestListenerSpeaksTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := config.Watch{Certificate: config.File(filepath.Join(dir, "cert.pem")), Key: config.File(filepath.Join(dir, "key.pem"))}
	issue(t, w, "localhost", time.Now())
	secure, err := listenerTLS(w)
	if err != nil {
		t.Fatal(err)
	}
	address := listenerThatCloses(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		listenOn(ctx, address, secure, http.NotFoundHandler(), func(error) {}, slog.New(slog.DiscardHandler))
	}()
	trusted := x509.NewCertPool()
	pair, err := secure.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	trusted.AddCert(pair.Leaf)
	client := http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: "localhost"}}}
	var answer *http.Response
	for deadline := time.Now().Add(time.Minute); ; {
		if answer, err = client.Get("https://" + address + "/"); err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("status %d", answer.StatusCode)
	}
	cancel()
	<-ended
}
