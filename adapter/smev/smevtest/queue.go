package smevtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
)

// queued is a message in a participant's queue until it is acknowledged.
type queued struct {
	ledger.Answer
	deliveries int
	last       time.Time // of delivery
	again      bool      // deliver at the next call whatever the clock says
}

// due reports whether the message may be delivered at a moment.
func (q *queued) due(now time.Time, o *Options) bool {
	if q.Available.After(now) {
		return false
	}
	if q.deliveries == 0 || q.again {
		return true
	}
	if o.RedeliverLimit > 0 && q.deliveries >= o.RedeliverLimit {
		return false
	}
	return now.Sub(q.last) >= o.RedeliverAfter
}

// selector is MessageTypeSelector.
type selector struct{ space, local, node string }

// matches applies the selector to a message.
func (s selector) matches(q *queued) bool {
	return q.NodeID == s.node && (s.local == "" || q.Root == [2]string{s.space, s.local})
}

// readSelector checks Timestamp and the type asked for (adapter/smev/SPEC.md#selector).
func (b *Bus) readSelector(c *call, registered func(space, local string) bool) (selector, *fault) {
	e := c.request.Child(c.version.basic, "MessageTypeSelector")
	s := selector{
		space: text(e, c.version.basic, "NamespaceURI"),
		local: text(e, c.version.basic, "RootElementLocalName"),
		node:  text(e, c.version.basic, "NodeID"),
	}
	if flt := b.checkTimestamp(c, text(e, c.version.basic, "Timestamp")); flt != nil {
		return s, flt
	}
	if s.local != "" && !registered(s.space, s.local) {
		return s, newFault("UnknownMessageType", "Тип сообщения {%s}%s не зарегистрирован", s.space, s.local)
	}
	return s, nil
}

// checkTimestamp demands that a call was signed just now: calls must not be
// replayed. The real tolerance is not known.
func (b *Bus) checkTimestamp(c *call, stamp string) *fault {
	t, ok := parseTime(stamp)
	if margin := b.options.TimestampMargin; !ok || c.now.Sub(t) > margin || t.Sub(c.now) > margin {
		return invalidContent(fmt.Errorf("Timestamp is not the current time"))
	}
	return nil
}

// getResponse does GetResponse: at most one answer of the sender's queue.
func (b *Bus) getResponse(ctx context.Context, c *call) (string, error) {
	sel, flt := b.readSelector(c, b.receiver.Answers)
	if flt != nil {
		return "", flt
	}
	return b.handOut(ctx, c, ledger.Responses, sel, "GetResponseResponse", b.responseReply)
}

// getRequest does GetRequest: a broadcast, a request or a cancellation.
func (b *Bus) getRequest(ctx context.Context, c *call) (string, error) {
	sel, flt := b.readSelector(c, b.knowsRequest)
	if flt != nil {
		return "", flt
	}
	return b.handOut(ctx, c, ledger.Requests, sel, "GetRequestResponse", b.requestReply)
}

// getStatus does GetStatus: one status of the bus itself.
func (b *Bus) getStatus(ctx context.Context, c *call) (string, error) {
	if flt := b.checkTimestamp(c, text(c.request, c.version.basic, "Timestamp")); flt != nil {
		return "", flt
	}
	return b.handOut(ctx, c, ledger.Statuses, selector{}, "GetStatusResponse", b.statusReply)
}

// handOut answers a Get call with the message that is due, or with nothing.
func (b *Bus) handOut(ctx context.Context, c *call, from ledger.Queue, sel selector, local string,
	render func(context.Context, *call, ledger.Answer) (string, error)) (string, error) {
	q := b.take(c, from, sel)
	if q == nil {
		return empty(c.version, local), nil
	}
	c.subject = q.ID
	reply, err := render(ctx, c, q.Answer)
	if err != nil {
		return "", err
	}
	return reply, b.ledger.Delivered(ledger.Delivered{At: c.now, ID: q.ID, Taken: b.endsWithDelivery(c, from)})
}

// endsWithDelivery reports whether a message of the queue needs no
// acknowledgement. For statuses it is not known whether one is needed
// (adapter/smev/SPEC.md#not-established).
func (b *Bus) endsWithDelivery(c *call, from ledger.Queue) bool {
	return from == ledger.Statuses && !b.options.StatusAck && !c.rule.Duplicate
}

// take picks the message to deliver and marks it delivered.
func (b *Bus) take(c *call, from ledger.Queue, sel selector) *queued {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found *queued
	at := 0
	for i, q := range b.queue {
		if q.Owner != c.sender.Mnemonic || q.Queue != from || from != ledger.Statuses && !sel.matches(q) || q.Type == typeCancel && !c.version.cancels {
			continue
		}
		if !q.due(c.now, &b.options) {
			if b.options.Blocking && q.deliveries > 0 {
				return nil
			}
			continue
		}
		found, at = q, i
		if !c.rule.Newest {
			break
		}
	}
	if found == nil {
		return nil
	}
	copied := *found
	found.deliveries++
	found.last = c.now
	found.again = c.rule.Duplicate
	if b.endsWithDelivery(c, from) {
		b.queue = append(b.queue[:at], b.queue[at+1:]...)
		b.notify()
	}
	return &copied
}

// ack does Ack. Both values of accepted remove the message (adapter/smev/SPEC.md#flow).
func (b *Bus) ack(_ context.Context, c *call) (string, error) {
	e := c.request.Child(c.version.basic, "AckTargetMessage")
	id := strings.Clone(e.Text())
	c.subject = id
	attr, _ := e.Attr("", "accepted")
	accepted := attr != "false" && attr != "0"
	found := b.forget(c, id)
	if err := b.ledger.Acked(ledger.Acked{
		At: c.now, ID: id, Owner: c.sender.Mnemonic, Accepted: accepted, Requeue: found != nil && c.rule.Duplicate,
	}); err != nil {
		return "", err
	}
	if found == nil {
		return "", newFault("TargetMessageIsNotFound", "Сообщение %s не найдено среди неподтверждённых.", id)
	}
	if b.options.LoginsEndAtAck {
		for _, f := range found.Files {
			b.files.Revoke(f.ID)
		}
	}
	if varied(b.options.EmptyAck, &b.acks) {
		return "", nil
	}
	return empty(c.version, "AckResponse"), nil
}

// forget removes a message that was delivered; nil means there is none.
func (b *Bus) forget(c *call, id string) *queued {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, q := range b.queue {
		if q.ID != id || q.Owner != c.sender.Mnemonic || q.deliveries == 0 {
			continue
		}
		if c.rule.Duplicate {
			q.again = true
			return q
		}
		b.queue = append(b.queue[:i], b.queue[i+1:]...)
		b.notify()
		return q
	}
	return nil
}

// enqueue puts messages into queues.
func (b *Bus) enqueue(answers ...ledger.Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range answers {
		b.queue = append(b.queue, &queued{Answer: a})
	}
	b.notify()
}

// Waiting counts the messages of a participant's queue that are not
// acknowledged, whether they are due or not.
func (b *Bus) Waiting(mnemonic string, queue ledger.Queue) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, q := range b.queue {
		if q.Owner == mnemonic && q.Queue == queue {
			n++
		}
	}
	return n
}

// WaitAcked waits until nothing is left in a participant's queues and every
// accepted message has been processed.
func (b *Bus) WaitAcked(ctx context.Context, mnemonic string) error {
	return b.waitUntil(ctx, func() bool {
		if len(b.work) > 0 || b.busy {
			return false
		}
		for _, q := range b.queue {
			if q.Owner == mnemonic {
				return false
			}
		}
		return true
	})
}

// statistics does GetIncomingQueueStatistics of 1.1: how many messages of each
// queue can be taken or wait for their acknowledgement.
func (b *Bus) statistics(_ context.Context, c *call) (string, error) {
	if flt := b.checkTimestamp(c, text(c.request, c.version.basic, "Timestamp")); flt != nil {
		return "", flt
	}
	node := text(c.request, c.version.types, "NodeID")
	count := map[ledger.Queue]int{}
	b.mu.Lock()
	for _, q := range b.queue {
		if q.Owner == c.sender.Mnemonic && !q.Available.After(c.now) && (node == "" || q.NodeID == node) {
			count[q.Queue]++
		}
	}
	b.mu.Unlock()
	reply := open(c.version, "GetIncomingQueueStatisticsResponse") + ">"
	for _, q := range []struct {
		queue ledger.Queue
		name  string
	}{{ledger.Requests, "REQUEST"}, {ledger.Responses, "RESPONSE"}, {ledger.Statuses, "STATUS"}} {
		reply += fmt.Sprintf(`<ns2:QueueStatistics queueName="%s.%s" pendingMessageNumber="%d"/>`,
			escape(c.sender.Mnemonic), q.name, count[q.queue])
	}
	return reply + "</ns2:GetIncomingQueueStatisticsResponse>", nil
}
