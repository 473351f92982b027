package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"egissogw/adapter/store"
	"egissogw/cmd/egissogw/internal/screen"
)

// Limits of the listener: it is for a monitoring system and a person, not for crowds.
const (
	listenerConnections = 16
	listenerHeader      = 8 << 10 // bytes
	listenerRead        = 5 * time.Second
	listenerWrite       = 15 * time.Second
	listenerIdle        = time.Minute
	readyTerm           = 5 * time.Second
	listenAgain         = 30 * time.Second
)

// watched is what the listener shows.
type watched struct {
	metrics http.Handler
	page    http.Handler // for people; nil: nobody asked for it
	health  func(context.Context) ([]store.Finding, error)
	stuck   func() []string // jobs that hang
}

// handler answers /metrics, /healthz (does the process live), /readyz (can it work) and the
// page for people.
func (w watched) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", w.metrics)
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) {
		text := noticesOf(w.stuck())
		answerText(out, len(text) == 0, append(text, "ok"))
	})
	mux.HandleFunc("GET /readyz", w.ready)
	if w.page != nil {
		mux.Handle("/", w.page)
	}
	return mux
}

// ready fails only if this process cannot work; the body is the list of what is wrong anywhere.
func (w watched) ready(out http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTerm)
	defer cancel()
	able, lines := readiness(ctx, w.health, w.stuck)
	if len(lines) == 0 {
		lines = []string{noTrouble}
	}
	answerText(out, able, lines)
}

// readiness says whether this process can work, and everything that is wrong anywhere.
func readiness(ctx context.Context, health func(context.Context) ([]store.Finding, error), stuck func() []string) (able bool, lines []string) {
	lines = noticesOf(stuck())
	able = len(lines) == 0
	list, err := health(ctx)
	if err != nil {
		able = false
		lines = append(lines, noDatabase)
	}
	for _, f := range list {
		able = able && f.Code != "read_only"
		lines = append(lines, findingText(f)+". "+f.Advice)
	}
	return able, lines
}

// noDatabase is said where the list cannot be read.
const noDatabase = "База шлюза не отвечает: шлюз не работает. Проверить: egissogw check"

func noticesOf(stuck []string) (lines []string) {
	for _, job := range stuck {
		lines = append(lines, "Задание "+job+" не завершается. Журнал: journalctl -u egissogw; служба перезапустится сама")
	}
	return lines
}

func answerText(out http.ResponseWriter, able bool, lines []string) {
	out.Header().Set("Content-Type", "text/plain; charset=utf-8")
	out.Header().Set("X-Content-Type-Options", "nosniff")
	if !able {
		out.WriteHeader(http.StatusServiceUnavailable)
	}
	for _, line := range lines {
		screen.Fprintln(out, line)
	}
}

// listenOn serves until ctx ends, by TLS if secure is not nil. An address that is taken does not
// keep the gateway from its work; note is told of every attempt, nil when it listens.
func listenOn(ctx context.Context, address string, secure *tls.Config, handler http.Handler, note func(error), log *slog.Logger) {
	told := false
	for ctx.Err() == nil {
		err := serveOnce(ctx, address, secure, handler, note, log)
		if ctx.Err() != nil {
			return
		}
		note(err)
		if !told {
			told = true
			log.Error("metrics are not shown: cannot listen", "address", address, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

func serveOnce(ctx context.Context, address string, secure *tls.Config, handler http.Handler, note func(error), log *slog.Logger) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	note(nil)
	log.Info("metrics are shown", "address", l.Addr().String())
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: listenerRead, ReadTimeout: listenerRead, WriteTimeout: listenerWrite, IdleTimeout: listenerIdle,
		MaxHeaderBytes: listenerHeader, TLSConfig: secure, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	over := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer over()
	few := &fewConnections{Listener: l, free: make(chan struct{}, listenerConnections)}
	if secure != nil {
		err = server.ServeTLS(few, "", "")
	} else {
		err = server.Serve(few)
	}
	return fmt.Errorf("serve metrics: %w", err)
}

// fewConnections is a listener with so many connections at once; others wait in the kernel.
type fewConnections struct {
	net.Listener
	free chan struct{}
}

// Accept implements net.Listener.
func (l *fewConnections) Accept() (net.Conn, error) {
	l.free <- struct{}{}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.free
		return nil, err
	}
	return &limited{Conn: c, release: sync.OnceFunc(func() { <-l.free })}, nil
}

// limited is a connection that makes room for another one when it is closed.
type limited struct {
	net.Conn
	release func()
}

// Close implements net.Conn.
func (c *limited) Close() error {
	defer c.release()
	return c.Conn.Close()
}
