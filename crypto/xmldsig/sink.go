package xmldsig

import "io"

// sinkSize is how much a sink collects before it writes.
const sinkSize = 32 << 10

// sink is an append buffer in front of a writer; the first error stays.
type sink struct {
	w   io.Writer
	buf []byte
	err error
}

// newSink makes a sink; a nil w discards.
func newSink(w io.Writer) sink {
	return sink{w: w, buf: make([]byte, 0, 2<<10)}
}

// spill writes the buffer out once it is full enough.
func (s *sink) spill() {
	if len(s.buf) >= sinkSize {
		s.flush()
	}
}

// flush writes the buffer out and gives the first error.
func (s *sink) flush() error {
	if s.err == nil && s.w != nil && len(s.buf) > 0 {
		_, s.err = s.w.Write(s.buf)
	}
	s.buf = s.buf[:0]
	return s.err
}
