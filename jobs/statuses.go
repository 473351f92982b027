package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// Statuses drains the bus's queue of statuses (GetStatus). Most statuses come as
// answers; this is a supplement (adapter/smev/SPEC.md#getstatus). A status has no id
// and there is nothing to acknowledge.
type Statuses struct {
	Store   *store.Store
	Switch  serviceSwitch
	Bus     statusQueue
	Breaker *smev.Breaker // shared by all who call the bus; nil lets everything through
	Now     func() time.Time
	Log     *slog.Logger
}

// Name implements Job.
func (Statuses) Name() string { return "statuses" }

// Run implements Job. Done counts statuses stored for the first time.
func (s Statuses) Run(ctx context.Context) (Report, error) {
	return inbox{
		what: "status", operation: smev.OpGetStatus, bus: s.Bus, store: s.Store, read: s.read, service: s.Switch, breaker: s.Breaker, now: s.Now, log: s.Log,
		ack: func(context.Context, string, bool) error { return nil },
		book: ackBook{
			unacked: func(context.Context, int) ([]string, error) { return nil, nil },
			acked:   s.Store.MarkAcked,
			failed:  s.Store.AckFailed,
		},
	}.drain(ctx)
}

func (s Statuses) read(_ context.Context, reply *smev.Reply) (*arrival, error) {
	a, err := s.Bus.ReadStatus(reply)
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
		attrs: []any{"original_message_id", a.OriginalMessageID},
	}
	if err == nil {
		l.id = statusID(a.AsyncStatus)
	}
	return l, err
}

// statusID names a status by what it says: the same words again are the same
// status.
func statusID(s *smev.AsyncStatus) string {
	fault := ""
	if s.Fault != nil {
		fault = s.Fault.Name + " " + s.Fault.Code + " " + s.Fault.Description
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", s.OriginalMessageID, s.Category, s.Details, fault))
	return "status:" + hex.EncodeToString(sum[:16])
}
