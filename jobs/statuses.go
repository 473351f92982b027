package jobs

import (
	"context"
	"log/slog"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
)

// Statuses drains the bus's queue of statuses (GetStatus). Most statuses come as
// answers; this is a supplement (adapter/smev/SPEC.md#getstatus). A status has no id
// and there is nothing to acknowledge.
type Statuses struct {
	Store        *store.Store
	Switch       serviceSwitch
	Bus          answerQueue
	Breaker      *bus.Breaker  // shared by all who call the bus; nil lets everything through
	Registration *Registration // nil where nobody asks
	Now          func() time.Time
	Log          *slog.Logger
}

// Name implements Job.
func (Statuses) Name() string { return "statuses" }

// Run implements Job. Done counts statuses stored for the first time.
func (s Statuses) Run(ctx context.Context) (Report, error) {
	return inbox{
		what: "status", queue: bus.Statuses, from: s.Bus, store: s.Store, read: s.read, service: s.Switch, breaker: s.Breaker, registration: s.Registration, now: s.Now, log: s.Log,
		ack: func(context.Context, string, bool) error { return nil },
		book: ackBook{
			unacked: func(context.Context, int) ([]string, error) { return nil, nil },
			acked:   s.Store.MarkAcked,
			failed:  s.Store.AckFailed,
			// They are answers, and Receive reads those.
			doubted: func(context.Context, int) ([]store.Doubted, error) { return nil, nil },
		},
	}.drain(ctx)
}

func (s Statuses) read(_ context.Context, reply *bus.Reply) (*arrival, error) {
	a, err := s.Bus.ReadAnswer(reply)
	if a == nil {
		return nil, err
	}
	l := &arrival{
		raw: a.Raw,
		keep: func(ctx context.Context, id string, problem error, from int64) (bool, error) {
			stored, err := storedAnswer(a, id, problem, from)
			if err != nil {
				return false, err
			}
			stored.Speaker = ofStatus
			return s.Store.StoreAnswer(ctx, stored)
		},
		attrs: []any{"original_message_id", a.About},
	}
	if err == nil {
		l.id = a.ID
	}
	return l, err
}
