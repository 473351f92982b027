package smev

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

var (
	// ErrLongReply is matched when the storage answers a command with more text
	// than any server has to say: its library reads lines and replies of any length.
	ErrLongReply = errors.New("reply of the server is too long")
	// ErrTooSlow is matched when a transfer is slower than is worth waiting for.
	ErrTooSlow = errors.New("transfer is too slow")
)

// What the storage may say to one command: the longest replies, greetings and
// lists of features, have some tens of lines.
const (
	replyBytes = 32 << 10
	replyLines = 500
)

// session is what the connections of one FTP session share: how long to wait.
type session struct {
	connections
	timeout time.Duration
	// rate is the least number of bytes a second, after the first timeout; 0: any.
	rate int64
	// moved is when something was last asked of the server or came with data, in
	// nanoseconds: the server's next reply is due a timeout later.
	moved atomic.Int64
}

func (s *session) move() { s.moved.Store(time.Now().UnixNano()) }

// controlConn is the connection for commands. A whole reply has to come within
// the timeout and within bounds, however its bytes are spread over lines and time.
// Its reader gets whole lines only: the library would take one that was cut off for a
// shorter reply.
type controlConn struct {
	net.Conn
	session      *session
	bytes, lines int // of the present reply
	text         []byte
	whole        int // of text, up to the end of a line
	// broken is why nothing more can be made of it: the library goes on with
	// another command after some errors.
	broken error
}

func (c *controlConn) Read(p []byte) (int, error) {
	for c.whole == 0 {
		if c.broken == nil && (c.bytes > replyBytes || c.lines > replyLines) {
			c.broken = ErrLongReply
		}
		if c.broken != nil {
			return 0, c.broken
		}
		c.broken = c.fill()
	}
	n := copy(p, c.text[:c.whole])
	c.text, c.whole = c.text[n:], c.whole-n
	return n, nil
}

// fill adds to the text what has come.
func (c *controlConn) fill() error {
	if err := c.Conn.SetReadDeadline(time.Unix(0, c.session.moved.Load()).Add(c.session.timeout)); err != nil {
		return err
	}
	var block [4 << 10]byte
	n, err := c.Conn.Read(block[:])
	c.text = append(c.text, block[:n]...)
	c.whole = bytes.LastIndexByte(c.text, '\n') + 1
	c.bytes += n
	c.lines += bytes.Count(block[:n], []byte("\n"))
	if err == io.EOF && len(c.text) > c.whole {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Write sends a command; what the server says from then on answers it.
func (c *controlConn) Write(p []byte) (int, error) {
	if c.broken != nil {
		return 0, c.broken
	}
	c.bytes, c.lines = 0, 0
	c.session.move()
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.session.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// dataConn is a connection for a file. It fails when nothing moves for the
// timeout, and when so little does that the file would hold up the others.
type dataConn struct {
	net.Conn
	session *session
	began   time.Time
	done    int64
}

func (c *dataConn) Read(p []byte) (int, error) {
	deadline, slow := c.deadline()
	if err := c.Conn.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	return n, c.note(n, err, slow)
}

// dataBlock is how much is written at once: a deadline is for one block.
const dataBlock = 64 << 10

func (c *dataConn) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		deadline, slow := c.deadline()
		if err := c.Conn.SetWriteDeadline(deadline); err != nil {
			return done, err
		}
		n, err := c.Conn.Write(p[done:min(len(p), done+dataBlock)])
		done += n
		if err := c.note(n, err, slow); err != nil {
			return done, err
		}
	}
	return done, nil
}

// Close lets the server's word about the transfer begin.
func (c *dataConn) Close() error {
	c.session.move()
	return c.Conn.Close()
}

// deadline is when the next bytes have to have moved, and whether the rate asks
// for that.
func (c *dataConn) deadline() (at time.Time, slow bool) {
	idle := time.Now().Add(c.session.timeout)
	if c.session.rate <= 0 {
		return idle, false
	}
	due := c.began.Add(c.session.timeout + time.Duration(float64(c.done)/float64(c.session.rate)*float64(time.Second)))
	if due.Before(idle) {
		return due, true
	}
	return idle, false
}

func (c *dataConn) note(n int, err error, slow bool) error {
	if c.done += int64(n); n > 0 {
		c.session.move()
	}
	if slow && errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("%w: %d bytes in %s, %d in a second are wanted", ErrTooSlow, c.done, time.Since(c.began).Round(time.Second), c.session.rate)
	}
	return err
}
