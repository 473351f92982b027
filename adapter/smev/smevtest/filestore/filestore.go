// Package filestore is the simulator's file storage (файловое хранилище, ФХ):
// a real FTP server over a folder, with the behaviour of spec/smev3.md (e).
//
// Participants log in as anonymous/smev, make a folder named by the file's
// uuid and store the file in it. A file that is stored again becomes visible
// only when it is complete, so that a reader never sees it half-written; an
// interrupted upload stays as a part, for SIZE and APPE to continue.
package filestore

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// Login of participants (spec/smev3.md e, "sending", 2).
const (
	User     = "anonymous"
	Password = "smev"
)

// ErrNotFound is returned by Open for a file that is not there.
var ErrNotFound = errors.New("no such file in the file storage")

// Server is a running file storage.
type Server struct {
	dir      string
	listener net.Listener
	ftp      *ftpserver.FtpServer
	cut      func() int64
	done     chan struct{}

	mu      sync.Mutex
	clients map[uint32]ftpserver.ClientContext
	gone    sync.WaitGroup
	closing bool
}

// Start serves the folder on an address such as "127.0.0.1:0". The function
// cut, if not nil, is asked before every upload after how many bytes it shall
// break; 0 means not at all.
func Start(listen, dir string, cut func() int64) (*Server, error) {
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("listen for FTP: %w", err)
	}
	s := &Server{
		dir: dir, listener: listener, cut: cut,
		done:    make(chan struct{}),
		clients: map[uint32]ftpserver.ClientContext{},
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
	err := s.listener.Close()
	<-s.done
	s.mu.Lock()
	s.closing = true
	for _, c := range s.clients {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.gone.Wait()
	return err
}

var folderName = regexp.MustCompile(`^[0-9a-zA-Z-]{1,64}$`)

// Open opens the file of a folder. Without a name it is the only one there.
func (s *Server) Open(uuid, name string) (io.ReadCloser, error) {
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

// driver is what the FTP library asks.
type driver Server

// GetSettings implements ftpserver.MainDriver.
func (d *driver) GetSettings() (*ftpserver.Settings, error) {
	return &ftpserver.Settings{
		Listener:          d.listener,
		IdleTimeout:       300,
		ConnectionTimeout: 10,
		DisableActiveMode: true,
		// Data connections are taken from the peer of the control connection only.
		PasvConnectionsCheck: ftpserver.IPMatchRequired,
		DefaultTransferType:  ftpserver.TransferTypeBinary,
	}, nil
}

// ClientConnected implements ftpserver.MainDriver.
func (d *driver) ClientConnected(c ftpserver.ClientContext) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closing {
		return "closing", errors.New("the server is closing")
	}
	d.clients[c.ID()] = c
	d.gone.Add(1)
	return "SMEV file storage", nil
}

// ClientDisconnected implements ftpserver.MainDriver.
func (d *driver) ClientDisconnected(c ftpserver.ClientContext) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.clients[c.ID()]; ok {
		delete(d.clients, c.ID())
		d.gone.Done()
	}
}

// AuthUser implements ftpserver.MainDriver.
func (d *driver) AuthUser(_ ftpserver.ClientContext, user, password string) (ftpserver.ClientDriver, error) {
	if user != User || password != Password {
		return nil, errors.New("login incorrect")
	}
	return &account{Fs: afero.NewBasePathFs(afero.NewOsFs(), d.dir), cut: d.cut}, nil
}

// GetTLSConfig implements ftpserver.MainDriver; the file storage has no TLS.
func (d *driver) GetTLSConfig() (*tls.Config, error) { return nil, errors.New("no TLS") }
