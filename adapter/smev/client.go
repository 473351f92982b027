package smev

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
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
	// HTTP makes the connections; nil means one with TLS 1.2 or better and the
	// proxy of the environment. Redirects are never followed.
	HTTP *http.Client
	// Signer signs polls and acknowledgements.
	Signer Signer
	// Trust decides on the bus's certificates.
	Trust TrustFunc
	// Limits bound the replies.
	Limits Limits
	// Timeout bounds each call (default two minutes).
	Timeout time.Duration
	// Now is the clock for the moments in calls; nil means time.Now.
	Now func() time.Time
	// Selector limits what is polled; usually empty.
	Selector Selector
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
	if o.HTTP != nil {
		c.http = *o.HTTP
	} else {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		c.http.Transport = transport
	}
	// Signed bytes go to the configured place and to no other.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// SendRequest posts the bytes made by BuildSendRequest. Any error but a Fault
// leaves it open whether the bus has the message: the same bytes are to be
// posted again. MessageIsAlreadySent comes back as a Fault of ClassAlreadyDone;
// only the caller knows whether it has posted these bytes before.
func (c *Client) SendRequest(ctx context.Context, envelope []byte) (Receipt, error) {
	return c.send(ctx, OpSendRequest, envelope)
}

func (c *Client) send(ctx context.Context, op Operation, body []byte) (Receipt, error) {
	reply, err := c.post(ctx, op, body)
	if err != nil {
		return Receipt{}, err
	}
	receipt, err := readReceipt(reply.envelope, c.options.Version, op, c.options.Trust)
	if err != nil {
		return receipt, reply.fail(op, err)
	}
	if id := messageIDOf(body); receipt.MessageID != id {
		return receipt, reply.fail(op, malformed("receipt is for another message"))
	}
	return receipt, nil
}

// GetResponse takes one message from the answer queue; nil, nil means the queue
// is empty. The message must be stored durably and then acknowledged with Ack.
//
// An error that matches ErrUnverified comes together with an Answer that holds
// the ids and Raw, and nothing else of the message may be used.
func (c *Client) GetResponse(ctx context.Context) (*Answer, error) {
	o := &c.options
	body, err := BuildGetResponse(ctx, o.Version, o.Signer, o.Selector, o.Now())
	if err != nil {
		return nil, err
	}
	reply, err := c.post(ctx, OpGetResponse, body)
	if err != nil {
		return nil, err
	}
	answer, err := readAnswer(reply.envelope, o.Version, o.Trust)
	if err != nil {
		return answer, reply.fail(OpGetResponse, err)
	}
	return answer, nil
}

// Ack acknowledges a message taken with GetResponse, after it has been stored.
// accepted is false only when the bus's signature on it did not hold. If the bus
// no longer has the message among the unconfirmed ones, an earlier Ack has
// arrived and that is success too (smev3.md c).
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
	case reply.envelope.body == nil:
		return nil // an entirely empty soap:Body was seen and means success
	}
	if _, err := reply.envelope.reply(o.Version, OpAck); err != nil {
		return reply.fail(OpAck, err)
	}
	return nil
}

// reply is a parsed HTTP reply with the bytes it came as.
type reply struct {
	envelope    *envelope
	raw         []byte
	contentType string
}

func (r *reply) fail(op Operation, err error) error {
	return &ReplyError{Operation: op, Raw: r.raw, ContentType: r.contentType, Err: err}
}

// post makes one call and brings the reply up to the child of soap:Body. A
// soap:Fault under any status is returned as *Fault; any other reply under a
// status that is not 200 is a TransportError (smev3.md a).
func (c *Client) post(ctx context.Context, op Operation, body []byte) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", op, err)
	}
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	request.Header.Set("SOAPAction", `"`+op.Action()+`"`)
	request.Header.Set("Accept", "text/xml, multipart/related")
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &TransportError{Operation: op, Err: withoutURL(err)}
	}
	defer response.Body.Close()

	limit := c.options.Limits.Body
	raw, err := readBody(response, limit)
	if err != nil {
		return nil, &TransportError{Operation: op, Err: fmt.Errorf("read reply: %w", err)}
	}
	r := &reply{raw: raw, contentType: response.Header.Get("Content-Type")}
	if int64(len(raw)) > limit {
		r.raw = raw[:limit]
		return nil, r.fail(op, malformed("larger than %d bytes", limit))
	}
	r.envelope, err = openEnvelope(op, response.StatusCode, r.contentType, raw, c.options.Limits)
	switch {
	case err == nil && r.envelope.fault != nil:
		return nil, r.envelope.fault
	case response.StatusCode != http.StatusOK:
		return nil, &TransportError{Operation: op, Status: response.StatusCode, Err: err}
	case err != nil:
		return nil, r.fail(op, err)
	}
	return r, nil
}

// readBody reads a body, decompressed, up to one byte over the limit.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	var r io.Reader = response.Body
	switch encoding := strings.ToLower(strings.TrimSpace(response.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		r = z
	default:
		return nil, fmt.Errorf("content encoding %.20q was not asked for", encoding)
	}
	return io.ReadAll(io.LimitReader(r, limit+1))
}

// withoutURL takes the address, which may hold a password, off an error of
// net/http.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// messageIDOf finds the id in an envelope of ours: the first MessageID element.
// It stands near the beginning, so large content is not read.
func messageIDOf(envelope []byte) string {
	d := xml.NewDecoder(bytes.NewReader(envelope))
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "MessageID" {
			var id string
			if d.DecodeElement(&id, &start) != nil {
				return ""
			}
			return id
		}
	}
}
