package main

import (
	"errors"
	"io"
	"maps"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"egissogw/cmd/egissogw/internal/assemble"

	"github.com/jackc/pgerrcode"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"
)

// A pool of connections is named in one line by whatever meets it, also where it is told
// to pass over the settings of a session it does not know.
func TestPoolOfConnectionsIsRefused(t *testing.T) {
	t.Parallel()
	inOrder := ready(t)
	for name, tolerant := range map[string]bool{"refuses settings": false, "passes over settings": true} {
		for _, c := range []struct {
			variable string
			commands []string
		}{
			{"EGISSOGW_DATABASE_URL", []string{"check", "migrate"}},
			{"EGISSOGW_SOURCE_DATABASE_URL", []string{"check"}},
		} {
			env := maps.Clone(inOrder)
			env[c.variable] = behindPool(t, inOrder[c.variable], tolerant)
			if c.variable == "EGISSOGW_DATABASE_URL" && !tolerant {
				c.commands = append(c.commands, "status", "serve")
			}
			for _, command := range c.commands {
				code, out, errs := run(t, env, command)
				if code != exitFailed || strings.Count(out+errs, assemble.PooledText) != 1 {
					t.Errorf("%s, %s of %s: code %d:\n%s%s", name, command, c.variable, code, out, errs)
				}
			}
		}
	}
}

// behindPool puts a pool of connections before a database and returns its address there. As
// PgBouncer does, it names sessions of its own to its clients, and settings it does not know
// it refuses or, if it is tolerant, passes over.
func behindPool(t *testing.T, database string, tolerant bool) string {
	t.Helper()
	server, err := pgx.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	network, address := "tcp", net.JoinHostPort(server.Host, strconv.Itoa(int(server.Port)))
	if strings.HasPrefix(server.Host, "/") {
		network, address = "unix", server.Host+"/.s.PGSQL."+strconv.Itoa(int(server.Port))
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer client.Close()
				upstream, err := net.Dial(network, address)
				if err != nil {
					return
				}
				defer upstream.Close()
				_ = passOn(client, upstream, tolerant)
			}()
		}
	}()
	u := url.URL{Scheme: "postgres", User: url.User(server.User), Host: listener.Addr().String(), Path: server.Database, RawQuery: "sslmode=disable"}
	return u.String()
}

// passOn is one session of a client. The server asks for no password.
func passOn(client, upstream net.Conn, tolerant bool) error {
	asked, answers := pgproto3.NewBackend(client, client), pgproto3.NewFrontend(upstream, upstream)
	start, err := asked.ReceiveStartupMessage()
	if err != nil {
		return err
	}
	hello, ok := start.(*pgproto3.StartupMessage)
	if !ok {
		return errors.New("not the start of a session")
	}
	for name := range hello.Parameters {
		switch {
		case name == "user" || name == "database" || name == "application_name":
		case tolerant:
			delete(hello.Parameters, name)
		default:
			asked.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: pgerrcode.ProtocolViolation, Message: "unsupported startup parameter: " + name})
			return asked.Flush()
		}
	}
	answers.Send(hello)
	if err := answers.Flush(); err != nil {
		return err
	}
	for ready := false; !ready; {
		message, err := answers.Receive()
		if err != nil {
			return err
		}
		switch m := message.(type) {
		case *pgproto3.BackendKeyData:
			m.ProcessID++
		case *pgproto3.ReadyForQuery:
			ready = true
		}
		asked.Send(message)
		if err := asked.Flush(); err != nil {
			return err
		}
	}
	go func() {
		defer upstream.Close()
		_, _ = io.Copy(upstream, client)
	}()
	_, err = io.Copy(client, upstream)
	return err
}
