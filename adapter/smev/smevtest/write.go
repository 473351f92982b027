package smevtest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func envelope(content string) string {
	return `<soap:Envelope xmlns:soap="` + soapNamespace + `"><soap:Body>` + content + `</soap:Body></soap:Envelope>`
}

// write sends the reply, with the trouble the script asks for.
func (b *Bus) write(w http.ResponseWriter, r *http.Request, c *call, status int, document string) {
	rule := c.rule
	if !wait(r.Context(), time.Duration(rule.Delay)) || rule.Drop != "" {
		hangUp(w)
		return
	}
	if g, ok := garbages[rule.Garbage]; ok {
		g.header(w.Header())
		if rule.Status == 0 {
			status = http.StatusOK
		} else {
			status = rule.Status
		}
		stream(r.Context(), w, rule, status, g.body(c.version, document), -1)
		return
	}
	switch rule.Form {
	case "bom":
		document = "\ufeff" + document
	case "charRefs":
		document = characterReferences(document)
	}
	if varied(b.options.Multipart, &b.replies) {
		document = multipartReply(w.Header(), c.version, document, varied(b.options.XOP, &b.included))
	} else {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	}
	stream(r.Context(), w, rule, status, strings.NewReader(document), len(document))
}

// stream writes a body whole, slowly, or not to its end. A size below 0 means
// that it is not known.
func stream(ctx context.Context, w http.ResponseWriter, rule Rule, status int, body io.Reader, size int) {
	if rule.CutAfter > 0 && size >= 0 {
		w.Header().Set("Content-Length", strconv.Itoa(size)) // the client can tell that something is missing
	}
	w.WriteHeader(status)
	left := int64(size)
	if rule.CutAfter > 0 {
		body = io.LimitReader(body, rule.CutAfter)
		left -= rule.CutAfter
	}
	piece := rule.Piece
	if piece == 0 && rule.Pace > 0 {
		piece = 1
	}
	if piece == 0 {
		_, _ = io.Copy(w, body) // the client may have gone
	} else {
		trickle(ctx, w, body, piece, time.Duration(rule.Pace))
	}
	if rule.CutAfter > 0 && (size < 0 || left > 0) {
		_ = http.NewResponseController(w).Flush()
		hangUp(w)
	}
}

// trickle writes so many bytes at a time.
func trickle(ctx context.Context, w http.ResponseWriter, body io.Reader, piece int, pace time.Duration) {
	flusher := http.NewResponseController(w)
	in := bufio.NewReader(body)
	buffer := make([]byte, piece)
	for {
		n, err := io.ReadFull(in, buffer)
		if n > 0 {
			if !wait(ctx, pace) {
				return
			}
			if _, err := w.Write(buffer[:n]); err != nil || flusher.Flush() != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// characterReferences writes every character that is not ASCII as a reference,
// as the bus was seen to do (adapter/smev/SPEC.md#transport).
func characterReferences(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x80 {
			b.WriteByte(byte(r))
		} else {
			fmt.Fprintf(&b, "&#x%x;", r)
		}
	}
	return b.String()
}

// multipartReply wraps a reply the way Apache CXF does (message 13 of the
// samples), with its binary values as parts if they are wanted so.
func multipartReply(h http.Header, v *version, document string, include bool) string {
	var parts []part
	if include {
		document, parts = extract(document, v)
	}
	sum := sha256.Sum256([]byte(document))
	boundary := "uuid:" + hex.EncodeToString(sum[:16])
	h.Set("Content-Type", `multipart/related; type="application/xop+xml"; boundary="`+boundary+
		`"; start="<root.message@cxf.apache.org>"; start-info="text/xml";charset=UTF-8`)
	var b strings.Builder
	b.WriteString("--" + boundary + "\r\nContent-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\n" +
		"Content-Transfer-Encoding: binary\r\nContent-ID: <root.message@cxf.apache.org>\r\n\r\n" + document)
	for _, p := range parts {
		b.WriteString("\r\n--" + boundary + "\r\nContent-Type: application/octet-stream\r\n" +
			"Content-Transfer-Encoding: binary\r\nContent-ID: <" + p.id + ">\r\n" +
			"Content-Disposition: attachment;name=\"" + p.name + "\"\r\n\r\n")
		b.Write(p.content)
	}
	b.WriteString("\r\n--" + boundary + "--\r\n")
	return b.String()
}
