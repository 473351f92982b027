package filestore

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"path/filepath"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// driver is what the FTP library asks.
type driver Server

// GetSettings implements ftpserver.MainDriver.
func (d *driver) GetSettings() (*ftpserver.Settings, error) {
	return &ftpserver.Settings{
		Listener:          refusing{d.listener, d.options.NoEPSV},
		IdleTimeout:       300,
		ConnectionTimeout: 10,
		DisableActiveMode: true,
		// Data connections are taken from the peer of the control connection only.
		PasvConnectionsCheck: ftpserver.IPMatchRequired,
		DefaultTransferType:  ftpserver.TransferTypeBinary,
	}, nil
}

// WrapPassiveListener implements ftpserver.MainDriverExtensionPassiveWrapper.
// The library opens the port of a data connection on every address of the
// machine and has no setting for it. It goes on working with the very listener
// it hands over, asking it for its port and setting its deadline, so that one
// is replaced where it is: by a listener on the address of the control
// connection.
func (d *driver) WrapPassiveListener(listener net.Listener) (net.Listener, error) {
	everywhere, ok := listener.(*net.TCPListener)
	control, isTCP := d.listener.Addr().(*net.TCPAddr)
	if !ok || !isTCP {
		return nil, errors.New("data connections are not TCP")
	}
	if control.IP.IsUnspecified() {
		return listener, nil // the storage itself was asked to be everywhere
	}
	here, err := net.ListenTCP("tcp", &net.TCPAddr{IP: control.IP})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen for data: %w", err), everywhere.Close())
	}
	if err := everywhere.Close(); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for data: %w", err), here.Close())
	}
	*everywhere = *here
	return everywhere, nil
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

var errLogin = errors.New("login incorrect")

// AuthUser implements ftpserver.MainDriver.
func (d *driver) AuthUser(c ftpserver.ClientContext, user, password string) (ftpserver.ClientDriver, error) {
	s := (*Server)(d)
	t := s.trouble("LOGIN")
	if t.Disconnect != "" {
		_ = c.Close()
	}
	if t.Disconnect != "" || t.Refuse != "" {
		return nil, errLogin
	}
	if user == User && password == Password {
		return &account{Fs: afero.NewBasePathFs(afero.NewOsFs(), d.dir), server: s, client: c}, nil
	}
	g := s.login(user, password)
	if g == nil {
		return nil, errLogin
	}
	root := filepath.Join(d.dir, outgoing, g.uuid)
	if d.options.Subfolder {
		root = filepath.Dir(root)
	}
	return &visitor{Fs: afero.NewReadOnlyFs(afero.NewBasePathFs(afero.NewOsFs(), root)), server: s, client: c, grant: g}, nil
}

// GetTLSConfig implements ftpserver.MainDriver; the file storage has no TLS.
func (d *driver) GetTLSConfig() (*tls.Config, error) { return nil, errors.New("no TLS") }
