package smev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"egissogw/crypto/xmldsig"
)

// ErrNotInVersion is matched when an operation does not exist in the schema
// version in use.
var ErrNotInVersion = errors.New("operation does not exist in this schema version")

// QueueStatistics is the length of one of the caller's queues.
type QueueStatistics struct {
	Queue   string
	Pending int64
}

// BuildQueueStatistics makes a GetIncomingQueueStatistics call of this moment
// (schema 1.1 only). The node is not covered by the signature (SPEC.md#ack-getstatus-statistics).
func BuildQueueStatistics(ctx context.Context, v Version, signer Signer, nodeID string, now time.Time) ([]byte, error) {
	if !v.QueueStatistics {
		return nil, fmt.Errorf("write %s: %w: %s", OpQueueStatistics, ErrNotInVersion, v)
	}
	if err := checkLength("NodeID", nodeID, 50); err != nil {
		return nil, fmt.Errorf("write %s: %w", OpQueueStatistics, err)
	}
	c := call{version: v, operation: OpQueueStatistics, id: idCaller, signed: func(w *xmldsig.Writer) error {
		writeTimestamp(w, v, now)
		return nil
	}}
	if nodeID != "" {
		c.before = func(buf *bytes.Buffer) error {
			w := xmldsig.NewWriter(buf, nil, []xmldsig.Prefix{{Prefix: prefixTypes, URI: v.Types}})
			w.Element(v.Types, "NodeID", nodeID)
			return w.Close()
		}
	}
	return c.build(ctx, signer)
}

// QueueStatistics asks how long the caller's queues are (schema 1.1 only; in the
// others the error matches ErrNotInVersion). The reply is not signed: the numbers
// are for people and decide nothing.
func (c *Client) QueueStatistics(ctx context.Context) ([]QueueStatistics, error) {
	o := &c.options
	body, err := BuildQueueStatistics(ctx, o.Version, o.Signer, o.Selector.NodeID, o.Now())
	if err != nil {
		return nil, err
	}
	reply, err := c.post(ctx, OpQueueStatistics, body)
	if err != nil {
		return nil, err
	}
	queues, err := readQueueStatistics(reply.envelope, o.Version)
	if err != nil {
		return nil, reply.fail(err)
	}
	c.observe(reply, false, "", time.Time{})
	return queues, nil
}

func readQueueStatistics(e *envelope, v Version) ([]QueueStatistics, error) {
	body, err := e.reply(v, OpQueueStatistics)
	if err != nil {
		return nil, err
	}
	var queues []QueueStatistics
	for _, q := range body.Elements() {
		if !q.Is(v.Types, "QueueStatistics") {
			return nil, malformed("%.60q among queue statistics", q.Local)
		}
		name, _ := q.Attr("", "queueName")
		number, _ := q.Attr("", "pendingMessageNumber")
		pending, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || pending < 0 {
			return nil, malformed("number of waiting messages is not a number")
		}
		queues = append(queues, QueueStatistics{Queue: name, Pending: pending})
	}
	return queues, nil
}
