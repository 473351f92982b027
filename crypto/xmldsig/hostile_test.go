package xmldsig_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/crypto/gost3410"
	"egissogw/crypto/hostiletest"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// fill repeats pieces until there are about that many bytes.
func fill(size int, piece string) string { return strings.Repeat(piece, max(1, size/len(piece))) }

// hostileMessage puts what it is given into a message around a signature of another.
func hostileMessage(t testing.TB, inside, header string) []byte {
	t.Helper()
	bus := newParty(t, gost3410.CryptoProA())
	_, signature := genuine(t, bus)
	element := `<t:Response xmlns:t="` + typesNS + `" Id="SIGNED_BY_SMEV"><b:MessagePrimaryContent xmlns:b="` + basicNS + `"><b:r>` + inside + `</b:r></b:MessagePrimaryContent></t:Response>`
	return []byte(envelope(header, element+smevSignature(signature)))
}

// explainHostile does what the command verify does: everything within the budgets.
func explainHostile(_ testing.TB, input []byte) error {
	doc, err := xmldsig.Outline(input, xmlsafe.Limits{AllowDuplicateIDs: true})
	if err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	explanations := xmldsig.Explain(doc.Root, xmldsig.ExplainOptions{At: time.Now(), Source: input})
	for _, x := range explanations {
		for _, s := range x.Steps {
			if !s.OK {
				return fmt.Errorf("refused: %s: %s", s.Title, s.Text)
			}
		}
	}
	return nil
}

// TestHostileXML: documents that people have explained.
func TestHostileXML(t *testing.T) {
	message := func(piece string) func(int) []byte {
		return func(n int) []byte { return hostileMessage(t, fill(n, piece), "") }
	}
	replaced := func(n int, old, by string) []byte {
		return bytes.Replace(hostileMessage(t, "", ""), []byte(old), []byte(by), 1)
	}
	hostiletest.Run(t, []hostiletest.Row{
		{Name: "smallest elements", Input: message(`<a xmlns="u"/>`), Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "small elements with text", Input: message(`<b:a>text of some bytes</b:a>`), Read: explainHostile, Says: "refused"},
		{Name: "instructions", Input: message(`<?a?>`), Read: explainHostile, Says: "refused"},
		{Name: "comments", Input: message(`<!---->`), Read: explainHostile, Says: "refused"},
		{Name: "references", Input: message(`&#49;`), Read: explainHostile, Says: "refused"},
		{Name: "attributes", Input: message(`<b:a a="1" b="2" c="3" d="4" e="5" f="6" g="7"/>`), Read: explainHostile, Says: "refused"},
		{Name: "identifiers", Input: message(`<b:a Id="x"/>`), Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "many signatures", Input: func(n int) []byte {
			m := hostileMessage(t, fill(n, "<b:a>text of some bytes</b:a>"), "")
			i := bytes.Index(m, []byte("<t:SMEVSignature>"))
			return append(m[:i:i], append(bytes.Repeat(m[i:bytes.LastIndex(m, []byte("</t:ResponseMessage>"))], 50), m[bytes.LastIndex(m, []byte("</t:ResponseMessage>")):]...)...)
		}, Read: explainHostile, Says: "refused"},
		{Name: "long namespace, many elements", Input: func(n int) []byte {
			m := hostileMessage(t, fill(n, "<l:a/>"), "")
			return bytes.Replace(m, []byte("<soap:Envelope "), []byte(`<soap:Envelope xmlns:l="`+strings.Repeat("u", 2000)+`" `), 1)
		}, Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "long namespace", Input: func(n int) []byte {
			return replaced(n, "<soap:Envelope ", `<soap:Envelope xmlns:l="`+strings.Repeat("u", n)+`" `)
		}, Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "SignedInfo of many elements", Input: func(n int) []byte {
			return replaced(n, "</ds:SignedInfo>", fill(n, "<ds:a/>")+"</ds:SignedInfo>")
		}, Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "SignedInfo of many attributes", Input: func(n int) []byte {
			return replaced(n, "<ds:SignedInfo>", "<ds:SignedInfo"+fill(n, ` a="b"`)+">")
		}, Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "elements in elements", Input: func(n int) []byte {
			return hostileMessage(t, strings.Repeat("<b:a>", n/10)+strings.Repeat("</b:a>", n/10), "")
		}, Read: explainHostile, Says: "refused", Cheap: true},
		{Name: "text that grows", Input: func(n int) []byte {
			return hostileMessage(t, "<b:a><![CDATA["+strings.Repeat("&", min(n, 30<<20))+"]]></b:a>", "")
		}, Read: explainHostile, Says: "refused"},
	})
}
