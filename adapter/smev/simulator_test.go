package smev_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/signertest"
	"egissogw/crypto/softkey"
)

// exchange is the client against the simulator, which reads, verifies and writes
// with code of its own.
type exchange struct {
	*testing.T
	version smev.Version
	signer  *softkey.Signer
	client  *smev.Client
	files   *smev.FileStore
	bus     *smevtest.Bus
	clocks  smev.ClockGauge
}

func newExchange(t *testing.T, version smev.Version, change func(*smevtest.Options, *smev.Options)) *exchange {
	t.Helper()
	x := &exchange{T: t, version: version}
	ours, bus := newSimulatorIdentity(t, "МИС"), newSimulatorIdentity(t, "СМЭВ")
	x.signer = ours
	trust := cert.NewTrust([]*cert.Certificate{bus.Certificate()}, cert.Pinned)
	simulator := smevtest.Options{
		Signer:    bus,
		Senders:   []smevtest.Sender{{Mnemonic: "MIS01", Name: "МИС", Certificate: ours.Certificate()}},
		Multipart: smevtest.Always, XOP: smevtest.Always, // every binary value is a part, in signed blocks too
	}
	options := smev.Options{
		Version: version, Signer: ours, MTOM: true, ObserveClock: x.clocks.Observe,
		Trust: func(c *cert.Certificate) error { return trust.Check(c, time.Now()) },
	}
	if change != nil {
		change(&simulator, &options)
	}
	var err error
	if x.bus, err = smevtest.New(simulator); err != nil {
		t.Fatal(err)
	}
	if err := x.bus.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.bus.Close(); err != nil {
			t.Error(err)
		}
	})
	options.URL = x.bus.URL(version.Name)
	if x.client, err = smev.NewClient(options); err != nil {
		t.Fatal(err)
	}
	x.files = smev.NewFileStore(x.bus.FTPAddr(), "", "", 0)
	return x
}

func newSimulatorIdentity(t *testing.T, name string) *softkey.Signer {
	t.Helper()
	identity, err := smevtest.NewIdentity(name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := softkey.Load(identity.KeyPEM, identity.CertPEM, nil)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// storageRequest announces files of facts.
func (x *exchange) storageRequest() smev.Request {
	return smev.Request{
		MessageID: smev.NewMessageID(time.Now()),
		Content: func(w smev.ContentWriter) error {
			wire.WriteStorageRequest(w, egisso.VersionSet{}.Storage())
			return nil
		},
	}
}

func (x *exchange) send(r smev.Request) error {
	x.Helper()
	envelope, err := smev.BuildSendRequest(x.Context(), x.version, x.signer, r)
	if err != nil {
		x.Fatal(err)
	}
	_, err = x.client.SendRequest(x.Context(), r.MessageID, envelope)
	return err
}

func (x *exchange) idle() {
	x.Helper()
	ctx, cancel := context.WithTimeout(x.Context(), 30*time.Second)
	defer cancel()
	if err := x.bus.WaitIdle(ctx); err != nil {
		x.Fatal(err)
	}
}

func (x *exchange) sign(content []byte) (digest, der []byte) {
	x.Helper()
	digest, err := smev.FileHash(x.signer.Certificate(), bytes.NewReader(content))
	if err != nil {
		x.Fatal(err)
	}
	if der, err = cms.SignDetached(x.Context(), digest, x.signer, time.Now()); err != nil {
		x.Fatal(err)
	}
	return digest, der
}

// TestPartsAgainstSimulator: an attachment sent as a MIME part arrives, one byte
// over the limit is refused with the figures of the bus.
func TestPartsAgainstSimulator(t *testing.T) {
	const limit = 100_000
	for _, v := range smev.Versions() {
		t.Run(v.Name, func(t *testing.T) {
			x := newExchange(t, v, func(s *smevtest.Options, _ *smev.Options) { s.AttachmentsLimit = limit })
			for _, size := range []int{limit, limit + 1} {
				content := bytes.Repeat([]byte{0, '\r', '\n', '-'}, size)[:size]
				_, der := x.sign(content)
				r := x.storageRequest()
				r.Attachments = []smev.Attachment{{ID: "_1", MimeType: "application/octet-stream", Content: content, SignaturePKCS7: der}}
				err := x.send(r)
				if size == limit {
					if err != nil {
						t.Errorf("%d bytes: %v", size, err)
					}
					continue
				}
				var fault *smev.Fault
				if !errors.As(err, &fault) {
					t.Fatalf("%d bytes: %v", size, err)
				}
				if permitted, actual, ok := fault.AttachmentSizes(); !ok || permitted != limit || actual != int64(size) {
					t.Errorf("%d permitted, %d counted, %v", permitted, actual, ok)
				}
			}
			if r, ok := x.clocks.Reading(); !ok || !r.Verified || r.Exceeds(5*time.Second) {
				t.Errorf("clock %+v", r)
			}
		})
	}
}

// TestFilesAgainstSimulator: facts go as a file, the protocol comes back as one,
// by a one-time login; its signature came as a MIME part of the signed block.
func TestFilesAgainstSimulator(t *testing.T) {
	facts, err := os.ReadFile(signertest.Shared(t, "samples", "10.06.S-1.1.0", "valid.data.four-facts.xml"))
	if err != nil {
		t.Skip("the samples are not beside the repository")
	}
	for _, v := range smev.Versions() {
		t.Run(v.Name, func(t *testing.T) {
			x := newExchange(t, v, func(s *smevtest.Options, _ *smev.Options) {
				s.Answers, s.Subfolder = smevtest.AnswerFile, v == smev.Version11
			})
			folder := smev.NewMessageID(time.Now())
			digest, err := x.files.UploadHashed(t.Context(), folder, "facts.xml", bytes.NewReader(facts), x.signer.Certificate().DigestSize())
			if err != nil {
				t.Fatal(err)
			}
			_, der := x.sign(facts)
			r := x.storageRequest()
			r.Files = []smev.FileRef{{UUID: folder, FileName: "facts.xml", Hash: digest, MimeType: "application/xml", SignaturePKCS7: der}}
			if err := x.send(r); err != nil {
				t.Fatal(err)
			}
			x.idle()
			answer, err := x.client.GetResponse(t.Context())
			if err != nil || answer == nil || answer.OriginalMessageID != r.MessageID || len(answer.FSAttachments) != 1 {
				t.Fatalf("answer %+v, %v", answer, err)
			}
			var protocol bytes.Buffer
			fetched, err := x.files.Fetch(t.Context(), answer.FSAttachments[0], &protocol, smev.FileCheck{Limit: 1 << 20, RequireSignature: true})
			if err != nil {
				t.Fatal(err)
			}
			if protocol.Len() != int(fetched.Size) {
				t.Fatalf("%d bytes of %d", protocol.Len(), fetched.Size)
			}
			if _, err := wire.ReadProtocol(protocol.Bytes()); err != nil {
				t.Error(err)
			}
			if err := x.client.Ack(t.Context(), answer.MessageID, true); err != nil {
				t.Error(err)
			}
		})
	}
}
