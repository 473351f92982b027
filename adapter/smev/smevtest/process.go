package smevtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"egissogw/adapter/smev/smevtest/ledger"
	"egissogw/adapter/smev/smevtest/receiver"
	"egissogw/crypto/xmlsafe"
)

// process does the asynchronous part: one accepted message after the other.
func (b *Bus) process(ctx context.Context) {
	for {
		b.mu.Lock()
		for (len(b.work) == 0 || b.paused) && !b.stopped {
			changed := b.changed
			b.mu.Unlock()
			<-changed
			b.mu.Lock()
		}
		if b.stopped {
			b.mu.Unlock()
			return
		}
		message := b.work[0]
		b.work = b.work[1:]
		b.busy = true
		b.mu.Unlock()

		outcome, err := b.handle(ctx, message)
		if err == nil {
			err = b.ledger.Processed(outcome)
		}
		if err != nil && ctx.Err() == nil {
			b.options.Log.Error("message not processed", "message_id", message.MessageID, "err", err)
		}
		if err == nil {
			b.enqueue(outcome.Answers...)
		}
		b.mu.Lock()
		b.busy = false
		b.notify()
		b.mu.Unlock()
	}
}

// handle decides what comes of a message.
func (b *Bus) handle(ctx context.Context, m ledger.Acceptance) (ledger.Processed, error) {
	if m.Response != nil {
		return b.route(ctx, m)
	}
	now := b.options.Now()
	out := ledger.Processed{At: now, MessageID: m.MessageID}
	var rule Rule
	if len(m.Script) > 0 {
		if err := json.Unmarshal(m.Script, &rule); err != nil {
			return out, fmt.Errorf("read kept script: %w", err)
		}
	}
	a := author{bus: b, ctx: ctx, message: m, now: now, rule: rule, delay: b.options.Delay + time.Duration(rule.AnswerDelay)}
	content, files, flt := b.examine(m)
	defer closeAll(files)
	if rule.Reject != "" {
		flt = scriptedFault(rule.Reject)
	}
	switch {
	case flt != nil:
		out.Refusal = flt.Error()
		a.around(nil, func() { a.asyncStatus("requestIsRejectedBySmev", flt, a.delay) })
	case rule.RequestRejected != "":
		out.Refusal = rule.RequestRejected
		a.around(nil, func() { a.rejected(rule.RequestRejected) })
	default:
		result, err := b.receive(content, m, files, now)
		if err != nil {
			return out, err
		}
		result.Protocol = odd(result.Protocol, rule.Protocol)
		out.PackageID, out.Refusal, out.Records = result.PackageID, result.Refusal, result.Records
		if result.Rejected != "" {
			out.Refusal = result.Rejected
			a.around(nil, func() { a.rejected(result.Rejected) })
			break
		}
		a.around(&result, func() { a.protocol(content, result) })
		b.options.Log.Info("package processed", "message_id", m.MessageID, "package_id", out.PackageID,
			"records", len(out.Records), "refusal", out.Refusal)
	}
	out.Answers = a.answers
	if rule.NoAnswer {
		out.Answers = nil
	}
	return out, a.err
}

// receive gives a message to ЕГИССО. A package is read whole; a file that
// cannot be one is not read at all.
func (b *Bus) receive(content *xmlsafe.Element, m ledger.Acceptance, files []*held, now time.Time) (receiver.Result, error) {
	var packages [][]byte
	for _, f := range files {
		if f.size > receiver.MaxFile {
			return receiver.TooLarge(m.At, now), nil
		}
		data := make([]byte, f.size)
		if _, err := io.ReadFull(f, data); err != nil {
			return receiver.Result{}, fmt.Errorf("read package: %w", err)
		}
		packages = append(packages, data)
	}
	b.savePackages(content, m, packages)
	b.receiving.Lock()
	defer b.receiving.Unlock()
	return b.receiver.Process(content, packages, m.At, now), nil
}

func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return strings.TrimSpace(string(r[:limit-1])) + "…"
}
