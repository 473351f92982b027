package smev

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/gost3410"
)

// person stands for what a server may send and nobody may repeat.
const person = "112-233-445 95"

// serveRaw answers every connection with what the function writes, after the request's
// header or, for FTP, a greeting.
func serveRaw(t *testing.T, serve func(in *bufio.Reader, out io.Writer)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(bufio.NewReader(conn), conn)
			}()
		}
	}()
	return l.Addr().String()
}

// Errors of net/http quote what came; none of it gets into ours.
func TestRepliesAreNotRepeatedInErrors(t *testing.T) {
	for name, reply := range map[string]string{
		"no status line":    person + "\r\n\r\n",
		"status":            "HTTP/1.1 " + person + "\r\n\r\n",
		"version":           "HTTP/" + person + " 200 OK\r\n\r\n",
		"header":            "HTTP/1.1 200 OK\r\n" + person + "\r\n\r\n",
		"first header":      "HTTP/1.1 200 OK\r\n " + person + "\r\n\r\n",
		"header name":       "HTTP/1.1 200 OK\r\n" + person + "\x01: x\r\n\r\n",
		"length":            "HTTP/1.1 200 OK\r\nContent-Length: " + person + "\r\n\r\n",
		"lengths":           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: " + person + "\r\n\r\n",
		"transfer encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + person + "\r\n\r\n",
		"quotes":            `"\"` + person + `"` + "\r\n\r\n",
		"chunk":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + person + "\r\n\r\n",
		"trailer":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: A\r\n\r\n0\r\n" + person + "\r\n\r\n",
		"encoding":          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 14\r\n\r\n" + person,
	} {
		t.Run(name, func(t *testing.T) {
			addr := serveRaw(t, func(in *bufio.Reader, out io.Writer) {
				if request, err := http.ReadRequest(in); err == nil {
					io.Copy(io.Discard, request.Body)
				}
				io.WriteString(out, reply)
			})
			c, err := NewClient(Options{
				URL: "http://" + addr + "/ws", Version: Version13, Signer: newTestSigner(t, gost3410.TC26_256A()), Trust: trustAll, Timeout: 10 * time.Second,
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.GetResponse(t.Context())
			if err == nil || strings.Contains(err.Error(), "112-233") || strings.Contains(err.Error(), addr) {
				t.Errorf("error %v", err)
			}
			if Classify(err) != ClassRetry {
				t.Errorf("class %v of %v", Classify(err), err)
			}
		})
	}
}

// Servers of files repeat what they refuse, in as many words as they like.
func TestServersOfFilesAreNotRepeated(t *testing.T) {
	const password = "tAiNa-Пароль"
	addr := serveRaw(t, func(in *bufio.Reader, out io.Writer) {
		io.WriteString(out, "220 ready\r\n")
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			if strings.HasPrefix(line, "USER") {
				io.WriteString(out, "331 password\r\n")
				continue
			}
			fmt.Fprintf(out, "530 \x1b[31m%q not understood %s\r\n", strings.TrimSpace(line), strings.Repeat("x", 1000))
		}
	})
	s := NewFileStore(addr, "user", password, 10*time.Second)
	err := s.Probe(t.Context())
	if err == nil || strings.Contains(err.Error(), "tAiNa") || strings.Contains(err.Error(), "\x1b") || len(err.Error()) > 500 {
		t.Errorf("error %q", err)
	}
	if Classify(err) != ClassFixConfiguration {
		t.Errorf("class %v", Classify(err))
	}
	_, err = s.Download(t.Context(), FSAttachment{UUID: "x", UserName: "once", Password: password, FileName: "f"}, io.Discard, 10)
	if err == nil || strings.Contains(err.Error(), "tAiNa") || Classify(err) != ClassOperator {
		t.Errorf("error %q", err)
	}
}

// A line break in what the bus or the configuration gives would be a command of its own.
func TestLineBreaksMakeNoCommands(t *testing.T) {
	var commands strings.Builder
	addr := serveRaw(t, func(in *bufio.Reader, out io.Writer) { io.Copy(&commands, in) })
	for _, end := range []string{"\r\nDELE x", "\nDELE x", "\rDELE x", "\x00", "\u0085DELE x"} {
		for _, f := range []FSAttachment{
			{UUID: "u", UserName: "u" + end, Password: "p", FileName: "f"},
			{UUID: "u", UserName: "u", Password: Secret("p" + end), FileName: "f"},
			{UUID: "u", UserName: "u", Password: "p", FileName: "f" + end},
			{UUID: "u" + end, UserName: "u", Password: "p", FileName: "f"},
		} {
			_, err := NewFileStore(addr, "u", "p", time.Second).Download(t.Context(), f, io.Discard, 10)
			var failed *FileStoreError
			if !errors.As(err, &failed) || failed.Step != stepArgument || Classify(err) != ClassOperator || strings.Contains(err.Error(), "DELE") {
				t.Errorf("%q: %v", f.UserName, err)
			}
		}
		for _, s := range []*FileStore{NewFileStore(addr, "u"+end, "p", time.Second), NewFileStore(addr, "u", "p"+end, time.Second)} {
			if err := s.Probe(t.Context()); err == nil || strings.Contains(err.Error(), "DELE") {
				t.Errorf("%q: %v", end, err)
			}
			if err := s.Upload(t.Context(), "folder", "name", strings.NewReader("x")); err == nil || strings.Contains(err.Error(), "DELE") {
				t.Errorf("%q: %v", end, err)
			}
		}
		if err := NewFileStore(addr, "u", "p", time.Second).Upload(t.Context(), "folder"+end, "name", strings.NewReader("x")); Classify(err) != ClassOperator {
			t.Errorf("%q: %v", end, err)
		}
	}
	if commands.Len() > 0 {
		t.Errorf("the server was told %q", commands.String())
	}
}
