package cms

import (
	"bytes"
	"fmt"
)

// maxDepth bounds nesting; a SignedData with a certificate nests some fifteen levels deep.
const maxDepth = 32

const (
	constructed = 0x20
	octetString = 0x04
	pieced      = octetString | constructed
)

// toDER rewrites BER as DER as far as signing programs deviate: indefinite lengths, lengths
// longer than needed, octet strings in pieces. DER comes out as it went in. Time and memory are
// proportional to the input, whatever its nesting: lengths are measured first, then everything
// is written once.
func toDER(b []byte) ([]byte, error) {
	w := rewriter{same: true}
	_, size, rest, err := w.measure(b, 0)
	if err != nil {
		return nil, err
	}
	// Mail and editors add line ends to binary files; they are no part of it.
	if len(bytes.Trim(rest, "\r\n")) > 0 {
		return nil, fmt.Errorf("%w: %d bytes follow it", ErrMalformed, len(rest))
	}
	b = b[:len(b)-len(rest)]
	if w.same {
		return b, nil
	}
	w.out = make([]byte, 0, headerSize(size)+size)
	w.write(b, false)
	return w.out, nil
}

// rewriter knows the lengths of the contents of constructed elements, in the order in which the
// elements begin.
type rewriter struct {
	lengths []uint32
	same    bool // nothing has to be rewritten

	out  []byte
	next int // of lengths
}

// measure looks at the first element of b. It returns its tag and the length of its content as
// DER has them, and what follows it.
func (w *rewriter) measure(b []byte, depth int) (tag byte, size int, rest []byte, err error) {
	if depth > maxDepth {
		return 0, 0, nil, fmt.Errorf("%w: nested too deeply", ErrMalformed)
	}
	tag, content, rest, indefinite, err := element(b)
	if err != nil {
		return 0, 0, nil, err
	}
	w.same = w.same && !indefinite && tag != pieced && len(b)-len(rest)-len(content) == headerSize(len(content))
	if tag&constructed == 0 {
		return tag, len(content), rest, nil
	}
	at, counted := len(w.lengths), indefinite || len(content) > 0 // empty ones are known without
	if counted {
		w.lengths = append(w.lengths, 0)
	}
	for !ends(&content, &rest, indefinite) {
		inner, length, following, err := w.measure(content, depth+1)
		if err != nil {
			return 0, 0, nil, err
		}
		content = following
		size += length
		switch {
		case tag != pieced:
			size += headerSize(length)
		case inner != octetString:
			return 0, 0, nil, fmt.Errorf("%w: octet string made of something else", ErrMalformed)
		}
	}
	if counted {
		w.lengths[at] = uint32(size)
	}
	if tag == pieced {
		tag = octetString
	}
	return tag, size, rest, nil
}

// write writes the first element of b, which was measured, and returns what follows it; of a
// piece of an octet string only the content is written.
func (w *rewriter) write(b []byte, piece bool) (rest []byte) {
	tag, content, rest, indefinite, _ := element(b)
	if tag&constructed == 0 {
		if !piece {
			w.out = appendHeader(w.out, tag, len(content))
		}
		w.out = append(w.out, content...)
		return rest
	}
	size := 0
	if indefinite || len(content) > 0 {
		size = int(w.lengths[w.next])
		w.next++
	}
	switch {
	case piece:
	case tag == pieced:
		w.out = appendHeader(w.out, octetString, size)
	default:
		w.out = appendHeader(w.out, tag, size)
	}
	for !ends(&content, &rest, indefinite) {
		content = w.write(content, tag == pieced)
	}
	return rest
}

// ends tells whether a constructed element has no more inside. The content of one of indefinite
// length is found on the way; rest is then what follows its end.
func ends(content, rest *[]byte, indefinite bool) bool {
	if !indefinite {
		return len(*content) == 0
	}
	if *content == nil {
		*content = *rest
	}
	if c := *content; len(c) >= 2 && c[0] == 0 && c[1] == 0 {
		*rest = c[2:]
		return true
	}
	return false
}

// element takes the first element of b apart. Tags above 30 do not occur in CMS.
func element(b []byte) (tag byte, content, rest []byte, indefinite bool, err error) {
	if len(b) < 2 {
		return 0, nil, nil, false, fmt.Errorf("%w: ends within an element", ErrMalformed)
	}
	tag = b[0]
	if tag&0x1f == 0x1f || tag == 0 {
		return 0, nil, nil, false, fmt.Errorf("%w: tag %#x", ErrMalformed, tag)
	}
	length, header := int(b[1]), 2
	switch {
	case length == 0x80:
		if tag&0x20 == 0 {
			return 0, nil, nil, false, fmt.Errorf("%w: primitive element of indefinite length", ErrMalformed)
		}
		return tag, nil, b[2:], true, nil
	case length > 0x80:
		n := length & 0x7f
		if n > 4 || len(b) < 2+n {
			return 0, nil, nil, false, fmt.Errorf("%w: length of an element", ErrMalformed)
		}
		length = 0
		for _, c := range b[2 : 2+n] {
			length = length<<8 | int(c)
		}
		header += n
	}
	if length < 0 || length > len(b)-header {
		return 0, nil, nil, false, fmt.Errorf("%w: element longer than its surroundings", ErrMalformed)
	}
	return tag, b[header : header+length], b[header+length:], false, nil
}

// headerSize is how many bytes the tag and a length take in DER.
func headerSize(length int) int {
	size := 2
	for n := length; length >= 1<<7 && n > 0; n >>= 8 {
		size++
	}
	return size
}

func appendHeader(out []byte, tag byte, length int) []byte {
	size := headerSize(length) - 2
	out = append(out, tag)
	if size == 0 {
		return append(out, byte(length))
	}
	out = append(out, 0x80|byte(size))
	for i := size - 1; i >= 0; i-- {
		out = append(out, byte(length>>(8*i)))
	}
	return out
}
