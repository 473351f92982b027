package smev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jlaffaye/ftp"
)

// FileStore is the bus's file storage (ФХ), plain FTP with passive transfers
// (SPEC.md#files). A file is known by its uuid, which is the name of its folder.
type FileStore struct {
	addr, user, password string
	timeout              time.Duration
	limits               FileStoreLimits
	passive              *passiveWay
	attempts             int
	pause                time.Duration
	dial                 func(ctx context.Context, network, addr string) (net.Conn, error)
}

// FileStoreLimits bound how long one file may hold up the others. Zero fields mean
// the defaults.
type FileStoreLimits struct {
	// Rate is the least number of bytes a second of a transfer, after its first
	// timeout (default 8 KiB).
	Rate int64
	// Total is for one file with all its attempts (default 15 minutes).
	Total time.Duration
}

const (
	defaultFTPPort        = "21"
	defaultFTPRate        = 8 << 10
	defaultFTPTotal       = 15 * time.Minute
	defaultFTPTimeout     = 60 * time.Second
	defaultUploadAttempts = 3
	defaultUploadPause    = 2 * time.Second
)

// NewFileStore describes the storage at addr, "host" or "host:port". Empty user
// and password mean the bus's usual anonymous/smev. The timeout is for each
// answer of the server and each block of data, not for a whole file, which may
// be large; zero means one minute.
func NewFileStore(addr, user, password string, timeout time.Duration) *FileStore {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		addr = net.JoinHostPort(strings.Trim(addr, "[]"), defaultFTPPort)
	}
	if user == "" && password == "" {
		user, password = "anonymous", "smev"
	}
	if timeout <= 0 {
		timeout = defaultFTPTimeout
	}
	return &FileStore{
		addr: addr, user: user, password: password,
		timeout: timeout, limits: FileStoreLimits{Rate: defaultFTPRate, Total: defaultFTPTotal},
		passive: &passiveWay{}, attempts: defaultUploadAttempts, pause: defaultUploadPause,
		dial: (&net.Dialer{Timeout: timeout}).DialContext,
	}
}

// WithLimits sets other limits than the defaults and returns the storage.
func (s *FileStore) WithLimits(l FileStoreLimits) *FileStore {
	if l.Rate > 0 {
		s.limits.Rate = l.Rate
	}
	if l.Total > 0 {
		s.limits.Total = l.Total
	}
	return s
}

// WithPassive sets how data connections are asked for and returns the storage.
func (s *FileStore) WithPassive(p Passive) *FileStore {
	s.passive = &passiveWay{wanted: p}
	return s
}

// bounded is ctx for one file.
func (s *FileStore) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.limits.Total,
		storeError(stepTransfer, fmt.Errorf("%w: not done within %s", ErrTooSlow, s.limits.Total)))
}

// ended is the error of a transfer whose ctx has ended.
func ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	if _, ok := errors.AsType[*FileStoreError](cause); ok {
		return cause
	}
	return fmt.Errorf("file storage: %w", cause)
}

// Probe logs in and out again with the login for uploads.
func (s *FileStore) Probe(ctx context.Context) (err error) {
	defer survive(&err)
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	_, done, err := s.connect(ctx, stepLogin, s.user, s.password)
	if err != nil {
		return err
	}
	done()
	return nil
}

// FileStoreError is a step of a transfer that failed.
type FileStoreError struct {
	// Step is what was being done: "connect", "login", "make folder", ...
	Step string
	// Code is the server's reply code, 0 if there was none.
	Code int
	Err  error
}

func (e *FileStoreError) Error() string {
	return "file storage: " + e.Step + ": " + serverText(e.Err.Error())
}

// Unwrap gives the cause.
func (e *FileStoreError) Unwrap() error { return e.Err }

// Class says what to do: a refused login needs the configuration corrected, a
// full storage time. A refused one-time login, a file that is too large or cannot
// be kept are for the operator. Everything else is repeated.
func (e *FileStoreError) Class() Class {
	switch {
	case e.Code == ftp.StatusExceededStorage || e.Code == ftp.Status452:
		return ClassRetryLater
	case e.Step == stepLogin && e.permanent():
		return ClassFixConfiguration
	case e.Step == stepArgument, e.Step == stepKeep, errors.Is(e.Err, ErrTooLarge),
		e.Step == stepOneTimeLogin && e.permanent():
		return ClassOperator
	}
	return ClassRetry
}

// permanent tells whether the server refused for good. A failed login may come
// without a code, because the FTP library drops it.
func (e *FileStoreError) permanent() bool {
	if e.Code != 0 {
		return e.Code >= 500
	}
	var network net.Error
	return (e.Step == stepLogin || e.Step == stepOneTimeLogin) && !errors.As(e.Err, &network) && !errors.Is(e.Err, io.EOF) &&
		!errors.Is(e.Err, io.ErrUnexpectedEOF) && !errors.Is(e.Err, ErrLongReply) && !errors.Is(e.Err, errLibrary)
}

const (
	stepArgument = "check name"
	stepConnect  = "connect"
	stepLogin    = "log in"
	// stepOneTimeLogin is with the login that came with a message.
	stepOneTimeLogin = "log in with the one-time login"
	stepFolder       = "make folder"
	stepSize         = "ask size"
	stepTransfer     = "transfer"
	stepCompare      = "compare size"
	stepSeek         = "read content"
	stepKeep         = "keep content"
)

func storeError(step string, err error) error {
	if err == nil {
		return nil
	}
	e := &FileStoreError{Step: step, Err: err}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		e.Code = reply.Code
	}
	return e
}

// oneLine tells whether texts can be arguments of a command: a line break in one would end
// the command and begin another (RFC 959 5.3).
func oneLine(texts ...string) bool {
	return !slices.ContainsFunc(texts, func(text string) bool { return strings.ContainsFunc(text, unicode.IsControl) })
}

// connect dials and logs in; step names the login in errors. The returned function ends the session; it also
// ends, at once, when ctx does.
func (s *FileStore) connect(ctx context.Context, step, user, password string) (*ftp.ServerConn, func(), error) {
	if !oneLine(user, password) {
		return nil, nil, storeError(stepArgument, errors.New("user or password has control characters in it"))
	}
	links := &session{timeout: s.timeout, rate: s.limits.Rate}
	links.move()
	stop := context.AfterFunc(ctx, links.closeAll)
	var host string // of the control connection
	pasv := s.passive.pasv()
	conn, err := ftp.Dial(s.addr, ftp.DialWithDisabledEPSV(pasv), ftp.DialWithDialFunc(func(network, addr string) (net.Conn, error) {
		// Data connections go where the control connection goes, whatever address
		// PASV names: behind a NAT it is often wrong, and no server shall send
		// us elsewhere.
		if _, port, err := net.SplitHostPort(addr); err == nil && host != "" {
			addr = net.JoinHostPort(host, port)
		}
		c, err := s.dial(ctx, network, addr)
		if err != nil {
			if host != "" && ctx.Err() == nil {
				s.passive.failed(pasv)
			}
			return nil, err
		}
		if !links.add(c) {
			return nil, context.Cause(ctx)
		}
		links.move()
		if host == "" {
			host, _, _ = net.SplitHostPort(c.RemoteAddr().String())
			return &controlConn{Conn: c, session: links}, nil
		}
		return &dataConn{Conn: c, session: links, began: time.Now()}, nil
	}))
	if err != nil {
		stop()
		links.closeAll()
		return nil, nil, storeError(stepConnect, err)
	}
	done := func() {
		stop()
		conn.Quit() // the outcome is known already
		links.closeAll()
	}
	if err := conn.Login(user, password); err != nil {
		done()
		return nil, nil, storeError(step, withoutSecret(err, password))
	}
	return conn, done, nil
}

// errLibrary says that the FTP library met a reply it was not made for.
var errLibrary = errors.New("reply of the server cannot be understood")

// survive turns a panic of the FTP library into an error: it takes replies apart
// without looking whether they are of their form, for example "227 )(".
func survive(err *error) {
	if recover() != nil {
		*err = storeError(stepTransfer, errLibrary)
	}
}
