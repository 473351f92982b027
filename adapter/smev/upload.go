package smev

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/textproto"
	"strings"
	"time"

	"github.com/jlaffaye/ftp"

	"egissogw/crypto/cert"
)

// Upload stores content as the file name in the folder uuid. A transfer that
// breaks is tried up to three times; where the server still has the beginning
// (SIZE), also from an earlier Upload, the rest is appended (APPE): one uuid
// stands for one content. It returns nil only after the server has confirmed the
// transfer and, if it knows SIZE, the length. Uploading the same file again is
// harmless. Memory does not grow with the file.
func (s *FileStore) Upload(ctx context.Context, uuid, name string, content io.ReadSeeker) error {
	for _, part := range []string{uuid, name} {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "/\\") || !oneLine(part) {
			return storeError(stepArgument, errors.New("folder or file name is empty or has a path in it"))
		}
	}
	size, err := content.Seek(0, io.SeekEnd)
	if err != nil {
		return storeError(stepSeek, err)
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	u := upload{store: s, folder: uuid, name: name, content: content, size: size, resume: true}
	for attempt := 1; ; attempt++ {
		err = u.try(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ended(ctx)
		}
		if attempt == s.attempts || !worthRepeating(err) {
			return err
		}
		if sleep(ctx, s.pause) != nil {
			return ended(ctx)
		}
	}
}

// UploadHashed is Upload that takes the digest of the content on the way, for
// RefAttachmentHeader/Hash (SPEC.md#sending-a-file): Streebog of digestSize bytes, 32 or
// 64, as the sender's key asks.
func (s *FileStore) UploadHashed(ctx context.Context, uuid, name string, content io.ReadSeeker, digestSize int) (digest []byte, err error) {
	h := &hashedContent{content: content, hash: cert.NewDigest(digestSize)}
	if err := s.Upload(ctx, uuid, name, h); err != nil {
		return nil, err
	}
	if err := h.finish(); err != nil {
		return nil, storeError(stepSeek, err)
	}
	return h.hash.Sum(nil), nil
}

// worthRepeating tells whether another attempt at once may help: not with a
// wrong password, a full storage or content that cannot be read, nor where others
// should have their turn first. Everything else is repeated whatever its code:
// servers report a broken transfer in many ways.
func worthRepeating(err error) bool {
	e, ok := errors.AsType[*FileStoreError](err)
	return ok && e.Step != stepSeek && e.Class() == ClassRetry && !errors.Is(err, ErrTooSlow) && !errors.Is(err, ErrLongReply)
}

// upload is one file on its way.
type upload struct {
	store        *FileStore
	folder, name string
	content      io.ReadSeeker
	size         int64
	// resume is switched off when the server does not append.
	resume bool
}

func (u *upload) try(ctx context.Context) (err error) {
	defer survive(&err)
	conn, done, err := u.store.connect(ctx, stepLogin, u.store.user, u.store.password)
	if err != nil {
		return err
	}
	defer done()

	// The folder may be there from an earlier attempt: what counts is that it
	// can be entered.
	made := conn.MakeDir(u.folder)
	if err := conn.ChangeDir(u.folder); err != nil {
		if made != nil {
			err = made
		}
		return storeError(stepFolder, err)
	}

	var offset int64
	if u.resume {
		if there, err := conn.FileSize(u.name); err == nil && there <= u.size {
			offset = there
		}
	}
	if _, err := u.content.Seek(offset, io.SeekStart); err != nil {
		return storeError(stepSeek, err)
	}
	rest := &sourceReader{r: io.LimitReader(u.content, u.size-offset)}
	switch {
	case offset == 0:
		err = conn.Stor(u.name, rest)
	case offset < u.size:
		if err = conn.Append(u.name, rest); refused(err) && !rest.used {
			u.resume = false // from the beginning next time
		}
	}
	switch {
	case rest.err != nil:
		return storeError(stepSeek, rest.err)
	case err != nil:
		return storeError(stepTransfer, err)
	}
	return u.compare(conn)
}

// compare asks for the size of the stored file. A server need not know SIZE, and one
// that only takes files may not let us ask: the transfer itself was confirmed.
func (u *upload) compare(conn *ftp.ServerConn) error {
	there, err := conn.FileSize(u.name)
	switch {
	case refused(err):
		return nil
	case err != nil:
		return storeError(stepSize, err)
	case there != u.size:
		return storeError(stepCompare, fmt.Errorf("%d bytes stored of %d", there, u.size))
	}
	return nil
}

// refused tells whether the server answered a command with a lasting no.
func refused(err error) bool {
	reply, ok := errors.AsType[*textproto.Error](err)
	return ok && reply.Code >= 500
}

// sourceReader keeps the error of the source apart from those of the line, and
// knows whether there was any transfer.
type sourceReader struct {
	r    io.Reader
	used bool
	err  error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	s.used = true
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// hashedContent hashes content in its order, each byte once, however often and
// from where it is read.
type hashedContent struct {
	content io.ReadSeeker
	hash    hash.Hash
	// at is the position of content, done how far the hash is.
	at, done int64
}

func (h *hashedContent) Read(p []byte) (int, error) {
	n, err := h.content.Read(p)
	if end := h.at + int64(n); h.at <= h.done && end > h.done {
		h.hash.Write(p[h.done-h.at : n])
		h.done = end
	}
	h.at += int64(n)
	return n, err
}

// Seek moves; what is jumped over is hashed first, because nobody will read it.
func (h *hashedContent) Seek(offset int64, whence int) (int64, error) {
	at, err := h.content.Seek(offset, whence)
	if err != nil {
		return at, err
	}
	if whence == io.SeekStart && at > h.done {
		if err := h.hashTo(at); err != nil {
			return at, err
		}
		if at, err = h.content.Seek(at, io.SeekStart); err != nil {
			return at, err
		}
	}
	h.at = at
	return at, nil
}

// finish hashes what was never read, because the server had it already.
func (h *hashedContent) finish() error {
	size, err := h.content.Seek(0, io.SeekEnd)
	if err != nil || h.done == size {
		return err
	}
	return h.hashTo(size)
}

func (h *hashedContent) hashTo(end int64) error {
	if _, err := h.content.Seek(h.done, io.SeekStart); err != nil {
		return err
	}
	n, err := io.CopyN(h.hash, h.content, end-h.done)
	h.done += n
	return err
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
