package smev

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// defaultCallTimeout bounds one call, sending and reading included.
const defaultCallTimeout = 2 * time.Minute

// Options configure a Client.
type Options struct {
	// URL is the endpoint of the message exchange service.
	URL string
	// Version is the schema version that goes with the endpoint.
	Version Version
	// Roots are the certificates an https endpoint is verified with; nil means
	// the system's.
	Roots *x509.CertPool
	// Proxy is the way out, from ParseProxy; nil means the environment's.
	Proxy Proxy
	// HTTP makes the connections instead of one of our own with Roots and Proxy.
	// Redirects are never followed, and a client that skips the verification
	// of servers is refused.
	HTTP *http.Client
	// Signer signs polls and acknowledgements.
	Signer Signer
	// Trust decides on the bus's certificates.
	Trust TrustFunc
	// Limits bound the replies.
	Limits Limits
	// Timeout bounds each call (default two minutes); Timeouts gives single
	// operations another bound.
	Timeout  time.Duration
	Timeouts map[Operation]time.Duration
	// Now is the clock for the moments in calls; nil means time.Now.
	Now func() time.Time
	// Selector limits what is polled; usually empty.
	Selector Selector
	// MTOM sends the contents of attachments as MIME parts instead of base64.
	// What is signed, and what the caller stores, is the same either way.
	MTOM bool
	// ObserveClock, if set, is told how the bus's clock differs from ours, after
	// every call that shows it. It must not block.
	ObserveClock func(ClockReading)
}

// Client makes the calls of a consumer. It keeps nothing between calls and is
// safe for concurrent use.
type Client struct {
	options Options
	http    http.Client
}

// NewClient checks the options.
func NewClient(o Options) (*Client, error) {
	endpoint, err := url.Parse(o.URL)
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" {
		return nil, errors.New("address of the message exchange service is not an http or https URL")
	}
	if o.Version.Name == "" {
		return nil, errors.New("no message exchange schema version is chosen")
	}
	if o.Signer == nil || o.Trust == nil {
		return nil, errors.New("client needs a signer and the trusted certificates of the bus")
	}
	if err := o.Selector.check(); err != nil {
		return nil, err
	}
	o.Limits = o.Limits.withDefaults()
	if o.Timeout <= 0 {
		o.Timeout = defaultCallTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{options: o}
	if c.http, err = c.options.httpClient(); err != nil {
		return nil, err
	}
	return c, nil
}

// SendRequest posts the bytes made by BuildSendRequest under the id. Any error but a Fault
// leaves it open whether the bus has the message: the same bytes are to be
// posted again. MessageIsAlreadySent comes back as a Fault of ClassAlreadyDone;
// only the caller knows whether it has posted these bytes before.
func (c *Client) SendRequest(ctx context.Context, id string, envelope []byte) (Receipt, error) {
	return c.send(ctx, OpSendRequest, id, envelope)
}

func (c *Client) send(ctx context.Context, op Operation, id string, body []byte) (Receipt, error) {
	contentType, packed := plainContentType, body
	if c.options.MTOM {
		var err error
		if contentType, packed, err = packAttachments(body); err != nil {
			return Receipt{}, fmt.Errorf("call %s: %w", op, err)
		}
	}
	reply, err := c.postAs(ctx, op, contentType, packed)
	if err != nil {
		return Receipt{}, err
	}
	receipt, err := readReceipt(reply.envelope, c.options.Version, op, c.options.Trust)
	if err != nil {
		return receipt, reply.fail(err)
	}
	if receipt.MessageID != id {
		return receipt, reply.fail(malformed("receipt is for another message"))
	}
	c.observe(reply, true, ClockSending, receipt.SentAt)
	return receipt, nil
}

// GetResponse takes one message from the answer queue; nil, nil means the queue
// is empty. The message must be stored durably and then acknowledged with Ack. It
// is Poll and ReadResponse in one, for whoever keeps nothing in between.
func (c *Client) GetResponse(ctx context.Context) (*Answer, error) {
	r, err := c.Poll(ctx, OpGetResponse)
	if err != nil {
		return nil, err
	}
	return c.ReadResponse(r)
}

// ReadResponse reads a reply to GetResponse; nil, nil means the queue is empty.
//
// An error that matches ErrUnverified comes together with an Answer that holds
// the ids and Raw, and nothing else of the message may be used.
func (c *Client) ReadResponse(r *Reply) (*Answer, error) {
	if err := c.open(r); err != nil {
		return nil, err
	}
	answer, err := readAnswer(r.envelope, c.options.Version, c.options.Trust)
	if err != nil {
		return answer, r.fail(err)
	}
	if answer == nil {
		c.observe(r, false, "", time.Time{})
		return nil, nil
	}
	c.observe(r, true, ClockDelivery, answer.DeliveredAt)
	return answer, nil
}

// Ack acknowledges a message taken with GetResponse, after it has been stored.
// accepted is false only when the bus's signature on it did not hold. If the bus
// no longer has the message among the unconfirmed ones, an earlier Ack has
// arrived and that is success too (SPEC.md#flow).
func (c *Client) Ack(ctx context.Context, messageID string, accepted bool) error {
	o := &c.options
	body, err := BuildAck(ctx, o.Version, o.Signer, messageID, accepted)
	if err != nil {
		return err
	}
	reply, err := c.post(ctx, OpAck, body)
	var fault *Fault
	switch {
	case errors.As(err, &fault) && fault.Class() == ClassAlreadyDone:
		return nil
	case err != nil:
		return err
	}
	c.observe(reply, false, "", time.Time{})
	if reply.envelope.body == nil {
		return nil // an entirely empty soap:Body was seen and means success
	}
	if _, err := reply.envelope.reply(o.Version, OpAck); err != nil {
		return reply.fail(err)
	}
	return nil
}
