package smev

import (
	"context"
	"errors"
	"io"
	"net/textproto"
	"strings"

	"github.com/jlaffaye/ftp"
)

// ErrTooLarge is matched when a file of the storage is longer than allowed.
var ErrTooLarge = errors.New("file is larger than allowed")

// Download copies the file of a received message to w, at most limit bytes, with
// the one-time login that came with it. The name is used as given and, if the
// server does not know it, inside the folder uuid without its leading slash
// (SPEC.md#receiving-a-file). It is never a local name. A transfer that breaks goes on where it
// stopped (REST), up to three times. Memory does not grow with the file.
//
// Nothing of the file is checked here, see Fetch.
func (s *FileStore) Download(ctx context.Context, file FSAttachment, w io.Writer, limit int64) (int64, error) {
	if !oneLine(file.FileName, file.UUID) || file.FileName == "" {
		return 0, storeError(stepArgument, errors.New("folder or file name cannot be asked for"))
	}
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	d := download{store: s, file: file, out: w, limit: limit}
	for attempt := 1; ; attempt++ {
		err := d.try(ctx)
		if err == nil {
			return d.done, nil
		}
		if ctx.Err() != nil {
			return d.done, ended(ctx)
		}
		if attempt == s.attempts || d.lasting || !worthRepeating(err) {
			return d.done, err
		}
		if sleep(ctx, s.pause) != nil {
			return d.done, ended(ctx)
		}
	}
}

// download is one file on its way.
type download struct {
	store *FileStore
	file  FSAttachment
	out   io.Writer
	limit int64
	// done is how much out has been given.
	done int64
	// lasting says that the server does not go on in the middle, or does not
	// have the file.
	lasting bool
}

func (d *download) try(ctx context.Context) (err error) {
	defer survive(&err)
	conn, end, err := d.store.connect(ctx, stepOneTimeLogin, d.file.UserName, string(d.file.Password))
	if err != nil {
		return err
	}
	defer end()
	data, err := d.open(conn)
	if err != nil {
		d.lasting = refused(err)
		return storeError(stepTransfer, err)
	}
	out := &sinkWriter{w: d.out}
	n, err := io.Copy(out, io.LimitReader(data, d.limit-d.done+1))
	d.done += n
	if out.err != nil {
		return storeError(stepKeep, out.err)
	}
	if d.done > d.limit {
		return storeError(stepTransfer, ErrTooLarge)
	}
	if closeErr := data.Close(); err == nil {
		err = closeErr
	}
	return storeError(stepTransfer, err)
}

// open asks for the rest of the file by its name and, failing that, in its
// folder.
func (d *download) open(conn *ftp.ServerConn) (*ftp.Response, error) {
	name := d.file.FileName
	data, err := conn.RetrFrom(name, uint64(d.done))
	if reply, ok := errors.AsType[*textproto.Error](err); ok && reply.Code == ftp.StatusFileUnavailable {
		if err = conn.ChangeDir(d.file.UUID); err == nil {
			data, err = conn.RetrFrom(strings.TrimLeft(name, "/"), uint64(d.done))
		}
	}
	return data, err
}

// sinkWriter keeps the error of the receiver apart from those of the line.
type sinkWriter struct {
	w   io.Writer
	err error
}

func (s *sinkWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}
