package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer may be written while it is read.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// hushed sends what libraries print to a buffer for one test.
func hushed(t *testing.T) *lockedBuffer {
	t.Helper()
	var out lockedBuffer
	before, flags := log.Writer(), log.Flags()
	hushLibraries(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { log.SetOutput(before); log.SetFlags(flags) })
	return &out
}

// TestLibrariesPrintNoContent: a server says more than it was asked; net/http prints
// the beginning of that on its own.
func TestLibrariesPrintNoContent(t *testing.T) {
	out := hushed(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	answered := make(chan struct{})
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err != nil {
			return
		}
		conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) //nolint:errcheck // the test waits for what follows
		<-answered
		conn.Write([]byte("112-233-445 95 ИВАНОВ")) //nolint:errcheck // as above
	}()
	client := http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(response.Body); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	close(answered)
	deadline := time.Now().Add(10 * time.Second)
	for !strings.Contains(out.String(), "net/http") && time.Now().Before(deadline) {
		<-time.After(time.Millisecond)
	}
	text := out.String()
	if !strings.Contains(text, "origin=net/http.(*persistConn)") || strings.Contains(text, "112-233") || strings.Contains(text, "ИВАНОВ") || strings.Contains(text, "nsolicited") {
		t.Errorf("printed: %q", text)
	}
	slog.Info("a library", "СНИЛС", "112-233-445 95")
	if text := out.String(); strings.Contains(text, "112-233") || strings.Count(text, "\n") != 2 {
		t.Errorf("printed: %q", text)
	}
}

// TestPanicTellsNoContent: a panic may hold anything.
func TestPanicTellsNoContent(t *testing.T) {
	for want, panics := range map[string]func(){
		"panic with a value of type string": func() { panic("СНИЛС 112-233-445 95") },
		"index out of range [3]":            func() { var s []int; i := 3; _ = s[i] },
	} {
		var out bytes.Buffer
		a := &app{stderr: &out}
		err := a.runCommand(t.Context(), command{name: "x", run: func(context.Context, *app, []string) error { panics(); return nil }}, nil)
		if err == nil || !strings.Contains(out.String(), want) || strings.Contains(out.String(), "112-233") || !strings.Contains(out.String(), "librarylog_test.go") {
			t.Errorf("error %v: %s", err, out.String())
		}
	}
}
