package jobs

import (
	"context"
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// Listen drains the request queue
// (adapter/smev/SPEC.md#incoming). What a message means is for Handle.
type Listen struct {
	Store            *store.Store
	Switch           serviceSwitch
	Bus              requestQueue
	RefuseUnverified bool          // as in Receive
	Senders          Senders       // whose messages are kept without a bound
	Breaker          *bus.Breaker  // shared by all who call the bus; nil lets everything through
	Registration     *Registration // nil where nobody asks
	Archive          *Archive      // as in Receive
	Now              func() time.Time
	Log              *slog.Logger
}

// Name implements Job.
func (Listen) Name() string { return "listen" }

// Run implements Job. Done counts messages stored for the first time.
func (l Listen) Run(ctx context.Context) (Report, error) {
	return inbox{
		what: "incoming message", queue: bus.Requests, from: l.Bus, store: l.Store, read: l.read, ack: l.Bus.Ack, archive: l.Archive, service: l.Switch,
		book:             ackBook{l.Store.UnackedIncoming, l.Store.MarkIncomingAcked, l.Store.IncomingAckFailed, l.Store.DoubtedIncoming, l.Store.IncomingDoubtful},
		refuseUnverified: l.RefuseUnverified, breaker: l.Breaker, registration: l.Registration, now: l.Now, log: l.Log,
	}.drain(ctx)
}

func (l Listen) read(_ context.Context, reply *bus.Reply) (*arrival, error) {
	m, err := l.Bus.ReadIncoming(reply)
	if m == nil {
		return nil, err
	}
	return &arrival{
		id: m.ID, raw: m.Raw,
		keep: func(ctx context.Context, id string, problem error, from int64) (bool, error) {
			stored := storedIncoming(m, id, problem, from)
			stored.Listed = l.Senders.ofEGISSO(stored.Sender).Listed
			return l.Store.StoreIncoming(ctx, stored)
		},
		attrs: []any{"kind", m.Kind},
	}, err
}

func storedIncoming(m *bus.Incoming, id string, problem error, from int64) store.Incoming {
	in := store.Incoming{
		ID: id, Kind: string(m.Kind), Raw: m.Raw, Verified: problem == nil,
		Sender: mnemonicKey(m.Sender), ReplyTo: m.ReplyTo, Cancels: m.Cancels, Test: m.Test, SentAt: m.SentAt, Content: m.Content,
		Namespace: m.Namespace, Root: m.Local, Reply: from,
	}
	if problem != nil {
		in.Problem = problem.Error()
	}
	return in
}
