package smev

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"egissogw/crypto/cert"
	"egissogw/crypto/gost3410"
	"egissogw/crypto/hostiletest"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

// hostileBus signs what a bus would.
type hostileBus struct{ *testBus }

// reply is a signed answer with that content, beside it what else is given.
func (b hostileBus) reply(content, header string) []byte {
	response := `<t:Response xmlns:t="` + Version13.Types + `" xmlns:b="` + Version13.Basic + `" Id="SIGNED_BY_SMEV"><t:OriginalMessageId>11111111-0000-11ef-8000-000000000000</t:OriginalMessageId>` +
		`<t:SenderProvidedResponseData><t:MessageID>22222222-0000-11ef-8000-000000000000</t:MessageID><t:To>x</t:To><b:MessagePrimaryContent><b:r>` + content +
		`</b:r></b:MessagePrimaryContent></t:SenderProvidedResponseData></t:Response>`
	digest := make([]byte, 32) // stays where the content has none: it is signed all the same
	if doc, err := xmlsafe.Parse([]byte(response), xmlsafe.Limits{Elements: len(response), Tree: 1 << 40}); err == nil {
		if d, err := xmldsig.Digest(doc.Root, len(digest), false); err == nil {
			digest = d
		}
	}
	signature, err := xmldsig.Sign(b.t.Context(), b.signer, "SIGNED_BY_SMEV", digest)
	if err != nil {
		b.t.Fatal(err)
	}
	text := inReply(OpGetResponse, `<t:ResponseMessage>`+response+`<t:SMEVSignature>`+string(signature)+`</t:SMEVSignature></t:ResponseMessage>`)
	return []byte(strings.Replace(text, "<soap:Body>", "<soap:Header>"+header+"</soap:Header><soap:Body>", 1))
}

// TestHostileReply: replies as the daemon reads them. Where the bus itself has
// signed, the last step is reached.
func TestHostileReply(t *testing.T) {
	b := hostileBus{&testBus{t: t, signer: newTestSigner(t, gost3410.CryptoProXchA())}}
	read := func(contentType string, trust TrustFunc) func(testing.TB, []byte) error {
		return func(_ testing.TB, input []byte) error {
			e, err := openEnvelope(OpGetResponse, 200, contentType, input, Limits{}.withDefaults())
			if err != nil {
				return fmt.Errorf("refused: %w", err)
			}
			if _, err = readAnswer(e, Version13, trust); err != nil {
				return fmt.Errorf("refused: %w", err)
			}
			return nil
		}
	}
	xml := read("text/xml", trustAll)
	nobody := read("text/xml", func(*cert.Certificate) error { return cert.ErrUntrusted })
	content := func(piece string) func(int) []byte {
		return func(n int) []byte { return b.reply(strings.Repeat(piece, n/len(piece)), "") }
	}
	header := func(piece string) func(int) []byte {
		return func(n int) []byte { return b.reply("", strings.Repeat(piece, n/len(piece))) }
	}
	long := func(reply []byte) []byte {
		return bytes.Replace(reply, []byte("<soap:Envelope "), []byte(`<soap:Envelope xmlns:l="`+strings.Repeat("u", 2000)+`" `), 1)
	}
	signedInfo := func(n int) []byte {
		end := []byte("</ds:SignedInfo>")
		return bytes.Replace(b.reply("", ""), end, append([]byte(strings.Repeat("<l:a/>", n/6)), end...), 1)
	}
	multipart := func(n int) []byte {
		part := "--b\r\nContent-Type: text/xml\r\nContent-ID: <x>\r\n\r\n"
		return []byte(part + string(b.reply("", "")) + "\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", n/12) + "--b--\r\n")
	}
	included := func(n int) []byte {
		include := strings.Repeat(`<xop:Include xmlns:xop="`+XOPNamespace+`" href="cid:x"/>`, 1)
		root := b.reply(strings.Repeat("<b:a>"+include+"</b:a>", n/100), "")
		return []byte("--b\r\nContent-Type: text/xml\r\n\r\n" + string(root) + "\r\n--b\r\nContent-ID: <x>\r\n\r\n" + strings.Repeat("x", 64<<10) + "\r\n--b--\r\n")
	}
	rows := []hostiletest.Row{
		{Name: "signed by the bus: text", Input: content("<b:a>text of some bytes</b:a>"), Read: xml},
		{Name: "signed by the bus: smallest elements", Input: content("<b:a/>"), Read: xml, Limit: 10 << 20},
		{Name: "signed by the bus: text that grows", Input: func(n int) []byte {
			return b.reply("<![CDATA["+strings.Repeat("&", min(n, 16<<20))+"]]>", "")
		}, Read: xml, Says: "refused"},
		{Name: "signed by the bus: namespaces", Input: content(`<p:a xmlns:p="urn:some/namespace/of/a/program"/>`), Read: xml},
		{Name: "signed by nobody: smallest elements", Input: content("<b:a/>"), Read: nobody, Says: "refused", Cheap: true},
		{Name: "signed by nobody: instructions", Input: content("<?a?>"), Read: nobody, Says: "refused"},
		{Name: "signed by nobody: comments", Input: content("<!---->"), Read: nobody, Says: "refused"},
		{Name: "signed by nobody: references", Input: content("&#49;"), Read: nobody, Says: "refused"},
		{Name: "long namespace, many elements", Input: func(n int) []byte { return long(b.reply(strings.Repeat("<l:a>of some text</l:a>", n/23), "")) }, Read: xml, Says: xmldsig.ErrGrowth.Error(), Cheap: true},
		{Name: "long namespace, SignedInfo of 5,000 elements", Limit: 30_000, Input: func(n int) []byte { return long(signedInfo(n)) }, Read: xml, Says: xmldsig.ErrStructure.Error(), Cheap: true},
		{Name: "the same, signed by nobody", Limit: 30_000, Input: func(n int) []byte { return long(signedInfo(n)) }, Read: nobody, Says: xmldsig.ErrStructure.Error(), Cheap: true},
		{Name: "elements beside what is signed", Input: func(n int) []byte { return header("<a/>")(max(n, 1<<20)) }, Read: xml, Says: "refused", Cheap: true},
		{Name: "instructions beside what is signed", Input: header("<?a?>"), Read: xml, Limit: 1 << 20, Cheap: true},
		{Name: "attachments nobody announced", Input: func(n int) []byte {
			r := b.reply("", "")
			list := `<b:AttachmentContentList xmlns:b="` + Version13.Basic + `">` + strings.Repeat("<b:AttachmentContent><b:Id>a</b:Id><b:Content>AAAA</b:Content></b:AttachmentContent>", n/80) + `</b:AttachmentContentList>`
			return bytes.Replace(r, []byte("</t:ResponseMessage>"), []byte(list+"</t:ResponseMessage>"), 1)
		}, Read: xml, Limit: 1 << 20, Cheap: true},
		{Name: "MIME of many parts", Input: multipart, Read: read(`multipart/related; boundary=b; start="<x>"`, trustAll), Says: "refused", Cheap: true},
		{Name: "MIME part named many times", Input: included, Read: read(`multipart/related; boundary=b`, trustAll), Says: "refused", Cheap: true},
	}
	for i := range rows {
		rows[i].Outside = true // what signs has trees
	}
	hostiletest.Run(t, rows)
}
