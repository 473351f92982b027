package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/egisso/lifecycle"
	"egissogw/adapter/store"
)

// Receive drains the response queue: answers to our packages and the bus's own
// statuses (adapter/smev/SPEC.md#flow).
type Receive struct {
	Store  *store.Store
	Switch serviceSwitch
	Bus    answerQueue
	// RefuseUnverified acknowledges an answer whose signature does not hold with
	// accepted="false" once it is stored, which takes it off the answerQueue
	// (adapter/smev/SPEC.md#flow). Otherwise it stays there and comes again.
	RefuseUnverified bool
	// ForeignWait is how long an answer to nothing of ours stays at the bus for another
	// gateway of the same mnemonic to take; 0: it is stored and acknowledged at once.
	ForeignWait  time.Duration
	Senders      Senders
	Breaker      *bus.Breaker  // shared by all who call the bus; nil lets everything through
	Registration *Registration // nil where nobody asks
	Archive      *Archive      // where an answer is kept before it is acknowledged; nil where none is
	Now          func() time.Time
	Log          *slog.Logger
}

// Name implements Job.
func (Receive) Name() string { return "receive" }

// Run implements Job. Done counts answers stored for the first time.
func (r Receive) Run(ctx context.Context) (Report, error) {
	return inbox{
		what: "answer", queue: bus.Answers, from: r.Bus, store: r.Store, read: r.read, ack: r.Bus.Ack, archive: r.Archive, service: r.Switch,
		book:             ackBook{r.Store.Unacked, r.Store.MarkAcked, r.Store.AckFailed, r.Store.DoubtedAnswers, r.Store.AnswerDoubtful},
		refuseUnverified: r.RefuseUnverified, breaker: r.Breaker, registration: r.Registration, now: r.Now, log: r.Log,
	}.drain(ctx)
}

func (r Receive) read(_ context.Context, reply *bus.Reply) (*arrival, error) {
	a, err := r.Bus.ReadAnswer(reply)
	if a == nil {
		return nil, err
	}
	l := &arrival{
		id: a.ID, raw: a.Raw,
		keep: func(ctx context.Context, id string, problem error, from int64) (bool, error) {
			stored, err := storedAnswer(a, id, problem, from)
			if err != nil {
				return false, err
			}
			stored.Speaker = r.Senders.ofAnswer(a)
			return storeHeard(ctx, r.Store, r.Log, stored)
		},
		attrs: []any{"original_message_id", a.About, "kind", a.Kind},
	}
	l.foreign = func(ctx context.Context, id string) (bool, error) {
		return r.Store.ForeignWaits(ctx, id, a.About, r.ForeignWait)
	}
	if len(a.Files)+len(a.Inline) > 0 {
		l.waits = r.Store.FilesDue // for Fetch
	}
	return l, err
}

func storedAnswer(a *bus.Answer, id string, problem error, from int64) (store.InAnswer, error) {
	content, err := said(a).Stored()
	if err != nil {
		return store.InAnswer{}, fmt.Errorf("encode answer: %w", err)
	}
	in := store.InAnswer{
		ID: id, OriginalMessageID: a.About, Kind: string(a.Kind),
		Content: content, Body: a.Content, Raw: a.Raw, Verified: problem == nil, Files: announcedFiles(a),
		Reply: from,
	}
	if problem != nil {
		in.Problem = problem.Error()
	}
	return in, nil
}

// said is what an answer of the bus says.
func said(a *bus.Answer) lifecycle.Said {
	s := lifecycle.Said{
		Kind: lifecycle.SaidKind(a.Kind), About: a.About, Sender: a.Sender, SentAt: a.SentAt, DeliveredAt: a.DeliveredAt,
		Final: a.Final, ReplyRefused: a.ReplyRefused, Category: a.Category, Text: a.Text,
	}
	for _, r := range a.Refusals {
		s.Refusals = append(s.Refusals, lifecycle.Refusal(r))
	}
	return s
}

// announcedFiles are the files that came with an answer, to be fetched or only to
// be checked.
func announcedFiles(a *bus.Answer) (files []store.InFile) {
	for _, f := range a.Files {
		files = append(files, store.InFile{
			Name: f.ID, UserName: f.User, Password: string(f.Password), FileName: f.Name,
			Hash: f.Announced, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.Signature,
		})
	}
	for _, f := range a.Inline {
		file := store.InFile{Name: f.ID, Inline: true, MimeType: f.MimeType, NamespaceURI: f.NamespaceURI, Signature: f.Signature}
		if !f.Missing {
			file.Content = f.Content
		}
		files = append(files, file)
	}
	return files
}
