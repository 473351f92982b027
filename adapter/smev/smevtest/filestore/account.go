package filestore

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// account is the file system a participant sees: it can add files, not remove
// or rename them.
type account struct {
	afero.Fs
	cut func() int64
}

const partPrefix = ".part-"

var partNumber atomic.Int64

func isPart(name string) bool { return strings.HasPrefix(name, partPrefix) }

// Remove implements afero.Fs.
func (a *account) Remove(string) error { return os.ErrPermission }

// RemoveAll implements afero.Fs.
func (a *account) RemoveAll(string) error { return os.ErrPermission }

// Rename implements afero.Fs.
func (a *account) Rename(string, string) error { return os.ErrPermission }

// Chmod implements afero.Fs.
func (a *account) Chmod(string, os.FileMode) error { return os.ErrPermission }

// Chtimes implements afero.Fs.
func (a *account) Chtimes(string, time.Time, time.Time) error { return os.ErrPermission }

// GetHandle implements ftpserver.ClientDriverExtentionFileTransfer.
func (a *account) GetHandle(name string, flags int, offset int64) (ftpserver.FileTransfer, error) {
	if flags&os.O_WRONLY == 0 {
		return a.OpenFile(name, flags, 0)
	}
	t := &upload{fs: a.Fs, target: name, limit: math.MaxInt64}
	if a.cut != nil {
		if n := a.cut(); n > 0 {
			t.limit = n
		}
	}
	writeTo := name
	if flags&os.O_APPEND == 0 && offset == 0 {
		t.part = path.Join(path.Dir(name), fmt.Sprintf("%s%d-%d", partPrefix, os.Getpid(), partNumber.Add(1)))
		writeTo = t.part
	}
	f, err := a.OpenFile(writeTo, flags, 0o600)
	if err != nil {
		return nil, err
	}
	t.File = f
	return t, nil
}

// upload is a file being written.
type upload struct {
	afero.File
	fs     afero.Fs
	target string
	part   string // temporary name, empty when writing in place (APPE, REST)
	limit  int64
	failed bool
}

var errCut = errors.New("connection to the storage lost")

// Write implements io.Writer.
func (u *upload) Write(b []byte) (int, error) {
	if int64(len(b)) > u.limit {
		n, err := u.File.Write(b[:u.limit])
		u.failed = true
		return n, errors.Join(err, errCut)
	}
	u.limit -= int64(len(b))
	return u.File.Write(b)
}

// ReadFrom keeps io.Copy from going around Write.
func (u *upload) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{u}, r)
}

// TransferError implements ftpserver.FileTransferError.
func (u *upload) TransferError(error) { u.failed = true }

// Close makes the upload visible. What was interrupted does not replace a file
// that is already there.
func (u *upload) Close() error {
	err := u.File.Close()
	if u.part == "" {
		return err
	}
	if u.failed {
		if _, exists := u.fs.Stat(u.target); exists == nil {
			return errors.Join(err, u.fs.Remove(u.part))
		}
	}
	return errors.Join(err, u.fs.Rename(u.part, u.target))
}
