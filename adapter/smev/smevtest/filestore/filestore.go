// Package filestore is the simulator's file storage (файловое хранилище, ФХ):
// a real FTP server over a folder, with the behaviour of adapter/smev/SPEC.md#files.
//
// Participants log in as anonymous/smev, make a folder named by the file's
// uuid and store the file in it. A file that is stored again becomes visible
// only when it is complete, so that a reader never sees it half-written; an
// interrupted upload stays as a part, for SIZE and APPE to continue.
//
// Files for participants are put in by Put and fetched with a login that is
// good for that file only (see Grant). Nothing is ever kept in memory: all
// contents are streams.
package filestore

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
)

// Login of participants (adapter/smev/SPEC.md#sending-a-file).
const (
	User     = "anonymous"
	Password = "smev"
)

// ErrNotFound is returned by Open for a file that is not there.
var ErrNotFound = errors.New("no such file in the file storage")

// Options configure a Server; the zero value is usable.
type Options struct {
	// Trouble is asked before every "LOGIN", "STOR" (also for APPE) and "RETR".
	Trouble func(operation string) Trouble
	// Done is told of every transfer that has ended.
	Done func(Transfer)
	// Logins says how long a login for one file is good.
	Logins Logins
	// Subfolder makes the account's root the parent of the file's folder, so
	// that the name as given is refused and only CWD uuid helps
	// (adapter/smev/SPEC.md#receiving-a-file).
	Subfolder bool
	// NoEPSV and NoSIZE are commands a firewall or a drop box refuses.
	NoEPSV, NoSIZE bool
	// Now is the clock of logins; time.Now if nil.
	Now func() time.Time
}

// Transfer is what came of one upload or download.
type Transfer struct {
	Upload     bool
	UUID, Name string
	Bytes      int64
	Whole      bool // not interrupted
	Trouble    string
}

// Server is a running file storage.
type Server struct {
	dir      string
	options  Options
	listener net.Listener
	ftp      *ftpserver.FtpServer
	done     chan struct{}
	stop     chan struct{} // ends what is slow on purpose

	mu      sync.Mutex
	clients map[uint32]ftpserver.ClientContext
	gone    sync.WaitGroup // clients
	// transfers are waited for apart: the library does not.
	transfers sync.WaitGroup
	showing   sync.Mutex
	closing   bool              // nobody is let in
	stopped   bool              // Close was called
	grants    map[string]*grant // by user name
}

// Start serves the folder on an address such as "127.0.0.1:0". Data
// connections are taken on that address only.
func Start(listen, dir string, options Options) (*Server, error) {
	if err := os.MkdirAll(filepath.Join(dir, outgoing), 0o700); err != nil {
		return nil, fmt.Errorf("make folder of outgoing files: %w", err)
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen for FTP: %w", err)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	s := &Server{
		dir: dir, options: options, listener: listener,
		done: make(chan struct{}), stop: make(chan struct{}),
		clients: map[uint32]ftpserver.ClientContext{},
		grants:  map[string]*grant{},
	}
	s.ftp = ftpserver.NewFtpServer((*driver)(s))
	if err := s.ftp.Listen(); err != nil {
		return nil, errors.Join(fmt.Errorf("start FTP server: %w", err), listener.Close())
	}
	go func() {
		defer close(s.done)
		_ = s.ftp.Serve() // ends when the listener is closed
	}()
	return s, nil
}

// Addr is the address clients connect to.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close disconnects everybody and waits until the server is gone.
func (s *Server) Close() error {
	s.mu.Lock()
	again := s.stopped
	s.stopped = true
	s.mu.Unlock()
	if again {
		return nil
	}
	close(s.stop)
	err := s.listener.Close()
	<-s.done
	s.mu.Lock()
	s.closing = true
	for _, c := range s.clients {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.gone.Wait()
	s.transfers.Wait()
	return err
}

// Disconnect closes the connections of everybody who is there now.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		_ = c.Close()
	}
}

var folderName = regexp.MustCompile(`^[0-9a-zA-Z-]{1,64}$`)

// Open opens a file a participant stored. Without a name it is the only one in
// its folder.
func (s *Server) Open(uuid, name string) (*os.File, error) {
	if !folderName.MatchString(uuid) {
		return nil, ErrNotFound
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, uuid))
	if err != nil {
		return nil, ErrNotFound
	}
	found := ""
	for _, e := range entries {
		if !e.Type().IsRegular() || isPart(e.Name()) || name != "" && e.Name() != name {
			continue
		}
		if found != "" {
			return nil, fmt.Errorf("%w: the folder holds several files and the message names none", ErrNotFound)
		}
		found = e.Name()
	}
	if found == "" {
		return nil, ErrNotFound
	}
	f, err := os.Open(filepath.Join(s.dir, uuid, found))
	if err != nil {
		return nil, fmt.Errorf("open file of the storage: %w", err)
	}
	return f, nil
}

// Put stores a file for a participant to fetch. It is not visible to those
// who log in as anonymous.
func (s *Server) Put(uuid, name string, content io.Reader) error {
	if !folderName.MatchString(uuid) || name == "" || name != filepath.Base(name) {
		return fmt.Errorf("put file: %q/%q is not a name", uuid, name)
	}
	dir := filepath.Join(s.dir, outgoing, uuid)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("put file: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("put file: %w", err)
	}
	if _, err = io.Copy(f, content); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("put file: %w", err)
	}
	return nil
}
