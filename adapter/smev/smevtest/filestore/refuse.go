package filestore

import (
	"bytes"
	"net"
)

// refusing is a listener whose connections do not know EPSV, as behind a firewall
// that looks into FTP and passes PASV only.
type refusing struct {
	net.Listener
	noEPSV bool
}

// Accept implements net.Listener.
func (r refusing) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err != nil || !r.noEPSV {
		return conn, err
	}
	return withoutEPSV{conn}, nil
}

type withoutEPSV struct{ net.Conn }

// Read implements io.Reader.
func (c withoutEPSV) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	copy(b[:n], bytes.ReplaceAll(b[:n], []byte("EPSV"), []byte("XPSV")))
	return n, err
}
