package smevtest_test

import (
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
)

func TestSlowAndBrokenReplies(t *testing.T) {
	w := newWorld(t, nil)
	w.accepted(storage, "")
	again := func(r smevtest.Rule) smevtest.Rule {
		r.On, r.Duplicate = "GetResponse", true
		return r
	}
	for _, r := range []smevtest.Rule{{Piece: 1}, {Piece: 700, Pace: smevtest.Duration(time.Millisecond)}, {Delay: smevtest.Duration(time.Millisecond)}} {
		w.script(again(r))
		if r := w.get(); r.answerID() == "" {
			t.Errorf("reply = %+v", r)
		}
	}
	for _, n := range []int64{1, 100, 1000} {
		w.script(again(smevtest.Rule{CutAfter: n}))
		if r := w.get(); !errors.Is(r.err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %d: %v", n, r.err)
		}
	}
	w.script(again(smevtest.Rule{CutAfter: 1 << 20}))
	if r := w.take(); r.answerID() == "" {
		t.Error("a cut after the end of the reply did harm")
	}
}

func TestUnusualForms(t *testing.T) {
	for _, form := range []string{"bom", "charRefs"} {
		for _, multipart := range []smevtest.Variation{smevtest.Never, smevtest.Always} {
			w := newWorld(t, func(o *smevtest.Options) {
				o.Multipart, o.XOP, o.Answers = multipart, smevtest.Always, smevtest.AnswerAttachment
			})
			w.accepted(storage, "")
			w.script(smevtest.Rule{On: "GetResponse", Form: form})
			w.take()
		}
	}
}

func TestGarbageOfEveryKind(t *testing.T) {
	w := newWorld(t, nil)
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	for _, kind := range smevtest.GarbageNames() {
		t.Run(kind, func(t *testing.T) {
			w.script(smevtest.Rule{On: "GetResponse", Garbage: kind, Status: 502})
			message := w.sign(w.envelope("GetResponseRequest", `<b:MessageTypeSelector Id="a"><b:Timestamp>`+w.stampNow()+
				`</b:Timestamp></b:MessageTypeSelector>`), "MessageTypeSelector")
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.bus.URL(w.version), strings.NewReader(string(message)))
			if err != nil {
				t.Fatal(err)
			}
			res, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body := io.Reader(res.Body)
			if res.Header.Get("Content-Encoding") == "gzip" {
				if body, err = gzip.NewReader(body); err != nil {
					t.Fatal(err)
				}
			}
			const enough = 11 << 20
			size, err := io.Copy(io.Discard, io.LimitReader(body, enough))
			if err != nil || res.StatusCode != 502 {
				t.Errorf("status %d, %v", res.StatusCode, err)
			}
			if flood := slices.Contains([]string{"huge", "gzipBomb"}, kind); (size > 10<<20) != flood {
				t.Errorf("%d bytes", size)
			}
		})
	}
	if r := w.get(); r.fault != "" || r.err != nil {
		t.Errorf("afterwards: %+v", r)
	}
}

// A file inside the message, as the gateway sends it by MTOM.
func TestRequestByMTOM(t *testing.T) {
	w := newWorld(t, nil)
	w.measures()
	facts := samples.Read(t, "samples/10.06.S-1.1.0/valid.data.one-prescription.xml")
	header := `<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>_1</b:contentId><b:MimeType>application/xml</b:MimeType></b:AttachmentHeader></b:AttachmentHeaderList>`
	const contentType = `multipart/related; type="application/xop+xml"; start="<root@x>"; start-info="text/xml"; boundary=B`
	encodings := map[string]string{
		"binary": string(facts), "base64": base64.StdEncoding.EncodeToString(facts),
	}
	for encoding, body := range encodings {
		w.clock.Advance(time.Second)
		m := strings.Replace(w.sendRequest(messageID(w.clock.Now()), storage, header), `<t:CallerInformationSystemSignature>`,
			`<b:AttachmentContentList><b:AttachmentContent><b:Id>_1</b:Id><b:Content><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:1%40x"/></b:Content></b:AttachmentContent></b:AttachmentContentList><t:CallerInformationSystemSignature>`, 1)
		root := string(w.sign(m, "SenderProvidedRequestData"))
		message := "--B\r\nContent-Type: application/xop+xml\r\nContent-ID: <root@x>\r\n\r\n" + root +
			"\r\n--B\r\nContent-Type: application/xml\r\nContent-Transfer-Encoding: " + encoding + "\r\nContent-ID: <1@x>\r\n\r\n" + body + "\r\n--B--\r\n"
		if r := w.postAs([]byte(message), contentType); r.fault != "" {
			t.Fatalf("%s: %s %s", encoding, r.fault, r.words)
		}
		w.idle()
		if r := w.take(); r.valueOf("recordNum") != "1" {
			t.Errorf("%s: %+v", encoding, r.content())
		}
	}
}
