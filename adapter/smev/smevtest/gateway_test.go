package smevtest_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"egissogw/adapter/egisso"
	"egissogw/adapter/egisso/wire"
	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/crypto/cert"
	"egissogw/crypto/cms"
	"egissogw/crypto/xmldsig"
)

// gateway is the gateway's own client, put against the simulator: the two
// sides share no code that signs or writes.
type gateway struct {
	*world
	client *smev.Client
	files  *smev.FileStore
	v      smev.Version
}

func newGateway(t *testing.T, version string) *gateway {
	t.Helper()
	w := newWorld(t, nil)
	w.version = version
	v, err := smev.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	trust := cert.NewTrust([]*cert.Certificate{identity(t, "bus").Certificate}, cert.Pinned)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := smev.NewClient(smev.Options{
		HTTP: &http.Client{Transport: transport},
		URL:  w.bus.URL(version), Version: v, Signer: w.signer, Now: w.clock.Now,
		Trust: func(c *cert.Certificate) error { return trust.Check(c, w.clock.Now()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &gateway{world: w, client: c, files: smev.NewFileStore(w.bus.FTPAddr(), "", "", 0), v: v}
}

func prefixes(in []egisso.Prefix) []xmldsig.Prefix {
	var out []xmldsig.Prefix
	for _, p := range in {
		out = append(out, xmldsig.Prefix{Prefix: p.Prefix, URI: p.URI})
	}
	return out
}

// deliver sends a request and returns the protocol that answers it.
func (g *gateway) deliver(r smev.Request) *egisso.Protocol {
	g.Helper()
	ctx := context.Background()
	r.MessageID = smev.NewMessageID(g.clock.Now())
	envelope, err := smev.BuildSendRequest(ctx, g.v, g.signer, r)
	if err != nil {
		g.Fatal(err)
	}
	if _, err := g.client.SendRequest(ctx, r.MessageID, envelope); err != nil {
		g.Fatal(err)
	}
	if _, err := g.client.SendRequest(ctx, r.MessageID, envelope); smev.Classify(err) != smev.ClassAlreadyDone {
		g.Errorf("resend: %v", err)
	}
	g.idle()
	answer, err := g.client.GetResponse(ctx)
	if err != nil || answer == nil {
		g.Fatalf("answer: %v", err)
	}
	if answer.OriginalMessageID != r.MessageID || answer.Kind != smev.AnswerContent {
		g.Fatalf("answer is %s to %s", answer.Kind, answer.OriginalMessageID)
	}
	for range 2 { // TargetMessageIsNotFound is success for the client
		if err := g.client.Ack(ctx, answer.MessageID, true); err != nil {
			g.Error(err)
		}
	}
	protocol, err := wire.ReadProtocol(answer.Content)
	if err != nil {
		g.Fatal(err)
	}
	return protocol
}

func TestGatewayAgainstSimulator(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			g := newGateway(t, version)
			pkg, _, err := wire.ReadPackage(samples.Read(t, "samples/10.05.I-2.1.0/valid.request.new-four-measures.xml"))
			if err != nil {
				t.Fatal(err)
			}
			protocol := g.deliver(smev.Request{
				Prefixes: prefixes(egisso.CurrentVersion("10.05.I").Prefixes),
				Content:  func(w smev.ContentWriter) error { return wire.WritePackage(w, pkg, pkg.Register.Version()) },
			})
			if p := protocol.Package; p == nil || p.RecordNumSuccess == nil || *p.RecordNumSuccess != 4 || p.PackageID != pkg.ID {
				t.Fatalf("protocol = %+v", protocol.Package)
			}

			facts, _, err := wire.ReadPackage(samples.Read(t, "samples/10.06.S-1.1.0/valid.data.four-facts.xml"))
			if err != nil {
				t.Fatal(err)
			}
			facts.Elements[1].(*egisso.Fact).Assignment.Form = egisso.FormService
			var file bytes.Buffer
			w := xmldsig.NewWriter(&file, nil, prefixes(egisso.CurrentVersion("10.06.S").Prefixes))
			if err := wire.WritePackage(w, facts, facts.Register.Version()); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			protocol = g.deliver(smev.Request{
				Prefixes: prefixes(egisso.CurrentVersion("10.10.I").Prefixes),
				Content: func(w smev.ContentWriter) error {
					wire.WriteStorageRequest(w, egisso.VersionSet{}.Storage())
					return nil
				},
				Files: []smev.FileRef{g.put(file.Bytes())},
			})
			p := protocol.Package
			if p == nil || *p.RecordNumSuccess != 3 || len(p.Records) != 1 || p.Records[0].OK || p.Records[0].Messages[0].RuleCode != "026" {
				t.Fatalf("protocol = %+v", p)
			}
			if v := g.bus.Ledger().Violations(); len(v) != 0 {
				t.Errorf("violations = %v", v)
			}
			if n := len(g.bus.Ledger().AcceptedIDs("fact")); n != 3 {
				t.Errorf("%d facts accepted", n)
			}
			g.lintSaved()
		})
	}
}

// put uploads a file the way the gateway does.
func (g *gateway) put(content []byte) smev.FileRef {
	g.Helper()
	ctx := context.Background()
	id := uuid.NewString()
	if err := g.files.Upload(ctx, id, "package.xml", bytes.NewReader(content)); err != nil {
		g.Fatal(err)
	}
	hash, err := smev.FileHash(g.signer.Certificate(), bytes.NewReader(content))
	if err != nil {
		g.Fatal(err)
	}
	signature, err := cms.SignDetached(ctx, hash, g.signer, g.clock.Now())
	if err != nil {
		g.Fatal(err)
	}
	return smev.FileRef{UUID: id, FileName: "package.xml", NamespaceURI: "urn://egisso-ru/msg/10.06.S/1.1.0",
		Hash: hash, MimeType: "application/xml", SignaturePKCS7: signature}
}

func TestGatewayUnderstandsEveryFault(t *testing.T) {
	g := newGateway(t, "1.3")
	for _, name := range smevtest.FaultNames() {
		g.script(smevtest.Rule{On: "GetResponse", Fault: name, Times: 2})
		for range 2 {
			_, err := g.client.GetResponse(context.Background())
			if f, ok := errors.AsType[*smev.Fault](err); !ok || f.Name != name {
				t.Errorf("%s: the client says %v", name, err)
			}
		}
	}
	known, ours := smev.FaultNames(), smevtest.FaultNames()
	slices.Sort(ours)
	if !slices.Equal(known, ours) {
		t.Errorf("fault names differ:\nclient    %s\nsimulator %s", strings.Join(known, " "), strings.Join(ours, " "))
	}
}

func TestGatewayAgainstTampering(t *testing.T) {
	g := newGateway(t, "1.3")
	g.accepted(storage, "")
	g.script(smevtest.Rule{On: "GetResponse", Tamper: true, Duplicate: true})
	if _, err := g.client.GetResponse(context.Background()); !errors.Is(err, smev.ErrUnverified) {
		t.Errorf("tampered answer: %v", err)
	}
	g.clock.Advance(time.Hour)
	if answer, err := g.client.GetResponse(context.Background()); err != nil || answer == nil {
		t.Errorf("the true answer: %v", err)
	}
}
