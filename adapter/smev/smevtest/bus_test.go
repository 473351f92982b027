package smevtest_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/crypto/streebog"
)

func refHeader(id string, digest, signature []byte) string {
	pkcs7 := ""
	if signature != nil {
		pkcs7 = `<b:SignaturePKCS7>` + base64.StdEncoding.EncodeToString(signature) + `</b:SignaturePKCS7>`
	}
	return fmt.Sprintf(`<b:RefAttachmentHeaderList><b:RefAttachmentHeader><b:uuid>%s</b:uuid><b:FileName>package.xml</b:FileName>`+
		`<b:NamespaceUri>urn://egisso-ru/msg/10.06.S/1.1.0</b:NamespaceUri><b:Hash>%s</b:Hash><b:MimeType>application/xml</b:MimeType>%s`+
		`</b:RefAttachmentHeader></b:RefAttachmentHeaderList>`, id, base64.StdEncoding.EncodeToString(digest), pkcs7)
}

func TestMeasurePackageEndToEnd(t *testing.T) {
	w := newWorld(t, nil)
	id, message, r := w.send(w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml"), "")
	if r.fault != "" {
		t.Fatalf("refused: %s %s", r.fault, r.words)
	}
	w.verify(r.at("SMEVSignature"), r.at("MessageMetadata"), "bus")
	if got := r.text("MessageMetadata", "MessageId"); got != id {
		t.Errorf("MessageId = %q, want %q", got, id)
	}
	if got := r.text("MessageMetadata", "Status"); got != "requestIsQueued" {
		t.Errorf("Status = %q", got)
	}
	w.idle()
	answer := w.take()
	if got := answer.text("ResponseMessage", "Response", "OriginalMessageId"); got != id {
		t.Errorf("OriginalMessageId = %q, want %q", got, id)
	}
	if answer.valueOf("packageStatus") != "3" || answer.valueOf("recordNum") != "4" {
		t.Errorf("protocol: status %s, records %s", answer.valueOf("packageStatus"), answer.valueOf("recordNum"))
	}
	if again := w.get(); again.answerID() != "" {
		t.Error("an acknowledged answer is still in the queue")
	}
	if r := w.post(message); r.fault != "MessageIsAlreadySent" {
		t.Errorf("resend: fault %q", r.fault)
	}
	l := w.bus.Ledger()
	if got := l.Accepted("a1d3f0c2-5b77-4c1e-9e0a-0000000000F1"); got != 1 {
		t.Errorf("measure accepted %d times", got)
	}
	if v := l.Violations(); len(v) != 0 {
		t.Errorf("violations = %v", v)
	}
	if sum := l.Summary(); sum.RecordsAccepted["localMSZ"] != 4 || sum.Unacked != 0 || sum.Faults["MessageIsAlreadySent"] != 1 {
		t.Errorf("summary = %s", sum)
	}
	if n := w.lintSaved(); n < 8 {
		t.Errorf("only %d messages and packages were saved", n)
	}
}

func TestFactPackageEndToEnd(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) { o.Interim = true })
	w.accepted(w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml"), "")
	for _, status := range []string{"2", "3"} {
		if got := w.take().valueOf("packageStatus"); got != status {
			t.Fatalf("packageStatus = %s, want %s", got, status)
		}
	}
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml")
	w.accepted(storage, w.upload(facts))
	interim, final := w.take(), w.take()
	if interim.valueOf("packageStatus") != "2" || final.valueOf("packageStatus") != "3" || final.valueOf("recordNumSuccess") != "4" {
		t.Errorf("statuses %s, %s; accepted %s", interim.valueOf("packageStatus"), final.valueOf("packageStatus"), final.valueOf("recordNumSuccess"))
	}
	w.clock.Advance(time.Second)
	w.accepted(storage, w.upload([]byte(strings.ReplaceAll(string(facts), "-8000-000000000001", "-8000-000000000777"))))
	w.take()
	if again := w.take(); again.valueOf("recordNumSuccess") != "" || again.valueOf("recordOK") != "false" {
		t.Error("accepted facts were accepted a second time")
	}
	violations := w.bus.Ledger().Violations()
	if len(violations) != 4 || violations[0].Kind != "record-repeated" {
		t.Errorf("violations = %v", violations)
	}
	if n := w.lintSaved(); n < 20 {
		t.Errorf("only %d messages and packages were saved", n)
	}
}

func TestAsynchronousRefusals(t *testing.T) {
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.one-prescription.xml")
	other := streebog.Sum256([]byte("other"))
	right := streebog.Sum256(facts)
	cases := []struct {
		name string
		send func(w *world) (content, rest string)
		want string // in the description of the fault
	}{
		{"business schema", func(w *world) (string, string) {
			return w.sample("10.05.I-2.1.0/invalid.request.kbk-19-chars.xml"), ""
		}, "SMEV-403"},
		{"attachment false", func(w *world) (string, string) {
			return strings.Replace(storage, "true", "false", 1), ""
		}, "SMEV-403"},
		{"file is not there", func(w *world) (string, string) {
			return storage, w.header(messageID(w.clock.Now()), facts)
		}, "не найден"},
		{"hash differs", func(w *world) (string, string) {
			header := w.upload(facts)
			return storage, strings.Replace(header, base64.StdEncoding.EncodeToString(right[:]), base64.StdEncoding.EncodeToString(other[:]), 1)
		}, "Хэш файла"},
		{"signature of another file", func(w *world) (string, string) {
			good, foreign := w.upload(facts), w.header("x", []byte("other"))
			pkcs7 := func(s string) string {
				_, tail, _ := strings.Cut(s, "<b:SignaturePKCS7>")
				value, _, _ := strings.Cut(tail, "<")
				return value
			}
			return storage, strings.Replace(good, pkcs7(good), pkcs7(foreign), 1)
		}, "SMEV-100"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, nil)
			content, rest := c.send(w)
			id := w.accepted(content, rest)
			answer := w.take()
			status := []string{"ResponseMessage", "Response", "SenderProvidedResponseData", "AsyncProcessingStatus"}
			if got := answer.text(append(status, "StatusCategory")...); got != "requestIsRejectedBySmev" {
				t.Fatalf("StatusCategory = %q", got)
			}
			if got := answer.text(append(status, "OriginalMessageId")...); got != id {
				t.Errorf("OriginalMessageId = %q", got)
			}
			if got := answer.text(append(status, "SmevFault", "Description")...); !strings.Contains(got, c.want) {
				t.Errorf("description = %q, want %q", got, c.want)
			}
			if c.name != "business schema" && c.name != "attachment false" {
				w.lintSaved() // those two are not valid on purpose
			}
		})
	}
}

func TestFileWithoutSignatureAndInlineFile(t *testing.T) {
	w := newWorld(t, nil)
	w.measures()
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.one-prescription.xml")
	header := w.upload(facts)
	before, tail, _ := strings.Cut(header, "<b:SignaturePKCS7>")
	_, after, _ := strings.Cut(tail, "</b:SignaturePKCS7>")
	w.accepted(storage, before+after)
	if got := w.take().valueOf("recordNumSuccess"); got != "1" {
		t.Errorf("accepted %q", got)
	}
	again := samples.Read(t, "samples/10.06.S-1.1.0/semantic.data.form-mismatch.xml")
	id := messageID(w.clock.Now())
	inline := w.sendRequest(id, storage, `<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>_1</b:contentId><b:MimeType>application/xml</b:MimeType></b:AttachmentHeader></b:AttachmentHeaderList>`)
	inline = strings.Replace(inline, `<t:CallerInformationSystemSignature>`, `<b:AttachmentContentList><b:AttachmentContent><b:Id>_1</b:Id><b:Content>`+
		base64.StdEncoding.EncodeToString(again)+`</b:Content></b:AttachmentContent></b:AttachmentContentList><t:CallerInformationSystemSignature>`, 1)
	if r := w.post(w.sign(inline, "SenderProvidedRequestData")); r.fault != "" {
		t.Fatalf("refused: %s %s", r.fault, r.words)
	}
	w.idle()
	if got := w.take().valueOf("ruleCode"); got != "026" {
		t.Errorf("ruleCode = %q", got)
	}
}

func TestPartsOfMultipartRequest(t *testing.T) {
	w := newWorld(t, nil)
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.one-prescription.xml")
	plain := string(w.sign(w.sendRequest(messageID(w.clock.Now()), storage, w.upload(facts)), "SenderProvidedRequestData"))
	before, tail, _ := strings.Cut(plain, "<b:SignaturePKCS7>")
	value, after, _ := strings.Cut(tail, "</b:SignaturePKCS7>")
	der, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	root := before + `<b:SignaturePKCS7><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1%40x"/></b:SignaturePKCS7>` + after
	message := "--B\r\nContent-Type: application/xop+xml\r\nContent-ID: <root@x>\r\n\r\n" + root +
		"\r\n--B\r\nContent-Type: application/octet-stream\r\nContent-ID: <1@x>\r\n\r\n" + string(der) + "\r\n--B--\r\n"
	contentType := `multipart/related; type="application/xop+xml"; start="<root@x>"; start-info="text/xml"; boundary=B`
	if r := w.postAs([]byte(message), contentType); r.fault != "" {
		t.Fatalf("refused: %s %s", r.fault, r.words)
	}
	if r := w.postAs([]byte(strings.Replace(message, "cid:1", "cid:2", 1)), contentType); r.fault != "soap:Fault" {
		t.Errorf("a missing part gave %q", r.fault)
	}
	if r := w.postAs([]byte("--B\r\n\r\nx"), contentType); r.fault != "soap:Fault" {
		t.Errorf("a broken multipart gave %q", r.fault)
	}
}

func TestRepliesComeInBothForms(t *testing.T) {
	w := newWorld(t, nil)
	seen := map[bool]bool{}
	for range 4 {
		seen[w.get().multipart] = true
	}
	if !seen[true] || !seen[false] {
		t.Errorf("multipart replies: %v", seen)
	}
}

func TestOtherVersions(t *testing.T) {
	for _, version := range []string{"1.1", "1.2"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, nil)
			w.version = version
			w.measures()
			if r := w.get(); r.answerID() != "" {
				t.Error("the queue is not empty")
			}
			w.post(w.sign(strings.Replace(w.sendRequest(messageID(w.clock.Now()), storage, ""), "<b:Mess", "<t:TestMessage/><b:Mess", 1), "SenderProvidedRequestData"))
			if version == "1.1" {
				w.lintSavedBut("SendRequestRequest")
			}
		})
	}
}
