package smevtest_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/crypto/cert"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
	"egissogw/crypto/streebog"
	"egissogw/crypto/xmldsig"
	"egissogw/crypto/xmlsafe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(signertest.Runner(m.Run)) }

const (
	soapNS   = "http://schemas.xmlsoap.org/soap/envelope/"
	exchange = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/"
	storage  = `<request xmlns="urn://egisso-ru/msg/10.10.I/1.0.3"><attachment>true</attachment></request>`
)

// identities are made once: keys take time.
var identities = sync.OnceValues(func() (map[string]*smevtest.Identity, error) {
	made := map[string]*smevtest.Identity{}
	for _, name := range []string{"bus", "egisso", "client", "stranger"} {
		id, err := smevtest.NewIdentity("Тест "+name, start)
		if err != nil {
			return nil, err
		}
		made[name] = id
	}
	return made, nil
})

var start = time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)

// world is a running bus and a raw client that knows nothing of adapter/smev.
type world struct {
	*testing.T
	bus     *smevtest.Bus
	options smevtest.Options
	clock   *smevtest.Clock
	version string
	signer  *softkey.Signer
	save    string
}

func identity(t *testing.T, name string) *smevtest.Identity {
	t.Helper()
	all, err := identities()
	if err != nil {
		t.Fatal(err)
	}
	return all[name]
}

func (w *world) signerOf(name string) *softkey.Signer {
	w.Helper()
	s, err := identity(w.T, name).Signer(w.clock.Now)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// newWorld starts a bus; change may alter its options.
func newWorld(t *testing.T, change func(*smevtest.Options)) *world {
	t.Helper()
	w := &world{T: t, clock: smevtest.NewClock(start), version: "1.3", save: filepath.Join(t.TempDir(), "saved")}
	w.signer = w.signerOf("client")
	w.options = smevtest.Options{
		Signer: w.signerOf("bus"), ReceiverSigner: w.signerOf("egisso"),
		Senders: []smevtest.Sender{{Mnemonic: "MIS01", Name: "МИС региона", Certificate: identity(t, "client").Certificate}},
		Now:     w.clock.Now, Save: w.save, Multipart: smevtest.Alternate,
	}
	if change != nil {
		change(&w.options)
	}
	w.run()
	t.Cleanup(w.stop)
	return w
}

func (w *world) run() {
	w.Helper()
	bus, err := smevtest.New(w.options)
	if err != nil {
		w.Fatal(err)
	}
	if err := bus.Start(w.Context()); err != nil {
		w.Fatal(err)
	}
	w.bus = bus
}

func (w *world) stop() {
	if err := w.bus.Close(); err != nil {
		w.Error(err)
	}
	http.DefaultClient.CloseIdleConnections()
}

func (w *world) types() string { return exchange + w.version }
func (w *world) basic() string { return exchange + "basic/" + w.version }

// messageID makes a version 1 UUID for a moment.
func messageID(at time.Time) string {
	ticks := uint64(at.UnixNano()/100) + 0x01B21DD213814000
	var u uuid.UUID
	u[0], u[1], u[2], u[3] = byte(ticks>>24), byte(ticks>>16), byte(ticks>>8), byte(ticks)
	u[4], u[5] = byte(ticks>>40), byte(ticks>>32)
	u[6], u[7] = byte(ticks>>56)&0x0f|0x10, byte(ticks>>48)
	random := uuid.New()
	copy(u[8:], random[8:])
	return u.String()
}

// sign puts the signature of the named element into the place marked {SIG}.
func (w *world) sign(document, local string) []byte { return w.signAs(w.signer, document, local) }

func (w *world) signAs(signer *softkey.Signer, document, local string) []byte {
	w.Helper()
	doc, err := xmlsafe.Parse([]byte(strings.Replace(document, "{SIG}", "", 1)), xmlsafe.Limits{AllowDuplicateIDs: true})
	if err != nil {
		w.Fatal(err)
	}
	var target *xmlsafe.Element
	doc.Root.Walk(func(e *xmlsafe.Element) bool {
		if e.Local == local {
			target = e
		}
		return target == nil
	})
	h := streebog.New256()
	if err := xmldsig.TransformElement(h, target); err != nil {
		w.Fatal(err)
	}
	id, _ := target.Attr("", "Id")
	signature, err := xmldsig.Sign(w.Context(), signer, id, h.Sum(nil))
	if err != nil {
		w.Fatal(err)
	}
	return []byte(strings.Replace(document, "{SIG}", string(signature), 1))
}

// envelope wraps a request with its namespaces.
func (w *world) envelope(local, content string) string {
	return fmt.Sprintf(`<s:Envelope xmlns:s="%s"><s:Header/><s:Body><t:%s xmlns:t="%s" xmlns:b="%s">%s`+
		`<t:CallerInformationSystemSignature>{SIG}</t:CallerInformationSystemSignature></t:%s></s:Body></s:Envelope>`,
		soapNS, local, w.types(), w.basic(), content, local)
}

// sendRequest builds an unsigned SendRequest with the place for the signature.
func (w *world) sendRequest(id, content, rest string) string {
	return w.envelope("SendRequestRequest", `<t:SenderProvidedRequestData Id="SIGNED_BY_CONSUMER"><t:MessageID>`+id+
		`</t:MessageID><b:MessagePrimaryContent>`+content+`</b:MessagePrimaryContent>`+rest+`</t:SenderProvidedRequestData>`)
}

// send signs and posts a SendRequest and returns its id, bytes and reply.
func (w *world) send(content, rest string) (string, []byte, reply) {
	w.Helper()
	id := messageID(w.clock.Now())
	message := w.sign(w.sendRequest(id, content, rest), "SenderProvidedRequestData")
	return id, message, w.post(message)
}

// accepted is send for a message that must be accepted, waiting until it is
// processed.
func (w *world) accepted(content, rest string) string {
	w.Helper()
	id, _, r := w.send(content, rest)
	if r.fault != "" {
		w.Fatalf("refused: %s %s", r.fault, r.words)
	}
	w.idle()
	return id
}

func (w *world) idle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 5*time.Minute)
	defer cancel()
	if err := w.bus.WaitIdle(ctx); err != nil {
		w.Fatal(err)
	}
}

func (w *world) get() reply { w.Helper(); return w.getSelected("") }

func (w *world) getSelected(selection string) reply {
	w.Helper()
	return w.post(w.sign(w.envelope("GetResponseRequest", `<b:MessageTypeSelector Id="SIGNED_BY_CALLER">`+selection+`<b:Timestamp>`+
		w.clock.Now().Format("2006-01-02T15:04:05.000-07:00")+`</b:Timestamp></b:MessageTypeSelector>`), "MessageTypeSelector"))
}

func (w *world) ack(id string, accepted bool) reply {
	w.Helper()
	return w.post(w.sign(w.envelope("AckRequest", fmt.Sprintf(
		`<b:AckTargetMessage Id="SIGNED_BY_CALLER" accepted="%t">%s</b:AckTargetMessage>`, accepted, id)), "AckTargetMessage"))
}

// take gets the next answer, checks its signatures and acknowledges it.
func (w *world) take() reply {
	w.Helper()
	r := w.get()
	if r.answerID() == "" {
		w.Fatalf("no answer in the queue: %+v", r)
	}
	w.verify(r.at("ResponseMessage", "SMEVSignature"), r.at("ResponseMessage", "Response"), "bus")
	if s := r.at("ResponseMessage", "Response", "SenderInformationSystemSignature"); s != nil {
		w.verify(s, r.at("ResponseMessage", "Response", "SenderProvidedResponseData"), "egisso")
	}
	if a := w.ack(r.answerID(), true); a.fault != "" || a.err != nil {
		w.Fatalf("ack: %+v", a)
	}
	return r
}

// verify checks a signature with the gateway's verifier.
func (w *world) verify(wrapper, target *xmlsafe.Element, who string) {
	w.Helper()
	_, err := xmldsig.Verify(wrapper.Elements()[0], target, xmldsig.VerifyOptions{Trust: func(c *cert.Certificate) error {
		if !c.Equal(identity(w.T, who).Certificate) {
			return fmt.Errorf("signed by somebody else")
		}
		return nil
	}})
	if err != nil {
		w.Errorf("signature of %s over %s: %v", who, target.Local, err)
	}
}

// measures sends the four sample measures and takes their protocol.
func (w *world) measures() {
	w.Helper()
	w.accepted(w.sample("10.05.I-2.1.0/valid.request.new-four-measures.xml"), "")
	if got := w.take().valueOf("recordNumSuccess"); got != "4" {
		w.Fatalf("measures accepted: %q of 4", got)
	}
}

// valueOf is the text of the first element of that name in the content.
func (r reply) valueOf(local string) string {
	found := ""
	if c := r.content(); c != nil {
		c.Walk(func(e *xmlsafe.Element) bool {
			if e.Local == local {
				found = e.Text()
			}
			return found == ""
		})
	}
	return found
}

// sample returns a sample document without its XML declaration.
func (w *world) sample(path string) string {
	w.Helper()
	return strings.TrimPrefix(string(samples.Read(w.T, "samples", path)), `<?xml version="1.0" encoding="UTF-8"?>`)
}
