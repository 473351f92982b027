package xmldsig

import (
	"errors"
	"fmt"
	"io"
	"math"
)

// ErrGrowth: the form of a document that is hashed is out of proportion to the
// document: namespaces are declared again with every element that uses them.
var ErrGrowth = errors.New("form to be hashed is too large for its document")

// sinkSize is how much a sink collects before it writes.
const sinkSize = 32 << 10

// sink is an append buffer in front of a writer; the first error stays.
type sink struct {
	w    io.Writer
	buf  []byte
	left int64 // how much may still be written
	err  error
}

// newSink makes a sink; a nil w discards.
func newSink(w io.Writer) sink {
	return sink{w: w, buf: make([]byte, 0, 2<<10), left: math.MaxInt64}
}

// budget bounds the output for a source of that many bytes; 0: no bound.
func (s *sink) budget(source int) {
	const most, least = 8, 64 << 10
	if source > 0 {
		s.left = most*int64(source) + least
	}
}

// spill writes the buffer out once it is full enough.
func (s *sink) spill() {
	if len(s.buf) >= sinkSize {
		s.flush()
	}
}

// flush writes the buffer out and gives the first error.
func (s *sink) flush() error {
	if s.left -= int64(len(s.buf)); s.left < 0 && s.err == nil {
		s.err = fmt.Errorf("%w, more than eightfold", ErrGrowth)
	}
	if s.err == nil && s.w != nil && len(s.buf) > 0 {
		_, s.err = s.w.Write(s.buf)
	}
	s.buf = s.buf[:0]
	return s.err
}

// escaped adds text with bytes replaced as the table says, however long it is.
func (s *sink) escaped(text string, table *[256]string) {
	for len(text) > sinkSize {
		s.buf = appendEscaped(s.buf, text[:sinkSize], table)
		s.spill()
		text = text[sinkSize:]
	}
	s.buf = appendEscaped(s.buf, text, table)
}

// plain adds text as it is, however long.
func (s *sink) plain(text string) {
	for len(text) > sinkSize {
		s.buf = append(s.buf, text[:sinkSize]...)
		s.spill()
		text = text[sinkSize:]
	}
	s.buf = append(s.buf, text...)
}
