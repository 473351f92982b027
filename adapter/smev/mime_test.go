package smev

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

const testEnvelope = `<s:Envelope xmlns:s="` + SOAPNamespace + `"><s:Body/></s:Envelope>`

// multipartBody joins parts with CRLF, as on the wire.
func multipartBody(boundary string, parts ...string) []byte {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--" + boundary + "\r\n" + p + "\r\n")
	}
	b.WriteString("--" + boundary + "--\r\n")
	return []byte(b.String())
}

func TestUnwrap(t *testing.T) {
	root := "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root.message@cxf.apache.org>\r\n\r\n" + testEnvelope
	file := "Content-Type: application/octet-stream\r\nContent-ID: <file@x>\r\nContent-Transfer-Encoding: binary\r\n\r\nbytes"
	tests := []struct {
		name        string
		contentType string
		body        []byte
		fails       bool
	}{
		{"plain", "text/xml; charset=utf-8", []byte(testEnvelope), false},
		{"plain without a type", "", []byte(testEnvelope), false},
		{"plain in another charset", "text/xml; charset=windows-1251", []byte(testEnvelope), true},
		{"multipart with one part", `multipart/related; type="application/xop+xml"; boundary="uuid:1"; start="<root.message@cxf.apache.org>"; start-info="text/xml";charset=UTF-8`,
			multipartBody("uuid:1", root), false},
		{"root is not first", `multipart/related; boundary=b; start="<root.message@cxf.apache.org>"`, multipartBody("b", file, root), false},
		{"start without angles", `multipart/related; boundary=b; start="root.message@cxf.apache.org"`, multipartBody("b", file, root), false},
		{"no start: the first", `multipart/related; boundary=b`, multipartBody("b", root, file), false},
		{"LF only", `multipart/related; boundary=b`, []byte(strings.ReplaceAll(string(multipartBody("b", root)), "\r\n", "\n")), false},
		{"base64 root", `multipart/related; boundary=b`,
			multipartBody("b", "Content-Transfer-Encoding: base64\r\n\r\n"+base64.StdEncoding.EncodeToString([]byte(testEnvelope))), false},
		{"no boundary", `multipart/related`, multipartBody("b", root), true},
		{"wrong boundary", `multipart/related; boundary=c`, multipartBody("b", root), true},
		{"cut off", `multipart/related; boundary=b`, []byte("--b\r\n" + root), true},
		{"no parts", `multipart/related; boundary=b`, []byte("--b--\r\n"), true},
		{"unknown encoding", `multipart/related; boundary=b`, multipartBody("b", "Content-Transfer-Encoding: x-uu\r\n\r\nabc"), true},
		{"too many parts", `multipart/related; boundary=b`, multipartBody("b", root, file, file, file), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := unwrap(tt.contentType, tt.body, Limits{Parts: 3}.withDefaults())
			if tt.fails {
				if !errors.Is(err, ErrMalformedReply) {
					t.Fatalf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != testEnvelope {
				t.Errorf("envelope %q", got)
			}
		})
	}
}

func TestInline(t *testing.T) {
	parts := []part{{"root", nil}, {"a@urn://x", []byte("hello")}, {"b%40c", []byte("raw")}}
	const open, shut = `<r xmlns:xop="` + XOPNamespace + `">`, `</r>`
	tests := []struct {
		name, in, out string
		fails         bool
	}{
		{"none", `<v>x</v>`, `<v>x</v>`, false},
		{"percent-encoded", `<v><xop:Include href="cid:a%40urn%3A%2F%2Fx"/></v>`, `<v>aGVsbG8=</v>`, false},
		{"two", `<v><xop:Include href="cid:a@urn://x"/></v><v> <xop:Include href="cid:a@urn://x"></xop:Include></v>`, `<v>aGVsbG8=</v><v> aGVsbG8=</v>`, false},
		{"id that is itself percent-encoded", `<v><xop:Include href="cid:b%40c"/></v>`, `<v>cmF3</v>`, false},
		{"part is lost", `<v><xop:Include href="cid:none"/></v>`, `<v><xop:Include href="cid:none"/></v>`, false},
		{"no cid", `<v><xop:Include href="http://x/"/></v>`, `<v><xop:Include href="http://x/"/></v>`, false},
		{"beside text", `<v>x<xop:Include href="cid:a@urn://x"/></v>`, ``, true},
		{"beside an element", `<v><y/><xop:Include href="cid:a@urn://x"/></v>`, ``, true},
		{"inside another", `<v><xop:Include href="cid:a@urn://x"><xop:Include href="cid:a@urn://x"/></xop:Include></v>`, ``, true},
		{"not XML", `<v>` + XOPNamespace, ``, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := inline([]byte(open+tt.in+shut), parts, Limits{}.withDefaults())
			if tt.fails {
				if !errors.Is(err, ErrMalformedReply) {
					t.Fatalf("error %v, got %s", err, got)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != open+tt.out+shut {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestInlineIsBounded: many references to one part must not multiply it.
func TestInlineIsBounded(t *testing.T) {
	parts := []part{{"p", make([]byte, 1000)}}
	in := `<r xmlns:xop="` + XOPNamespace + `">` + strings.Repeat(`<v><xop:Include href="cid:p"/></v>`, 100) + `</r>`
	if _, err := inline([]byte(in), parts, Limits{Body: 50_000}.withDefaults()); !errors.Is(err, ErrMalformedReply) {
		t.Errorf("error %v", err)
	}
}

func FuzzOpenEnvelope(f *testing.F) {
	f.Add("text/xml; charset=utf-8", []byte(testEnvelope))
	f.Add(`multipart/related; boundary=b`, multipartBody("b", "Content-ID: <r>\r\n\r\n"+testEnvelope, "Content-ID: <x>\r\n\r\nabc"))
	f.Add(`multipart/related; boundary=b`, multipartBody("b", "\r\n"+`<s:Envelope xmlns:s="`+SOAPNamespace+`"><s:Body><v><i:Include xmlns:i="`+XOPNamespace+`" href="cid:x"/></v></s:Body></s:Envelope>`, "Content-ID: <x>\r\n\r\nabc"))
	f.Add("text/xml", []byte(`<s:Envelope xmlns:s="`+SOAPNamespace+`"><s:Body><s:Fault><faultcode>a</faultcode><detail><f:InvalidContent xmlns:f="`+Version13.Faults+`"><f:ValidationError errorPosition="x">t</f:ValidationError></f:InvalidContent></detail></s:Fault></s:Body></s:Envelope>`))
	lim := Limits{Body: 1 << 20}.withDefaults()
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		e, err := openEnvelope(OpGetResponse, 200, contentType, body, lim)
		if err != nil {
			if !errors.Is(err, ErrMalformedReply) {
				t.Fatalf("error of no kind: %v", err)
			}
			return
		}
		if e.fault != nil {
			_ = e.fault.Class()
			_ = e.fault.Error()
		}
	})
}
