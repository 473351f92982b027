package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/store"
)

// queue is the response queue of the bus.
type queue interface {
	GetResponse(ctx context.Context) (*smev.Answer, error)
	Ack(ctx context.Context, messageID string, accepted bool) error
}

// Receive drains the response queue: take, verify, store, commit, acknowledge
// (spec smev3.md c.4, c.5). An answer that came again changes nothing.
type Receive struct {
	Store  *store.Store
	Switch serviceSwitch
	Bus    queue
	// RefuseUnverified acknowledges an answer whose signature does not hold with
	// accepted="false" once it is stored, which takes it off the queue (spec
	// smev3.md c.8). Otherwise it stays there and comes again.
	RefuseUnverified bool
	Breaker          *smev.Breaker // shared by all who call the bus; nil lets everything through
	Now              func() time.Time
	Log              *slog.Logger
}

const (
	receiveBatch = 100 // answers taken in one run
	ackBatch     = 20  // acknowledgements repeated in one run
)

// Name implements Job.
func (Receive) Name() string { return "receive" }

// Run implements Job. Done counts answers stored for the first time.
func (r Receive) Run(ctx context.Context) (Report, error) {
	if err := requireService(ctx, r.Switch); err != nil {
		return quietly(Report{}, err)
	}
	if !r.Breaker.Allow(r.Now()) {
		return Report{Skipped: true}, nil
	}
	r.Breaker.Forget() // the first real call probes
	// What goes wrong with one answer does not keep the others at the bus.
	troubles := r.repeatAcks(ctx)
	var report Report
	for range receiveBatch {
		if stop := stopping(ctx, troubles); stop {
			return quietly(report, troubles...)
		}
		answer, err := r.take(ctx)
		if answer == nil {
			if err != nil {
				troubles = append(troubles, fmt.Errorf("take an answer: %w", err))
			}
			return quietly(report, troubles...)
		}
		if err != nil {
			troubles = append(troubles, fmt.Errorf("answer %s: %w", answer.MessageID, err))
		}
		fresh, stored, err := r.keep(ctx, answer, err)
		if fresh {
			report.Done++
		}
		if err != nil {
			troubles = append(troubles, err)
		}
		if !stored {
			return quietly(report, troubles...) // our database, not the answer
		}
	}
	report.More = report.Done > 0 // what comes again and again is for the schedule
	return quietly(report, troubles...)
}

// take asks the bus for an answer, unless it is known to be down.
func (r Receive) take(ctx context.Context) (*smev.Answer, error) {
	if !r.Breaker.Allow(r.Now()) {
		return nil, nil
	}
	answer, err := r.Bus.GetResponse(ctx)
	if ctx.Err() != nil || errors.Is(err, ErrServiceOff) {
		r.Breaker.Forget()
		return answer, err
	}
	r.Breaker.After(err, r.Now(), rand.Float64())
	return answer, err
}

// stopping: nothing more can be done in this run.
func stopping(ctx context.Context, troubles []error) bool {
	return ctx.Err() != nil || slices.ContainsFunc(troubles, func(err error) bool { return errors.Is(err, ErrServiceOff) })
}

// repeatAcks acknowledges what was stored but, as far as we know, not acknowledged.
func (r Receive) repeatAcks(ctx context.Context) (troubles []error) {
	ids, err := r.Store.Unacked(ctx, ackBatch)
	if err != nil {
		return []error{err}
	}
	for _, id := range ids {
		if stopping(ctx, troubles) {
			break
		}
		if err := r.ack(ctx, id); err != nil {
			troubles = append(troubles, err)
		}
	}
	return troubles
}

// keep stores an answer and then acknowledges it. An answer whose signature does
// not hold is stored and shown; unless configured otherwise it is not
// acknowledged, so nobody can make us drop a message by damaging it on the way.
func (r Receive) keep(ctx context.Context, a *smev.Answer, problem error) (fresh, kept bool, err error) {
	stored, err := storedAnswer(a, problem)
	if err != nil {
		return false, false, err
	}
	if fresh, err = r.Store.StoreAnswer(ctx, stored); err != nil {
		return false, false, err
	}
	attrs := []any{"answer_id", stored.ID, "original_message_id", stored.OriginalMessageID, "kind", stored.Kind}
	if problem != nil {
		if fresh {
			r.Log.Error("answer not believed: stored, not applied", append(attrs, "err", problem)...)
		}
		return false, true, r.refuse(ctx, a)
	}
	if fresh {
		r.Log.Info("answer stored", attrs...)
	}
	return fresh, true, r.ack(ctx, stored.ID)
}

// refuse takes an answer nobody can believe off the queue, where that is wanted
// and its id could be read.
func (r Receive) refuse(ctx context.Context, a *smev.Answer) error {
	if !r.RefuseUnverified || a.MessageID == "" {
		return nil
	}
	if err := r.Bus.Ack(ctx, a.MessageID, false); err != nil && smev.Classify(err) != smev.ClassAlreadyDone {
		return fmt.Errorf("refuse answer %s: %w", a.MessageID, err)
	}
	return r.Store.MarkAcked(ctx, a.MessageID)
}

// ack acknowledges a stored answer. SMEV not knowing the message any more is
// the normal outcome after a crash between Ack and its reply.
func (r Receive) ack(ctx context.Context, id string) error {
	err := r.Bus.Ack(ctx, id, true)
	if err != nil && smev.Classify(err) != smev.ClassAlreadyDone {
		err = fmt.Errorf("acknowledge answer %s: %w", id, err)
		if errors.Is(err, ErrServiceOff) {
			return err
		}
		return errors.Join(err, r.Store.AckFailed(ctx, id))
	}
	return r.Store.MarkAcked(ctx, id)
}

func storedAnswer(a *smev.Answer, problem error) (store.InAnswer, error) {
	raw := a.Raw
	readable := *a
	readable.Raw, readable.Certificate = nil, nil
	content, err := json.Marshal(readable)
	if err != nil {
		return store.InAnswer{}, fmt.Errorf("encode answer: %w", err)
	}
	in := store.InAnswer{
		ID: a.MessageID, OriginalMessageID: a.OriginalMessageID, Kind: string(a.Kind),
		Content: content, Raw: raw, Verified: problem == nil,
	}
	if problem != nil {
		in.Problem = problem.Error()
	}
	if in.ID == "" {
		sum := sha256.Sum256(raw)
		in.ID = "sha256:" + hex.EncodeToString(sum[:])
		if problem == nil {
			return store.InAnswer{}, errors.New("a verified answer has no message id")
		}
	}
	return in, nil
}
