package smev

import (
	"os"
	"testing"

	"egissogw/crypto/signertest"
	"egissogw/crypto/xmlsafe"
)

// FuzzReply reads anything as a reply to every operation: no panic, and nothing
// but an error or a message that can be acknowledged.
func FuzzReply(f *testing.F) {
	for _, name := range signertest.SharedFiles(f, "spec/smev3-vectors/messages/*") {
		if data, err := os.ReadFile(name); err == nil {
			f.Add("text/xml", data)
			f.Add(multipart16, data)
		}
	}
	f.Add("text/xml", []byte(inReply(OpGetRequest, "")))
	f.Fuzz(func(t *testing.T, contentType string, data []byte) {
		limits := Limits{Body: 1 << 20}.withDefaults()
		for _, op := range []Operation{OpSendRequest, OpGetRequest, OpGetResponse, OpGetStatus, OpAck} {
			e, err := openEnvelope(op, 200, contentType, data, limits)
			if err != nil || e.fault != nil || e.body == nil {
				continue
			}
			for _, v := range Versions() {
				readReceipt(e, v, op, trustAll)
				readStatus(e, v, trustAll)
				if m, err := readIncoming(e, v, trustAll); m != nil && err == nil && checkForeignID(m.MessageID) != nil {
					t.Errorf("incoming message without a usable id: %+v", m)
				}
				if a, err := readAnswer(e, v, trustAll); a != nil && err == nil && checkForeignID(a.MessageID) != nil {
					t.Errorf("answer without a usable id: %+v", a)
				}
			}
		}
	})
}

// FuzzMetadataTemplate: whatever the code, it comes out as one value.
func FuzzMetadataTemplate(f *testing.F) {
	for _, code := range []string{"1234.567890", `<a b="c">&amp;'`, "]]>", "Ё\t"} {
		f.Add(code)
	}
	template, err := ParseMetadataTemplate(`<x:a xmlns:x="urn:x" b="{provider}">{provider}</x:a>`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, code string) {
		filled, err := template.Fill(code)
		if err != nil {
			return
		}
		doc, err := xmlsafe.Parse([]byte(filled), xmlsafe.Limits{})
		if err != nil {
			return // characters XML does not have are refused where the message is written
		}
		if b, _ := doc.Root.Attr("", "b"); doc.Root.Text() != code || b != code || len(doc.Root.Elements()) != 0 {
			t.Errorf("%q comes out as %q and %q", code, doc.Root.Text(), b)
		}
	})
}
