package smev

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// post makes one call in plain XML and opens the reply.
func (c *Client) post(ctx context.Context, op Operation, body []byte) (*Reply, error) {
	return c.postAs(ctx, op, plainContentType, body)
}

// postAs makes one call and brings the reply up to the child of soap:Body.
func (c *Client) postAs(ctx context.Context, op Operation, contentType string, body []byte) (*Reply, error) {
	r, err := c.exchange(ctx, op, contentType, body)
	if err != nil {
		return nil, err
	}
	return r, c.open(r)
}

// exchange makes one call and takes the reply as it comes: nothing in it is read.
func (c *Client) exchange(ctx context.Context, op Operation, contentType string, body []byte) (*Reply, error) {
	timeout := c.options.Timeout
	if own := c.options.Timeouts[op]; own > 0 {
		timeout = own
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, c.options.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", op, err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("SOAPAction", `"`+op.Action()+`"`)
	request.Header.Set("Accept", "text/xml, multipart/related")
	request.Header.Set("Accept-Encoding", "gzip")
	r := &Reply{Operation: op, start: c.options.Now()}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &TransportError{Operation: op, NotSent: !connected.Load(), Err: QuietHTTP(err)}
	}
	defer response.Body.Close()
	r.end, r.date = c.options.Now(), response.Header.Get("Date")

	limit := c.options.Limits.Body
	if r.Raw, err = readBody(response, limit); err != nil {
		return nil, &TransportError{Operation: op, Err: fmt.Errorf("read reply: %w", QuietHTTP(err))}
	}
	r.Status, r.ContentType = response.StatusCode, response.Header.Get("Content-Type")
	r.retryAfter = parseRetryAfter(response.Header.Get("Retry-After"), r.end)
	if int64(len(r.Raw)) > limit {
		r.Raw, r.Cut = r.Raw[:limit], true
	}
	return r, nil
}

// open reads a reply up to the child of soap:Body. A soap:Fault under any status is
// returned as *Fault; any other reply under a status that is not 200 is a
// TransportError (SPEC.md#transport).
func (c *Client) open(r *Reply) (err error) {
	if r.Cut {
		return r.fail(malformed("larger than %d bytes", len(r.Raw)))
	}
	r.envelope, err = openEnvelope(r.Operation, r.Status, r.ContentType, r.Raw, c.options.Limits)
	switch {
	case err == nil && r.envelope.fault != nil:
		c.observe(r, false, "", time.Time{})
		return r.envelope.fault
	case r.Status != http.StatusOK:
		return &TransportError{Operation: r.Operation, Status: r.Status, Err: err, RetryAfter: r.retryAfter}
	case err != nil:
		return r.fail(err)
	}
	return nil
}

// readBody reads a body, decompressed, up to one byte over the limit. What comes
// over the line is bounded as well, so that endless compressed nothing ends.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	r := io.LimitReader(response.Body, limit+1)
	switch encoding := strings.ToLower(strings.TrimSpace(response.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		r = io.LimitReader(z, limit+1)
	default:
		return nil, fmt.Errorf("content encoding %.20q was not asked for", encoding)
	}
	return io.ReadAll(r)
}
