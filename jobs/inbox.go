package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"egissogw/adapter/smev"
	"egissogw/adapter/store/crashpoint"
)

// inbox drains a queue of the bus: take, verify, store, commit, acknowledge
// (spec smev3.md c.4, c.5). What came again changes nothing.
type inbox struct {
	what             string // for errors and logs: "answer", "incoming message"
	take             func(ctx context.Context) (*letter, error)
	ack              func(ctx context.Context, id string, accepted bool) error
	book             ackBook
	service          serviceSwitch
	refuseUnverified bool
	breaker          *smev.Breaker
	now              func() time.Time
	log              *slog.Logger
}

// letter is a message taken from a queue.
type letter struct {
	id  string // to be acknowledged; "" if it could not be read
	raw []byte
	// keep stores it durably under an id of our own if it has none. problem is
	// why nobody may believe it, nil if all holds. fresh: it was not there yet.
	keep func(ctx context.Context, id string, problem error) (fresh bool, err error)
	// waits tells that something must be done before it may be acknowledged; nil
	// means there is nothing.
	waits func(ctx context.Context, id string) (bool, error)
	attrs []any // for the log
}

// ackBook remembers what was acknowledged.
type ackBook struct {
	unacked func(ctx context.Context, limit int) ([]string, error)
	acked   func(ctx context.Context, id string) error
	failed  func(ctx context.Context, id string) error
}

// longestID is the longest id of a foreign message that can be echoed (spec
// smev3.md d); what is not verified may claim anything.
const longestID = 64

const (
	receiveBatch = 100 // messages taken in one run
	ackBatch     = 20  // acknowledgements repeated in one run
)

// drain does one run. Done counts messages stored for the first time.
func (in inbox) drain(ctx context.Context) (Report, error) {
	if err := requireService(ctx, in.service); err != nil {
		return quietly(Report{}, err)
	}
	if !in.breaker.Allow(in.now()) {
		return Report{Skipped: true}, nil
	}
	in.breaker.Forget() // the first real call probes
	// What goes wrong with one message does not keep the others at the bus.
	troubles := in.repeatAcks(ctx)
	var report Report
	for range receiveBatch {
		if stop := stopping(ctx, troubles); stop {
			return quietly(report, troubles...)
		}
		l, err := in.next(ctx)
		if l == nil {
			if err != nil {
				troubles = append(troubles, fmt.Errorf("take an %s: %w", in.what, err))
			}
			return quietly(report, troubles...)
		}
		if err != nil {
			troubles = append(troubles, fmt.Errorf("%s %s: %w", in.what, l.id, err))
		}
		fresh, stored, err := in.store(ctx, l, err)
		if fresh {
			report.Done++
		}
		if err != nil {
			troubles = append(troubles, err)
		}
		if !stored {
			return quietly(report, troubles...) // our database, not the message
		}
	}
	report.More = report.Done > 0 // what comes again and again is for the schedule
	return quietly(report, troubles...)
}

// next asks the bus for a message, unless it is known to be down.
func (in inbox) next(ctx context.Context) (*letter, error) {
	if !in.breaker.Allow(in.now()) {
		return nil, nil
	}
	l, err := in.take(ctx)
	if l != nil && len(l.id) > longestID {
		l.id = ""
	}
	if ctx.Err() != nil || errors.Is(err, ErrServiceOff) {
		in.breaker.Forget()
		return l, err
	}
	in.breaker.After(err, in.now(), rand.Float64())
	return l, err
}

// stopping: nothing more can be done in this run.
func stopping(ctx context.Context, troubles []error) bool {
	return ctx.Err() != nil || slices.ContainsFunc(troubles, func(err error) bool { return errors.Is(err, ErrServiceOff) })
}

// repeatAcks acknowledges what was stored but, as far as we know, not acknowledged.
func (in inbox) repeatAcks(ctx context.Context) (troubles []error) {
	ids, err := in.book.unacked(ctx, ackBatch)
	if err != nil {
		return []error{err}
	}
	for _, id := range ids {
		if stopping(ctx, troubles) {
			break
		}
		if err := in.accept(ctx, id); err != nil {
			troubles = append(troubles, err)
		}
	}
	return troubles
}

// store stores a message and then acknowledges it. One whose signature does not
// hold is stored and shown; unless configured otherwise it is not acknowledged,
// so nobody can make us drop a message by damaging it on the way.
func (in inbox) store(ctx context.Context, l *letter, problem error) (fresh, kept bool, err error) {
	id := l.id
	if id == "" {
		if problem == nil {
			return false, false, fmt.Errorf("a verified %s has no message id", in.what)
		}
		sum := sha256.Sum256(l.raw)
		id = "sha256:" + hex.EncodeToString(sum[:])
	}
	crashpoint.At("receive: message taken")
	if fresh, err = l.keep(ctx, id, problem); err != nil {
		return false, false, err
	}
	crashpoint.At("receive: message stored")
	if problem != nil {
		if fresh { // what it says of itself is nobody's word
			in.log.Error(in.what+" not believed: stored, not applied", "answer_id", id, "err", problem)
		}
		return false, true, in.refuse(ctx, l.id)
	}
	if fresh {
		in.log.Info(in.what+" stored", append([]any{"answer_id", id}, l.attrs...)...)
	}
	if l.waits != nil {
		if waits, err := l.waits(ctx, id); err != nil || waits {
			return fresh, err == nil, err
		}
	}
	return fresh, true, in.accept(ctx, id)
}

// refuse takes a message nobody can believe off the queue, where that is wanted
// and its id could be read.
func (in inbox) refuse(ctx context.Context, id string) error {
	if !in.refuseUnverified || id == "" {
		return nil
	}
	if err := in.ack(ctx, id, false); err != nil && smev.Classify(err) != smev.ClassAlreadyDone {
		return fmt.Errorf("refuse %s %s: %w", in.what, id, err)
	}
	return in.book.acked(ctx, id)
}

// accept acknowledges a stored message. SMEV not knowing it any more is the
// normal outcome after a crash between Ack and its reply.
func (in inbox) accept(ctx context.Context, id string) error {
	crashpoint.At("receive: before the acknowledgement")
	err := in.ack(ctx, id, true)
	crashpoint.At("receive: acknowledged")
	if err != nil && smev.Classify(err) != smev.ClassAlreadyDone {
		err = fmt.Errorf("acknowledge %s %s: %w", in.what, id, err)
		if errors.Is(err, ErrServiceOff) {
			return err
		}
		return errors.Join(err, in.book.failed(ctx, id))
	}
	err = in.book.acked(ctx, id)
	crashpoint.At("receive: acknowledgement noted")
	return err
}
