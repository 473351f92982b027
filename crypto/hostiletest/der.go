package hostiletest

import (
	"bytes"
	"slices"
)

// Element is one element of DER around others: its tag, and what stands in it
// before and after the inner one.
type Element struct {
	Tag           byte
	Before, After []byte
}

// Nest puts content into elements, the innermost first, without copying it more
// than once: what makes the input must not cost more than what reads it.
func Nest(content []byte, around ...Element) []byte {
	var before, after []byte
	for _, e := range around {
		inner := slices.Concat(e.Before, before)
		after = append(after, e.After...)
		before = slices.Concat(header(e.Tag, len(inner)+len(content)+len(after)), inner)
	}
	return slices.Concat(before, content, after)
}

// header is the tag and length of an element.
func header(tag byte, length int) []byte {
	switch {
	case length < 1<<7:
		return []byte{tag, byte(length)}
	case length < 1<<8:
		return []byte{tag, 0x81, byte(length)}
	case length < 1<<16:
		return []byte{tag, 0x82, byte(length >> 8), byte(length)}
	case length < 1<<24:
		return []byte{tag, 0x83, byte(length >> 16), byte(length >> 8), byte(length)}
	}
	return []byte{tag, 0x84, byte(length >> 24), byte(length >> 16), byte(length >> 8), byte(length)}
}

// Fill repeats piece up to about n bytes, at least once.
func Fill(piece []byte, n int) []byte { return bytes.Repeat(piece, max(1, n/len(piece))) }
