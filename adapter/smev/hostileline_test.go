package smev

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/hostiletest"
)

// bodyOf reads a reply with a body, compressed on the way, as a call does.
func bodyOf(input []byte, encoding string, limit int64) error {
	r, w := io.Pipe()
	go func() {
		if encoding == "" {
			w.Write(input)
		} else {
			z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
			z.Write(input)
			z.Close()
		}
		w.Close()
	}()
	defer r.Close()
	body, err := readBody(&http.Response{Body: r, Header: http.Header{"Content-Encoding": {encoding}}}, limit)
	if err == nil && int64(len(body)) > limit {
		err = errors.New("larger than the limit")
	}
	return err
}

// headersOf makes a call to a server that answers with these bytes.
func headersOf(t testing.TB, input []byte) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		conn.Read(make([]byte, 4096))
		conn.Write(input)
		conn.Close()
	}()
	response, err := NewHTTPClient(nil, func(*http.Request) (proxy *url.URL, err error) { return nil, nil }).Get("http://" + l.Addr().String())
	if err == nil {
		response.Body.Close()
	}
	return err
}

// fetched downloads from a storage that says input in answer to a command, or
// gives it as the file where command is "".
func fetched(t testing.TB, command string, input []byte, limit int64) error {
	ordinary := polite(t, func(link net.Conn) { link.Write(input) })
	addr := rawStore(t, func(conn net.Conn, said string) bool {
		if command != "" && said == command {
			return say(conn, string(input))
		}
		return ordinary(conn, said)
	})
	s := NewFileStore(addr, "", "", 10*time.Second)
	s.pause = 0
	return get(s, limit)
}

func TestHostileLine(t *testing.T) {
	fill := func(piece string) func(int) []byte {
		return func(n int) []byte { return hostiletest.Fill([]byte(piece), n) }
	}
	const limit = 32 << 20 // the default of the configuration
	plain := func(_ testing.TB, input []byte) error { return bodyOf(input, "", limit) }
	packed := func(_ testing.TB, input []byte) error { return bodyOf(input, "gzip", limit) }
	packedLonger := func(_ testing.TB, input []byte) error {
		return bodyOf(input, "gzip", min(limit, int64(len(input))*16/17))
	}
	headers := func(n int) []byte {
		var b bytes.Buffer
		b.WriteString("HTTP/1.1 200 OK\r\n")
		for i := 0; b.Len() < max(n, 2<<20); i++ {
			fmt.Fprintf(&b, "X-%d: a\r\n", i)
		}
		b.WriteString("\r\n")
		return b.Bytes()
	}
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "reply body", Read: plain, Input: fill("x"), Limit: 31 << 20, Cheap: true},
		{Name: "reply body of gzip, size unpacked", Read: packed, Input: fill(" "), Limit: 31 << 20},
		{Name: "reply body of gzip without end", Read: packedLonger, Input: func(n int) []byte { return fill(" ")(n + n/16) }, Says: "larger than the limit", Cheap: true},
		{Name: "reply of headers", Read: headersOf, Input: headers, Limit: 8 << 20, Says: "server response headers exceeded", Cheap: true},
		{Name: "reply of one header", Read: headersOf, Says: "server response headers exceeded", Cheap: true,
			Input: func(n int) []byte { return []byte("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", max(n, 2<<20))) }},
		{Name: "reply of less than announced", Read: headersOf, Says: "unexpected EOF", Cheap: true, Limit: 1 << 10,
			Input: func(int) []byte { return []byte("HTTP/1.1 200 OK\r\nContent-Length: 9") }},
		{Name: "FTP reply of one line", Input: fill("220 aaaa"), Says: "too long", Cheap: true,
			Read: func(t testing.TB, input []byte) error { return fetched(t, "PASS", input, 1000) }},
		{Name: "FTP reply of lines", Input: fill("220-a\r\n"), Says: "too long", Cheap: true,
			Read: func(t testing.TB, input []byte) error { return fetched(t, "FEAT", input, 1000) }},
		{Name: "FTP file", Input: fill("x"), Cheap: true,
			Read: func(t testing.TB, input []byte) error { return fetched(t, "", input, int64(len(input))) }},
		{Name: "FTP file larger than allowed", Input: fill("x"), Says: "larger than allowed", Cheap: true,
			Read: func(t testing.TB, input []byte) error { return fetched(t, "", input, int64(len(input))/2) }},
	})
}
