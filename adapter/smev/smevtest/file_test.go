package smevtest_test

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/filestore"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/crypto/cms"
	"egissogw/crypto/streebog"
	"egissogw/crypto/xmlsafe"
)

// fetch reads the file of an FSAttachment with its login.
func (w *world) fetch(attachment *xmlsafe.Element) ([]byte, error) {
	part := map[string]string{}
	for _, e := range attachment.Elements() {
		part[e.Local] = e.Text()
	}
	c, err := ftp.Dial(w.bus.FTPAddr(), ftp.DialWithTimeout(10*time.Second))
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Quit() }()
	if err := c.Login(part["UserName"], part["Password"]); err != nil {
		return nil, err
	}
	r, err := c.Retr(part["FileName"])
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

func (w *world) download(attachment *xmlsafe.Element) []byte {
	w.Helper()
	data, err := w.fetch(attachment)
	if err != nil {
		w.Fatal(err)
	}
	return data
}

// checkHeader compares a file with what its header says.
func (w *world) checkHeader(header *xmlsafe.Element, data []byte) {
	w.Helper()
	r := reply{body: header}
	digest := streebog.Sum256(data)
	if hash := r.text("Hash"); hash != "" && hash != base64.StdEncoding.EncodeToString(digest[:]) {
		w.Error("Hash is not that of the file")
	}
	der, err := base64.StdEncoding.DecodeString(r.text("SignaturePKCS7"))
	if err != nil {
		w.Error(err)
	}
	if _, err := cms.Verify(der, strings.NewReader(string(data))); err != nil {
		w.Error(err)
	}
}

var answerData = []string{"ResponseMessage", "Response", "SenderProvidedResponseData"}

func TestAnswerAsFile(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			w := newWorld(t, func(o *smevtest.Options) {
				o.Answers, o.RedeliverAfter = smevtest.AnswerFile, time.Minute
				o.Multipart, o.XOP = smevtest.Always, smevtest.Always
			})
			w.version = version
			w.measures() // the answer to 10.05.I has no file
			w.clock.Advance(time.Second)
			facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml")
			w.accepted(strings.Replace(storage, "1.0.3", "1.0.4", 1), w.versioned(w.upload(facts)))
			first := w.get()
			w.clock.Advance(time.Minute)
			again := w.get()
			if first.parts != 1 || again.parts != 1 {
				t.Errorf("parts: %d, %d; SignaturePKCS7 was to be one", first.parts, again.parts)
			}
			for _, r := range []reply{first, again} {
				w.verify(r.at("ResponseMessage", "SMEVSignature"), r.at("ResponseMessage", "Response"), "bus")
				w.verify(r.at("ResponseMessage", "Response", "SenderInformationSystemSignature"), r.at(answerData...), "egisso")
				file := r.at("ResponseMessage", "Response", "FSAttachmentsList").Elements()[0]
				data := w.download(file)
				if !strings.Contains(string(data), "recordNumSuccess>4<") {
					t.Errorf("protocol = %s", data)
				}
				w.checkHeader(r.at(append(answerData, "RefAttachmentHeaderList")...).Elements()[0], data)
				if _, err := w.fetch(file); err == nil {
					t.Error("the login was good twice")
				}
			}
			if first.answerID() != again.answerID() {
				t.Error("two answers")
			}
			w.ack(first.answerID(), true)
			if v := len(w.bus.Ledger().Transfers()); v != 3 {
				t.Errorf("%d transfers in the ledger", v)
			}
			w.lintSaved()
		})
	}
}

// versioned takes out of a header what the version does not know.
func (w *world) versioned(header string) string {
	if w.version == "1.3" {
		return header
	}
	return strings.Replace(header, `<b:FileName>package.xml</b:FileName><b:NamespaceUri>urn://egisso-ru/msg/10.06.S/1.1.0</b:NamespaceUri>`, "", 1)
}

func TestAnswerAsAttachment(t *testing.T) {
	for _, form := range []smevtest.Variation{smevtest.Always, smevtest.Never} {
		w := newWorld(t, func(o *smevtest.Options) {
			o.Answers, o.Multipart, o.XOP = smevtest.AnswerAttachment, smevtest.Always, form
		})
		w.accepted(storage, "")
		r := w.take()
		if want := map[smevtest.Variation]int{smevtest.Always: 2, smevtest.Never: 0}[form]; r.parts != want {
			t.Errorf("%d parts, want %d", r.parts, want)
		}
		header := r.at(append(answerData, "AttachmentHeaderList")...).Elements()[0]
		content := r.at("ResponseMessage", "AttachmentContentList").Elements()[0]
		if (reply{body: header}).text("contentId") != (reply{body: content}).text("Id") {
			t.Error("contentId and Id differ")
		}
		data, err := base64.StdEncoding.DecodeString(reply{body: content}.text("Content"))
		if err != nil || !strings.Contains(string(data), "messageResult") {
			t.Errorf("content = %s, %v", data, err)
		}
		w.checkHeader(header, data)
		w.lintSaved()
	}
}

func TestSpoiledFiles(t *testing.T) {
	for _, how := range []string{"badHash", "badSignature", "missing"} {
		t.Run(how, func(t *testing.T) {
			w := newWorld(t, nil)
			w.script(smevtest.Rule{On: "SendRequest", Answers: smevtest.AnswerFile, File: how})
			w.accepted(storage, "")
			r := w.take()
			data, err := w.fetch(r.at("ResponseMessage", "Response", "FSAttachmentsList").Elements()[0])
			if how == "missing" {
				if err == nil {
					t.Error("the file is there")
				}
				return
			}
			header := reply{body: r.at(append(answerData, "RefAttachmentHeaderList")...).Elements()[0]}
			digest := streebog.Sum256(data)
			der, _ := base64.StdEncoding.DecodeString(header.text("SignaturePKCS7"))
			_, broken := cms.Verify(der, strings.NewReader(string(data)))
			if goodHash := header.text("Hash") == base64.StdEncoding.EncodeToString(digest[:]); goodHash != (how != "badHash") || (broken != nil) != (how == "badSignature") {
				t.Errorf("hash right: %t, signature: %v", goodHash, broken)
			}
		})
	}
}

func TestLoginsEndAtAck(t *testing.T) {
	w := newWorld(t, func(o *smevtest.Options) {
		o.Logins, o.LoginsEndAtAck = filestore.Logins{Keep: true}, true
	})
	w.push(smevtest.Push{Content: []byte(question), Type: smevtest.PushRequest,
		Files: []smevtest.File{{Name: "Файл 1.txt", MimeType: "text/plain", Content: strings.NewReader("hello")}}})
	r := w.takeRequest()
	file := r.at("RequestMessage", "Request", "FSAttachmentsList").Elements()[0]
	for range 2 {
		if got := w.download(file); string(got) != "hello" {
			t.Errorf("file = %q", got)
		}
	}
	w.ack(r.requestID(), true)
	if _, err := w.fetch(file); err == nil {
		t.Error("the login is good after the acknowledgement")
	}
}

func TestTroubleWithTheStorage(t *testing.T) {
	w := newWorld(t, nil)
	w.script(smevtest.Rule{On: "RETR", CutAfter: 3}, smevtest.Rule{On: "LOGIN", Refuse: "denied"}, smevtest.Rule{On: "RETR", Refuse: "missing"})
	w.push(smevtest.Push{Content: []byte(question), Files: []smevtest.File{{Name: "a.txt", Content: strings.NewReader("hello")}}})
	file := w.takeRequest().at("RequestMessage", "Request", "FSAttachmentsList").Elements()[0]
	for range 3 {
		if _, err := w.fetch(file); err == nil {
			t.Error("no trouble")
		}
	}
	if got := w.download(file); string(got) != "hello" {
		t.Errorf("file = %q", got)
	}
	sum := w.bus.Ledger().Summary()
	if sum.Troubles["LOGIN: refuse denied"] != 1 || sum.Troubles["RETR: cut"] != 1 || sum.Calls["RETR"] != 3 {
		t.Errorf("summary = %s", sum)
	}
}
