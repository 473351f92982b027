package xmlsafe

import (
	"encoding/binary"
	"unicode/utf8"
	"unsafe"
)

// Bits of the class table over ASCII bytes.
const (
	nameStart  = 1 << iota // may start an NCName
	nameChar               // may continue an NCName
	textStop               // ends a plain run of character data: < & CR ]
	valueStop              // needs care in an attribute value: < & TAB LF CR " '
	whiteSpace             // production S
)

// classes is the class table; bytes from 0x80 up have no bits.
var classes = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c] |= nameStart | nameChar
		t[c-'a'+'A'] |= nameStart | nameChar
	}
	for c := '0'; c <= '9'; c++ {
		t[c] |= nameChar
	}
	t['_'] |= nameStart | nameChar
	t['-'] |= nameChar
	t['.'] |= nameChar
	for _, c := range "<&\r]" {
		t[c] |= textStop
	}
	for _, c := range "<&\t\n\r\"'" {
		t[c] |= valueStop
	}
	for _, c := range " \t\r\n" {
		t[c] |= whiteSpace
	}
	return t
}()

// IsChar tells whether r may occur in an XML 1.0 document (production Char).
func IsChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xD800:
		return true
	case r < 0xE000:
		return false
	case r < 0xFFFE:
		return true
	default:
		return 0x10000 <= r && r <= 0x10FFFF
	}
}

// isNameStart is NameStartChar without the colon, beyond ASCII.
func isNameStart(r rune) bool {
	switch {
	case r < 0x80:
		return classes[r]&nameStart != 0
	case r < 0x300:
		return r >= 0xC0 && r != 0xD7 && r != 0xF7
	case r < 0x2000:
		return r >= 0x370 && r != 0x37E
	case r < 0x2190:
		return r == 0x200C || r == 0x200D || r >= 0x2070
	case r < 0x2FF0:
		return r >= 0x2C00
	case r < 0xD800:
		return r >= 0x3001
	case r < 0xFDD0:
		return r >= 0xF900
	case r < 0xFFFE:
		return r >= 0xFDF0
	default:
		return 0x10000 <= r && r <= 0xEFFFF
	}
}

// isNameChar is NameChar without the colon.
func isNameChar(r rune) bool {
	if r < 0x80 {
		return classes[r]&nameChar != 0
	}
	return isNameStart(r) || r == 0xB7 || 0x300 <= r && r <= 0x36F || r == 0x203F || r == 0x2040
}

// IsNCName tells whether s is a name without a colon (Namespaces in XML,
// production NCName), which is also what an Id must be.
func IsNCName(s string) bool {
	n := scanNCName(s)
	return n > 0 && n == len(s)
}

// The functions below only read the text they are given and the table. Under the
// race detector they are left alone (go:norace); who gives them the text is watched.

// until gives the offset of the first byte of s from i on that has a bit of the
// class, or the end.
//
//go:norace
func until(s string, i int, class uint8) int {
	for i < len(s) && classes[s[i]]&class == 0 {
		i++
	}
	return i
}

// while gives the offset of the first byte of s from i on that has no bit of the
// class, or the end.
//
//go:norace
func while(s string, i int, class uint8) int {
	for i < len(s) && classes[s[i]]&class != 0 {
		i++
	}
	return i
}

// scanNCName gives the length of the NCName s starts with, 0 if it does not.
//
//go:norace
func scanNCName(s string) int {
	i := 0
	for i < len(s) {
		c := s[i]
		if c < utf8.RuneSelf {
			if classes[c]&nameChar == 0 || i == 0 && classes[c]&nameStart == 0 {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		if !isNameChar(r) || i == 0 && !isNameStart(r) {
			return i
		}
		i += size
	}
	return i
}

// InvalidChar gives the offset of the first byte of s that is not part of a
// character XML 1.0 allows, encoded in UTF-8; -1 if there is none.
//
//go:norace
func InvalidChar(s string) int {
	const (
		high = 0x8080808080808080
		low  = 0x2020202020202020
	)
	b := unsafe.Slice(unsafe.StringData(s), len(s))
	for i := 0; i < len(b); {
		// Eight printable ASCII bytes at a time.
		for len(b)-i >= 8 {
			w := binary.LittleEndian.Uint64(b[i:])
			if (w|(w-low))&high != 0 {
				break
			}
			i += 8
		}
		// Then single characters up to the next printable ASCII run.
		for plain := 0; i < len(b) && plain < 8; {
			c := b[i]
			switch {
			case c < utf8.RuneSelf:
				if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
					return i
				}
				i++
				plain++
			case c < 0xE0 && c >= 0xC2 && len(b)-i >= 2 && b[i+1]&0xC0 == 0x80:
				i += 2
				plain = 0
			default:
				r, size := utf8.DecodeRune(b[i:])
				if r == utf8.RuneError && size == 1 || !IsChar(r) {
					return i
				}
				i += size
				plain = 0
			}
		}
	}
	return -1
}

// IsSpace tells whether s is empty or consists of XML white space only.
func IsSpace(s string) bool {
	return while(s, 0, whiteSpace) == len(s)
}
