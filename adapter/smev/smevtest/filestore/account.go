package filestore

import (
	"errors"
	"fmt"
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
	server *Server
	client ftpserver.ClientContext
}

const (
	partPrefix = ".part-"
	outgoing   = ".outgoing" // folder of the files put in for participants
)

var partNumber atomic.Int64

func isPart(name string) bool { return strings.HasPrefix(name, partPrefix) }

// hidden reports whether a path leads to what is not the participant's business.
func hidden(name string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path.Clean("/"+name), "/"), "/")
	return first == outgoing
}

// Open implements afero.Fs.
func (a *account) Open(name string) (afero.File, error) {
	if hidden(name) {
		return nil, os.ErrNotExist
	}
	return a.Fs.Open(name)
}

// Stat implements afero.Fs.
func (a *account) Stat(name string) (os.FileInfo, error) {
	if hidden(name) {
		return nil, os.ErrNotExist
	}
	info, err := a.Fs.Stat(name)
	if err == nil && a.server.options.NoSIZE && info.Mode().IsRegular() {
		return nil, os.ErrPermission
	}
	return info, err
}

// Mkdir implements afero.Fs.
func (a *account) Mkdir(name string, mode os.FileMode) error {
	if hidden(name) {
		return os.ErrPermission
	}
	return a.Fs.Mkdir(name, mode)
}

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
	if hidden(name) {
		return nil, os.ErrNotExist
	}
	if flags&os.O_WRONLY == 0 {
		return a.Fs.OpenFile(name, flags, 0)
	}
	trouble := a.server.trouble("STOR")
	if err := trouble.refusal(); err != nil {
		a.server.ended(Transfer{Upload: true, Trouble: trouble.Label}, name)
		return nil, err
	}
	if !a.server.begin() {
		return nil, os.ErrClosed
	}
	t := &upload{account: a, target: name, shaper: newShaper(trouble, a.server.stop)}
	writeTo := name
	if flags&os.O_APPEND == 0 && offset == 0 {
		t.part = path.Join(path.Dir(name), fmt.Sprintf("%s%d-%d", partPrefix, os.Getpid(), partNumber.Add(1)))
		writeTo = t.part
	}
	f, err := a.Fs.OpenFile(writeTo, flags, 0o600)
	if err != nil {
		a.server.transfers.Done()
		return nil, err
	}
	t.File = f
	return t, nil
}

// upload is a file being written.
type upload struct {
	afero.File
	account *account
	shaper  *shaper
	target  string
	part    string // temporary name, empty when writing in place (APPE, REST)
	failed  bool
}

// Write implements io.Writer.
func (u *upload) Write(b []byte) (int, error) {
	n, err := u.shaper.pass(b, u.File.Write)
	if err != nil {
		u.failed = true
	}
	return n, err
}

// TransferError implements ftpserver.FileTransferError.
func (u *upload) TransferError(error) { u.failed = true }

// Close makes the upload visible. What was interrupted does not replace a file
// that is already there.
func (u *upload) Close() error {
	defer u.account.server.transfers.Done()
	err := u.File.Close()
	if u.part != "" {
		err = errors.Join(err, u.show())
	}
	u.account.server.ended(Transfer{
		Upload: true, Bytes: u.shaper.passed, Whole: !u.failed, Trouble: u.shaper.trouble.Label,
	}, u.target)
	if u.shaper.trouble.Disconnect != "" {
		// Only now: a client that is gone comes back with the whole file, which
		// this part must not replace.
		_ = u.account.client.Close()
	}
	return err
}

// show gives the file its name. One upload at a time decides whether there is a
// file already.
func (u *upload) show() error {
	u.account.server.showing.Lock()
	defer u.account.server.showing.Unlock()
	fs := u.account.Fs
	if u.failed {
		if _, err := fs.Stat(u.target); err == nil {
			return fs.Remove(u.part)
		}
	}
	return fs.Rename(u.part, u.target)
}

// begin counts a transfer; it fails once the server is closing.
func (s *Server) begin() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.transfers.Add(1)
	return true
}

// ended tells of a finished transfer of the file with this path.
func (s *Server) ended(t Transfer, name string) {
	if s.options.Done == nil {
		return
	}
	dir, base := path.Split(path.Clean("/" + name))
	t.Name = base
	if t.UUID == "" {
		t.UUID = path.Base(dir)
	}
	s.options.Done(t)
}
