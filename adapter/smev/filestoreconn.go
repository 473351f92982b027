package smev

import (
	"net"
	"sync"
	"time"
)

// idleConn is a connection that fails when nothing moves for the timeout.
type idleConn struct {
	net.Conn
	timeout time.Duration
}

func (c *idleConn) Read(p []byte) (int, error) {
	if err := c.Conn.SetReadDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *idleConn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// connections are the control and data connections of one session, so that a
// cancelled context can cut all of them.
type connections struct {
	mu     sync.Mutex
	open   []net.Conn
	closed bool
}

// add registers a connection; it is refused and closed if the session is over.
func (l *connections) add(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		c.Close()
		return false
	}
	l.open = append(l.open, c)
	return true
}

func (l *connections) closeAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}
