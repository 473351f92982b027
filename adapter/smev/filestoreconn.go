package smev

import (
	"net"
	"sync"
)

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
