package filestore

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"os"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// Logins says how long a login for one file is good. The real rules are not
// known (adapter/smev/SPEC.md#receiving-a-file).
type Logins struct {
	// Keep leaves a login good after the file was fetched whole with it. It ends
	// with the first whole download otherwise.
	Keep bool
	// FirstUse ends a login with the first download, whole or not: what comes later
	// needs the login of another delivery.
	FirstUse bool
	// Term ends a login after this time; 0 means it has no term.
	Term time.Duration
}

// Access is a login for one file.
type Access struct{ User, Password string }

type grant struct {
	user, password string
	uuid           string
	until          time.Time // zero = no term
}

// Grant makes a login for the file put in under a uuid: thirty letters and
// digits each, as the bus makes them.
func (s *Server) Grant(uuid string) Access {
	a := Access{User: random30(), Password: random30()}
	g := &grant{user: a.User, password: a.Password, uuid: uuid}
	if term := s.options.Logins.Term; term > 0 {
		g.until = s.options.Now().Add(term)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grants[a.User] = g
	return a
}

// Revoke ends every login for a file.
func (s *Server) Revoke(uuid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for user, g := range s.grants {
		if g.uuid == uuid {
			delete(s.grants, user)
		}
	}
}

// login finds the grant of a user, nil if there is none that is good.
func (s *Server) login(user, password string) *grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.grants[user]
	if g == nil || subtle.ConstantTimeCompare([]byte(g.password), []byte(password)) != 1 ||
		!g.until.IsZero() && s.options.Now().After(g.until) {
		return nil
	}
	return g
}

// spend ends a grant after a whole download.
func (s *Server) spend(g *grant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.options.Logins.Keep {
		delete(s.grants, g.user)
	}
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func random30() string {
	b := make([]byte, 30)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = alphanumeric[int(b[i])%len(alphanumeric)]
	}
	return string(b)
}

// visitor is the file system of a login for one file: it can only be read.
type visitor struct {
	afero.Fs
	server *Server
	client ftpserver.ClientContext
	grant  *grant
}

// GetHandle implements ftpserver.ClientDriverExtentionFileTransfer.
func (v *visitor) GetHandle(name string, flags int, _ int64) (ftpserver.FileTransfer, error) {
	if flags&os.O_WRONLY != 0 {
		return nil, os.ErrPermission
	}
	trouble := v.server.trouble("RETR")
	if err := trouble.refusal(); err != nil {
		v.server.ended(Transfer{UUID: v.grant.uuid, Trouble: trouble.Label}, name)
		return nil, err
	}
	if !v.server.begin() {
		return nil, os.ErrClosed
	}
	f, err := v.Fs.Open(name)
	if err != nil {
		v.server.transfers.Done()
		return nil, err
	}
	return &download{File: f, visitor: v, name: name, shaper: newShaper(trouble, v.server.stop)}, nil
}

// download is a file being read.
type download struct {
	afero.File
	visitor *visitor
	shaper  *shaper
	name    string
	whole   bool // read to its end
}

// Read implements io.Reader.
func (d *download) Read(b []byte) (int, error) {
	n, err := d.shaper.read(d.File, b)
	d.whole = errors.Is(err, io.EOF)
	if errors.Is(err, errCut) && d.shaper.trouble.Disconnect != "" {
		_ = d.visitor.client.Close()
	}
	return n, err
}

// TransferError implements ftpserver.FileTransferError.
func (d *download) TransferError(error) { d.whole = false }

// Close ends the download, and with it the login if the file was fetched whole.
func (d *download) Close() error {
	defer d.visitor.server.transfers.Done()
	err := d.File.Close()
	if d.whole || d.visitor.server.options.Logins.FirstUse {
		d.visitor.server.spend(d.visitor.grant)
	}
	d.visitor.server.ended(Transfer{
		UUID: d.visitor.grant.uuid, Bytes: d.shaper.passed, Whole: d.whole, Trouble: d.shaper.trouble.Label,
	}, d.name)
	if d.shaper.trouble.Disconnect == "after" {
		_ = d.visitor.client.Close()
	}
	return err
}
