package smev

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"
)

// Reply is what came for a call, as it came. Nothing in it has been read, so it can
// be kept before anything in it can do harm.
type Reply struct {
	Operation Operation
	// Raw is the body of the HTTP reply, decompressed.
	Raw []byte
	// ContentType is the type it came under.
	ContentType string
	// Status is the HTTP status.
	Status int
	// Cut says that there was more than the limit; Raw is the beginning.
	Cut bool

	envelope *envelope
	// start and end are our time around the call, date is the bus's header; zero
	// for a reply that was kept.
	start, end time.Time
	date       string
	retryAfter time.Duration
}

// KeptReply makes a reply of what was kept of one, to be read once more.
func KeptReply(op Operation, contentType string, raw []byte) *Reply {
	return &Reply{Operation: op, ContentType: contentType, Raw: raw, Status: http.StatusOK}
}

// Poll asks a queue of the bus for a message: GetResponse, GetRequest or GetStatus.
// What came is for ReadResponse, ReadRequest or ReadStatus.
func (c *Client) Poll(ctx context.Context, op Operation) (*Reply, error) {
	o := &c.options
	var body []byte
	var err error
	switch op {
	case OpGetResponse:
		body, err = BuildGetResponse(ctx, o.Version, o.Signer, o.Selector, o.Now())
	case OpGetRequest:
		body, err = BuildGetRequest(ctx, o.Version, o.Signer, o.Selector, o.Now())
	case OpGetStatus:
		body, err = BuildGetStatus(ctx, o.Version, o.Signer, o.Now())
	default:
		err = fmt.Errorf("%s does not take anything from a queue", op)
	}
	if err != nil {
		return nil, err
	}
	return c.exchange(ctx, op, plainContentType, body)
}

func (r *Reply) fail(err error) error {
	return &ReplyError{Operation: r.Operation, Raw: r.Raw, ContentType: r.ContentType, Err: err}
}

// plainSize is how large a reply without a message may be: a fault, an empty queue.
const plainSize = 8 << 10

// Carries tells, by its looks alone, whether a reply may carry a message. What is
// small and bears neither a signature nor the name of an id does not.
func (r *Reply) Carries() bool {
	return r.Cut || len(r.Raw) > plainSize || bytes.Contains(r.Raw, []byte("Signature")) || bytes.Contains(r.Raw, []byte("Message"))
}

// ClaimedID gives the id the message in a reply claims to have, "" if none can be
// seen. Nothing is parsed: it is the text of the first element MessageId of the
// metadata or, without one, MessageID of the sender. Nobody vouches for it.
func (r *Reply) ClaimedID() string {
	for _, name := range []string{"MessageId", "MessageID"} {
		if id := firstText(r.Raw, name); checkForeignID(id) == nil {
			return id
		}
	}
	return ""
}

// firstText gives the text behind the first start tag with this local name, where it
// is short and plain.
func firstText(raw []byte, local string) string {
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte(local))
		if i < 0 {
			return ""
		}
		name := at + i
		at = name + len(local)
		tag := bytes.LastIndexByte(raw[max(0, name-64):name], '<')
		if tag < 0 {
			continue
		}
		if prefix := raw[max(0, name-64)+tag+1 : name]; len(prefix) > 0 && (prefix[0] == '/' || prefix[len(prefix)-1] != ':') {
			continue // an end tag, or the end of another name
		}
		window := raw[at:min(at+512, len(raw))]
		open, end := bytes.IndexByte(window, '>'), bytes.IndexByte(window, '<')
		if open < 0 || end < open || open > 0 && !bytes.ContainsAny(window[:1], " \t\r\n") {
			continue // an empty element, a longer name, or nothing of the kind
		}
		return string(bytes.TrimSpace(window[open+1 : end]))
	}
}
