package smevtest

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
)

// usage is one thing that counts against a limit for some time.
type usage struct {
	at    time.Time
	bytes int64
}

// usages are those of one participant, oldest first.
type usages []usage

// since drops what is older than a window and returns the rest.
func (u usages) since(from time.Time) usages {
	for len(u) > 0 && !u[0].at.After(from) {
		u = u[1:]
	}
	return u
}

func (u usages) bytes() int64 {
	var total int64
	for _, one := range u {
		total += one.bytes
	}
	return total
}

// throttled is a call over the rate, answered by whatever stands before the bus.
type throttled struct{ after time.Duration }

func (t *throttled) Error() string { return "HTTP 503" }

func (t *throttled) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Retry-After", strconv.Itoa(int(t.after/time.Second)+1))
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte("<html><body><h1>503 Service Unavailable</h1></body></html>"))
}

// limitRate counts the call.
func (b *Bus) limitRate(c *call) error {
	limit := b.options.Rate
	if limit.Calls <= 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	recent := b.calls[c.sender.Mnemonic].since(c.now.Add(-limit.Per))
	if len(recent) >= limit.Calls {
		b.calls[c.sender.Mnemonic] = recent
		if limit.Fault != "" {
			return scriptedFault(limit.Fault)
		}
		return &throttled{after: recent[0].at.Add(limit.Per).Sub(c.now)}
	}
	b.calls[c.sender.Mnemonic] = append(recent, usage{at: c.now})
	return nil
}

// checkQuota asks whether the files of a message fit into the sender's quota,
// and measures them.
func (b *Bus) checkQuota(c *call, files []ledger.File) *fault {
	for _, f := range files {
		if f.IsInline {
			c.stored += int64(len(f.Inline))
		} else if stored, err := b.files.Open(f.UUID, f.Name); err == nil {
			if info, err := stored.Stat(); err == nil {
				c.stored += info.Size()
			}
			_ = stored.Close() // only looked at
		}
	}
	if b.options.Quota <= 0 {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	recent := b.stored[c.sender.Mnemonic].since(c.now.Add(-b.options.QuotaHold))
	b.stored[c.sender.Mnemonic] = recent
	remains := max(b.options.Quota-recent.bytes(), 0)
	if c.stored <= remains {
		return nil
	}
	f := newFault("QuoteLimitExceeded", "Превышена квота хранилища: осталось %d байт, нужно %d", remains, c.stored)
	f.details = fmt.Sprintf(`<ns3:RemainedTotalQuoteSize>%d</ns3:RemainedTotalQuoteSize><ns3:RealTotalAttachmentSize>%d</ns3:RealTotalAttachmentSize>`,
		remains, c.stored)
	return f
}

// use counts the files of an accepted message.
func (b *Bus) use(sender string, at time.Time, bytes int64) {
	if b.options.Quota > 0 && bytes > 0 {
		b.stored[sender] = append(b.stored[sender], usage{at, bytes})
	}
}

// checkOverflow asks whether the recipient's queue is full.
func (b *Bus) checkOverflow(c *call, recipient string) *fault {
	if b.options.QueueLimit <= 0 || b.backlog(c.now, recipient) < b.options.QueueLimit {
		return nil
	}
	f := newFault("DestinationOverflow", "Входящая очередь получателя %s переполнена", recipient)
	f.details = `<ns3:MessageBrokerAddress>smevsim</ns3:MessageBrokerAddress><ns3:DestinationName>` + escape(recipient) + `</ns3:DestinationName>`
	return f
}

// backlog counts what waits for a recipient: for a participant the answers it
// has not acknowledged, for ЕГИССО the messages it has not answered yet.
func (b *Bus) backlog(now time.Time, recipient string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	if recipient != receiverMnemonic {
		for _, q := range b.queue {
			if q.Owner == recipient {
				n++
			}
		}
		return n
	}
	n = len(b.work)
	if b.busy {
		n++
	}
	unanswered := map[string]bool{}
	for _, q := range b.queue {
		if q.Queue == ledger.Responses && q.deliveries == 0 && q.Available.After(now) {
			unanswered[q.OriginalID] = true
		}
	}
	return n + len(unanswered)
}
