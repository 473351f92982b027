package smev

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"egissogw/crypto/xmldsig"
)

// Selector limits what is taken from a queue (SPEC.md#selector). The zero value takes
// everything, which is the rule: statuses and rejections have no content, and
// whether a filter lets them through is not known.
type Selector struct {
	// NamespaceURI and LocalName name the root element of the content: both or
	// neither. For GetResponse it is the root of the response.
	NamespaceURI, LocalName string
	// NodeID is the one the requests were sent with; usually empty.
	NodeID string
}

func (s Selector) check() error {
	if (s.NamespaceURI == "") != (s.LocalName == "") {
		return errors.New("selector names a namespace or an element without the other")
	}
	return checkLength("NodeID", s.NodeID, 50)
}

// BuildGetResponse makes a GetResponse call of this moment. Such calls are signed
// afresh each time and never stored.
func BuildGetResponse(ctx context.Context, v Version, signer Signer, s Selector, now time.Time) ([]byte, error) {
	return buildTake(ctx, v, OpGetResponse, signer, s, now)
}

// BuildGetRequest makes a GetRequest call of this moment.
func BuildGetRequest(ctx context.Context, v Version, signer Signer, s Selector, now time.Time) ([]byte, error) {
	return buildTake(ctx, v, OpGetRequest, signer, s, now)
}

func buildTake(ctx context.Context, v Version, op Operation, signer Signer, s Selector, now time.Time) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("write %s: %w", op, err)
	}
	c := call{version: v, operation: op, id: idCaller, signed: func(w *xmldsig.Writer) error {
		w.StartAttrs(v.Basic, "MessageTypeSelector", idAttr(idCaller))
		if s.LocalName != "" {
			w.Element(v.Basic, "NamespaceURI", s.NamespaceURI)
			w.Element(v.Basic, "RootElementLocalName", s.LocalName)
		}
		w.Element(v.Basic, "Timestamp", formatMoment(now))
		if s.NodeID != "" {
			w.Element(v.Basic, "NodeID", s.NodeID)
		}
		w.End()
		return nil
	}}
	return c.build(ctx, signer)
}

// BuildAck makes an Ack call. The id is that of the message taken, from
// MessageMetadata/MessageId, never that of the message it answers. accepted is
// false only when the bus's signature on the message did not hold (SPEC.md#flow).
func BuildAck(ctx context.Context, v Version, signer Signer, messageID string, accepted bool) ([]byte, error) {
	if err := checkForeignID(messageID); err != nil {
		return nil, fmt.Errorf("write Ack: %w", err)
	}
	c := call{version: v, operation: OpAck, id: idCaller, signed: func(w *xmldsig.Writer) error {
		value := "true"
		if !accepted {
			value = "false"
		}
		w.StartAttrs(v.Basic, "AckTargetMessage", idAttr(idCaller), xmldsig.Attr{Local: "accepted", Value: value})
		w.Text(messageID)
		w.End()
		return nil
	}}
	return c.build(ctx, signer)
}

// BuildGetStatus makes a GetStatus call of this moment. It takes one pending
// status of any message: the operation is a queue, not a lookup.
func BuildGetStatus(ctx context.Context, v Version, signer Signer, now time.Time) ([]byte, error) {
	c := call{version: v, operation: OpGetStatus, id: idCaller, signed: func(w *xmldsig.Writer) error {
		writeTimestamp(w, v, now)
		return nil
	}}
	return c.build(ctx, signer)
}

// writeTimestamp writes the signed moment of calls that have nothing else to
// sign.
func writeTimestamp(w *xmldsig.Writer, v Version, now time.Time) {
	w.StartAttrs(v.Basic, "Timestamp", idAttr(idCaller))
	w.Text(formatMoment(now))
	w.End()
}

// checkForeignID accepts the id of a message somebody else made: the form is not
// ours to enforce (SPEC.md#messageid), but it must be something that can be echoed.
func checkForeignID(id string) error {
	if id == "" || len(id) > 64 {
		return errors.New("message id is empty or longer than 64 characters")
	}
	for _, r := range id {
		if r <= ' ' || r == utf8.RuneError || r == 0x7F {
			return errors.New("message id holds spaces or control characters")
		}
	}
	return nil
}

func checkLength(name, value string, most int) error {
	if utf8.RuneCountInString(value) > most {
		return fmt.Errorf("%s is longer than %d characters", name, most)
	}
	return nil
}
