package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// Receive drains the response queue: answers to our packages and the bus's own
// statuses (adapter/smev/SPEC.md#flow).
type Receive struct {
	Store  *store.Store
	Switch serviceSwitch
	Bus    queue
	// RefuseUnverified acknowledges an answer whose signature does not hold with
	// accepted="false" once it is stored, which takes it off the queue
	// (adapter/smev/SPEC.md#flow). Otherwise it stays there and comes again.
	RefuseUnverified bool
	Senders          Senders
	Breaker          *smev.Breaker // shared by all who call the bus; nil lets everything through
	Now              func() time.Time
	Log              *slog.Logger
}

// Name implements Job.
func (Receive) Name() string { return "receive" }

// Run implements Job. Done counts answers stored for the first time.
func (r Receive) Run(ctx context.Context) (Report, error) {
	return inbox{
		what: "answer", operation: smev.OpGetResponse, bus: r.Bus, store: r.Store, read: r.read, ack: r.Bus.Ack, service: r.Switch,
		book:             ackBook{r.Store.Unacked, r.Store.MarkAcked, r.Store.AckFailed},
		refuseUnverified: r.RefuseUnverified, breaker: r.Breaker, now: r.Now, log: r.Log,
	}.drain(ctx)
}

func (r Receive) read(_ context.Context, reply *smev.Reply) (*arrival, error) {
	a, err := r.Bus.ReadResponse(reply)
	if a == nil {
		return nil, err
	}
	l := &arrival{
		id: a.MessageID, raw: a.Raw,
		keep: func(ctx context.Context, id string, problem error, from int64) (bool, error) {
			stored, err := storedAnswer(a, id, problem, from)
			if err != nil {
				return false, err
			}
			stored.Speaker = r.Senders.ofAnswer(a)
			return storeHeard(ctx, r.Store, r.Log, stored)
		},
		attrs: []any{"original_message_id", a.OriginalMessageID, "kind", a.Kind},
	}
	if len(a.FSAttachments)+len(a.Attachments) > 0 {
		l.waits = r.Store.FilesDue // for Fetch
	}
	return l, err
}

func storedAnswer(a *smev.Answer, id string, problem error, from int64) (store.InAnswer, error) {
	content, err := said(a).Stored()
	if err != nil {
		return store.InAnswer{}, fmt.Errorf("encode answer: %w", err)
	}
	in := store.InAnswer{
		ID: id, OriginalMessageID: a.OriginalMessageID, Kind: string(a.Kind),
		Content: content, Body: a.Content, Raw: a.Raw, Verified: problem == nil, Files: announcedFiles(a),
		Reply: from,
	}
	if problem != nil {
		in.Problem = problem.Error()
	}
	return in, nil
}

// said is what an answer of the bus says.
func said(a *smev.Answer) lifecycle.Said {
	s := lifecycle.Said{
		Kind: lifecycle.SaidKind(a.Kind), About: a.OriginalMessageID, Sender: a.SenderMnemonic, SentAt: a.SentAt, DeliveredAt: a.DeliveredAt,
	}
	for _, r := range a.Rejections {
		s.Refusals = append(s.Refusals, lifecycle.Refusal{Code: r.Code, Text: r.Description})
	}
	if status := a.AsyncStatus; status != nil {
		outcome := status.Outcome()
		s.Final, s.ReplyRefused = outcome == smev.AsyncRequestFailed, outcome == smev.AsyncResponseRejected
		s.Category, s.Text = status.Category, status.Details
		if status.Fault != nil && status.Fault.Description != "" {
			s.Text = status.Fault.Description
		}
	}
	return s
}

// announcedFiles are the files that came with an answer, to be fetched or only to
// be checked.
func announcedFiles(a *smev.Answer) (files []store.InFile) {
	for _, f := range a.FSAttachments {
		files = append(files, store.InFile{
			Name: f.UUID, UserName: f.UserName, Password: string(f.Password), FileName: f.FileName,
			Hash: f.Hash, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.SignaturePKCS7,
		})
	}
	for _, f := range a.Attachments {
		file := store.InFile{Name: f.ID, Inline: true, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.SignaturePKCS7}
		if !f.Missing {
			file.Content = f.Content
		}
		files = append(files, file)
	}
	return files
}
