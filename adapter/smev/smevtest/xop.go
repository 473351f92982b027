package smevtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"egissogw/crypto/xmlsafe"
)

// part is a MIME part beside the envelope.
type part struct {
	id, href, name string // Content-ID, what refers to it, file name
	content        []byte
}

// extract replaces the binary values of a reply, contents of attachments as well
// as the detached signatures inside the signed block, by references to parts
// (adapter/smev/SPEC.md#inline-files, message 06 of the samples). The digests were made over the
// values in their places.
func extract(document string, v *version) (string, []part) {
	doc, err := xmlsafe.Parse([]byte(document), treeLimits)
	if err != nil {
		return document, nil
	}
	var out strings.Builder
	var parts []part
	copied := 0
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if !e.Is(v.basic, "SignaturePKCS7") && !e.Is(v.basic, "Content") {
			return true
		}
		value, err := base64.StdEncoding.DecodeString(e.Text())
		if err != nil || len(value) == 0 {
			return true
		}
		p := newPart(v, value, len(parts))
		whole := document[e.Start:e.End]
		inner := e.Start + strings.IndexByte(whole, '>') + 1
		out.WriteString(document[copied:inner])
		out.WriteString(`<xop:Include xmlns:xop="` + xopNamespace + `" href="cid:` + p.href + `"/>`)
		copied = e.Start + strings.LastIndexByte(whole, '<')
		parts = append(parts, p)
		return true
	})
	out.WriteString(document[copied:])
	return out.String(), parts
}

// newPart names a part the way the bus does: the reference is escaped, the
// Content-ID is not or, in every second part, is too. Both were seen.
func newPart(v *version, value []byte, number int) part {
	sum := sha256.Sum256(value)
	id := hex.EncodeToString(sum[:8]) + "-" + strconv.Itoa(number) + "@" + v.basic
	p := part{
		id: id, href: strings.NewReplacer(":", "%3A", "/", "%2F").Replace(id),
		name: "part" + strconv.Itoa(number), content: value,
	}
	if number%2 == 1 {
		p.id = p.href
	}
	return p
}
