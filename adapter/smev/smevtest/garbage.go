package smevtest

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// garbage is a reply that is no answer.
type garbage struct {
	contentType string
	encoding    string // Content-Encoding
	body        func(v *version, good string) io.Reader
}

// floodSize is what a reply without end really comes to.
const floodSize = 128 << 20

func same(s string) func(*version, string) io.Reader {
	return func(*version, string) io.Reader { return strings.NewReader(s) }
}

var garbages = map[string]garbage{
	// A gateway in front of the bus has a word of its own.
	"html": {"text/html", "", same("<html><body><h1>502 Bad Gateway</h1></body></html>")},
	// Nothing at all.
	"empty": {"text/xml; charset=utf-8", "", same("")},
	// Half of the reply, without any sign that there is more.
	"truncated": {"text/xml; charset=utf-8", "", func(_ *version, good string) io.Reader {
		return strings.NewReader(good[:len(good)/2])
	}},
	// An envelope with something else in it.
	"soap": {"text/xml; charset=utf-8", "", same(envelope(`<x:Unexpected xmlns:x="urn:unexpected"/>`))},
	// What the older revision of 1.1 sent (adapter/smev/SPEC.md#versions).
	"unknownChild": {"text/xml; charset=utf-8", "", func(v *version, _ string) io.Reader {
		return strings.NewReader(envelope(open(v, "GetResponseResponse") + `><ns2:SmevAsyncProcessingFailureMessage><ns2:AsyncProcessingFailure>` +
			`<ns2:FailureCategory>SystemFailure</ns2:FailureCategory><ns2:FailureDetails>Сбой</ns2:FailureDetails>` +
			`</ns2:AsyncProcessingFailure></ns2:SmevAsyncProcessingFailureMessage></ns2:GetResponseResponse>`))
	}},
	// Parts nobody can find.
	"boundary": {`multipart/related; type="application/xop+xml"; boundary="here"; start="<root>"`, "", func(_ *version, good string) io.Reader {
		return strings.NewReader("--there\r\nContent-Type: application/xop+xml\r\n\r\n" + good + "\r\n--there--\r\n")
	}},
	// Another encoding than it says.
	"charset": {"text/xml; charset=windows-1251", "", same("<a>\xcf\xf0\xe8\xe2\xe5\xf2</a>")},
	// Elements without end, white space without end, and the same compressed.
	"deep":     {"text/xml; charset=utf-8", "", func(*version, string) io.Reader { return flood("<a>", 1<<20) }},
	"huge":     {"text/xml; charset=utf-8", "", func(*version, string) io.Reader { return flood(" ", floodSize) }},
	"gzipBomb": {"text/xml; charset=utf-8", "gzip", func(*version, string) io.Reader { return bytes.NewReader(gzipBomb()) }},
}

// GarbageNames lists the replies a rule can ask for as Garbage.
func GarbageNames() []string { return slices.Sorted(maps.Keys(garbages)) }

func (g garbage) header(h http.Header) {
	h.Set("Content-Type", g.contentType)
	if g.encoding != "" {
		h.Set("Content-Encoding", g.encoding)
	}
}

// flood repeats a text up to a size.
func flood(text string, size int64) io.Reader {
	return io.LimitReader(&repeated{text: strings.Repeat(text, 1+4096/len(text))}, size)
}

type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(b []byte) (int, error) {
	n := copy(b, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// gzipBomb is small, and floodSize when it is unpacked: one compressed megabyte
// again and again, which the format allows (RFC 1952, 2.2).
var gzipBomb = sync.OnceValue(func() []byte {
	const member = 1 << 20
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.Copy(z, flood(" ", member))
	if z.Close() != nil || err != nil {
		return nil // a buffer takes everything
	}
	return bytes.Repeat(b.Bytes(), floodSize/member)
})
