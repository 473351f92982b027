package history

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
)

// wire is the gateway's way to PostgreSQL. It counts calls, that is, whole requests
// with a statement to execute, and can do something when one of them comes: let the
// source change, or end everything as a crash of the gateway would.
type wire struct {
	listener net.Listener
	server   string

	mu    sync.Mutex
	calls int
	armed *trap
	dead  bool
	links map[*link]bool
	ended sync.WaitGroup
}

// trap is what happens at a call.
type trap struct {
	call   int    // the how manieth from now
	before func() // is done before the call; nil for nothing
	crash  func() // is told of the crash; nil for none
	late   bool   // the crash comes when the call is done, and its reply is lost
	sprung bool
}

// link is one connection.
type link struct {
	wire           *wire
	client, server net.Conn
	last           bool // its next reply is lost, and everything ends. Guarded by wire.mu.
}

func newWire(server string) (*wire, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &wire{listener: listener, server: server, links: map[*link]bool{}}
	go w.accept()
	return w, nil
}

// address is where the gateway connects to.
func (w *wire) address() string { return w.listener.Addr().String() }

// set sets a trap; nil takes it away.
func (w *wire) set(t *trap) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.armed, w.calls = t, 0
}

// seen is how many calls there were since the trap was set, and whether it sprang.
func (w *wire) seen() (calls int, sprung bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls, w.armed != nil && w.armed.sprung
}

// revive waits until the server has forgotten the connections of the crash, and lets
// new ones come.
func (w *wire) revive() {
	w.ended.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = false
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.kill()
	w.ended.Wait()
}

func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		dead := w.dead
		if !dead {
			w.ended.Add(1)
		}
		w.mu.Unlock()
		if dead {
			_ = client.Close()
			continue
		}
		go w.serve(client)
	}
}

func (w *wire) serve(client net.Conn) {
	defer w.ended.Done()
	defer func() { _ = client.Close() }()
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", w.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	l := &link{wire: w, client: client, server: server}
	w.mu.Lock()
	w.links[l] = true
	w.mu.Unlock()
	replies := make(chan struct{})
	go func() {
		defer close(replies)
		l.replies()
	}()
	l.requests()
	// The server ends the connection when it has rolled back what was open.
	_, _ = server.Write([]byte{'X', 0, 0, 0, 4})
	<-replies
	w.mu.Lock()
	delete(w.links, l)
	w.mu.Unlock()
}

// kill cuts every connection.
func (w *wire) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	for l := range w.links {
		_ = l.client.Close()
	}
}

// requests hands over what the client sends, one whole request at a time.
func (l *link) requests() {
	from := bufio.NewReader(l.client)
	start, err := message(from, nil, 0)
	if err != nil {
		return
	}
	if _, err := l.server.Write(start); err != nil {
		return
	}
	var request []byte
	executes := false
	for {
		kind, err := from.ReadByte()
		if err != nil {
			return
		}
		if request, err = message(from, append(request, kind), len(request)+1); err != nil {
			return
		}
		executes = executes || kind == 'E' || kind == 'Q'
		switch kind {
		case 'S', 'Q', 'H', 'X', 'c', 'd', 'f', 'p':
		default:
			continue // more of this request comes
		}
		if executes && !l.call() {
			return
		}
		if _, err := l.server.Write(request); err != nil || kind == 'X' {
			return
		}
		request, executes = request[:0], false
	}
}

// call counts a call and springs the trap. False: the call is not made.
func (l *link) call() bool {
	w := l.wire
	w.mu.Lock()
	w.calls++
	t := w.armed
	here := t != nil && !t.sprung && w.calls == t.call
	if here {
		t.sprung = true
		l.last = t.crash != nil && t.late
	}
	w.mu.Unlock()
	if !here {
		return true
	}
	if t.before != nil {
		t.before()
	}
	if t.crash == nil || t.late {
		return true
	}
	t.crash()
	w.kill()
	return false
}

// replies hands back what the server sends.
func (l *link) replies() {
	from, to := bufio.NewReader(l.server), bufio.NewWriter(l.client)
	var reply []byte
	for {
		kind, err := from.ReadByte()
		if err != nil {
			_ = l.client.Close()
			return
		}
		if reply, err = message(from, append(reply[:0], kind), 1); err != nil {
			_ = l.client.Close()
			return
		}
		l.wire.mu.Lock()
		last, t := l.last, l.wire.armed
		l.wire.mu.Unlock()
		switch {
		case !last:
			_, _ = to.Write(reply) // one who is gone is noticed by requests
			if from.Buffered() == 0 {
				_ = to.Flush()
			}
		case kind == 'Z' || kind == 'G': // the call is done
			t.crash()
			l.wire.kill()
			_, _ = io.Copy(io.Discard, from)
			return
		}
	}
}

// message reads a length and what it measures, and appends both to b; the length is
// at b[at:].
func message(from *bufio.Reader, b []byte, at int) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(from, length[:]); err != nil {
		return b, err
	}
	b = append(b, length[:]...)
	size := int(binary.BigEndian.Uint32(length[:])) - 4
	if size < 0 || size > 64<<20 {
		return b, io.ErrUnexpectedEOF
	}
	b = append(b, make([]byte, size)...)
	_, err := io.ReadFull(from, b[at+4:])
	return b, err
}
