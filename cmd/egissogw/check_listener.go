package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"egissogw/cmd/egissogw/internal/fault"
	"egissogw/config"
)

// checkListener tells of an address nobody can listen on. One that is taken may be our own service's.
func checkListener(ctx context.Context, c config.Watch) string {
	if c.Listen == "" {
		return ""
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Address())
	switch {
	case err == nil:
		_ = l.Close()
		return ""
	case errors.Is(err, syscall.EADDRINUSE) && ownListener(ctx, c):
		return ""
	}
	return config.Prefix + "LISTEN: слушать не удаётся: " + fault.Cause(err.Error())
}

// ownListener tells whether the gateway answers there.
func ownListener(ctx context.Context, c config.Watch) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTerm)
	defer cancel()
	scheme := "http"
	if c.Certificate != "" {
		scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+c.Address()+"/healthz", nil)
	if err != nil {
		return false
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}} //nolint:gosec // only who it is
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	return err == nil && strings.HasSuffix(strings.TrimSpace(string(text)), "ok")
}
