package smevtest_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
)

// byHand posts to one of the paths beside the bus.
func (w *world) byHand(path string, body []byte) (status int, reply string) {
	w.Helper()
	base, _, _ := strings.Cut(w.bus.URL("1.3"), "/smev/")
	res, err := http.Post(base+path, "application/octet-stream", bytes.NewReader(body)) //nolint:noctx // a test
	if err != nil {
		w.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode, string(text)
}

// A person uploads measures, then facts in an archive, and gets protocols that
// count for what comes over the bus, too.
func TestCabinet(t *testing.T) {
	w := newWorld(t, nil)
	status, protocol := w.byHand(smevtest.CabinetPath, []byte(w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml")))
	if status != http.StatusOK || !strings.Contains(protocol, "urn://egisso-ru/msg/10.05.I/2.1.0") || !strings.Contains(protocol, "recordNumSuccess>4<") {
		t.Fatalf("%d %s", status, protocol)
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	f, err := z.Create("10.06.S.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, w.sample("10.06.S-1.1.0/valid.data.four-facts.xml")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	status, protocol = w.byHand(smevtest.CabinetPath, archive.Bytes())
	if status != http.StatusOK || !strings.Contains(protocol, "urn://egisso-ru/msg/10.10.I/1.0.3") {
		t.Fatalf("%d %s", status, protocol)
	}
	if sum := w.bus.Ledger().Summary(); sum.RecordsAccepted["localMSZ"] != 4 || sum.RecordsAccepted["fact"] != 4 {
		t.Errorf("summary = %s", sum)
	}
	if _, protocol = w.byHand(smevtest.CabinetPath, archive.Bytes()); !strings.Contains(protocol, "уже загружен") {
		t.Errorf("a repeated package: %s", protocol)
	}
}

func TestCabinetRefuses(t *testing.T) {
	w := newWorld(t, nil)
	for name, body := range map[string]string{
		"no XML":          "hello",
		"a broken zip":    "PK\x03\x04 and no more",
		"an unknown kind": `<request xmlns="urn://egisso-ru/msg/10.99.I/1.0.0"/>`,
		"a spoiled kind":  `<request xmlns="urn://egisso-ru/msg/10.05.I/2.1.0"/>`,
	} {
		if status, text := w.byHand(smevtest.CabinetPath, []byte(body)); status != http.StatusBadRequest || text == "" {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}

// Another version of the classifier is active from one moment to the next.
func TestClassifierByHand(t *testing.T) {
	w := newWorld(t, nil)
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	f, err := z.Create("010.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(samples.Read(t, "samples/kmsz.xml")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	unknown := []byte(w.sample("10.05.I-2.1.0/semantic.request.unknown-codes.xml"))
	if status, text := w.byHand(smevtest.ClassifierPath, archive.Bytes()); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if _, protocol := w.byHand(smevtest.CabinetPath, unknown); !strings.Contains(protocol, "ruleCode>00") {
		t.Errorf("codes the КМСЗ does not have are taken: %s", protocol)
	}
	if status, _ := w.byHand(smevtest.ClassifierPath, []byte("no archive")); status != http.StatusBadRequest {
		t.Errorf("what is no archive: %d", status)
	}
}

// A broadcast pushed by hand waits in the participant's queue, once.
func TestPushByHand(t *testing.T) {
	w := newWorld(t, nil)
	query := smevtest.PushPath + "?" + url.Values{"to": {"MIS01"}, "name": {"v8"}}.Encode()
	content := []byte(w.sample("10.01.O-1.0.3/valid.request.v8-published.xml"))
	_, id := w.byHand(query, content)
	if _, again := w.byHand(query, content); again != id {
		t.Errorf("pushed twice: %s, %s", id, again)
	}
	if status, _ := w.byHand(smevtest.PushPath+"?to=NOBODY", content); status != http.StatusBadRequest {
		t.Errorf("to an unknown participant: %d", status)
	}
}
