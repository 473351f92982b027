//go:build pkcs11 && cgo

package pkcs11

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	p11 "github.com/miekg/pkcs11"

	"egissogw/crypto/cert"
)

// Signer signs with a key on a token. It is safe for concurrent use.
type Signer struct {
	options Options
	module  cryptoki
	release func()
	slots   chan struct{} // one per signature that may run at once
	done    chan struct{} // closed by Close
	// certificate is set while Open runs and never changed after that.
	certificate *cert.Certificate

	mu         sync.Mutex // guards what follows, and logging in
	current    *connection
	refusedPIN [32]byte // fingerprint of the PIN that the token refused last
	closed     bool
}

// Open loads the module, finds the token, logs in and finds key and certificate, so that every
// mistake of the configuration shows at once.
func Open(ctx context.Context, o Options) (*Signer, error) {
	module, release, err := loadModule(o.Module)
	if err != nil {
		return nil, fmt.Errorf("open token: %w", err)
	}
	return open(ctx, o, module, release)
}

func open(ctx context.Context, o Options, module cryptoki, release func()) (*Signer, error) {
	if o.Sessions <= 0 {
		o.Sessions = defaultSessions
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := &Signer{options: o, module: module, release: release, certificate: o.Certificate,
		slots: make(chan struct{}, o.Sessions), done: make(chan struct{})}
	_, err := s.within(ctx, func() ([]byte, error) {
		_, err := s.connection()
		return nil, err
	})
	if err != nil {
		s.abandon()
		return nil, fmt.Errorf("open token: %w", err)
	}
	return s, nil
}

// abandon gives the module back: at once, or when the calls that still run in it have returned.
func (s *Signer) abandon() {
	for taken := range s.options.Sessions {
		select {
		case s.slots <- struct{}{}:
			continue
		default:
		}
		go func() {
			for range s.options.Sessions - taken {
				s.slots <- struct{}{}
			}
			s.release()
		}()
		return
	}
	s.release()
}

// Certificate is the certificate of the key. It stays the same for the life of the signer.
func (s *Signer) Certificate() *cert.Certificate { return s.certificate }

// SignDigest has the token sign a Streebog digest. The signature is s‖r, big-endian halves,
// whatever the module's own order is, and has been verified with the certificate.
func (s *Signer) SignDigest(ctx context.Context, digest []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sign: %w", context.Cause(ctx))
	}
	c := s.certificate
	if want := c.DigestSize(); len(digest) != want {
		return nil, fmt.Errorf("sign: digest of %d bytes, the key needs %d", len(digest), want)
	}
	if err := c.CheckTerm(s.options.Clock()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	digest = bytes.Clone(digest) // the token may go on reading after we have given up
	signature, err := s.within(ctx, func() ([]byte, error) { return s.sign(c, digest) })
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// within runs a call to the token, which nothing can interrupt, and gives up waiting for it when
// the time is over. The call then keeps its slot until it returns, so a token that hangs holds
// up at most as many calls as there are slots.
func (s *Signer) within(ctx context.Context, call func() ([]byte, error)) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.Timeout, fmt.Errorf("%w (%v): %w", ErrTimeout, s.options.Timeout, context.DeadlineExceeded))
	defer cancel()
	select {
	case s.slots <- struct{}{}:
	case <-s.done:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a free session: %w", context.Cause(ctx))
	}
	type result struct {
		signature []byte
		err       error
	}
	done := make(chan result, 1)
	go func() {
		signature, err := call()
		<-s.slots
		done <- result{signature, err}
	}()
	select {
	case r := <-done:
		return r.signature, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// sign makes one signature, over a new connection if the present one turns out to be dead.
func (s *Signer) sign(c *cert.Certificate, digest []byte) ([]byte, error) {
	for attempt := 1; ; attempt++ {
		conn, err := s.connection()
		if err != nil {
			return nil, err
		}
		raw, err := s.signOver(conn, digest)
		if err == nil {
			signature, _, err := c.Arrange(digest, raw, conn.order)
			return signature, err
		}
		if !lost(err) {
			return nil, err
		}
		s.drop(conn)
		if attempt == 2 {
			return nil, err
		}
	}
}

// connection gives the present connection or makes one.
func (s *Signer) connection() (*connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	if s.current != nil {
		return s.current, nil
	}
	c, err := s.connect()
	if err != nil {
		return nil, err
	}
	s.current = c
	return c, nil
}

// drop forgets a dead connection; its sessions died with it, closing them is for modules that
// keep count all the same.
func (s *Signer) drop(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == c {
		s.current = nil
	}
	s.closeIdle(c)
}

func (s *Signer) closeIdle(c *connection) {
	for {
		select {
		case session := <-c.idle:
			_ = s.module.CloseSession(session)
		default:
			return
		}
	}
}

// signOver signs in a session of the connection: an idle one, or a new one.
func (s *Signer) signOver(c *connection, digest []byte) ([]byte, error) {
	var session p11.SessionHandle
	select {
	case session = <-c.idle:
	default:
		var err error
		if session, err = s.module.OpenSession(c.slot, p11.CKF_SERIAL_SESSION); err != nil {
			return nil, fmt.Errorf("open session: %w", translate(err))
		}
	}
	if c.backwards {
		digest = slices.Clone(digest)
		slices.Reverse(digest)
	}
	raw, err := s.rawSign(c, session, digest)
	if err != nil {
		_ = s.module.CloseSession(session) // it may hang in the middle of an operation
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == c {
		select {
		case c.idle <- session:
			return raw, nil
		default:
		}
	}
	_ = s.module.CloseSession(session)
	return raw, nil
}

// Close closes the sessions and gives the module back. It may be called more than once.
func (s *Signer) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	close(s.done)
	if s.current != nil {
		s.closeIdle(s.current)
		s.current = nil
	}
	s.mu.Unlock()
	s.abandon()
	return nil
}

// translate gives an error of the module one of our kinds.
func translate(err error) error {
	var code p11.Error
	if !errors.As(err, &code) {
		return fmt.Errorf("%w: %w", ErrToken, err)
	}
	kind := ErrToken
	switch code {
	case p11.CKR_TOKEN_NOT_PRESENT, p11.CKR_DEVICE_REMOVED, p11.CKR_TOKEN_NOT_RECOGNIZED, p11.CKR_SLOT_ID_INVALID:
		kind = ErrNoToken
	case p11.CKR_PIN_LOCKED:
		kind = ErrPINLocked
	case p11.CKR_PIN_EXPIRED:
		kind = ErrPINExpired
	case p11.CKR_MECHANISM_INVALID, p11.CKR_MECHANISM_PARAM_INVALID, p11.CKR_KEY_TYPE_INCONSISTENT, p11.CKR_KEY_FUNCTION_NOT_PERMITTED:
		kind = ErrUnsupported
	}
	return fmt.Errorf("%w: %w", kind, code)
}

// lost tells whether a new connection may help: the token or the provider was away, or somebody
// else in the process logged out.
func lost(err error) bool {
	var code p11.Error
	if !errors.As(err, &code) {
		return false
	}
	switch code {
	case p11.CKR_SESSION_HANDLE_INVALID, p11.CKR_SESSION_CLOSED, p11.CKR_DEVICE_REMOVED, p11.CKR_DEVICE_ERROR,
		p11.CKR_TOKEN_NOT_PRESENT, p11.CKR_TOKEN_NOT_RECOGNIZED, p11.CKR_SLOT_ID_INVALID, p11.CKR_USER_NOT_LOGGED_IN,
		p11.CKR_KEY_HANDLE_INVALID, p11.CKR_OBJECT_HANDLE_INVALID, p11.CKR_CRYPTOKI_NOT_INITIALIZED,
		p11.CKR_GENERAL_ERROR, p11.CKR_FUNCTION_FAILED:
		return true
	}
	return false
}
