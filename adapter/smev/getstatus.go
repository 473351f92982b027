package smev

import (
	"context"
	"fmt"
	"time"

	"egissogw/wsdl"
)

// GetStatus takes one asynchronous status from the queue of statuses; nil, nil
// means there is none. Most statuses come through GetResponse; this is a
// supplement (SPEC.md#getstatus). The Answer has no MessageID, for there is nothing to
// acknowledge. An error about the content of a reply comes together with an Answer
// that holds Raw and nothing to be believed: the bus may not give it again.
func (c *Client) GetStatus(ctx context.Context) (*Answer, error) {
	r, err := c.Poll(ctx, OpGetStatus)
	if err != nil {
		return nil, err
	}
	return c.ReadStatus(r)
}

// ReadStatus reads a reply to GetStatus.
func (c *Client) ReadStatus(r *Reply) (*Answer, error) {
	if err := c.open(r); err != nil {
		return nil, err
	}
	status, err := readStatus(r.envelope, c.options.Version, c.options.Trust)
	if err != nil {
		return status, r.fail(err)
	}
	c.observe(r, status != nil, "", time.Time{})
	return status, nil
}

func readStatus(e *envelope, v Version, trust TrustFunc) (*Answer, error) {
	body, err := e.reply(v, OpGetStatus)
	if err != nil {
		return nil, err
	}
	children := body.Elements()
	if len(children) == 0 {
		return nil, nil
	}
	a := &Answer{Kind: AnswerUnknown, Raw: e.raw}
	message := children[0]
	target, ok := message.Only(v.Types, "AsyncProcessingStatusData")
	if !ok || len(children) > 1 || !message.Is(v.Types, "SmevAsyncProcessingMessage") {
		return a, fmt.Errorf("%w: no SmevAsyncProcessingMessage with one status in the reply", ErrUnverified)
	}
	verified, err := e.verifyBus(target, message, v, trust)
	if err != nil {
		return a, err
	}
	status, ok := verified.Element.Only(v.Types, "AsyncProcessingStatus")
	if !ok {
		return a, malformed("not exactly one AsyncProcessingStatus")
	}
	var decoded wsdl.AsyncProcessingStatus
	if err := decodeInto(status, v, &decoded); err != nil {
		return a, malformed("%w", err)
	}
	a.Kind, a.Certificate, a.AsyncStatus = AnswerAsyncStatus, verified.Certificate, readAsyncStatus(&decoded, status, v)
	a.OriginalMessageID = a.AsyncStatus.OriginalMessageID
	return a, nil
}
