package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"egissogw/adapter/bus"
	"egissogw/adapter/store"
	"egissogw/adapter/store/crashpoint"
)

// inbox drains a queue of the bus: take, keep as it came, read and verify, store,
// commit, acknowledge (adapter/smev/SPEC.md#flow). What came again changes nothing.
type inbox struct {
	what             string // for errors and logs: "answer", "incoming message"
	queue            bus.Queue
	from             poller
	store            *store.Store
	read             func(ctx context.Context, r *bus.Reply) (*arrival, error)
	ack              func(ctx context.Context, id string, accepted bool) error
	archive          *Archive // before the acknowledgement; nil where none is
	book             ackBook
	service          serviceSwitch
	refuseUnverified bool
	breaker          *bus.Breaker
	registration     *Registration
	now              func() time.Time
	log              *slog.Logger
}

// arrival is a message taken from a queue.
type arrival struct {
	id  string // to be acknowledged; "" if it could not be read
	raw []byte
	// keep stores it durably under its id, in place of the reply it was read from.
	// problem is why nobody may believe it, nil if all holds. fresh: it was not there yet.
	keep func(ctx context.Context, id string, problem error, reply int64) (fresh bool, err error)
	// waits tells that something must be done before it may be acknowledged; nil
	// means there is nothing.
	waits func(ctx context.Context, id string) (bool, error)
	// foreign tells that another gateway may still take it: it is left at the bus, and not
	// stored; nil means it is ours.
	foreign func(ctx context.Context, id string) (bool, error)
	attrs   []any // for the log
}

// ackBook remembers what was acknowledged, and what was not believed.
type ackBook struct {
	unacked func(ctx context.Context, limit int) ([]string, error)
	acked   func(ctx context.Context, id string) error
	failed  func(ctx context.Context, id string) error
	// doubted is what was not believed, by another trust than the present one; doubtful
	// notes that it is not by this one either.
	doubted  func(ctx context.Context, limit int) ([]store.Doubted, error)
	doubtful func(ctx context.Context, id string) error
}

// longestID is the longest id of a foreign message that can be echoed
// (adapter/smev/SPEC.md#messageid); what is not verified may claim anything.
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
	if !in.archive.Ready() || !in.breaker.Ready(in.now()) {
		return Report{Skipped: true}, nil
	}
	in.ack = in.archive.acknowledging(in.queue, in.ack)
	// What goes wrong with one message does not keep the others at the bus.
	troubles := append(in.repeatAcks(ctx), in.orderedAcks(ctx)...)
	var report Report
	rejudged, more, problems := in.rejudge(ctx)
	report.Done, troubles = rejudged, append(troubles, problems...)
	seen := map[string]bool{} // what comes again in one run ends it
	for range receiveBatch {
		if stopping(ctx, troubles) {
			return quietly(report, troubles...)
		}
		fresh, next, err := in.one(ctx, seen)
		if fresh {
			report.Done++
		}
		if err != nil {
			troubles = append(troubles, err)
		}
		if !next {
			report.More = more
			return quietly(report, troubles...)
		}
	}
	report.More = report.Done > 0 // what comes again and again is for the schedule
	return quietly(report, troubles...)
}

// one takes one message the whole way: what people want to have read once more goes first,
// then the bus is asked, unless it is known to be down. more: the next one may be asked for.
func (in inbox) one(ctx context.Context, seen map[string]bool) (fresh, more bool, err error) {
	id, contentType, raw, err := in.store.ReplyAgain(ctx, string(in.queue))
	switch {
	case err != nil:
		return false, false, err
	case id != 0: // nothing was asked of the bus
		return in.take(ctx, in.from.Kept(in.queue, contentType, raw), store.Begun{ID: id}, seen, func(error) {})
	}
	in.breaker.Do(in.now, func(told func(error)) {
		tell := in.telling(ctx, told)
		r, begun, problem := in.next(ctx, tell)
		if err = problem; err == nil {
			fresh, more, err = in.take(ctx, r, begun, seen, tell)
		}
	})
	return fresh, more, err
}

// take reads a reply and settles what is in it.
func (in inbox) take(ctx context.Context, r *bus.Reply, begun store.Begun, seen map[string]bool, told func(error)) (fresh, more bool, err error) {
	if begun.Aside || begun.Known { // it waits for a person
		if begun.Fresh {
			in.log.Error("a reply is set aside: reading it ended the process twice", "reply", begun.ID, "operation", in.queue)
		}
		id := r.ClaimedID
		more, seen[id] = id != "" && !seen[id], true
		return false, more, fmt.Errorf("reply %d of the bus waits for a person", begun.ID)
	}
	crashpoint.At("receive: reply kept")
	l, problem := in.read(ctx, r)
	if err := in.store.ReplyRead(context.WithoutCancel(ctx), begun.ID); err != nil {
		return false, false, err
	}
	if l != nil && len(l.id) > longestID {
		l.id = ""
	}
	told(problem)
	if left, err := in.leave(ctx, l, problem, begun.ID); left || err != nil {
		more, seen[r.ClaimedID] = left && !seen[r.ClaimedID], true
		return false, more, err
	}
	return in.settle(ctx, r, begun, l, problem)
}

// leave leaves a message at the bus that another gateway may take.
func (in inbox) leave(ctx context.Context, l *arrival, problem error, reply int64) (left bool, err error) {
	if l == nil || l.foreign == nil || l.id == "" || problem != nil {
		return false, nil
	}
	if left, err = l.foreign(ctx, l.id); !left || err != nil {
		return false, err
	}
	in.log.Warn(in.what+" to nothing of ours is left at the bus for its owner", append([]any{"answer_id", l.id}, l.attrs...)...)
	return true, in.store.EndReply(context.WithoutCancel(ctx), reply)
}

// next asks the bus for a message, and keeps what came before anything in it is read.
func (in inbox) next(ctx context.Context, told func(error)) (*bus.Reply, store.Begun, error) {
	r, err := in.from.Poll(ctx, in.queue)
	if err != nil {
		told(err)
		return nil, store.Begun{}, fmt.Errorf("take an %s: %w", in.what, err)
	}
	if !r.Carries { // an empty queue is not worth a write
		return r, store.Begun{}, nil
	}
	begun, err := in.store.BeginReply(ctx, rawReply(r))
	if err != nil || begun.Aside || begun.Known {
		told(nil)
	}
	return r, begun, err
}

func rawReply(r *bus.Reply) store.RawReply {
	return store.RawReply{Operation: string(r.Queue), MessageID: r.ClaimedID, ContentType: r.ContentType, Raw: r.Raw, Cut: r.Cut}
}

// telling tells how a call of the bus ended, unless it was our own stopping.
func (in inbox) telling(ctx context.Context, told func(error)) func(error) {
	return func(err error) {
		if ctx.Err() == nil && !errors.Is(err, ErrServiceOff) {
			told(err)
			in.registration.Heard(err)
		}
	}
}

// settle stores what was read, or what could not be read, and ends the reading.
func (in inbox) settle(ctx context.Context, r *bus.Reply, begun store.Begun, l *arrival, problem error) (fresh, more bool, err error) {
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTerm)
	defer cancel()
	switch {
	case l == nil && !refusalOf(problem).Unreadable: // nothing, a fault, or no reply of the bus
		if problem != nil {
			problem = fmt.Errorf("take an %s: %w", in.what, problem)
		}
		return false, false, errors.Join(problem, in.store.EndReply(keep, begun.ID))
	case l == nil || l.id == "" && problem != nil:
		return in.unread(keep, r, begun, problem, l != nil)
	}
	if problem != nil {
		err = fmt.Errorf("%s %s: %w", in.what, l.id, problem)
	}
	fresh, kept, failure := in.keepArrival(ctx, l, problem, begun.ID)
	if failure != nil && ctx.Err() != nil { // stopped, not died
		failure = errors.Join(failure, in.store.EndReply(keep, begun.ID))
	}
	return fresh, kept, errors.Join(err, failure) // not kept: our database, not the message
}

// keepTerm is how long noting what became of a reply may take when the job is stopped.
const keepTerm = 10 * time.Second

// unread keeps a reply that cannot be understood, or that names no message to be
// acknowledged. It stays in the queue until a person decides.
// message: there is one in it, whatever it is.
func (in inbox) unread(ctx context.Context, r *bus.Reply, begun store.Begun, problem error, message bool) (fresh, more bool, err error) {
	if begun.ID == 0 {
		if begun, err = in.store.BeginReply(ctx, rawReply(r)); err != nil {
			return false, false, errors.Join(problem, err)
		}
	}
	fresh, err = in.store.ReplyUnread(ctx, begun.ID, problem.Error())
	if errors.Is(err, store.ErrNotKept) {
		return false, false, errors.Join(problem, in.unkept(ctx, r.Raw))
	}
	if fresh {
		in.log.Error("a reply of the bus cannot be understood: kept, not acknowledged", "reply", begun.ID, "operation", in.queue, "err", problem)
	}
	// Others may wait behind it, unless it is no message at all.
	return false, message || r.ClaimedID != "", errors.Join(problem, err)
}

// unkept says, once in a day, that there is no room for what nobody can believe.
func (in inbox) unkept(ctx context.Context, raw []byte) error {
	first, err := in.store.NoteUnkept(ctx, string(in.queue), len(raw))
	if first {
		in.log.Error("too much in a day that nobody can believe: nothing more of it is kept or acknowledged", "operation", in.queue)
	}
	return err
}

// stopping: nothing more can be done in this run.
func stopping(ctx context.Context, troubles []error) bool {
	return ctx.Err() != nil || slices.ContainsFunc(troubles, notOfTheMessage)
}

// notOfTheMessage: nothing can be acknowledged, whichever message it is.
func notOfTheMessage(err error) bool {
	return errors.Is(err, ErrServiceOff) || errors.Is(err, ErrNotArchived)
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

// orderedAcks sends the acknowledgements that people ordered.
func (in inbox) orderedAcks(ctx context.Context) (troubles []error) {
	orders, err := in.store.DueAcks(ctx, string(in.queue), ackBatch)
	if err != nil {
		return []error{err}
	}
	for _, o := range orders {
		if stopping(ctx, troubles) {
			break
		}
		err := in.ack(ctx, o.MessageID, o.Accepted)
		if err != nil && bus.ClassOf(err) != bus.ClassAlreadyDone {
			err = fmt.Errorf("acknowledge %s %s as ordered: %w", in.what, o.MessageID, err)
			if !notOfTheMessage(err) {
				err = errors.Join(err, in.store.AckPutOff(ctx, o))
			}
			troubles = append(troubles, err)
			continue
		}
		if err := in.store.AckSent(ctx, o); err != nil {
			troubles = append(troubles, err)
			continue
		}
		in.log.Info("acknowledged as ordered by a person", "answer_id", o.MessageID, "accepted", o.Accepted)
	}
	return troubles
}

// keepArrival stores a message and then acknowledges it. One whose signature does not
// hold is stored and shown; unless configured otherwise it is not acknowledged,
// so nobody can make us drop a message by damaging it on the way.
func (in inbox) keepArrival(ctx context.Context, l *arrival, problem error, reply int64) (fresh, kept bool, err error) {
	if l.id == "" {
		return false, false, fmt.Errorf("a verified %s has no message id", in.what)
	}
	crashpoint.At("receive: message taken")
	fresh, err = l.keep(ctx, l.id, problem, reply)
	if errors.Is(err, store.ErrNotKept) {
		return false, true, errors.Join(in.unkept(ctx, l.raw), in.store.EndReply(ctx, reply))
	}
	if err != nil {
		return false, false, err
	}
	crashpoint.At("receive: message stored")
	if problem != nil {
		if fresh { // what it says of itself is nobody's word
			in.log.Error(in.what+" not believed: stored, not applied", "answer_id", l.id, "err", problem)
		}
		return false, true, in.refuse(ctx, l.id)
	}
	if fresh {
		in.log.Info(in.what+" stored", append([]any{"answer_id", l.id}, l.attrs...)...)
	}
	if l.waits != nil {
		if waits, err := l.waits(ctx, l.id); err != nil || waits {
			return fresh, err == nil, err
		}
	}
	return fresh, true, in.accept(ctx, l.id)
}

// refuse takes a message nobody can believe off the queue, where that is wanted
// and its id could be read.
func (in inbox) refuse(ctx context.Context, id string) error {
	if !in.refuseUnverified || id == "" {
		return nil
	}
	if err := in.ack(ctx, id, false); err != nil && bus.ClassOf(err) != bus.ClassAlreadyDone {
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
	if err != nil && bus.ClassOf(err) != bus.ClassAlreadyDone {
		err = fmt.Errorf("acknowledge %s %s: %w", in.what, id, err)
		if notOfTheMessage(err) {
			return err
		}
		return errors.Join(err, in.book.failed(ctx, id))
	}
	err = in.book.acked(ctx, id)
	crashpoint.At("receive: acknowledgement noted")
	return err
}
