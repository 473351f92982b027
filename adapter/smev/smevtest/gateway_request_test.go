package smevtest_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"egissogw/adapter/smev"
	"egissogw/adapter/smev/smevtest"
	"egissogw/adapter/smev/smevtest/internal/samples"
	"egissogw/adapter/smev/smevtest/ledger"
)

// incoming takes and acknowledges one message of the request queue.
func (g *gateway) incoming(kind smev.IncomingKind) *smev.Incoming {
	g.Helper()
	in, err := g.client.GetRequest(context.Background())
	if err != nil || in == nil || in.Kind != kind {
		g.Fatalf("message = %+v, %v; want a %s", in, err, kind)
	}
	if err := g.client.Ack(context.Background(), in.MessageID, true); err != nil {
		g.Error(err)
	}
	return in
}

// The gateway's client takes what the simulator pushes and answers it.
func TestGatewayTakesRequests(t *testing.T) {
	for _, version := range []string{"1.1", "1.2", "1.3"} {
		t.Run(version, func(t *testing.T) {
			g := newGateway(t, version)
			ctx := context.Background()
			published := samples.Read(t, "samples/10.01.O-1.0.3/valid.request.v8-published.xml")
			g.push(smevtest.Push{Content: published})
			if in := g.incoming(smev.IncomingBroadcast); !bytes.Contains(in.Content, []byte(":version_num>8</")) {
				t.Errorf("content = %.200s", in.Content)
			}

			id := g.push(smevtest.Push{Type: smevtest.PushRequest, Content: []byte(question), Files: []smevtest.File{
				{Name: "a.txt", MimeType: "text/plain", Content: strings.NewReader("in the storage")},
				{Name: "b.txt", MimeType: "text/plain", Content: strings.NewReader("in the message"), Attached: true},
			}})
			in := g.incoming(smev.IncomingRequest)
			if len(in.FSAttachments) != 1 || len(in.Attachments) != 1 || string(in.Attachments[0].Content) != "in the message" {
				t.Fatalf("files = %+v, %+v", in.FSAttachments, in.Attachments)
			}
			var file bytes.Buffer
			if _, err := g.files.Download(ctx, in.FSAttachments[0], &file, 100); err != nil || file.String() != "in the storage" {
				t.Errorf("file = %q, %v", file.String(), err)
			}
			reply := smev.NewMessageID(g.clock.Now())
			envelope, err := smev.BuildSendResponse(ctx, g.v, g.signer, smev.Response{
				MessageID: reply, To: in.ReplyTo,
				Rejections: []smev.Rejection{{Code: "UNKNOWN_REQUEST_DESCRIPTION", Description: "Система не принимает запросы"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			g.script(smevtest.Rule{On: "SendResponse", Drop: "after"})
			if _, err := g.client.SendResponse(ctx, reply, envelope); smev.Classify(err) != smev.ClassRetry {
				t.Errorf("reply lost: %v", err)
			}
			if _, err := g.client.SendResponse(ctx, reply, envelope); smev.Classify(err) != smev.ClassAlreadyDone {
				t.Errorf("resend: %v", err)
			}
			if got := g.bus.Ledger().Responses(); len(got) != 1 || got[0].RequestID != id || got[0].Kind != ledger.ResponseRejected {
				t.Errorf("responses = %+v", got)
			}

			g.push(smevtest.Push{Type: smevtest.PushCancel, Cancels: id})
			if version == "1.1" {
				if in := g.incoming(smev.IncomingCancel); in.CancelledMessageID != id {
					t.Errorf("cancelled %q", in.CancelledMessageID)
				}
			}
			if in, err := g.client.GetRequest(ctx); in != nil || err != nil {
				t.Errorf("something is left: %+v, %v", in, err)
			}
			if v := g.bus.Ledger().Violations(); len(v) != 0 {
				t.Errorf("violations = %v", v)
			}
			g.lintSaved()
		})
	}
}

func TestGatewayReadsStatuses(t *testing.T) {
	g := newGateway(t, "1.3")
	g.script(smevtest.Rule{On: "SendRequest", Statuses: []string{"underProcessing"}, StatusBy: smevtest.StatusByGetStatus})
	id := g.accepted(storage, "")
	status, err := g.client.GetStatus(context.Background())
	if err != nil || status == nil || status.AsyncStatus.Category != "underProcessing" || status.OriginalMessageID != id {
		t.Errorf("status = %+v, %v", status, err)
	}
	if status, err := g.client.GetStatus(context.Background()); status != nil || err != nil {
		t.Errorf("then %+v, %v", status, err)
	}
}
