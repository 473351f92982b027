package smevtest

import (
	"context"
	"fmt"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
)

// queued is an answer in a response queue until it is acknowledged.
type queued struct {
	ledger.Answer
	deliveries int
	last       time.Time // of delivery
	again      bool      // deliver at the next call whatever the clock says
}

// due reports whether the answer may be delivered at a moment.
func (q *queued) due(now time.Time, redeliver time.Duration) bool {
	if q.Available.After(now) {
		return false
	}
	return q.deliveries == 0 || q.again || now.Sub(q.last) >= redeliver
}

// selector is MessageTypeSelector.
type selector struct{ space, local, node string }

// readSelector checks Timestamp and the type asked for (spec/smev3.md c, "Selector").
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
	q := b.take(c, sel)
	if q == nil {
		return empty(c.version, "GetResponseResponse"), nil
	}
	reply, err := b.responseReply(ctx, c, q.Answer)
	if err != nil {
		return "", err
	}
	return reply, b.ledger.Delivered(ledger.Delivered{At: c.now, ID: q.ID})
}

// take picks the answer to deliver and marks it delivered.
func (b *Bus) take(c *call, sel selector) *queued {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found *queued
	for _, q := range b.queue {
		if q.Owner != c.sender.Mnemonic || q.NodeID != sel.node {
			continue
		}
		if sel.local != "" && q.Root != [2]string{sel.space, sel.local} {
			continue
		}
		if !q.due(c.now, b.options.RedeliverAfter) {
			if b.options.Blocking && q.deliveries > 0 {
				return nil
			}
			continue
		}
		found = q
		if !c.rule.Newest {
			break
		}
	}
	if found != nil {
		found.deliveries++
		found.last = c.now
		found.again = c.rule.Duplicate
	}
	return found
}

// ack does Ack. Both values of accepted remove the answer (spec/smev3.md c, 8).
func (b *Bus) ack(_ context.Context, c *call) (string, error) {
	e := c.request.Child(c.version.basic, "AckTargetMessage")
	id := e.Text()
	attr, _ := e.Attr("", "accepted")
	accepted := attr != "false" && attr != "0"
	found := b.forget(c, id)
	if err := b.ledger.Acked(ledger.Acked{
		At: c.now, ID: id, Owner: c.sender.Mnemonic, Accepted: accepted, Requeue: found && c.rule.Duplicate,
	}); err != nil {
		return "", err
	}
	if !found {
		return "", newFault("TargetMessageIsNotFound", "Сообщение %s не найдено среди неподтверждённых.", id)
	}
	if varied(b.options.EmptyAck, &b.acks) {
		return "", nil
	}
	return empty(c.version, "AckResponse"), nil
}

// forget removes an answer that was delivered.
func (b *Bus) forget(c *call, id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, q := range b.queue {
		if q.ID != id || q.Owner != c.sender.Mnemonic || q.deliveries == 0 {
			continue
		}
		if c.rule.Duplicate {
			q.again = true
			return true
		}
		b.queue = append(b.queue[:i], b.queue[i+1:]...)
		return true
	}
	return false
}

// getRequest answers that there are no requests.
func (b *Bus) getRequest(_ context.Context, c *call) (string, error) {
	if _, flt := b.readSelector(c, b.receiver.Knows); flt != nil {
		return "", flt
	}
	return empty(c.version, "GetRequestResponse"), nil
}

// getStatus answers that there are no statuses: they come by GetResponse.
func (b *Bus) getStatus(_ context.Context, c *call) (string, error) {
	if flt := b.checkTimestamp(c, text(c.request, c.version.basic, "Timestamp")); flt != nil {
		return "", flt
	}
	return empty(c.version, "GetStatusResponse"), nil
}

// statistics does GetIncomingQueueStatistics of 1.1.
func (b *Bus) statistics(_ context.Context, c *call) (string, error) {
	if flt := b.checkTimestamp(c, text(c.request, c.version.basic, "Timestamp")); flt != nil {
		return "", flt
	}
	b.mu.Lock()
	n := 0
	for _, q := range b.queue {
		if q.Owner == c.sender.Mnemonic && !q.Available.After(c.now) {
			n++
		}
	}
	b.mu.Unlock()
	return fmt.Sprintf(`<ns2:GetIncomingQueueStatisticsResponse xmlns:ns2="%s"><ns2:QueueStatistics queueName="%s" pendingMessageNumber="%d"/></ns2:GetIncomingQueueStatisticsResponse>`,
		c.version.types, escape(c.sender.Mnemonic), n), nil
}
