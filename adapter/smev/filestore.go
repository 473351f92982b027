package smev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/jlaffaye/ftp"
)

// FileStore is the bus's file storage (ФХ), plain FTP with passive transfers
// (smev3.md e). A file is known by its uuid, which is the name of its folder.
type FileStore struct {
	addr, user, password string
	timeout              time.Duration
	attempts             int
	pause                time.Duration
}

const (
	defaultFTPPort        = "21"
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
		timeout: timeout, attempts: defaultUploadAttempts, pause: defaultUploadPause,
	}
}

// FileStoreError is a step of a transfer that failed.
type FileStoreError struct {
	// Step is what was being done: "connect", "login", "make folder", ...
	Step string
	// Code is the server's reply code, 0 if there was none.
	Code int
	Err  error
}

func (e *FileStoreError) Error() string { return fmt.Sprintf("file storage: %s: %v", e.Step, e.Err) }

// Unwrap gives the cause.
func (e *FileStoreError) Unwrap() error { return e.Err }

// Class says what to do: a refused login needs the configuration corrected, a
// full storage time, everything else is repeated.
func (e *FileStoreError) Class() Class {
	switch {
	case e.Code == ftp.StatusExceededStorage || e.Code == ftp.Status452:
		return ClassRetryLater
	case e.Step == stepLogin && e.permanent():
		return ClassFixConfiguration
	case e.Step == stepArgument:
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
	return e.Step == stepLogin && !errors.As(e.Err, &network) && !errors.Is(e.Err, io.EOF) &&
		!errors.Is(e.Err, io.ErrUnexpectedEOF)
}

const (
	stepArgument = "check name"
	stepConnect  = "connect"
	stepLogin    = "log in"
	stepFolder   = "make folder"
	stepSize     = "ask size"
	stepTransfer = "transfer"
	stepCompare  = "compare size"
	stepSeek     = "read content"
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

// Upload stores content as the file name in the folder uuid. A transfer that
// breaks is tried up to three times; where the server still has the beginning
// (SIZE), the rest is appended (APPE). It returns nil only after the server has
// confirmed the transfer and, if it knows SIZE, the length. Uploading the same
// file again is harmless.
func (s *FileStore) Upload(ctx context.Context, uuid, name string, content io.ReadSeeker) error {
	for _, part := range []string{uuid, name} {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "/\\\r\n\x00") {
			return storeError(stepArgument, errors.New("folder or file name is empty or has a path in it"))
		}
	}
	size, err := content.Seek(0, io.SeekEnd)
	if err != nil {
		return storeError(stepSeek, err)
	}
	for attempt := 1; ; attempt++ {
		err = s.uploadOnce(ctx, uuid, name, content, size, attempt > 1)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("file storage: %w", context.Cause(ctx))
		}
		if attempt == s.attempts || !worthRepeating(err) {
			return err
		}
		if err := sleep(ctx, s.pause); err != nil {
			return fmt.Errorf("file storage: %w", err)
		}
	}
}

// worthRepeating tells whether another attempt at once may help: not with a
// wrong password, a full storage or content that cannot be read. Everything else
// is repeated whatever its code: servers report a broken transfer in many ways.
func worthRepeating(err error) bool {
	e, ok := errors.AsType[*FileStoreError](err)
	return ok && e.Step != stepSeek && e.Class() == ClassRetry
}

func (s *FileStore) uploadOnce(ctx context.Context, uuid, name string, content io.ReadSeeker, size int64, resume bool) error {
	conn, done, err := s.connect(ctx, s.user, s.password)
	if err != nil {
		return err
	}
	defer done()

	// The folder may be there from an earlier attempt: what counts is that it
	// can be entered.
	made := conn.MakeDir(uuid)
	if err := conn.ChangeDir(uuid); err != nil {
		if made != nil {
			err = made
		}
		return storeError(stepFolder, err)
	}

	var offset int64
	if resume {
		if there, err := conn.FileSize(name); err == nil && there <= size {
			offset = there
		}
	}
	if _, err := content.Seek(offset, io.SeekStart); err != nil {
		return storeError(stepSeek, err)
	}
	rest := io.LimitReader(content, size-offset)
	switch {
	case offset == 0:
		err = conn.Stor(name, rest)
	case offset < size:
		err = conn.Append(name, rest)
	}
	if err != nil {
		return storeError(stepTransfer, err)
	}

	there, err := conn.FileSize(name)
	switch reply, isReply := errors.AsType[*textproto.Error](err); {
	case isReply && (reply.Code == ftp.StatusBadCommand || reply.Code == ftp.StatusNotImplemented):
		return nil // a server without SIZE; the transfer itself was confirmed
	case err != nil:
		return storeError(stepSize, err)
	case there != size:
		return storeError(stepCompare, fmt.Errorf("%d bytes stored of %d", there, size))
	}
	return nil
}

// ErrTooLarge is matched when a file of the storage is longer than allowed.
var ErrTooLarge = errors.New("file is larger than allowed")

// Download copies the file of a received message to w, at most limit bytes, with
// the one-time login that came with it. The name is used as given and, if the
// server does not know it, inside the folder uuid without its leading slash
// (smev3.md e). It is never a local name.
func (s *FileStore) Download(ctx context.Context, file FSAttachment, w io.Writer, limit int64) (int64, error) {
	if strings.ContainsAny(file.FileName+file.UUID, "\r\n\x00") || file.FileName == "" {
		return 0, storeError(stepArgument, errors.New("folder or file name cannot be asked for"))
	}
	conn, done, err := s.connect(ctx, file.UserName, string(file.Password))
	if err != nil {
		return 0, err
	}
	defer done()
	data, err := conn.Retr(file.FileName)
	if reply, ok := errors.AsType[*textproto.Error](err); ok && reply.Code == ftp.StatusFileUnavailable {
		if err = conn.ChangeDir(file.UUID); err == nil {
			data, err = conn.Retr(strings.TrimLeft(file.FileName, "/"))
		}
	}
	if err != nil {
		return 0, storeError(stepTransfer, err)
	}
	n, err := io.Copy(w, io.LimitReader(data, limit+1))
	if n > limit {
		return n, storeError(stepTransfer, ErrTooLarge)
	}
	if closeErr := data.Close(); err == nil {
		err = closeErr
	}
	return n, storeError(stepTransfer, err)
}

// connect dials and logs in. The returned function ends the session; it also
// ends, at once, when ctx does.
func (s *FileStore) connect(ctx context.Context, user, password string) (*ftp.ServerConn, func(), error) {
	links := &connections{}
	dialer := net.Dialer{Timeout: s.timeout}
	conn, err := ftp.Dial(s.addr, ftp.DialWithDialFunc(func(network, addr string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		if !links.add(c) {
			return nil, context.Cause(ctx)
		}
		return &idleConn{Conn: c, timeout: s.timeout}, nil
	}))
	if err != nil {
		links.closeAll()
		return nil, nil, storeError(stepConnect, err)
	}
	stop := context.AfterFunc(ctx, links.closeAll)
	done := func() {
		stop()
		conn.Quit() // the outcome is known already
		links.closeAll()
	}
	if err := conn.Login(user, password); err != nil {
		done()
		return nil, nil, storeError(stepLogin, err)
	}
	return conn, done, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
